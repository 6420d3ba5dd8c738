package display

import (
	"image"
	"strings"
	"unicode/utf8"

	"ptvd/internal/schema"
	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

func init() {
	plugins.AddMember[panel.PageConfig]("message", "a text", Message{})
}

// Message is a page with a fixed text.
type Message struct {
	Text string `yaml:"text" doc:"what it says" required:"true" short:"true"`
}

// maxMessage is the maximum length of a message, in characters.
const maxMessage = 500

// Validate refuses a message that is empty or too long, and warns of what the font lacks.
func (p *Message) Validate() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(p.Text)); n == 0 || n > maxMessage {
		return plugins.OptionErrorf("text", "a message has 1 to %d characters; this one has %d", maxMessage, n)
	}
	return checkGlyphs("text", p.Text)
}

// checkGlyphs warns of a text of the configuration that the font cannot draw.
func checkGlyphs(option, text string) error {
	if lacks := font.Text.Lacks(text); lacks != "" {
		return plugins.OptionWarningf(option, "the font of the panel has no %s, which is shown as □; write it in Latin letters", schema.Join(strings.Split(lacks, ""), "and"))
	}
	return nil
}

// NewPage makes the page.
func (p *Message) NewPage(plugins.Env) panel.Page {
	return panel.Page{Draw: func(on *image.Gray, m *panel.Moment) { panel.Text(on, p.Text, m) }}
}
