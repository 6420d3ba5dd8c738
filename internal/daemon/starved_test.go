package daemon

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/scheduler"
)

func TestAStarvedMachineIsReportedAndNoTaskBlamed(t *testing.T) {
	var text strings.Builder
	d := New(Options{
		File: &config.File{Timezone: time.UTC}, Clock: scheduler.NewVirtualClock(0),
		Log: slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	step := scheduler.Blocked{Owner: "panel", Name: "draw", For: 2 * time.Second, Starved: 1900 * time.Millisecond, Stack: []byte("goroutine 1")}
	d.reportBlocked(step)
	d.LogAbort()
	d.reportUnblocked(step)
	log := text.String()
	for _, want := range []string{
		`level=WARN msg="machine starved: no CPU time for the event loop" message_id=4b0c1de1a6f9431c9f0e5d7a82c36e10 waited_for=1.9s`,
		`msg="aborted by SIGABRT" err="no CPU time for the event loop" waited_for=1.9s`,
		`level=INFO msg="event loop responsive again" waited_for=1.9s`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(log, "panel") || strings.Contains(log, "draw") || strings.Contains(log, "goroutine") {
		t.Error("the task is blamed")
	}

	text.Reset()
	step.Starved = 900 * time.Millisecond // it used the CPU for more than half of the time
	d.reportBlocked(step)
	if !strings.Contains(text.String(), `msg="event loop blocked by task"`) || !strings.Contains(text.String(), "plugin=panel") {
		t.Errorf("it is not blamed for its own part:\n%s", text.String())
	}
	if t.Failed() {
		t.Log(log)
	}
}
