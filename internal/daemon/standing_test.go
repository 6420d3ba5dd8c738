package daemon_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

func TestABoardThatStandsStillWakesOnlyToLookAtItsPanel(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte(`board: sim
plugins:
  clock: {plugin: timesource}
  panel: {plugin: display, every: 100ms, device: {max7219: {spi: SPI0.0, width: 32, refresh: 10m}}, pages: [{message: Hello}]}
  bell: {plugin: button, pin: GPIO17, on_press: panel.next}
  lamp: {plugin: fade, encoder: {a: GPIO5, b: GPIO6}, output: GPIO18}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	file.StateDir = t.TempDir()
	d := daemon.New(daemon.Options{File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0)})
	var wakeups uint64
	scripts = map[string]script{"clock": {start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("work", func(t *plugins.Task) error {
			defer d.Stop()
			env.TimeSource.Correct(0)
			t.Sleep(20*time.Second + time.Millisecond) // so that it wakes between two looks
			before := d.State().Loop.Wakeups
			t.Sleep(time.Minute)
			wakeups = d.State().Loop.Wakeups - before
			return nil
		})
		return nil
	}}}
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if wakeups != 600+1 { // and the end of that minute
		t.Errorf("%d in a minute with 600 looks", wakeups)
	}
}
