//go:build vm

package scenario

import (
	"errors"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

// panel passes SPI messages to a panel until a condition holds, or the time is up.
func (g *guest) panel(p *sim.Panel, within time.Duration, wanted func() bool) {
	g.Helper()
	for deadline := time.Now().Add(within); !wanted(); {
		m, err := wires.Await[wires.Message](g.Wires, time.Until(deadline), nil)
		if errors.Is(err, wires.ErrTimeout) {
			g.Fatalf("timeout after %v: the panel does not show what it should", within)
		}
		if err != nil {
			g.Fatal(err)
		}
		feed(p, m)
	}
}

// feed passes a message to a panel, unless it failed.
func feed(p *sim.Panel, m wires.Message) {
	if m.Failed {
		return
	}
	for _, packet := range m.Packets {
		p.Receive(packet.Bytes)
	}
}
