//go:build vm

package scenario

import (
	"strings"
	"time"

	"ptvd/test/vm/wires"
)

// says waits until the journal of this test has some words.
func (g *guest) says(words string) {
	g.Helper()
	g.eventually("the journal says "+words, time.Minute, func() bool { return strings.Contains(g.journal(), words) })
}

// drain returns what has happened on the wires up to now.
func (g *guest) drain() []wires.Event {
	g.Helper()
	all, err := g.Wires.Drain()
	if err != nil {
		g.Fatal(err)
	}
	return all
}

// press presses the bell of uptv.yaml. Its contact does not bounce: what a bouncing one
// does is told elsewhere.
func (g *guest) press() {
	g.Helper()
	clean := wires.Script{{Line: bell, Level: wires.Low, For: 80 * time.Millisecond}, {Line: bell, Level: wires.Free, For: 300 * time.Millisecond}}
	if err := g.Wires.Play(clean); err != nil {
		g.Fatal(err)
	}
}
