package demo_test

import (
	"context"
	"flag"
	"fmt"
	"image"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	_ "ptvd/plugins/all"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// epoch is ten to eight on a Thursday in Melbourne.
var epoch = time.Date(2026, 11, 18, 20, 50, 0, 0, time.UTC)

// show is what a panel showed from a moment on.
type show struct {
	since   time.Duration
	picture *image.Gray
}

// deed is what somebody does to the world at a moment, and what is then looked at.
type deed struct {
	at time.Duration
	do func(*played) error
}

// played is a demo that has ended, and what its panel showed.
type played struct {
	world  *demo.World
	daemon *daemon.Daemon
	shown  []show
}

// play runs the demo in virtual time while somebody does things to its world.
func play(t *testing.T, lasts time.Duration, deeds ...deed) *played {
	t.Helper()
	const boot = scheduler.Instant(time.Minute) // the machine was started a while ago
	clock := scheduler.NewVirtualClock(boot)
	now := func() time.Time { return epoch.Add(clock.Now().Sub(boot)) }
	world, err := demo.NewWorld(now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	p := &played{world: world}
	world.Panel.OnChange = func() {
		p.shown = append(p.shown, show{clock.Now().Sub(boot), world.Panel.Picture(sim.Arrangement{})})
	}
	options, err := world.Options(slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	options.Clock, options.Lasts, options.World = clock, lasts, world
	board := options.Board
	options.Board = func(loop *scheduler.Loop) (gpio.Backend, error) {
		loop.Post(func() {
			loop.Go("somebody", func(t *scheduler.Task) error {
				for _, d := range deeds {
					if err := t.SleepUntil(boot.Add(d.at)); err != nil {
						return err
					}
					if err := d.do(p); err != nil {
						return err
					}
				}
				return nil
			})
		})
		return board(loop)
	}
	p.daemon = daemon.New(options)
	if err := p.daemon.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return p
}

func text(picture *image.Gray) string {
	var b strings.Builder
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if picture.GrayAt(x, y).Y > 0 {
				b.WriteString("# ")
			} else {
				b.WriteString(". ")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestThePanelShowsSomethingWithinASecond(t *testing.T) {
	for _, s := range play(t, time.Second).shown {
		if strings.Contains(text(s.picture), "#") {
			return
		}
	}
	t.Error("the panel stayed dark")
}

func TestTheDemoShowsItsPagesInTurn(t *testing.T) {
	shown := play(t, 25*time.Second).shown
	var got strings.Builder
	for second := range 25 {
		at := time.Duration(second+1) * time.Second
		fmt.Fprintf(&got, "after %v\n%s\n", at, text(pictureAt(shown, at)))
	}
	golden(t, "testdata/pages.txt", got.String())
}

func TestAStopLeavesThePanelBlankTheLampOffAndTheLinesFree(t *testing.T) {
	world := play(t, 20*time.Second).world
	if world.Panel.On() {
		t.Error("the panel is still on")
	}
	if duty := world.Board.Duty("GPIO18"); duty != 0 {
		t.Errorf("the lamp is still at duty %d", duty)
	}
	for _, line := range []string{"GPIO17", "GPIO5", "GPIO6", "GPIO18"} {
		if user := world.Board.User(line); user != "" {
			t.Errorf("%s is still held by %s", line, user)
		}
	}
}

// pictureAt returns what the panel showed at a moment.
func pictureAt(shown []show, at time.Duration) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	for _, s := range shown {
		if s.since <= at {
			picture = s.picture
		}
	}
	return picture
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; if it should be, run the test with -update, and look at it\n%s", name, got)
	}
}
