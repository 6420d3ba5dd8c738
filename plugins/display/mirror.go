package display

import (
	"image"
	"image/draw"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("mirror", "what another display shows, in the middle", Mirror{})
}

// Mirror is a page with the picture of another display.
type Mirror struct {
	From plugins.From[topics.Picture] `yaml:"from" doc:"the instance of the other display" required:"true" short:"true"`
}

// NewPage makes the page.
func (p *Mirror) NewPage(env plugins.Env) panel.Page {
	source, said := plugins.Subscribe(env, p.From), plugins.Subscribe(env, plugins.From[topics.Text]{Instance: p.From.Instance, Topic: "text"})
	var drawn uint64
	return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
		if version := source.Version(); version != drawn {
			drawn = version
			m.MovesIn(m.Step) // where something scrolls, the next picture follows soon
		}
		words, _ := said.Get()
		m.Say(string(words))
		if picture, ok := source.Get(); ok {
			margin := on.Rect.Max.Sub(picture.Rect.Max).Div(2)
			draw.Draw(on, picture.Rect.Add(margin), picture, image.Point{}, draw.Src)
		}
	}}
}
