package daemon

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins/topics"
)

func TestDeparturesAreAsOldOnThePageAsOnThePanel(t *testing.T) {
	received := scheduler.Instant(time.Hour)
	for age, want := range map[time.Duration]web.Freshness{
		0: web.Fresh, time.Minute: web.Fresh, time.Minute + 1: web.Old, 5 * time.Minute: web.Old, 5*time.Minute + 1: web.Stale,
	} {
		known := topics.Departures{Received: received, Period: 30 * time.Second}
		if got := stop("trains", known, time.Time{}, received.Add(age)); got.Freshness != want || got.Age != age.Seconds() {
			t.Errorf("after %v they are %s, want %s", age, got.Freshness, want)
		}
	}
	if got := stop("trains", topics.Departures{}, time.Time{}, received); got.Freshness != web.None || got.Age != -1 {
		t.Errorf("nothing was received, and it is %s", got.Freshness)
	}
}
