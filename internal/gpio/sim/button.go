package sim

import (
	"math/rand/v2"
	"slices"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// contact is a switch between a line and ground. While it is open, the pull resistor
// decides the level of the line.
type contact struct {
	board  *Board
	line   string
	rng    *rand.Rand
	closed bool
}

func newContact(b *Board, line string, rng *rand.Rand) *contact {
	b.Level(line) // panics if there is no such line
	return &contact{board: b, line: line, rng: rng}
}

// set closes or opens the contact, which bounces for less than maxBounce. If the task
// is cancelled meanwhile, the contact stops bouncing at once.
func (c *contact) set(t *scheduler.Task, closed bool, maxBounce time.Duration) error {
	if c.closed == closed {
		return nil
	}
	c.closed = closed
	start, now := t.Now(), !closed
	for _, after := range Bounce(c.rng, maxBounce) {
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

// Button is a push button between a line and ground: it needs a pull-up resistor and
// is active low. Each change bounces for up to [MaxBounce].
type Button struct{ contact *contact }

// NewButton returns a button that is not pressed. The seed determines how it bounces.
func NewButton(b *Board, line string, seed uint64) *Button {
	return &Button{newContact(b, line, rand.New(rand.NewPCG(seed, 0)))}
}

// Press closes the contact, and returns when it no longer bounces.
func (b *Button) Press(t *scheduler.Task) error { return b.contact.set(t, true, MaxBounce) }

// Release opens the contact, and returns when it no longer bounces.
func (b *Button) Release(t *scheduler.Task) error { return b.contact.set(t, false, MaxBounce) }

// Click presses the button and releases it. The hold time counts from the first
// contact to the beginning of the release.
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

// MaxBounce is how long a contact of a [Button] bounces at most, like that of a
// cheap tactile switch.
const MaxBounce = 5 * time.Millisecond

// Bounce returns the times at which a contact changes when it is closed or opened at
// time 0: at 0, and then an even number of times while it bounces, all before limit.
func Bounce(rng *rand.Rand, limit time.Duration) []time.Duration {
	length := rng.Int64N(int64(limit))
	changes := make([]time.Duration, 1+2*rng.IntN(8))
	for i := range changes[1:] {
		changes[1+i] = time.Duration(rng.Int64N(length + 1))
	}
	slices.Sort(changes)
	return changes
}
