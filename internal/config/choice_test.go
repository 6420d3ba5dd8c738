package config_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/config/schematest"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// A plugin of two kinds that other packages could add to: a choice alone, and one
// in a list with options beside it.

type signConfig struct {
	Device plugins.Choice[signDevice] `yaml:"device" doc:"what it is made of" required:"true"`
	Faces  []signFace                 `yaml:"faces" doc:"what it shows"`
}

type signFace struct {
	plugins.Choice[face]
	Name string `yaml:"name" doc:"what the face is called"`
}

func (f signFace) Validate() error {
	if f.Name == f.Choice.Name {
		return plugins.OptionErrorf("name", "a face needs no name that it has already")
	}
	return nil
}

type (
	signDevice interface{ open() }
	face       interface{ draw() }
)

type ledDevice struct {
	SPI   plugins.SPIPort `yaml:"spi" doc:"the port" required:"true"`
	Width int             `yaml:"width" doc:"columns" min:"8"`
	Token plugins.Secret  `yaml:"token" doc:"what unlocks it"`
}

type noDevice struct{}

type tickFace struct {
	Every time.Duration `yaml:"every" doc:"how often it ticks" min:"1s"`
	Marks []int         `yaml:"marks" doc:"where the marks are"`
}

type newsFace struct {
	From  plugins.From[string] `yaml:"from" doc:"who publishes it" required:"true" short:"true"`
	Click plugins.ActionRef    `yaml:"click" doc:"called at its end"`
}

func (*ledDevice) open() {}
func (*noDevice) open()  {}
func (*tickFace) draw()  {}
func (*newsFace) draw()  {}

func (d ledDevice) Validate() error {
	if d.Width%8 != 0 {
		return plugins.OptionErrorf("width", "%d is not a multiple of 8", d.Width)
	}
	return nil
}

func init() {
	plugins.Register(plugins.Spec[signConfig]{
		Name: "sign", Doc: "is a sign",
		Defaults: signConfig{Faces: []signFace{{Choice: plugins.Choice[face]{Name: "tick", Value: &tickFace{Every: time.Minute}}}}},
		New:      never[signConfig],
	})
	// Members may be added after the plugin that has the choice.
	plugins.AddMember[signDevice]("led", "a row of LEDs", ledDevice{Width: 32})
	plugins.AddMember[signDevice]("none", "no device", noDevice{})
	plugins.AddMember[face]("tick", "a clock", tickFace{Every: time.Second, Marks: []int{3}})
	plugins.AddMember[face]("news", "the news", newsFace{})
}

func sign(device string, faces ...string) []string {
	text := []string{"plugins:", "  news: {plugin: ticker}", "  lamp: {plugin: lamp, output: GPIO18}", "  s:", "    plugin: sign", "    device: " + device}
	if len(faces) > 0 {
		text = append(text, "    faces:")
	}
	for _, f := range faces {
		text = append(text, "      - "+f)
	}
	return text
}

func TestAChoiceHoldsTheMemberThatTheFileNames(t *testing.T) {
	file := parse(t, sign("{led: {spi: SPI0.0}}",
		"tick", "{tick: {every: 5s}}", "{news: news.story}", "{name: big, news: {from: news.headline, click: lamp.set 40%}}")...)
	headline, story := plugins.From[string]{Instance: "news", Topic: "headline"}, plugins.From[string]{Instance: "news", Topic: "story"}
	want := signConfig{
		Device: plugins.Choice[signDevice]{Name: "led", Value: &ledDevice{SPI: "SPI0.0", Width: 32}},
		Faces: []signFace{
			{Choice: plugins.Choice[face]{Name: "tick", Value: &tickFace{Every: time.Second, Marks: []int{3}}}},
			{Choice: plugins.Choice[face]{Name: "tick", Value: &tickFace{Every: 5 * time.Second, Marks: []int{3}}}},
			{Choice: plugins.Choice[face]{Name: "news", Value: &newsFace{From: story}}},
			{Name: "big", Choice: plugins.Choice[face]{Name: "news", Value: &newsFace{From: headline, Click: plugins.ActionRef{Instance: "lamp", Name: "set", Arg: "40%"}}}},
		},
	}
	if got := file.Instances[2].Config; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s, want\n%s", show(got), show(want))
	}
	if bare := parse(t, sign("none")...).Instances[2].Config.(signConfig); bare.Device.Name != "none" || !reflect.DeepEqual(bare.Device.Value, signDevice(&noDevice{})) || bare.Faces[0].Value.(*tickFace).Every != time.Minute {
		t.Errorf("got %s", show(bare))
	}
}

