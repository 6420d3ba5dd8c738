package demo

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// fastest is how often a terminal is drawn at the most. The LEDs change no faster
// than this for an eye.
const fastest = 20 * time.Millisecond

// patience is how long the end waits for a terminal to take the last picture.
const patience = 300 * time.Millisecond

// Show draws the panel into a terminal whenever it changes, until the screen is
// closed, and says where the page is. It is called before the daemon runs.
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
		caption := fmt.Sprintf("%d packets over SPI. Ctrl-C ends it. In a browser: %s", w.Panel.Packets(), page)
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
				time.Sleep(fastest)
			}
		}
	}()
	return screen, func() {
		signal.Stop(resized)
		close(quit)
		select {
		case <-done:
		case <-time.After(patience): // the terminal stands still; it must not keep us
		}
	}
}
