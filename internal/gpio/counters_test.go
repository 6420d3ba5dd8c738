package gpio_test

import (
	"errors"
	"syscall"
	"testing"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestSuccessfulTransfersAreCounted(t *testing.T) {
	world := sim.New(scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}))
	var counters gpio.Counters
	port, err := counters.Count(world).OpenSPI("SPI0.0", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	world.FailSPI("SPI0.0", 1, syscall.EIO)
	if err := port.Tx(make([]byte, 100)); err != syscall.EIO {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(port.Tx(make([]byte, 8), make([]byte, 8)), port.Tx([]byte{1})); err != nil {
		t.Error(err)
	}
	if counters.Transfers() != 2 || counters.Bytes() != 17 {
		t.Errorf("%d transfers, %d bytes; want 2 and 17", counters.Transfers(), counters.Bytes())
	}
}
