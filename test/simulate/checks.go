package simulate

import (
	"encoding/json"
	"math"
	"runtime"
	"time"
)

// checkStopped checks what a stopped daemon leaves behind.
func (w *World) checkStopped() {
	report := w.daemon.State()
	w.recorder.search("the report", report)
	if w.clock.Now() >= w.end {
		for _, i := range report.Instances {
			if i.Health != "ok" {
				w.fail("at the end %s is %s: %s", i.Name, i.Health, i.Why)
			}
		}
	}
	if w.cut || w.clock.Now() < w.oracle.ignoreUntil {
		return
	}
	if w.panel.On() && w.slowPanel.most == 0 {
		w.fail("the panel is on after a stop")
	}
	if duty := w.board.Duty(lampOutput); duty != 0 {
		w.fail("the lamp is at duty %d after a stop", duty)
	}
	for _, line := range []string{buttonLine, knobLineA, knobLineB, lampOutput, spareLines[0], spareLines[1]} {
		if user := w.board.User(line); user != "" {
			w.fail("%s is in use by %s after a stop", line, user)
		}
	}
}

// checkLamp checks after some time that the lamp has the level that is saved, unless
// the button or the knob was used meanwhile, even if that began or ended beyond.
func (w *World) checkLamp(after time.Duration) {
	then, moves, busy := w.autopilot.readiness(), w.autopilot.moves, w.autopilot.busy
	w.sleep(after)
	if !then.lasted() || !w.chip.recovered(w) || w.disk.refuses != nil || w.slowDisk.most > 0 || moves != w.autopilot.moves || busy || w.autopilot.busy {
		return
	}
	var kept struct{ Goal float64 }
	if json.Unmarshal(w.disk.files["lamp/level.json"], &kept) != nil {
		return // none is saved yet
	}
	if got, want := lampLevel(w.board.Duty(lampOutput)), int(math.Round(20*kept.Goal)); got != want {
		w.fail("the lamp is at level %d, the saved level is %d", got, want)
	}
}

// takeSnapshots makes the daemon log the state of its tasks once a day, and records
// how much memory is in use.
func (w *World) takeSnapshots() {
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
