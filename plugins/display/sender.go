package display

import (
	"bytes"
	"cmp"
	"errors"
	"image"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

// sender brings frames to the device, and opens the device again after a failure.
type sender struct {
	env     plugins.Env
	device  plugins.Choice[panel.DeviceConfig]
	frame   panel.Frame // the newest
	sending *image.Gray // the picture that is being sent; nil: none is
	changed plugins.Event
	open    panel.Device    // nil: it is not open
	failed  bool            // a device that was open is closed, and may show a picture
	turns   plugins.Turns   // of its methods
	since   plugins.Instant // when the current transfer was started; 0: there is none
	refresh plugins.Instant // when everything is sent again
}

// show takes the newest frame, and returns whether its picture differs from the one
// before. It does not wait for the device.
func (s *sender) show(f panel.Frame) (differs bool) {
	before := s.frame
	if differs = before.Picture == nil || !bytes.Equal(f.Picture.Pix, before.Picture.Pix); !differs {
		f.Picture = before.Picture
	}
	if s.frame = f; f != before {
		s.changed.Set()
	}
	return differs
}

// String names the device in messages: max7219 on SPI0.0.
func (s *sender) String() string {
	return s.device.Name + " on " + strings.Join(s.device.Value.Parts(), ", ")
}

// How long to wait before the device is opened again: at first, and at most.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// send is the task that keeps the device open. Health reports an open that fails, and
// the second transfer in a row that does, but not the first.
func (s *sender) send(t *plugins.Task) error {
	pause := plugins.NewBackoff(s.env)
	for {
		device, err := s.device.Value.Open(t, s.env)
		s.failed = s.failed && !errors.Is(err, plugins.ErrCancelled) // which may still open it
		notOpen := err != nil
		if err == nil {
			s.open = device
			err = s.serve(t, &pause)
		}
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		wait := pause.Next(firstPause, longestPause)
		if notOpen || pause.Tries() > 1 {
			s.env.Health.Degraded("%v failed: %v; retrying", s, err)
		}
		s.env.Log.Debug("panel device failed", "device", s.String(), "err", err, "retry_in", wait.Round(time.Millisecond))
		if err := t.Sleep(wait); err != nil {
			return err
		}
	}
}

const (
	// never is so long that a device that loses nothing is not refreshed.
	never = 365 * 24 * time.Hour
	// steadyAfter is how long a device works after a failure until Health is OK again, so
	// that it does not alternate with a device that fails now and then.
	steadyAfter = 10 * time.Second
	// sendTimeout is how long a transfer may take, which is a matter of milliseconds.
	sendTimeout = 5 * time.Second
)

// serve sends what changes, and everything now and then, until a transfer fails.
func (s *sender) serve(t *plugins.Task, pause *plugins.Backoff) error {
	every := cmp.Or(s.device.Value.RefreshEvery(), never)
	steady := t.Now().Add(steadyAfter)
	s.refresh = t.Now().Add(every)
	if pause.Tries() > 0 {
		s.refresh = t.Now().Add(min(every, steadyAfter))
	}
	if s.frame.Picture != nil {
		s.changed.Set()
	}
	var (
		frame panel.Frame
		all   bool
		sent  int
	)
	transfer := func() (err error) { // made once, so that a frame allocates nothing
		if all {
			sent, err = s.open.Resend(frame)
		} else {
			sent, err = s.open.Show(frame)
		}
		return err
	}
	for {
		if err := s.changed.Wait(t); err != nil {
			return err
		}
		s.changed.Clear()
		now, figure := t.Now(), "changed_bytes_total"
		if all = now >= s.refresh; all {
			figure, s.refresh = "refreshed_bytes_total", now.Add(every)
		}
		frame = s.frame
		s.sending = frame.Picture
		err := s.await(t, transfer)
		s.sending = nil
		if err != nil {
			return s.close(t, err)
		}
		s.env.Meter.Count(figure, float64(sent))
		if all && now >= steady && t.Now().Sub(now) <= sendTimeout {
			pause.Reset()
			s.env.Health.OK()
		}
	}
}

// await runs a method of the device beside the loop. A transfer that was still running
// when its task was cancelled is waited for, so that blank comes last.
func (s *sender) await(t *plugins.Task, do func() error) error {
	s.since = t.Now()
	err := s.turns.Do(t, do)
	s.since = 0
	return err
}

// close closes the device after an error, which it returns. At the end of the task the
// device stays open, to be blanked.
func (s *sender) close(t *plugins.Task, err error) error {
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	device := s.open
	s.open, s.failed = nil, true
	if closing := s.await(t, device.Close); errors.Is(closing, plugins.ErrCancelled) {
		return closing
	}
	return err
}

// watch has everything sent again when it is time, and reports a transfer that does not
// end. It cannot be interrupted, and blocks nothing else.
func (s *sender) watch(now plugins.Instant) {
	if now >= s.refresh {
		s.changed.Set()
	}
	if s.since != 0 && now.Sub(s.since) > sendTimeout {
		s.env.Health.Degraded("%v: a transfer has not ended within %v", s, sendTimeout)
	}
}

// blank makes the device dark and closes it. One that has failed may work again.
func (s *sender) blank(t *plugins.Task) (err error) {
	if s.open == nil && s.failed {
		if s.open, err = s.device.Value.Open(t, s.env); err != nil { // the health has said that it fails
			s.env.Log.Debug("panel not switched off", "err", err)
			return nil
		}
	}
	if s.open == nil {
		return nil
	}
	return s.await(t, func() error { return errors.Join(s.open.Blank(), s.open.Close()) })
}
