package demo

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"ptvd/internal/textfmt"
)

// Screen draws a panel of LEDs at the top of a terminal, in place, while the log
// scrolls below it. It sets a scrolling region, and uses only control sequences that
// every terminal supports (ECMA-48, DEC VT100).
type Screen struct {
	mu            sync.Mutex
	out           io.Writer
	width, height int // of the terminal, in columns and lines
	drawn         int // lines of the panel; 0: not drawn yet
	last          []byte
}

// NewScreen returns a screen for a terminal with a width in columns and a height in
// lines.
func NewScreen(out io.Writer, width, height int) *Screen {
	return &Screen{out: out, width: width, height: height}
}

// minLogLines is how many lines must be left for the log.
const minLogLines = 4

// Draw draws a picture: each pixel is an LED, which is on from half white. An LED is
// two columns wide, which makes it square, or one in a narrow terminal. If there is
// still not enough room, nothing is drawn.
func (s *Screen) Draw(picture image.Image, caption string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gap, lines := " ", picture.Bounds().Dy()+3
	if 2*picture.Bounds().Dx()+3 > s.width {
		gap = ""
	}
	if picture.Bounds().Dx()+2 > s.width || lines+minLogLines > s.height {
		return
	}
	frame := render(picture, gap, textfmt.Clip(caption, s.width-1))
	if bytes.Equal(frame, s.last) {
		return
	}
	if s.drawn != lines { // clear the terminal, and limit scrolling to the lines below the panel
		fmt.Fprintf(s.out, "\x1b[2J\x1b[%d;%dr\x1b[%d;1H", lines+1, s.height, lines+1)
	}
	s.last, s.drawn = frame, lines
	fmt.Fprintf(s.out, "\x1b7\x1b[H%s\x1b8", frame)
}

// Write writes a line of the log.
func (s *Screen) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(line)
}

// Resize adapts the screen to a new size of the terminal.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.width, s.height, s.drawn, s.last = width, height, 0, nil
	fmt.Fprint(s.out, "\x1b[r")
}

// Close resets the scrolling region to the whole terminal.
func (s *Screen) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Fprintf(s.out, "\x1b[r\x1b[%d;1H\n", s.height)
	return err
}

const (
	lit   = "\x1b[38;5;203m●\x1b[0m"
	unlit = "\x1b[38;5;240m·\x1b[0m"
)

// render formats a picture as lines of a terminal, with a gap between LEDs.
func render(picture image.Image, gap, caption string) []byte {
	b := picture.Bounds()
	var text bytes.Buffer
	edge := strings.Repeat("─", (1+len(gap))*b.Dx()+len(gap))
	fmt.Fprintf(&text, "╭%s╮\x1b[K\r\n", edge)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		text.WriteString("│" + gap)
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, _, _, _ := picture.At(x, y).RGBA(); r >= 0x8000 {
				text.WriteString(lit + gap)
			} else {
				text.WriteString(unlit + gap)
			}
		}
		text.WriteString("│\x1b[K\r\n")
	}
	fmt.Fprintf(&text, "╰%s╯\x1b[K\r\n %s\x1b[K", edge, caption)
	return text.Bytes()
}

const (
	minFrame    = 20 * time.Millisecond  // between two frames; the eye sees no more of them
	stopTimeout = 300 * time.Millisecond // for the terminal to take the last frame
)

// Show draws the panel in a terminal whenever it changes, with the address of the
// page below it, until stop is called. It must be called before the daemon runs.
func (w *World) Show(file *os.File, page string) (screen *Screen, stop func()) {
	width, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		width, height = 80, 24
	}
	screen = NewScreen(file, width, height)
	changed := make(chan struct{}, 1)
	w.Panel.OnChange = func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	draw := func() {
		caption := fmt.Sprintf("%d packets over SPI. Ctrl-C stops the demo. Web page: %s", w.Panel.Packets(), page)
		screen.Draw(w.Panel.Picture(mounted), caption)
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			draw()
			select {
			case <-quit:
				draw()
				screen.Close()
				return
			case <-resized:
				if width, height, err := term.GetSize(int(file.Fd())); err == nil {
					screen.Resize(width, height)
				}
			case <-changed:
				time.Sleep(minFrame)
			}
		}
	}()
	return screen, func() {
		signal.Stop(resized)
		close(quit)
		select {
		case <-done:
		case <-time.After(stopTimeout): // the terminal is stopped, for example by Ctrl-S
		}
	}
}
