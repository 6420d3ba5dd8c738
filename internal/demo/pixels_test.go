package demo_test

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// lights draws the LEDs of a panel as the page is told of them.
func lights(t *testing.T, p web.Panel) string {
	t.Helper()
	var b strings.Builder
	for _, row := range p.Rows {
		bits, err := strconv.ParseUint(row, 16, 32)
		if err != nil || len(row) != 8 {
			t.Fatal(row, err)
		}
		for x := range p.Width {
			b.WriteString(map[bool]string{true: "# ", false: ". "}[bits>>(31-x)&1 == 1])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestThePageShowsExactlyThePixelsThatWentOverSPI(t *testing.T) {
	const boot = scheduler.Instant(time.Minute)
	clock := scheduler.NewVirtualClock(boot)
	now := func() time.Time { return epoch.Add(clock.Now().Sub(boot)) }
	world, err := demo.NewWorld(now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	options, err := world.Options(slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	options.Clock, options.System, options.Lasts, options.World = clock, system{now}, 10*time.Second, world
	var d *daemon.Daemon
	board, got := options.Board, ""
	options.Board = func(loop *scheduler.Loop) (gpio.Backend, error) {
		loop.Post(func() {
			loop.Go("somebody", func(t2 *scheduler.Task) error {
				if err := t2.Sleep(time.Second); err != nil {
					return err
				}
				panels := d.State().Panels
				if len(panels) != 1 {
					t.Errorf("%d panels", len(panels))
					return nil
				}
				got = lights(t, panels[0])
				if want := text(world.Panel.Picture(sim.Arrangement{})); got != want {
					t.Errorf("the page shows\n%s\nand the panel\n%s", got, want)
				}
				return nil
			})
		})
		return board(loop)
	}
	d = daemon.New(options)
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/page.txt", got)
}
