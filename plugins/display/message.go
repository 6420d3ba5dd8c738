package display

import (
	"image"
	"strings"
	"unicode/utf8"

	"ptvd/plugins"
	"ptvd/plugins/panel"
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

// Validate refuses a message that is empty or too long.
func (p *Message) Validate() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(p.Text)); n == 0 || n > maxMessage {
		return plugins.OptionErrorf("text", "a message has 1 to %d characters; this one has %d", maxMessage, n)
	}
	return nil
}

// Texts returns the message.
func (p *Message) Texts() map[string]string { return map[string]string{"text": p.Text} }

// NewPage makes the page.
func (p *Message) NewPage(plugins.Env) panel.Page {
	return panel.Page{Draw: func(on *image.Gray, m *panel.Moment) { panel.Text(on, p.Text, m) }}
}
