package display

import "image"

// draw draws the text.
func (p *Message) draw(on *image.Gray, m *moment) { words(on, p.Text, m) }
