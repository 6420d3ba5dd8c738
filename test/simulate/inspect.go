package simulate

import (
	"encoding/json"
	"math"
	"runtime"
	"time"

	"ptvd/internal/host"
)

// inspect looks at what a daemon that has ended leaves behind.
func (w *World) inspect() {
	report := w.daemon.Report()
	w.diary.search("the report", report)
	if w.clock.Now() >= w.end {
		for _, i := range report.Instances {
			if i.Health != host.OK {
				w.fail("in the end %s is %s: %s", i.Name, i.Health, i.Why)
			}
		}
	}
	if w.cut || w.clock.Now() < w.oracle.excused {
		return
	}
	if w.panel.On() && w.slowPanel.most == 0 {
		w.fail("a stop left the panel lit")
	}
	if duty := w.board.Duty(lampOutput); duty != 0 {
		w.fail("a stop left the lamp at duty %d", duty)
	}
	for _, line := range []string{buttonLine, knobLineA, knobLineB, lampOutput, spareLines[0], spareLines[1]} {
		if user := w.board.User(line); user != "" {
			w.fail("a stop left %s in use as %s", line, user)
		}
	}
}

// checkLamp finds out whether the lamp's level is the one that is kept, once the
// daemon has had the time to see to it.
func (w *World) checkLamp(after time.Duration) {
	then, moves := w.visitor.attention(), w.visitor.moves
	w.sleep(after)
	if !then.stillPaid() || !w.lines.settled(w) || w.disk.refuses != nil || w.slowDisk.most > 0 || moves != w.visitor.moves || w.visitor.busy {
		return
	}
	var kept struct{ Goal float64 }
	if json.Unmarshal(w.disk.files["lamp/level.json"], &kept) != nil {
		return // there is none yet
	}
	if got, want := lampLevel(w.board.Duty(lampOutput)), int(math.Round(20*kept.Goal)); got != want {
		w.fail("the lamp is at level %d, and what is kept is %d", got, want)
	}
}

// keepBooks has the daemon log once a day how all of its tasks are, and notes how
// much memory is in use.
func (w *World) keepBooks() {
	for w.sleep(24 * time.Hour) {
		if w.daemon != nil {
			w.daemon.LogSnapshot()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.heap = append(w.heap, m.HeapAlloc)
	}
}
