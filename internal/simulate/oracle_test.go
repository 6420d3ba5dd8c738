package simulate

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/display/font"
)

// TestTheOracleSeesALie puts pictures before an oracle that a daemon might show if
// it were wrong, and ones that it may show.
func TestTheOracleSeesALie(t *testing.T) {
	const received = bootedAt + 1_000_000_000_000
	// What the service said: a train in 7 minutes and a half, late by one; a
	// cancelled one in 12; a bus in 20.
	said := func(w *World) []byte {
		utc := func(in time.Duration) string { return w.at(received).Add(in).UTC().Format(time.RFC3339Nano) }
		return fmt.Appendf(nil, `{"departures": [
			{"run_ref": "b", "scheduled_departure_utc": %q},
			{"run_ref": "a", "scheduled_departure_utc": %q, "estimated_departure_utc": %q},
			{"run_ref": "c", "scheduled_departure_utc": %q, "flags": "RRB-RUN"}
		], "runs": {"b": {"status": "cancelled"}}}`,
			utc(12*time.Minute), utc(390*time.Second), utc(450*time.Second), utc(20*time.Minute))
	}
	for name, c := range map[string]struct {
		unset   bool          // nobody has told the daemon the time
		loading bool          // nothing has been received
		age     time.Duration // of what was
		shows   reading
		lies    string // what the lie is about; empty: it is none
	}{
		"the truth":                              {shows: minutes("7", "✗")},
		"a minute too many":                      {shows: minutes("8", "✗"), lies: "[7|✗]"},
		"a minute too few":                       {shows: minutes("6", "✗"), lies: "[7|✗]"},
		"the timetable instead of the estimate":  {age: 10 * time.Second, shows: minutes("6", "✗"), lies: "[7|✗]"},
		"a cancelled train that is counted down": {shows: minutes("7", "12"), lies: "[7|✗]"},
		"a bus without its mark":                 {shows: minutes("✗", "20"), lies: "[7|✗]"},
		"one departure too few":                  {shows: minutes("7", ""), lies: "[7|✗]"},
		"a number after its minute has passed":   {age: 31 * time.Second, shows: minutes("7", "✗"), lies: "[6|✗]"},
		"a number just before that":              {age: 29 * time.Second, shows: minutes("7", "✗")},
		"old data without a mark":                {age: 61 * time.Second, shows: minutes("6", "✗"), lies: "mark"},
		"old data with one":                      {age: 61 * time.Second, shows: old(minutes("6", "✗"))},
		"a mark on fresh data":                   {age: 50 * time.Second, shows: old(minutes("6", "✗")), lies: "mark"},
		"a number from more than five minutes":   {age: 301 * time.Second, shows: old(minutes("2", "✗")), lies: "5m1s old"},
		"that such data are too old":             {age: 301 * time.Second, shows: text("Old data")},
		"that good data are too old":             {age: 290 * time.Second, shows: text("Old data"), lies: "mark"},
		"that nothing else leaves":               {shows: text("No more"), lies: "[7|✗]"},
		"that it still loads":                    {age: time.Second, shows: text("Loading"), lies: "[7|✗]"},
		"loading":                                {loading: true, shows: text("Loading")},
		"loading for ever":                       {loading: true, age: 20 * time.Minute, shows: text("Loading"), lies: "too long"},
		"no data":                                {loading: true, age: 20 * time.Minute, shows: text("No data")},
		"a number from nowhere":                  {loading: true, shows: minutes("7", "✗"), lies: "nothing was received"},
		"a number by a clock that was never set": {unset: true, shows: minutes("7", "✗"), lies: "told it the time"},
		"a time by such a clock":                 {unset: true, shows: reading{kind: clock, text: "12:00"}, lies: "told it the time"},
		"that it was not set":                    {unset: true, shows: text("No clock")},
		"that a clock was not set which was":     {shows: text("No clock"), lies: "is known"},
		"a row of its own":                       {shows: reading{kind: row, place: 2, cells: [2]string{"✗"}}},
		"a row in another's place":               {shows: reading{kind: row, place: 1, cells: [2]string{"✗"}}, lies: "departure 1: 7"},
		"darkness":                               {shows: reading{kind: dark}, lies: "something"},
		"something that nobody can read":         {shows: reading{}, lies: "something"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, time.Hour)
			w.house.walk, w.house.period = 0, 30*time.Second
			o := w.oracle
			o.boot()
			if !c.unset {
				o.voices, o.surely = 3, 0
			}
			w.pass(received.Sub(w.clock.Now()))
			o.asked = received
			if !c.loading {
				o.answered(said(w), true, true)
			}
			w.pass(c.age)
			o.judge(c.shows)
			got := strings.Join(w.Failures, "\n")
			if (got == "") != (c.lies == "") || !strings.Contains(got, c.lies) {
				t.Errorf("the oracle says %q, want something about %q", got, c.lies)
			}
		})
	}
}

