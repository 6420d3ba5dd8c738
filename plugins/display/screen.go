package display

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display/max7219"
)

// screen brings pictures to the chain of modules, and the chain back to work when
// it fails.
type screen struct {
	env     plugins.Env
	device  MAX7219
	chain   *max7219.Chain
	picture *image.Gray // the newest; nil: there is none yet
	level   int         // its intensity
	changed plugins.Event
	wire    *wire           // nil: the port is not open
	since   plugins.Instant // when the transfer that goes on began; 0: none does
}

func newScreen(env plugins.Env, device MAX7219) *screen {
	return &screen{env: env, device: device, chain: max7219.New(max7219.Layout{
		Width: device.Width, Orientation: device.Orientation,
		Reverse: device.Reverse, UpsideDown: device.UpsideDown,
	})}
}

// show takes a picture if it differs from the one before, and returns whether it
// does. It does not wait until the panel shows it.
func (s *screen) show(picture *image.Gray, brightness plugins.Percent) bool {
	level := intensity(brightness)
	differs := s.picture == nil || !bytes.Equal(picture.Pix, s.picture.Pix)
	if differs {
		s.picture = picture
	}
	if differs || level != s.level {
		s.level = level
		s.changed.Set()
	}
	return differs
}

// intensity returns the chips' level that comes nearest to a brightness.
func intensity(brightness plugins.Percent) int {
	return int(math.Round(float64(brightness) * max7219.MaxIntensity))
}

// open opens the port.
func (s *screen) open(t *plugins.Task) error {
	port, err := s.env.Board.SPI(t, string(s.device.SPI), int64(s.device.Hz))
	if err == nil {
		s.wire = &wire{port: port}
	}
	return err
}

// How long to wait before the port is opened again: this, then twice that …
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// send is the task that holds the port open, as long as it takes. One transfer that
// fails is no alarm: two are, and so is a port that cannot be opened.
func (s *screen) send(t *plugins.Task) error {
	pause := plugins.NewBackoff(s.env.Clock, s.env.Instance)
	for {
		err := s.open(t)
		lasting := err != nil
		if err == nil {
			err = s.serve(t, &pause)
		}
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		wait := pause.Next(firstPause, longestPause)
		if lasting || pause.Tries() > 1 {
			s.env.Health.Degraded("the panel on %s does not work: %v; trying again", s.device.SPI, err)
		}
		s.env.Log.Debug("the panel does not work", "port", s.device.SPI, "err", err, "retry_in", wait.Round(time.Millisecond))
		if err := t.Sleep(wait); err != nil {
			return err
		}
	}
}

const (
	// resendEvery is how often the whole chain is set up again.
	resendEvery = time.Minute
	// steadyAfter is when it is for the first time after a failure. Only then all
	// is well, so that a panel which fails now and then is not said to be between.
	steadyAfter = 10 * time.Second
)

// serve sends what changes, until that fails.
func (s *screen) serve(t *plugins.Task, pause *plugins.Backoff) error {
	s.chain.Resend()
	resend := t.Now().Add(resendEvery)
	if pause.Tries() > 0 {
		resend = t.Now().Add(steadyAfter)
	}
	if s.picture != nil {
		s.changed.Set()
	}
	for {
		err := t.Timeout(resend.Sub(t.Now()), func() error { return s.changed.Wait(t) })
		if err != nil && !errors.Is(err, plugins.ErrTimeout) {
			return err
		}
		s.changed.Clear()
		now := t.Now()
		whole := now >= resend
		if whole {
			s.chain.Resend()
			resend = now.Add(resendEvery)
		}
		if err := s.transfer(t); err != nil {
			return s.hangUp(t, err)
		}
		if whole && t.Now().Sub(now) <= slow {
			pause.Reset()
			s.env.Health.OK()
		}
	}
}

// transfer sends what the chain does not hold yet.
func (s *screen) transfer(t *plugins.Task) error {
	packets := s.chain.Update(s.picture, s.level)
	if len(packets) == 0 {
		return nil
	}
	s.since = t.Now()
	err := s.wire.tx(t, packets)
	s.since = 0
	return err
}

// hangUp closes the port after an error. One that ends the task leaves it open,
// for the last picture.
func (s *screen) hangUp(t *plugins.Task, err error) error {
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	port := s.wire.port
	s.wire = nil
	if _, closing := plugins.Await(t, func(context.Context) (struct{}, error) { return struct{}{}, port.Close() }); errors.Is(closing, plugins.ErrCancelled) {
		return closing
	}
	return err
}

// slow is how long a transfer may take: it is a matter of milliseconds.
const slow = 5 * time.Second

// watch notices a transfer that does not end. The system cannot interrupt it, and
// neither can we; everything else goes on.
func (s *screen) watch(now plugins.Instant) {
	if s.since != 0 && now.Sub(s.since) > slow {
		s.env.Health.Degraded("the panel on %s does not take a picture: a transfer has been going on for more than %v", s.device.SPI, slow)
	}
}

// off makes the panel dark.
func (s *screen) off(t *plugins.Task) error {
	if s.wire == nil {
		return nil
	}
	return s.wire.tx(t, s.chain.Off())
}
