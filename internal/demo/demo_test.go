package demo_test

import (
	"context"
	"flag"
	"fmt"
	"image"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	_ "ptvd/plugins/all"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// unsynced is a storage without a disk, since a day writes the level of the lamp some ten
// thousand times.
type unsynced map[string][]byte

func (u unsynced) Load(name string) ([]byte, error) { return u[name], nil }

func (u unsynced) Save(name string, data []byte) error {
	u[name] = slices.Clone(data)
	return nil
}

// epoch is ten to eight on a Thursday in Melbourne.
var epoch = time.Date(2026, 11, 18, 20, 50, 0, 0, time.UTC)

// frame is a picture on the panel, and when it appeared.
type frame struct {
	since   time.Duration
	picture *image.Gray
}

// action is done to the world at a time after the start.
type action struct {
	at time.Duration
	do func(*run) error
}

// run is a demo that has ended, and what its panel showed.
type run struct {
	world  *demo.World
	daemon *daemon.Daemon
	frames []frame
}

// play runs the demo in virtual time, and the actions meanwhile.
func play(t *testing.T, lasts time.Duration, actions ...action) *run {
	t.Helper()
	return playOn(t, scheduler.NewVirtualClock(boot), slog.New(slog.NewTextHandler(t.Output(), nil)), string(configs.Demo), lasts, actions...)
}

const boot = scheduler.Instant(time.Minute) // the monotonic clock at the start

// playOn is play with a clock, a log and a configuration.
func playOn(t *testing.T, clock *scheduler.VirtualClock, log *slog.Logger, yaml string, lasts time.Duration, actions ...action) *run {
	t.Helper()
	now := func() time.Time { return epoch.Add(clock.Now().Sub(boot)) }
	world, err := demo.NewWorld(now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	p := &run{world: world}
	world.Panel.OnChange = func() {
		p.frames = append(p.frames, frame{clock.Now().Sub(boot), world.Panel.Picture(sim.Arrangement{Module: &sim.FC16})})
	}
	options, err := world.Options(log)
	if err != nil {
		t.Fatal(err)
	}
	file, err := config.Parse("demo.yaml", []byte(yaml), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	options.File.Instances = file.Instances
	options.Clock, options.Lasts, options.World = clock, lasts, world
	states := map[string]unsynced{}
	options.State = func(instance string) host.Storage {
		if states[instance] == nil {
			states[instance] = unsynced{}
		}
		return states[instance]
	}
	board := options.Board
	options.Board = func(loop *scheduler.Loop) (gpio.Backend, error) {
		loop.Post(func() {
			loop.Go("actions", func(t *scheduler.Task) error {
				for _, d := range actions {
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
	world.Reload = p.daemon.Reload
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

func TestPanelShowsSomethingWithinASecond(t *testing.T) {
	for _, s := range play(t, time.Second).frames {
		if strings.Contains(text(s.picture), "#") {
			return
		}
	}
	t.Error("the panel is dark")
}

func TestDemoShowsEachPage(t *testing.T) {
	frames := play(t, 25*time.Second).frames
	var got strings.Builder
	for second := range 25 {
		at := time.Duration(second+1) * time.Second
		fmt.Fprintf(&got, "after %v\n%s\n", at, text(pictureAt(frames, at)))
	}
	golden(t, "testdata/pages.txt", got.String())
}

func TestStopLeavesPanelBlankLampOffAndLinesFree(t *testing.T) {
	world := play(t, 20*time.Second).world
	if world.Panel.On() {
		t.Error("the panel is still on")
	}
	if duty := world.Board.Duty("GPIO18"); duty != 0 {
		t.Errorf("the lamp is at duty %d", duty)
	}
	for _, line := range []string{"GPIO17", "GPIO5", "GPIO6", "GPIO18"} {
		if user := world.Board.User(line); user != "" {
			t.Errorf("%s is in use by %s", line, user)
		}
	}
}

// pictureAt returns the picture at a time after the start.
func pictureAt(frames []frame, at time.Duration) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	for _, s := range frames {
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
		t.Errorf("%s differs; if the change is intended, run the test with -update and check the diff\n%s", name, got)
	}
}
