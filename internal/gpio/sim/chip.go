package sim

import (
	"fmt"
	"syscall"
)

// LoseChip takes away the chip that the lines belong to, as an expander on USB goes
// or a driver that is unbound. Input lines that are open have no more edges, cannot
// be read any more, and must be opened anew; no line opens until the chip is back.
func (b *Board) LoseChip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = true
	for n := range lineCount {
		p := b.pins[fmt.Sprintf("GPIO%d", n)]
		if r := p.request; r != nil {
			r.dead, r.lost = true, true
			r.release()
			r.wakeLoop()
		}
	}
}

// ReturnChip brings it back.
func (b *Board) ReturnChip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = false
}

// goneError is what the kernel would say as ENODEV.
func goneError(line string) error {
	return fmt.Errorf("the chip of %s is gone: %w", line, syscall.ENODEV)
}
