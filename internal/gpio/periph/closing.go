package periph

import (
	"fmt"
	"time"
)

// closeGrace is how long a Close waits for the kernel, which takes microseconds
// where no driver hangs. Stopping the whole daemon may take a second.
const closeGrace = 250 * time.Millisecond

// closeSoon closes a part, and gives up waiting for a driver that hangs: the part is
// then closed when the driver lets go of it, if ever.
func closeSoon(name string, closePart func() error) error {
	done := make(chan error, 1)
	go func() { done <- closePart() }()
	select {
	case err := <-done:
		return err
	case <-time.After(closeGrace):
		return fmt.Errorf("%s: its driver hangs, and it stays as it is until that ends", name)
	}
}
