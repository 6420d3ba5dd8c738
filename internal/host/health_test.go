package host_test

import (
	"errors"
	"strings"
	"testing"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

func TestHealthIsTheWorseOfWhatIsReportedAndWhatIsObserved(t *testing.T) {
	changes := 0
	h := host.NewHealth(func() scheduler.Instant { return 0 }, func(*host.Health) { changes++ })
	for _, step := range []struct {
		what    string
		do      func()
		want    host.Condition
		why     string
		changes int
	}{
		{"observed", func() { h.Observe("blocked the loop") }, host.Degraded, "blocked the loop", 1},
		{"reported as ok", h.OK, host.Degraded, "blocked the loop", 1},
		{"reported as degraded", func() { h.Degraded("no %s", "network") }, host.Degraded, "no network", 2},
		{"failed", func() { h.Failed(errors.New("no such device")) }, host.Failed, "no such device", 3},
		{"with a long reason", func() { h.Degraded("%s", strings.Repeat("x", 9999)) }, host.Degraded, strings.Repeat("x", 999) + "…", 4},
		{"reset", func() { h.Reset(host.OK, "") }, host.Degraded, "blocked the loop", 4},
		{"no longer observed", func() { h.Observe("") }, host.OK, "", 5},
		{"reported as ok again", h.OK, host.OK, "", 5},
	} {
		step.do()
		if h.Condition != step.want || h.Why != step.why || changes != step.changes {
			t.Errorf("%s: %s, %q, %d changes; want %s, %q, %d", step.what, h.Condition, h.Why, changes, step.want, step.why, step.changes)
		}
	}
}

func TestHealthTellsSinceWhen(t *testing.T) {
	var now scheduler.Instant
	var changes int
	h := host.NewHealth(func() scheduler.Instant { return now }, func(*host.Health) { changes++ })
	now = 10
	h.Degraded("HTTP %d", 503)
	now = 20
	h.Degraded("no answer")
	h.Degraded("no answer")
	if h.Condition != host.Degraded || h.Why != "no answer" || h.Since != 10 || changes != 2 {
		t.Errorf("%+v after %d changes; want degraded since 10, and one more reason", h, changes)
	}
	now = 30
	h.OK()
	if h.Condition != host.OK || h.Why != "" || h.Since != 30 {
		t.Errorf("%+v; want ok since 30", h)
	}
}
