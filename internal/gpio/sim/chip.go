package sim

import (
	"fmt"
	"syscall"
)

// LoseChip removes the GPIO chip, as when a USB adapter is unplugged or a driver is
// unbound. Open lines have no more edges, cannot be read any more and must be opened again,
// which Out does. No line can be opened until [Board.ReturnChip]. PWM outputs are on another
// chip.
func (b *Board) LoseChip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = true
	for n := range lineCount {
		l := b.lines[fmt.Sprintf("GPIO%d", n)]
		if r := l.request; r != nil {
			r.dead, r.lost = true, true
			r.release()
			r.wakeLoop()
		}
		if l.pin != nil {
			l.pin.detach()
		}
	}
}

// ReturnChip makes the GPIO chip available again.
func (b *Board) ReturnChip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = false
}

// goneError stands for the kernel's ENODEV.
func goneError(line string) error {
	return fmt.Errorf("%s: %w: its GPIO chip was removed", line, syscall.ENODEV)
}
