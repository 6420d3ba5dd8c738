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

// Show draws the panel into a terminal whenever it changes, until the screen is
// closed. It is called before the daemon runs.
func (w *World) Show(file *os.File) (screen *Screen, stop func()) {
	_, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		height = 24
	}
	screen = NewScreen(file, height)
	changed := make(chan struct{}, 1)
	w.Panel.OnChange = func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			w.draw(screen)
			select {
			case <-quit:
				return
			case <-resized:
				if _, height, err := term.GetSize(int(file.Fd())); err == nil {
					screen.Resize(height)
				}
			case <-changed:
				time.Sleep(fastest)
			}
		}
	}()
	return screen, func() {
		signal.Stop(resized)
		close(quit)
		<-done
		w.draw(screen)
		screen.Close()
	}
}

func (w *World) draw(screen *Screen) {
	caption := fmt.Sprintf("%d packets over SPI. Ctrl-C ends it. In a browser: %s", w.Panel.Packets(), w.page)
	screen.Draw(w.Panel.Picture(mounted), caption)
}
