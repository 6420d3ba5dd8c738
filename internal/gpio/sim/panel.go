package sim

import (
	"slices"
	"sync"
)

// Panel is a chain of MAX7219 chips, each with 8×8 LEDs. Any goroutine may look
// at it.
type Panel struct {
	// OnChange hears whenever what the panel shows has changed, or its
	// intensity. It is called on the goroutine that transfers, and set before
	// the panel is attached.
	OnChange func()

	mu      sync.Mutex
	shift   []byte    // the shift registers, as one: the farthest chip's first
	chips   []max7219 // the one nearest to the controller first
	packets int
	changes int
}

var _ Device = (*Panel)(nil)

// NewPanel returns a chain that has just been given power.
func NewPanel(chips int) *Panel {
	return &Panel{
		OnChange: func() {},
		shift:    make([]byte, 2*chips),
		chips:    make([]max7219, chips),
	}
}

// Receive shifts a packet through the chain, most significant bit first, and
// latches 16 bits in each chip. A packet shorter than the chain leaves the rest
// of what was shifted in before one chip further on, as the real chain does.
func (p *Panel) Receive(packet []byte) {
	p.mu.Lock()
	n := len(p.shift)
	p.shift = append(p.shift, packet...)
	copy(p.shift, p.shift[len(packet):])
	p.shift = p.shift[:n]
	changed := false
	for i := range p.chips {
		c := &p.chips[i]
		before := c.face()
		c.latch(p.shift[n-2*i-2], p.shift[n-2*i-1])
		changed = changed || c.face() != before
	}
	p.packets++
	if changed {
		p.changes++
	}
	p.mu.Unlock()
	if changed {
		p.OnChange()
	}
}

// face is all that can be seen of a chip.
type face struct {
	rows      [8]byte
	intensity byte
}

func (c *max7219) face() face {
	f := face{intensity: c.intensity}
	for digit := range f.rows {
		f.rows[digit] = c.lit(digit)
	}
	return f
}

// Digit returns which LEDs of a chip's digit are lit, as the bits D7 to D0. Chip 0
// is the nearest to the controller.
func (p *Panel) Digit(chip, digit int) byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chips[chip].lit(digit)
}

// Intensity returns a chip's intensity, 0 to 15.
func (p *Panel) Intensity(chip int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.chips[chip].intensity)
}

// On tells whether all chips are out of shutdown.
func (p *Panel) On() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.chips, func(c max7219) bool { return !c.on })
}

// Testing tells whether any chip is in display test.
func (p *Panel) Testing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.chips, func(c max7219) bool { return c.test })
}

// Packets returns how many packets have arrived.
func (p *Panel) Packets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.packets
}

// Changes returns how many of them changed what the panel shows.
func (p *Panel) Changes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changes
}

// PowerCycle takes the panel's power away and gives it back: it forgets all.
func (p *Panel) PowerCycle() {
	p.mu.Lock()
	clear(p.shift)
	clear(p.chips)
	p.mu.Unlock()
	p.OnChange()
}
