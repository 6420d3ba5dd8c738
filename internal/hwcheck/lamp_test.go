package hwcheck_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestTheLampFadesUpAndDownRepeatedlyAndEndsDark(t *testing.T) {
	var board *sim.Board
	var duties []uint16
	got := scenario{
		yaml: "  lamp: {plugin: fade, output: GPIO18}", duration: 10 * time.Second,
		person: func(t *scheduler.Task, b *sim.Board) error { // from a second on
			board = b
			for range t.Every(time.Second) {
				duties = append(duties, b.Duty("GPIO18"))
			}
			return nil
		},
	}.check(t)
	got.contains("GPIO18 fades up and down, 2s each way")
	got.succeeds()
	if len(duties) < 8 {
		t.Fatalf("got only %v", duties)
	}
	for i := 0; i+3 < 8; i += 4 { // at 1 s it is halfway up, at 2 s bright, at 3 s halfway down, at 4 s dark
		up, bright, down, dark := duties[i], duties[i+1], duties[i+2], duties[i+3]
		if !(0 < up && up < bright && bright > 60000 && 0 < down && down < bright && dark < 100) {
			t.Errorf("round %d is %v", i/4, duties[i:i+4])
		}
	}
	if duty := board.Duty("GPIO18"); duty != 0 {
		t.Errorf("duty at the end: %d", duty)
	}
}

func TestSeveralOutputsFadeOneAfterTheOther(t *testing.T) {
	together := map[string]bool{}
	got := scenario{
		yaml: "  strip: {plugin: fade, output: [GPIO12, GPIO18, GPIO19]}", duration: 13 * time.Second,
		person: func(t *scheduler.Task, b *sim.Board) error {
			for range t.Every(500 * time.Millisecond) {
				lit := ""
				for _, name := range []string{"GPIO12", "GPIO18", "GPIO19"} {
					if b.Duty(name) > 0 {
						lit += name
					}
				}
				together[lit] = true
			}
			return nil
		},
	}.check(t)
	got.contains("GPIO12 fades up", "GPIO18 fades up", "GPIO19 fades up", "GPIO12 fades up")
	delete(together, "")
	if len(together) != 3 || !together["GPIO12"] || !together["GPIO18"] || !together["GPIO19"] {
		t.Errorf("lit together: %v", together)
	}
}

// noPWM is a board without the overlay for PWM.
type noPWM struct{ gpio.Backend }

func (b noPWM) Pin(name string) (conngpio.PinIO, error) {
	pin, err := b.Backend.Pin(name)
	if p, ok := pin.(gpioext.BoardPin); ok {
		return pinWithoutPWM{p}, err
	}
	return pin, err
}

type pinWithoutPWM struct{ gpioext.BoardPin }

func (p pinWithoutPWM) StartPWM(time.Duration) (gpioext.PWM, error) {
	return nil, fmt.Errorf("PWM on %s: %w", p.Name(), errNoOverlay)
}

var errNoOverlay = errors.New("add dtoverlay=pwm-2chan")

func TestTheEncoderIsTestedAlthoughTheOutputCannotBeOpened(t *testing.T) {
	got := scenario{
		yaml:    lamp,
		backend: func(b *sim.Board, _ *scheduler.VirtualClock) gpio.Backend { return noPWM{b} },
		person:  turns("GPIO5", "GPIO6", 4, 1),
	}.check(t)
	got.contains("output[0]  FAILED: PWM on GPIO18: add dtoverlay=pwm-2chan", "encoder.a  GPIO5: ", "clockwise, total +1")
	got.lacks("fades up and down")
	got.fails("1 of 3 parts could not be opened")
}
