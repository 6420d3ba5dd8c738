package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// autopilot uses the button and the knob all day and checks the effect. It runs beside
// the loop: contacts move whether the loop is busy or not.
type autopilot struct {
	*World
	rng      *rand.Rand
	button   *contact
	knob     [2]*contact
	phase    int
	blocks   int  // how often the loop was blocked
	moves    int  // how often the button or the knob was used
	busy     bool // one of them is being used
	Gestures int  // how many were checked
	Detents  int  // how many were checked
	Storms   int
}

func newAutopilot(w *World) *autopilot {
	p := &autopilot{World: w, rng: w.rng("autopilot")}
	p.button = &contact{autopilot: p, line: buttonLine}
	p.knob = [2]*contact{{autopilot: p, line: knobLineA}, {autopilot: p, line: knobLineB}}
	return p
}

// run uses the inputs until the end of the run.
func (p *autopilot) run() {
	for p.sleep(about(p.rng, 8*time.Minute)) {
		if p.board == nil {
			continue
		}
		p.moves++
		p.busy = true
		calm := p.clock.Now() >= p.calm
		switch n := p.rng.IntN(40); {
		case n == 0 && !calm:
			p.storm(p.button)
		case n == 1 && !calm:
			p.storm(p.knob[:]...)
		case n == 2 && !calm:
			p.gesture(counter{long: 1}, func() { p.press(p.between(70*time.Second, 3*time.Minute)) })
		case n < 18:
			p.changePages()
		case n < 24:
			p.gesture(counter{long: 1}, func() { p.press(p.between(1100*time.Millisecond, 3*time.Second)) })
		default:
			p.turn(1 + p.rng.IntN(10))
		}
		p.busy = false
	}
}

func (p *autopilot) between(shortest, longest time.Duration) time.Duration {
	return shortest + time.Duration(p.rng.Int64N(int64(longest-shortest)))
}

// press presses the button for a time.
func (p *autopilot) press(duration time.Duration) {
	end := p.clock.Now().Add(duration)
	p.button.set(true, sim.MaxBounce)
	p.sleep(end.Sub(p.clock.Now()))
	p.button.set(false, sim.MaxBounce)
}

// changePages shows the next page once or twice, and then the minutes again.
func (p *autopilot) changePages() {
	for range 1 + p.rng.IntN(2) {
		p.gesture(counter{click: 1}, func() { p.press(p.between(30*time.Millisecond, 900*time.Millisecond)) })
		p.sleep(p.between(0, 15*time.Second))
	}
	p.gesture(counter{double: 1}, func() {
		p.press(p.between(30*time.Millisecond, 150*time.Millisecond))
		p.sleep(p.between(30*time.Millisecond, 150*time.Millisecond))
		p.press(p.between(30*time.Millisecond, 700*time.Millisecond))
	})
}

// gesture makes a gesture and checks that its action, and no other, is called.
func (p *autopilot) gesture(want counter, make func()) {
	before, then := p.World.counter, p.readiness(buttonLine)
	make()
	p.sleep(time.Second)
	if !then.lasted() {
		return
	}
	now := p.World.counter
	got := counter{now.click - before.click, now.double - before.double, now.long - before.long}
	if p.Gestures++; got != want {
		p.fail("a gesture called %+v, want %+v", got, want)
	}
}

// turn turns the knob and checks the level of the lamp.
func (p *autopilot) turn(detents int) {
	const fade = 1200 * time.Millisecond
	step := 1
	if p.rng.IntN(2) == 0 {
		step = -1
	}
	p.sleep(p.oracle.booted.Add(2 * time.Second).Sub(p.clock.Now())) // until the lamp has the saved level
	before, then := lampLevel(p.board.Duty(lampOutput)), p.readiness(knobLineA, knobLineB)
	perCode := p.between(5*time.Millisecond, 30*time.Millisecond)
	for range detents * 4 {
		p.phase = (p.phase + step) & 3
		end := p.clock.Now().Add(perCode)
		for i, c := range p.knob {
			c.set([4]int{0b00, 0b01, 0b11, 0b10}[p.phase]>>i&1 == 1, min(sim.MaxBounce, perCode*3/4))
		}
		p.sleep(end.Sub(p.clock.Now()))
	}
	p.sleep(fade)
	if !then.lasted() {
		return
	}
	p.Detents += detents
	want := min(max(before+step*detents, 0), 20)
	if got := lampLevel(p.board.Duty(lampOutput)); got != want {
		p.fail("%d detents led from level %d to %d, want %d", step*detents, before, got, want)
	}
}

// lampLevel returns the level of a duty cycle, in steps of 5 %. The first step has the
// least light that can be seen.
func lampLevel(duty uint16) int {
	const leastLight = 73
	if duty == leastLight {
		return 1
	}
	return int(math.Round(20 * math.Pow(float64(duty)/math.MaxUint16, 1/2.8)))
}

// storm makes 20 000 edges a second for a while, like a loose contact.
func (p *autopilot) storm(contacts ...*contact) {
	p.Storms++
	p.log.Info("storm of edges", "line", contacts[0].line)
	for end := p.clock.Now().Add(p.between(50*time.Millisecond, 500*time.Millisecond)); p.clock.Now() < end; {
		c := contacts[p.rng.IntN(len(contacts))]
		c.connect(!c.closed)
		if !p.sleep(50 * time.Microsecond) {
			return
		}
	}
	p.button.connect(false)
	p.phase = 0
	for _, c := range p.knob {
		c.connect(false)
	}
	p.sleep(5 * time.Second)
}

// attach connects the contacts to the current board.
func (p *autopilot) attach() {
	for _, c := range []*contact{p.button, p.knob[0], p.knob[1]} {
		c.connect(c.closed)
	}
}

// readiness says whether the daemon must react to some lines: they are open, and the
// loop is not blocked for longer than the kernel queues edges.
type readiness struct {
	autopilot             *autopilot
	lines                 []string
	boots, losses, blocks int
	ready                 bool
}

func (p *autopilot) readiness(lines ...string) readiness {
	a := readiness{autopilot: p, lines: lines, boots: p.boots, losses: p.chip.losses, blocks: p.blocks}
	a.ready = a.now()
	return a
}

func (a readiness) now() bool {
	for _, line := range a.lines {
		if a.autopilot.board.User(line) == "" {
			return false
		}
	}
	return a.autopilot.daemon != nil && a.autopilot.oracle.resumedAt != scheduler.Never
}

// lasted reports whether the daemon was ready all the time.
func (a readiness) lasted() bool {
	p := a.autopilot
	return a.ready && a.now() && !p.cut && p.off == 0 &&
		a.boots == p.boots && a.losses == p.chip.losses && a.blocks == p.blocks
}

// contact is a switch from a line to ground.
type contact struct {
	autopilot *autopilot
	line      string
	closed    bool
}

// set closes or opens the contact, which bounces for less than the given time.
func (c *contact) set(closed bool, bounce time.Duration) {
	if c.closed == closed {
		return
	}
	start, now := c.autopilot.clock.Now(), closed
	for _, after := range sim.Bounce(c.autopilot.rng, bounce) {
		c.autopilot.sleep(start.Add(after).Sub(c.autopilot.clock.Now()))
		c.connect(now)
		now = !now
	}
	c.connect(closed)
}

func (c *contact) connect(closed bool) {
	c.closed = closed
	if closed {
		c.autopilot.board.Drive(c.line, gpio.Low)
	} else {
		c.autopilot.board.Float(c.line)
	}
}
