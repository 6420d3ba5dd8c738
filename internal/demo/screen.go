package demo

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"strings"
	"sync"
)

// Screen draws a panel of LEDs at the top of a terminal, in place, and lets the
// log scroll below it. It speaks ECMA-48 control sequences and no more of them
// than every terminal has: the scrolling region does the work.
type Screen struct {
	mu     sync.Mutex
	out    io.Writer
	height int // of the terminal, in lines
	drawn  int // lines that the panel takes; 0: none was drawn yet
	last   []byte
}

// NewScreen returns a screen for a terminal of so many lines.
func NewScreen(out io.Writer, height int) *Screen { return &Screen{out: out, height: height} }

// Draw shows a picture: each pixel is an LED, bright from half white on.
func (s *Screen) Draw(picture image.Image, caption string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	frame := render(picture, caption)
	if bytes.Equal(frame, s.last) {
		return
	}
	s.last = frame
	s.reserve(picture.Bounds().Dy() + 3)
	fmt.Fprintf(s.out, "\x1b7\x1b[H%s\x1b8", frame)
}

// Write lets a line of the log scroll by.
func (s *Screen) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(line)
}

// Resize follows a change of the terminal's size.
func (s *Screen) Resize(height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.height, s.drawn, s.last = height, 0, nil
}

// Close gives the whole terminal back.
func (s *Screen) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Fprintf(s.out, "\x1b[r\x1b[%d;1H\n", s.height)
	return err
}

// reserve clears the terminal and keeps the log out of its upper lines.
func (s *Screen) reserve(lines int) {
	if s.drawn == lines {
		return
	}
	s.drawn = lines
	fmt.Fprintf(s.out, "\x1b[2J\x1b[%d;%dr\x1b[%d;1H", lines+1, max(s.height, lines+2), lines+1)
}

const (
	lit   = "\x1b[38;5;203m●\x1b[0m"
	unlit = "\x1b[38;5;240m·\x1b[0m"
)

// render turns a picture into lines of a terminal. An LED is two columns wide,
// which makes it square.
func render(picture image.Image, caption string) []byte {
	b := picture.Bounds()
	var text bytes.Buffer
	edge := strings.Repeat("─", 2*b.Dx()+1)
	fmt.Fprintf(&text, "╭%s╮\x1b[K\r\n", edge)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		text.WriteString("│ ")
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, _, _, _ := picture.At(x, y).RGBA(); r >= 0x8000 {
				text.WriteString(lit + " ")
			} else {
				text.WriteString(unlit + " ")
			}
		}
		text.WriteString("│\x1b[K\r\n")
	}
	fmt.Fprintf(&text, "╰%s╯\x1b[K\r\n %s\x1b[K", edge, caption)
	return text.Bytes()
}
