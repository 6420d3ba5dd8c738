package sim

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// contact is a switch from a line to ground. Open, it leaves the line to its pull.
type contact struct {
	board  *Board
	line   string
	dice   *rand.Rand
	closed bool
}

func newContact(b *Board, line string, dice *rand.Rand) *contact {
	b.Level(line) // it exists
	return &contact{board: b, line: line, dice: dice}
}

// set closes or opens the contact, which bounces for less than most. A task that
// is cancelled meanwhile leaves it at rest.
func (c *contact) set(t *scheduler.Task, closed bool, most time.Duration) error {
	if c.closed == closed {
		return nil
	}
	c.closed = closed
	start, now := t.Now(), !closed
	for _, after := range Bounce(c.dice, most) {
		if err := t.SleepUntil(start.Add(after)); err != nil {
			c.connect(closed)
			return err
		}
		now = !now
		c.connect(now)
	}
	return nil
}

func (c *contact) connect(closed bool) {
	if closed {
		c.board.Drive(c.line, gpio.Low)
	} else {
		c.board.Float(c.line)
	}
}

// Button is a push button between a line and ground: it wants a pull up, and is
// active low. Each change bounces for up to [MaxBounce].
type Button struct{ contact *contact }

// NewButton returns a button that is not pressed. The seed decides how it bounces.
func NewButton(b *Board, line string, seed uint64) *Button {
	return &Button{newContact(b, line, rand.New(rand.NewPCG(seed, 0)))}
}

// Press closes the contact, and returns when it has come to rest.
func (b *Button) Press(t *scheduler.Task) error { return b.contact.set(t, true, MaxBounce) }

// Release opens it, and returns when it has come to rest.
func (b *Button) Release(t *scheduler.Task) error { return b.contact.set(t, false, MaxBounce) }

// Click presses the button, holds it, from the first touch to the beginning of
// the release, and releases it.
func (b *Button) Click(t *scheduler.Task, held time.Duration) error {
	end := t.Now().Add(held)
	if err := b.Press(t); err != nil {
		return err
	}
	if err := t.SleepUntil(end); err != nil {
		return err
	}
	return b.Release(t)
}