func minutes(left, right string) reading {
	return reading{kind: departures, cells: [2]string{left, right}}
}
func text(says string) reading { return reading{kind: words, text: says} }

func old(r reading) reading {
	r.old = true
	return r
}

func TestThePicturesCanBeRead(t *testing.T) {
	mark := func(p picture) picture {
		for x := range p {
			p[x] = p[x]&^bottom | byte(x%2)*bottom
		}
		return p
	}
	loading := centred(font.Text, "Loading")
	for _, c := range []struct {
		picture picture
		want    reading
	}{
		{picture{}, reading{kind: dark}},
		{loading, text("Loading")},
		{mark(centred(font.Text, "No more")), old(text("No more"))},
		{centred(font.Bold, "23:59"), reading{kind: clock, text: "23:59"}},
		{drawn(font.Text, panelWidth-font.Text.Width("ab  17"), panelWidth, "ab  17"), reading{kind: row, place: 1, cells: [2]string{"17"}}},
		{picture{31: 0x55}, reading{}},
	} {
		if got := read(c.picture); got != c.want {
			t.Errorf("read %v, want %v", got, c.want)
		}
	}
}

func TestASecretInTheLogIsAFailure(t *testing.T) {
	for _, line := range []string{"key=5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260", "devid=3000999&x", "said: 00ff00ff.", "said: 00FF00FF"} {
		w := newWorld(t, 1, time.Hour)
		w.diary.signed("00FF00FF")
		w.log.Info("oh", "what", line)
		if len(w.Failures) != 1 {
			t.Errorf("%q passed", line)
		}
	}
	w := newWorld(t, 1, time.Hour)
	if w.log.Info("oh", "what", "after 1.3000999s, 23000999 bytes"); len(w.Failures) != 0 {
		t.Errorf("a number is taken for the id: %v", w.Failures)
	}
}

func TestASecretInThePrintedLogIsAFailure(t *testing.T) {
	for _, line := range []string{"key=5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260", "devid=3000999&x", "0123456789012345678901234567890123456789"} {
		w := newWorld(t, 1, time.Hour)
		p, err := newPrinted(w)
		if err != nil {
			t.Fatal(err)
		}
		slog.New(p.handler()).With("plugin", "x").Info("oh", "what", line)
		if p.finish(); len(w.Failures) != 1 {
			t.Errorf("%q passed", line)
		}
	}
}

func TestWhatIsNotClosedIsAFailure(t *testing.T) {
	w := newWorld(t, 1, time.Hour)
	board := countedBoard{sim.New(nil), w.handles, w.handles.open("boards")}
	port, err := board.OpenSPI(panelPort, 1000)
	if err != nil {
		t.Fatal(err)
	}
	w.handles.mustBeClosed(w)
	if got := len(w.Failures); got != 2 {
		t.Errorf("%d failures, want one for the port and one for the board", got)
	}
	for range 2 {
		port.Close()
		board.Close()
	}
	if w.handles.mustBeClosed(w); len(w.Failures) != 2 {
		t.Errorf("what was closed is said to be open: %v", w.Failures)
	}
}

func TestEveryBadStatusComesAndEachClassSoon(t *testing.T) {
	const bad, soon = 498, 10
	n := newWorld(t, 1, time.Hour).internet
	seen, latest := map[int]bool{}, map[int]int{}
	for i := range bad {
		status := n.nextStatus()
		seen[status], latest[status/100] = true, i
		for class := 1; class <= 5 && i >= soon; class++ {
			if i-latest[class] > soon {
				t.Fatalf("answer %d: none of the last %d was of class %d", i, soon, class)
			}
		}
	}
	if len(seen) != bad || seen[200] {
		t.Errorf("%d different ones, want %d without 200: %v", len(seen), bad, seen[200])
	}
}
