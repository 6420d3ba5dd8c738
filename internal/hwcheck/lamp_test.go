package hwcheck_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestTheLampGoesUpAndDownAgainAndAgainAndIsDarkInTheEnd(t *testing.T) {
	var board *sim.Board
	var duties []uint16
	got := table{
		yaml: "  lamp: {plugin: fade, output: GPIO18}", lasts: 10 * time.Second,
		hands: func(t *scheduler.Task, b *sim.Board) error { // from a second on
			board = b
			for range t.Every(time.Second) {
				duties = append(duties, b.Duty("GPIO18"))
			}
			return nil
		},
	}.check(t)
	got.says("GPIO18 goes up and down, 2s each way")
	got.isWell()
	if len(duties) < 8 {
		t.Fatalf("only %v", duties)
	}
	for i := 0; i+3 < 8; i += 4 { // at 1 s it is halfway up, at 2 s bright, at 3 s halfway down, at 4 s dark
		up, bright, down, dark := duties[i], duties[i+1], duties[i+2], duties[i+3]
		if !(0 < up && up < bright && bright > 60000 && 0 < down && down < bright && dark < 100) {
			t.Errorf("round %d is %v", i/4, duties[i:i+4])
		}
	}
	if duty := board.Duty("GPIO18"); duty != 0 {
		t.Errorf("in the end it is at %d", duty)
	}
}

func TestSeveralOutputsTakeTurnsSoThatSwappedOnesShow(t *testing.T) {
	alone := map[string]bool{}
	got := table{
		yaml: "  strip: {plugin: fade, output: [GPIO12, GPIO18, GPIO19]}", lasts: 13 * time.Second,
		hands: func(t *scheduler.Task, b *sim.Board) error {
			for range t.Every(500 * time.Millisecond) {
				lit := ""
				for _, name := range []string{"GPIO12", "GPIO18", "GPIO19"} {
					if b.Duty(name) > 0 {
						lit += name
					}
				}
				alone[lit] = true
			}
			return nil
		},
	}.check(t)
	got.says("GPIO12 goes up", "GPIO18 goes up", "GPIO19 goes up", "GPIO12 goes up")
	delete(alone, "")
	if len(alone) != 3 || !alone["GPIO12"] || !alone["GPIO18"] || !alone["GPIO19"] {
		t.Errorf("lit at a time were %v", alone)
	}
}

// noPWM is a board whose overlay was forgotten.
type noPWM struct{ gpio.Backend }

func (noPWM) OpenPWM(name string, _ time.Duration) (gpio.PWM, error) {
	return nil, fmt.Errorf("PWM on %s: %w", name, errNoOverlay)
}

var errNoOverlay = errors.New("add dtoverlay=pwm-2chan")

func TestALampWithoutItsOverlayIsSaidAndItsKnobIsTriedAllTheSame(t *testing.T) {
	got := table{
		yaml:  lamp,
		wrap:  func(b *sim.Board, _ *scheduler.VirtualClock) gpio.Backend { return noPWM{b} },
		hands: turns("GPIO5", "GPIO6", 4, 1),
	}.check(t)
	got.says("output[0]  FAILED: PWM on GPIO18: add dtoverlay=pwm-2chan", "encoder.a  GPIO5: ", "clockwise, +1 in all")
	got.saysNot("goes up and down")
	got.fails("1 of 3 parts could not be opened")
}
