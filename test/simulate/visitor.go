package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// visitor is somebody who uses the button and the knob all day, one after the
// other, and knows what has to come of it. He does not stand on the loop: contacts
// close whether it is busy or not.
type visitor struct {
	*World
	dice     *rand.Rand
	button   *contact
	knob     [2]*contact
	phase    int
	stalls   int  // how often the loop was held up
	moves    int  // how often he did something …
	busy     bool // … and whether he does
	Gestures int  // how many were judged
	Detents  int
	Storms   int
}

func newVisitor(w *World) *visitor {
	v := &visitor{World: w, dice: w.dice("visitor")}
	v.button = &contact{visitor: v, line: buttonLine}
	v.knob = [2]*contact{{visitor: v, line: knobLineA}, {visitor: v, line: knobLineB}}
	return v
}

// live is what he does between one boot and the end of the world.
func (v *visitor) live() {
	for v.sleep(about(v.dice, 8*time.Minute)) {
		if v.board == nil {
			continue
		}
		v.moves++
		v.busy = true
		calm := v.clock.Now() >= v.calm
		switch n := v.dice.IntN(40); {
		case n == 0 && !calm:
			v.storm(v.button)
		case n == 1 && !calm:
			v.storm(v.knob[:]...)
		case n == 2 && !calm:
			v.gesture(tally{long: 1}, func() { v.press(v.between(70*time.Second, 3*time.Minute)) })
		case n < 18:
			v.leaf()
		case n < 24:
			v.gesture(tally{long: 1}, func() { v.press(v.between(1100*time.Millisecond, 3*time.Second)) })
		default:
			v.turn(1 + v.dice.IntN(10))
		}
		v.busy = false
	}
}

func (v *visitor) between(least, most time.Duration) time.Duration {
	return least + time.Duration(v.dice.Int64N(int64(most-least)))
}

// press closes the button's contact for so long.
func (v *visitor) press(held time.Duration) {
	end := v.clock.Now().Add(held)
	v.button.set(true, sim.MaxBounce)
	v.sleep(end.Sub(v.clock.Now()))
	v.button.set(false, sim.MaxBounce)
}

// leaf looks at another page or two, and then for the minutes again.
func (v *visitor) leaf() {
	for range 1 + v.dice.IntN(2) {
		v.gesture(tally{click: 1}, func() { v.press(v.between(30*time.Millisecond, 900*time.Millisecond)) })
		v.sleep(v.between(0, 15*time.Second))
	}
	v.gesture(tally{double: 1}, func() {
		v.press(v.between(30*time.Millisecond, 150*time.Millisecond))
		v.sleep(v.between(30*time.Millisecond, 150*time.Millisecond))
		v.press(v.between(30*time.Millisecond, 700*time.Millisecond))
	})
}

// gesture makes one and finds out whether its action, and no other, was called.
func (v *visitor) gesture(want tally, make func()) {
	before, then := v.World.tally, v.attention(buttonLine)
	make()
	v.sleep(time.Second)
	if !then.stillPaid() {
		return
	}
	now := v.World.tally
	got := tally{now.click - before.click, now.double - before.double, now.long - before.long}
	if v.Gestures++; got != want {
		v.fail("a gesture was lost or mistaken: of %+v came %+v", want, got)
	}
}

// turn turns the knob and finds out whether the lamp has followed.
func (v *visitor) turn(detents int) {
	const fade = 1200 * time.Millisecond
	step := 1
	if v.dice.IntN(2) == 0 {
		step = -1
	}
	v.sleep(v.oracle.booted.Add(2 * time.Second).Sub(v.clock.Now())) // until the lamp is at the level that was kept
	before, then := lampLevel(v.board.Duty(lampOutput)), v.attention(knobLineA, knobLineB)
	perCode := v.between(5*time.Millisecond, 30*time.Millisecond)
	for range detents * 4 {
		v.phase = (v.phase + step) & 3
		end := v.clock.Now().Add(perCode)
		for i, c := range v.knob {
			c.set([4]int{0b00, 0b01, 0b11, 0b10}[v.phase]>>i&1 == 1, min(sim.MaxBounce, perCode*3/4))
		}
		v.sleep(end.Sub(v.clock.Now()))
	}
	v.sleep(fade)
	if !then.stillPaid() {
		return
	}
	v.Detents += detents
	want := min(max(before+step*detents, 0), 20)
	if got := lampLevel(v.board.Duty(lampOutput)); got != want {
		v.fail("detents were lost: %d of them led from level %d to %d, not %d", step*detents, before, got, want)
	}
}

// lampLevel returns the goal, in steps of 5 %, behind a duty cycle.
func lampLevel(duty uint16) int {
	return int(math.Round(20 * math.Pow(float64(duty)/math.MaxUint16, 1/2.8)))
}

// storm lets a loose contact make 20 000 edges a second for a while.
func (v *visitor) storm(contacts ...*contact) {
	v.Storms++
	v.log.Info("a storm of edges begins", "line", contacts[0].line)
	for end := v.clock.Now().Add(v.between(50*time.Millisecond, 500*time.Millisecond)); v.clock.Now() < end; {
		c := contacts[v.dice.IntN(len(contacts))]
		c.connect(!c.closed)
		if !v.sleep(50 * time.Microsecond) {
			return
		}
	}
	v.button.connect(false)
	v.phase = 0
	for _, c := range v.knob {
		c.connect(false)
	}
	v.sleep(5 * time.Second)
}

// attach connects the contacts to the board of another boot.
func (v *visitor) attach() {
	for _, c := range []*contact{v.button, v.knob[0], v.knob[1]} {
		c.connect(c.closed)
	}
}

// attention is what is paid to some lines: somebody has them open, and the loop is
// not held up for longer than the kernel's queue lasts. Without it nothing is
// delivered, and nothing can get lost.
type attention struct {
	visitor               *visitor
	lines                 []string
	boots, losses, stalls int
	paid                  bool
}

func (v *visitor) attention(lines ...string) attention {
	a := attention{visitor: v, lines: lines, boots: v.boots, losses: v.World.lines.losses, stalls: v.stalls}
	a.paid = a.open()
	return a
}

func (a attention) open() bool {
	for _, line := range a.lines {
		if a.visitor.board.User(line) == "" {
			return false
		}
	}
	return a.visitor.daemon != nil && a.visitor.oracle.resumed != scheduler.Never
}

// stillPaid tells whether it was, all the time.
func (a attention) stillPaid() bool {
	v := a.visitor
	return a.paid && a.open() && !v.cut && v.off == 0 &&
		a.boots == v.boots && a.losses == v.World.lines.losses && a.stalls == v.stalls
}

// contact is a switch from a line to ground.
type contact struct {
	visitor *visitor
	line    string
	closed  bool
}

// set closes or opens it; it bounces for less than most.
func (c *contact) set(closed bool, most time.Duration) {
	if c.closed == closed {
		return
	}
	start, now := c.visitor.clock.Now(), closed
	for _, after := range sim.Bounce(c.visitor.dice, most) {
		c.visitor.sleep(start.Add(after).Sub(c.visitor.clock.Now()))
		c.connect(now)
		now = !now
	}
	c.connect(closed)
}

func (c *contact) connect(closed bool) {
	c.closed = closed
	if closed {
		c.visitor.board.Drive(c.line, gpio.Low)
	} else {
		c.visitor.board.Float(c.line)
	}
}
