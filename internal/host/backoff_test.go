package host_test

import (
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins/plugintest"
)

func TestPausesDoubleUpToTheLongestGiveOrTakeAFifth(t *testing.T) {
	b := host.NewBackoff(plugintest.New(t).Clock, "trains")
	for round := range 2 {
		for try, want := range []time.Duration{1, 2, 4, 8, 10, 10, 10} {
			want *= time.Second
			if got := b.Next(time.Second, 10*time.Second); got < want*8/10 || got > want*12/10 {
				t.Errorf("round %d, try %d: a pause of %v, want about %v", round, try, got, want)
			}
		}
		if b.Tries() != 7 {
			t.Errorf("%d tries were counted", b.Tries())
		}
		b.Reset()
	}
	for range 10_000 {
		b.Next(time.Minute, time.Hour)
	}
	if got := b.Next(time.Minute, time.Hour); got < 48*time.Minute {
		t.Errorf("after many tries a pause of %v", got)
	}
}

func TestThePausesOfTwoInstancesDiffer(t *testing.T) {
	clock := plugintest.New(t).Clock
	a, b := host.NewBackoff(clock, "trains"), host.NewBackoff(clock, "trams")
	if a.Next(time.Hour, time.Hour) == b.Next(time.Hour, time.Hour) {
		t.Error("they are the same")
	}
}
