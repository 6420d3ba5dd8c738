package demo

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// minFrame is the minimum time between two frames; the eye sees no more of them.
const minFrame = 20 * time.Millisecond

// stopTimeout limits how long stop waits for the terminal to take the last frame.
const stopTimeout = 300 * time.Millisecond

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
