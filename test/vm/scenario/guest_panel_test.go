//go:build vm

package scenario

import (
	"errors"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

// panel hands a panel what comes over SPI until it is as wanted, or the time is up.
func (g *guest) panel(p *sim.Panel, within time.Duration, wanted func() bool) {
	g.Helper()
	for deadline := time.Now().Add(within); !wanted(); {
		m, err := wires.Await[wires.Message](g.Wires, time.Until(deadline), nil)
		if errors.Is(err, wires.ErrNothing) {
			g.Fatalf("within %v the panel is not as wanted", within)
		}
		if err != nil {
			g.Fatal(err)
		}
		feed(p, m)
	}
}

// feed hands a panel a message, unless it failed.
func feed(p *sim.Panel, m wires.Message) {
	if m.Failed {
		return
	}
	for _, packet := range m.Packets {
		p.Receive(packet.Bytes)
	}
}
