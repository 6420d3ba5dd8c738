package fakeserver

import (
	"slices"
	"time"
)

// CancelNext cancels the first train at [DemoStop] that is to leave after so long
// and runs so far, until Reinstate.
func (p *PTV) CancelNext(after time.Duration) {
	now := p.now().UTC()
	var first *trip
	for i := range ptvLines {
		l := &ptvLines[i]
		if l.stop.id != DemoStop || l.byBus {
			continue
		}
		for _, t := range l.trips(now) {
			if t.leaves.Sub(now) > after && !t.cancelled() && (first == nil || t.leaves.Before(first.leaves)) {
				first = &t
			}
		}
	}
	p.setStruck(first.runRef())
}

// Reinstate lets the train run after all.
func (p *PTV) Reinstate() { p.setStruck("") }

func (p *PTV) setStruck(run string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.struck = run
}

// strike marks the trip that was cancelled by hand.
func (p *PTV) strike(trips []trip) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(trips, func(t trip) bool { return t.runRef() == p.struck }); i >= 0 {
		trips[i].struck = true
	}
}
