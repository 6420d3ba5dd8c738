package display

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
)

func TestATransferThatHangsIsReported(t *testing.T) {
	health := host.NewHealth(func() plugins.Instant { return 0 }, func(*host.Health) {})
	s := sender{env: plugins.Env{Health: health}, device: plugins.Choice[panel.DeviceConfig]{Name: "max7219", Value: &max7219.Config{SPI: "SPI0.0", Width: 8, Height: 8}}}
	s.since = plugins.Instant(time.Hour)
	s.watch(s.since.Add(sendTimeout))
	if health.Condition != host.OK {
		t.Error("it was reported too early")
	}
	s.watch(s.since.Add(sendTimeout + 1))
	if health.Condition != host.Degraded {
		t.Error("it was not reported")
	}
}

// slowDevice is a device whose transfers take three seconds.
type slowDevice struct {
	clock *scheduler.VirtualClock
	calls []string
}

func (d *slowDevice) Show(panel.Frame) (int, error) {
	d.calls = append(d.calls, "show begins")
	err := d.clock.Sleep(context.Background(), 3*time.Second)
	d.calls = append(d.calls, "show ends")
	return 0, err
}

func (d *slowDevice) Resend(f panel.Frame) (int, error) { return d.Show(f) }

func (d *slowDevice) Blank() error {
	d.calls = append(d.calls, "blank")
	return nil
}

func (d *slowDevice) Close() error {
	d.calls = append(d.calls, "close")
	return nil
}

func TestThePanelIsBlankedAfterATransferThatWasAbandoned(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	device := &slowDevice{clock: clock}
	s := sender{open: device}
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(task *scheduler.Task) error {
		show := func() error {
			return s.await(task, func() error {
				_, err := device.Show(panel.Frame{})
				return err
			})
		}
		if err := task.Timeout(time.Second, show); !errors.Is(err, plugins.ErrTimeout) {
			t.Errorf("the transfer was not abandoned: %v", err)
		}
		return s.blank(task)
	})
	if want := []string{"show begins", "show ends", "blank", "close"}; err != nil || !slices.Equal(device.calls, want) {
		t.Errorf("the calls are %q (%v), want %q", device.calls, err, want)
	}
}
