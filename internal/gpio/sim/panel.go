package sim

import (
	"slices"
	"sync"
)

// Panel is a chain of MAX7219 chips, each with 8×8 LEDs. Its methods may be called
// from any goroutine.
type Panel struct {
	// OnChange is called when the picture or the intensity has changed, on the
	// goroutine of the transfer. It must be set before the panel is attached.
	OnChange func()

	mu      sync.Mutex
	shift   []byte    // the shift registers of all chips, the last chip's first
	chips   []max7219 // the chip at the controller first
	packets int
	changes int
}

var _ Device = (*Panel)(nil)

// NewPanel returns a chain as it is after power-up.
func NewPanel(chips int) *Panel {
	return &Panel{
		OnChange: func() {},
		shift:    make([]byte, 2*chips),
		chips:    make([]max7219, chips),
	}
}

// Receive shifts a packet through the chain, most significant bit first, and latches
// 16 bits in each chip. If the packet is shorter than the chain, earlier bits move on
// to the chips further down, as they do in a real chain.
func (p *Panel) Receive(packet []byte) {
	p.mu.Lock()
	n := len(p.shift)
	p.shift = append(p.shift, packet...)
	copy(p.shift, p.shift[len(packet):])
	p.shift = p.shift[:n]
	changed := false
	for i := range p.chips {
		c := &p.chips[i]
		before := c.visible()
		c.latch(p.shift[n-2*i-2], p.shift[n-2*i-1])
		changed = changed || c.visible() != before
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

// visibleState is everything of a chip that can be seen.
type visibleState struct {
	rows      [8]byte
	intensity byte
}

func (c *max7219) visible() visibleState {
	v := visibleState{intensity: c.intensity}
	for digit := range v.rows {
		v.rows[digit] = c.lit(digit)
	}
	return v
}

// Digit returns which LEDs of a chip's digit are lit, as the bits D7 to D0. Chip 0
// is the one at the controller.
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

// On reports whether no chip is in shutdown.
func (p *Panel) On() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.chips, func(c max7219) bool { return !c.on })
}

// Testing reports whether any chip is in display test mode.
func (p *Panel) Testing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.chips, func(c max7219) bool { return c.test })
}

// Packets returns the number of packets received.
func (p *Panel) Packets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.packets
}

// Changes returns the number of packets that changed what the panel shows.
func (p *Panel) Changes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changes
}

// PowerCycle switches the panel's power off and on, which resets all registers.
func (p *Panel) PowerCycle() {
	p.mu.Lock()
	clear(p.shift)
	clear(p.chips)
	p.mu.Unlock()
	p.OnChange()
}