func show(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestInstancesDoNotShareTheDefaultsOfAMember(t *testing.T) {
	faces := func() []signFace {
		return parse(t, sign("none", "tick", "tick")...).Instances[2].Config.(signConfig).Faces
	}
	first := faces()
	first[0].Value.(*tickFace).Marks[0] = 9
	if first[1].Value.(*tickFace).Marks[0] != 3 || faces()[0].Value.(*tickFace).Marks[0] != 3 {
		t.Error("what one writes shows in another")
	}
	defaults := func() signConfig { return parse(t, sign("none")...).Instances[2].Config.(signConfig) }
	defaults().Faces[0].Value.(*tickFace).Every = 0
	if defaults().Faces[0].Value.(*tickFace).Every == 0 {
		t.Error("what an instance writes shows in its plugin's defaults")
	}
}

func TestEqualChoicesAreEqualAtAReload(t *testing.T) {
	config := func(width string) any {
		return parse(t, sign("{led: {spi: SPI0.0, width: "+width+"}}", "{news: news.story}")...).Instances[2].Config
	}
	if !reflect.DeepEqual(config("16"), config("16")) || reflect.DeepEqual(config("16"), config("24")) {
		t.Error("a reload takes equal configurations for different ones, or different ones for equal")
	}
}

func TestErrorsInAChoiceAreReportedAtItsOption(t *testing.T) {
	for name, c := range map[string]struct {
		text []string
		says string
	}{
		"a member that there is not":    {sign("{lde: {spi: SPI0.0}}"), "f:6:14: plugins.s.device: unknown option lde; did you mean led?"},
		"a bare one that needs options": {sign("led"), "f:6:13: plugins.s.device: led needs options; write {led: {spi: SPI0.0}}"},
		"two members":                   {sign("{none: {}, led: {spi: SPI0.0}}"), "f:6:24: plugins.s.device: led cannot be combined with none"},
		"two members in a list":         {sign("none", "{tick: {}, news: news.story}"), "f:8:20: plugins.s.faces[0]: news cannot be combined with tick; give one of news or tick"},
		"no member beside the options":  {sign("none", "{name: x}"), "f:8:9: plugins.s.faces[0]: expected one of news or tick beside name"},
		"a misspelled option beside":    {sign("none", "{tick: {}, nme: x}"), "f:8:20: plugins.s.faces[0]: unknown option nme; did you mean name?"},
		"an option of the wrong form":   {sign("{led: {spi: SPI0.0, width: 1}}"), "f:6:40: plugins.s.device.led.width: 1 is out of range"},
		"a member's own Validate":       {sign("{led: {spi: SPI0.0, width: 12}}"), "f:6:40: plugins.s.device.led.width: 12 is not a multiple of 8"},
		"the Validate of what embeds":   {sign("none", "{tick: {}, name: tick}"), "f:8:26: plugins.s.faces[0].name: a face needs no name"},
		"a reference to a topic":        {sign("none", "{news: nws}"), "f:8:16: plugins.s.faces[0].news.from: unknown instance nws; did you mean news?"},
		"a reference to an action":      {sign("none", "{news: {from: news.story, click: lamp.jump}}"), "f:8:42: plugins.s.faces[0].news.click: lamp (lamp) has no action jump"},
		"a claim":                       {append(sign("{led: {spi: SPI0.0}}"), "  other: {plugin: sign, device: {led: {spi: SPI0.0}}}"), "f:7:45: plugins.other.device.led.spi: SPI0.0 is already in use by s (line 6)"},
		"a number":                      {sign("7"), "unknown option 7; there are led and none"},
		"a list":                        {sign("[led]"), "f:6:13: plugins.s.device: expected one of led or none, found a list"},
		"null":                          {sign("~"), "write device: {led: {spi: SPI0.0}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("f", []byte(lines(c.text...)), 0o600)
			if err == nil || !strings.Contains(err.Error(), c.says) || len(err.(config.Diagnostics)) != 1 {
				t.Errorf("got\n%v\nwant %s", err, c.says)
			}
		})
	}
}

func TestASecretInAChoiceIsMasked(t *testing.T) {
	for _, text := range [][]string{
		sign("{led: {spi: SPI0.0, token: pr1n7ed, width: 3}}"),
		sign("{led: {spi: SPI0.0, tken: pr1n7ed}}"),
		sign("{lde: {spi: SPI0.0, token: pr1n7ed}}"),
		sign("{led: {spi: SPI0.0, token: pr1n7ed: }}"),
	} {
		_, err := config.Parse("f", []byte(lines(text...)), 0o600)
		if err == nil || strings.Contains(err.Error(), "pr1n7ed") {
			t.Errorf("got %v", err)
		}
	}
}

func TestPartsAreFoundInChoices(t *testing.T) {
	got := parse(t, sign("{led: {spi: SPI0.0}}")...).Instances[2].Parts()
	if want := []config.Part{{Kind: schema.SPI, Name: "SPI0.0", Option: "device.led.spi"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestAnEditorKnowsTheMembersOfAChoice(t *testing.T) {
	for text, good := range map[string]bool{
		lines(sign("none", "tick", "{tick: {every: 5s}, name: x}", "{name: x, news: news.story}", "{news: {from: news.story}}")...): true,
		lines(sign("{led: {spi: SPI0.0}}")...):        true,
		lines(sign("led")...):                         false,
		lines(sign("{}")...):                          false,
		lines(sign("none", "{name: x}")...):           false,
		lines(sign("none", "{tick: {}, news: a}")...): false,
		lines(sign("none", "{tick: {}, nme: a}")...):  false,
		lines(sign("{led: {}, none: {}}")...):         false,
	} {
		if err := schematest.Validate(t, text); (err == nil) != good {
			t.Errorf("%s: got %v, want it good: %v", text, err, good)
		}
	}
}

func TestThePathsOfAPluginGoThroughItsChoices(t *testing.T) {
	paths := paths(lookup(t, "sign"))
	want := []string{
		"device", "device.led", "device.led.spi", "device.led.width", "device.led.token", "device.none",
		"faces", "faces.news", "faces.news.from", "faces.news.click", "faces.tick", "faces.tick.every", "faces.tick.marks", "faces.name",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("got %q", paths)
	}
	if text := config.Text(lookup(t, "sign")); !strings.Contains(text, "every  duration") || !strings.Contains(text, "a row of LEDs") {
		t.Errorf("got\n%s", text)
	}
}
