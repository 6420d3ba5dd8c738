//go:build vm

package scenario

import (
	"strings"
	"time"

	"ptvd/test/vm/wires"
)

// waitForLog waits until the journal of this test contains some words.
func (g *guest) waitForLog(words string) {
	g.Helper()
	g.eventually("the journal contains "+words, time.Minute, func() bool { return strings.Contains(g.journal(), words) })
}

// drain returns the events on the wires up to now.
func (g *guest) drain() []wires.Event {
	g.Helper()
	all, err := g.Wires.Drain()
	if err != nil {
		g.Fatal(err)
	}
	return all
}

// press presses the bell of uptv.yaml, without bounce.
func (g *guest) press() {
	g.Helper()
	clean := wires.Script{{Line: bell, Level: wires.Low, For: 80 * time.Millisecond}, {Line: bell, Level: wires.Free, For: 300 * time.Millisecond}}
	if err := g.Wires.Play(clean); err != nil {
		g.Fatal(err)
	}
}
