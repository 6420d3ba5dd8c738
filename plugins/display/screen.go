package display

import (
	"bytes"
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
	level := int(math.Round(float64(brightness) * max7219.MaxIntensity))
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

// How long to wait before the port is opened again: this, then twice that …
const (
	firstPause   = 2 * time.Second
	longestPause = time.Minute
)

// send is the task that holds the port open, as long as it takes.
func (s *screen) send(t *plugins.Task) error {
	pause := firstPause
	for {
		err := s.serve(t, func() { pause = firstPause })
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		s.env.Health.Degraded("the panel on %s does not work: %v; trying again", s.device.SPI, err)
		s.env.Log.Debug("the panel does not work", "port", s.device.SPI, "error", err, "again_in", pause)
		if err := t.Sleep(pause); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// resendEvery is how often the whole chain is set up again.
const resendEvery = time.Minute

// serve opens the port and sends what changes, until that fails.
func (s *screen) serve(t *plugins.Task, works func()) error {
	port, err := s.env.Board.SPI(t, string(s.device.SPI), int64(s.device.Hz))
	if err != nil {
		return err
	}
	s.wire = &wire{port: port}
	s.chain.Resend()
	resend := t.Now().Add(resendEvery)
	if s.picture != nil {
		s.changed.Set()
	}
	for {
		err := t.Timeout(resend.Sub(t.Now()), func() error { return s.changed.Wait(t) })
		if err != nil && !errors.Is(err, plugins.ErrTimeout) {
			return err
		}
		s.changed.Clear()
		if t.Now() >= resend {
			s.chain.Resend()
			resend = t.Now().Add(resendEvery)
		}
		if err := s.transfer(t); err != nil {
			return s.hangUp(t, err)
		}
		works()
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
	if err != nil {
		return err
	}
	s.env.Health.OK()
	return nil
}

// hangUp closes the port after an error. One that ends the task leaves it open,
// for the last picture.
func (s *screen) hangUp(t *plugins.Task, err error) error {
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	port := s.wire.port
	s.wire = nil
	if closing := closeBeside(t, port); errors.Is(closing, plugins.ErrCancelled) {
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
