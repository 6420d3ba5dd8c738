package scheduler

import (
	"cmp"
	"slices"
)

// Snapshot is what a loop is about, and has been. It is cheap enough to be taken
// every second.
type Snapshot struct {
	At      Instant
	Machine Instant // the same by the machine's clock, on which Totals are measured
	Wakeups uint64  // times that the loop rested and woke
	Workers int     // pieces of awaited work that run beside the loop
	Tasks   []TaskState
	Totals  []Totals
}

// TaskState is a live task.
type TaskState struct {
	Owner, Name string
	Urgent      bool
	State       string  // ready, running, or what it waits for: sleep, event, queue, await …
	Due         Instant // when its sleep ends; Never where it does not sleep
}

// Snapshot returns the state of the loop: the tasks in the order of their start,
// the totals by owner and name. Call it on the loop.
func (l *Loop) Snapshot() Snapshot {
	now := l.Now()
	s := Snapshot{
		At:      now,
		Machine: l.machine(now),
		Wakeups: l.wakeups,
		Workers: l.workers,
		Tasks:   make([]TaskState, 0, l.tasks.count),
		Totals:  make([]Totals, 0, len(l.stats)),
	}
	for t := l.tasks.first; t != nil; t = t.newer {
		state := TaskState{Owner: t.owner, Name: t.name, Urgent: t.urgent, State: t.place.String(), Due: Never}
		if t.place == inSleep {
			state.Due = t.timer.due
		}
		s.Tasks = append(s.Tasks, state)
	}
	for _, stats := range l.stats {
		s.Totals = append(s.Totals, stats.totals())
	}
	slices.SortFunc(s.Totals, func(a, b Totals) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return s
}
