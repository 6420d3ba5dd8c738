package logs_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/logs"
)

// step logs a record some time after the first one.
type step struct {
	after time.Duration
	level slog.Level
	text  string
	attrs []any
}

const (
	info    = slog.LevelInfo
	warning = slog.LevelWarn
	failure = slog.LevelError
)

// trains is a step of the instance trains.
func trains(after time.Duration, level slog.Level, text string, attrs ...any) step {
	return step{after, level, text, append([]any{"plugin", "trains"}, attrs...)}
}

func lamp(after time.Duration, level slog.Level, text string, attrs ...any) step {
	return step{after, level, text, append([]any{"plugin", "lamp"}, attrs...)}
}

func TestRepeatedProblemIsLoggedOnceThenCounted(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	for name, c := range map[string]struct {
		steps []step
		want  []string
	}{
		"the first is logged, the count at the end": {
			[]step{trains(0, warning, "slow"), trains(s, warning, "slow"), trains(2*s, warning, "slow")},
			[]string{"07:52:10 trains   warning: slow", "07:52:12 trains   warning: slow repeated=2"},
		},
		"a single one has no count": {
			[]step{trains(0, failure, "broken")},
			[]string{"07:52:10 trains   error: broken"},
		},
		"other levels are always logged": {
			[]step{trains(0, info, "ok"), trains(s, info, "ok")},
			[]string{"07:52:10 trains   ok", "07:52:11 trains   ok"},
		},
		"the count comes before another record of that instance": {
			[]step{trains(0, warning, "slow"), trains(s, warning, "slow"), trains(2*s, info, "ok")},
			[]string{"07:52:10 trains   warning: slow", "07:52:11 trains   warning: slow repeated=1", "07:52:12 trains   ok"},
		},
		"a record of another instance does not trigger the count": {
			[]step{trains(0, warning, "slow"), trains(s, warning, "slow"), lamp(2*s, info, "ok"), trains(3*s, warning, "slow")},
			[]string{"07:52:10 trains   warning: slow", "07:52:12 lamp     ok", "07:52:13 trains   warning: slow repeated=2"},
		},
		"the same of another instance is another problem": {
			[]step{trains(0, warning, "slow"), lamp(s, warning, "slow")},
			[]string{"07:52:10 trains   warning: slow", "07:52:11 lamp     warning: slow"},
		},
		"another cause is another problem": {
			[]step{trains(0, warning, "bad", "err", "HTTP 503"), trains(s, warning, "bad", "err", "HTTP 404"), trains(2*s, failure, "bad", "err", "HTTP 404")},
			[]string{`07:52:10 trains   warning: bad err="HTTP 503"`, `07:52:11 trains   warning: bad err="HTTP 404"`, `07:52:12 trains   error: bad err="HTTP 404"`},
		},
		"durations and counts are ignored, and the last ones are logged": {
			[]step{
				trains(0, warning, "bad", "in", s, "tries", 1, "err", "HTTP 503, again in 40 s"),
				trains(s, warning, "bad", "in", 2*s, "tries", 2, "err", "HTTP 503, again in 1m20.5s"),
			},
			[]string{
				`07:52:10 trains   warning: bad in=1s tries=1 err="HTTP 503, again in 40 s"`,
				`07:52:11 trains   warning: bad in=2s tries=2 err="HTTP 503, again in 1m20.5s" repeated=1`,
			},
		},
		"the local port of a connection is ignored": {
			[]step{
				trains(0, failure, "bad", "err", errors.New("read udp 192.0.2.7:40312->192.0.2.1:123: i/o timeout")),
				trains(s, failure, "bad", "err", errors.New("read udp 192.0.2.7:53170->192.0.2.1:123: i/o timeout")),
				trains(2*s, failure, "bad", "err", errors.New("read udp 192.0.2.7:53170->192.0.2.2:123: i/o timeout")),
			},
			[]string{
				`07:52:10 trains   error: bad err="read udp 192.0.2.7:40312->192.0.2.1:123: i/o timeout"`,
				`07:52:11 trains   error: bad err="read udp 192.0.2.7:53170->192.0.2.1:123: i/o timeout" repeated=1`,
				`07:52:12 trains   error: bad err="read udp 192.0.2.7:53170->192.0.2.2:123: i/o timeout"`,
			},
		},
		"a failed reload is logged every time": {
			[]step{{0, failure, "refused", []any{logs.ID(logs.ReloadFailed)}}, {s, failure, "refused", []any{logs.ID(logs.ReloadFailed)}}},
			[]string{"07:52:10 ptvd     error: refused", "07:52:11 ptvd     error: refused"},
		},
		"two alternating problems are both held back": {
			[]step{trains(0, warning, "a"), trains(s, warning, "b"), trains(2*s, warning, "a"), trains(3*s, warning, "b"), trains(4*s, warning, "a")},
			[]string{"07:52:10 trains   warning: a", "07:52:11 trains   warning: b", "07:52:14 trains   warning: a repeated=2", "07:52:13 trains   warning: b repeated=1"},
		},
		"any record triggers a count that is due": {
			[]step{trains(0, warning, "slow"), trains(s, warning, "slow"), lamp(m, info, "ok")},
			[]string{"07:52:10 trains   warning: slow", "07:53:10 lamp     ok", "07:52:11 trains   warning: slow repeated=1"},
		},
		"after an hour without it is a new problem": {
			[]step{trains(0, warning, "slow"), trains(s, warning, "slow"), trains(h+2*s, warning, "slow")},
			[]string{"07:52:10 trains   warning: slow", "07:52:11 trains   warning: slow repeated=1", "08:52:12 trains   warning: slow"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			log, written := open(t)
			for _, s := range c.steps {
				at(log, morning.Add(s.after), s.level, s.text, s.attrs...)
			}
			if got, want := written(), strings.Join(c.want, "\n")+"\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestCountsOfALastingProblemAreLoggedInGrowingIntervals(t *testing.T) {
	log, written := open(t)
	for tick := time.Duration(0); tick < 72*time.Hour; tick += 30 * time.Second {
		at(log, morning.Add(tick), failure, "failed", "plugin", "trains", "after", tick)
	}
	var logged []time.Duration
	total := 0
	for line := range strings.Lines(written()) {
		var after, count string
		for word := range strings.FieldsSeq(line) {
			if value, ok := strings.CutPrefix(word, "after="); ok {
				after = value
			}
			if value, ok := strings.CutPrefix(word, "repeated="); ok {
				count = value
			}
		}
		moment, err := time.ParseDuration(after)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		logged = append(logged, moment)
		n := 1
		if count != "" {
			fmt.Sscan(count, &n)
		}
		total += n
	}
	want := []time.Duration{0, time.Minute, 11 * time.Minute, 71 * time.Minute, 71*time.Minute + 24*time.Hour, 71*time.Minute + 48*time.Hour, 72*time.Hour - 30*time.Second}
	if fmt.Sprint(logged) != fmt.Sprint(want) {
		t.Errorf("logged at %v, want %v", logged, want)
	}
	if total != 72*120 {
		t.Errorf("%d of %d were counted", total, 72*120)
	}
}

func TestLeastRecentProblemsAreForgotten(t *testing.T) {
	log, written := open(t)
	for i := range 300 { // all of them fit into the queue
		for range 2 {
			at(log, morning.Add(time.Duration(i)*time.Millisecond), warning, fmt.Sprint("problem ", i), "plugin", fmt.Sprint("p", i))
		}
	}
	at(log, morning.Add(time.Second), warning, "problem 0", "plugin", "p0")
	got := written()
	if n := strings.Count(got, "problem 0\n"); n != 2 {
		t.Errorf("the least recent problem was logged %d times, want 2", n)
	}
	if n := strings.Count(got, "repeated=1\n"); n != 300 {
		t.Errorf("%d of 300 counts were logged", n)
	}
}
