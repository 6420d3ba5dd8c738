package simulate

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/panel/font"
)

// TestTheOracleSeesALie puts pictures before an oracle that a daemon might show if
// it were wrong, and ones that it may show.
func TestTheOracleSeesALie(t *testing.T) {
	const received = bootedAt + 1_000_000_000_000
	// What the service said: a train to the city in 7 minutes and a half, late by
	// one; a cancelled one in 12; a bus in 20. Nothing leaves after them.
	said := func(w *World) []byte {
		utc := func(in time.Duration) string { return w.at(received).Add(in).UTC().Format(time.RFC3339Nano) }
		return fmt.Appendf(nil, `{"departures": [
			{"run_ref": "b", "scheduled_departure_utc": %q},
			{"run_ref": "a", "scheduled_departure_utc": %q, "estimated_departure_utc": %q, "platform_number": "2"},
			{"run_ref": "c", "scheduled_departure_utc": %q, "flags": "RRB-RUN"}
		], "runs": {
			"a": {"destination_name": "City", "express_stop_count": 5}, "b": {"status": "cancelled", "destination_name": "Pakenham"},
			"c": {"destination_name": "City/Loop Rd"}
		}}`,
			utc(12*time.Minute), utc(390*time.Second), utc(450*time.Second), utc(20*time.Minute))
	}
	for name, c := range map[string]struct {
		unset   bool          // nobody has told the daemon the time
		loading bool          // nothing has been received
		age     time.Duration // of what was
		walk    time.Duration
		after   time.Duration // how long after what was said it arrived
		shows   reading
		lies    string // what the lie is about; empty: it is none
	}{
		"the truth":                                {shows: minutes("7", "✗")},
		"a minute too many":                        {shows: minutes("8", "✗"), lies: "[7|✗]"},
		"a minute too few":                         {shows: minutes("6", "✗"), lies: "[7|✗]"},
		"the timetable instead of the estimate":    {age: 10 * time.Second, shows: minutes("6", "✗"), lies: "[7|✗]"},
		"a cancelled train that is counted down":   {shows: minutes("7", "12"), lies: "[7|✗]"},
		"a bus without its mark":                   {shows: minutes("✗", "20"), lies: "[7|✗]"},
		"one departure too few":                    {shows: minutes("7", ""), lies: "[7|✗]"},
		"a number after its minute has passed":     {age: 31 * time.Second, shows: minutes("7", "✗"), lies: "[6|✗]"},
		"a number just before that":                {age: 29 * time.Second, shows: minutes("7", "✗")},
		"old data without a mark":                  {age: 61 * time.Second, shows: minutes("6", "✗"), lies: "mark"},
		"old data with one":                        {age: 61 * time.Second, shows: old(minutes("6", "✗"))},
		"a mark on fresh data":                     {age: 50 * time.Second, shows: old(minutes("6", "✗")), lies: "mark"},
		"a number from more than five minutes":     {age: 301 * time.Second, shows: old(minutes("2", "✗")), lies: "5m1s old"},
		"that such data are too old":               {age: 301 * time.Second, shows: text("Old data")},
		"that good data are too old":               {age: 290 * time.Second, shows: text("Old data"), lies: "mark"},
		"that nothing else leaves":                 {shows: text("No more"), lies: "[7|✗]"},
		"that it still loads":                      {age: time.Second, shows: text("Loading"), lies: "[7|✗]"},
		"loading":                                  {loading: true, shows: text("Loading")},
		"loading for ever":                         {loading: true, age: 20 * time.Minute, shows: text("Loading"), lies: "too long"},
		"no data":                                  {loading: true, age: 20 * time.Minute, shows: text("No data")},
		"a number from nowhere":                    {loading: true, shows: minutes("7", "✗"), lies: "nothing was received"},
		"a number by a clock that was never set":   {unset: true, shows: minutes("7", "✗"), lies: "told it the time"},
		"a time by such a clock":                   {unset: true, shows: reading{kind: clock, text: "12:00"}, lies: "told it the time"},
		"that it was not set":                      {unset: true, shows: text("No clock")},
		"that a clock was not set which was":       {shows: text("No clock"), lies: "is known"},
		"the first row":                            {shows: rowOf(1, "7", 0, "City, platform 2, express")},
		"a piece of its text, in passing":          {shows: rowOf(1, "7", 24, "City, platform 2, express")},
		"another destination":                      {shows: rowOf(1, "7", 0, "Oakleigh, platform 2, express"), lies: "City, plat"},
		"another platform":                         {shows: rowOf(1, "7", 45, "City, platform 3, express"), lies: "City, platform 2"},
		"a text that stops short":                  {shows: rowOf(1, "7", 0, "City"), lies: "City, plat"},
		"the second row":                           {shows: rowOf(2, "✗", 0, "Pakenham, 12:16 cancelled")},
		"a row that keeps to itself what is wrong": {shows: rowOf(2, "12", 0, "Pakenham"), lies: "✗"},
		"a row in another's place":                 {shows: rowOf(1, "✗", 0, "Pakenham, 12:16 cancelled"), lies: "departure 1: City"},
		"a third row where there are two":          {shows: rowOf(3, "🚌20", 0, "City, by bus"), lies: "no departure"},
		"two, and the walk takes longer":           {walk: 30 * time.Minute, shows: minutes("7", "✗"), lies: `"Missed"`},
		"that those are missed":                    {walk: 30 * time.Minute, shows: text("Missed")},
		"that they are, when all have left":        {walk: 30 * time.Minute, after: 21 * time.Minute, shows: text("Missed"), lies: `"No more"`},
		"that there are no more":                   {walk: 30 * time.Minute, after: 21 * time.Minute, shows: text("No more")},
		"darkness":                                 {shows: reading{kind: dark}, lies: "something"},
		"something that nobody can read":           {shows: reading{}, lies: "something"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, time.Hour)
			w.house.walk, w.house.period, w.house.width, w.house.rows = c.walk, 30*time.Second, 32, 2
			o := w.oracle
			o.boot()
			if !c.unset {
				o.voices, o.surely = 3, 0
			}
			w.pass(received.Sub(w.clock.Now()))
			o.asked = received
			answer := said(w)
			w.pass(c.after)
			if !c.loading {
				request := httptest.NewRequest(http.MethodGet, "/?max_results=10", nil)
				header := http.Header{"Date": {w.at(received).UTC().Format(http.TimeFormat)}}
				o.answered(request, newAnswer(http.StatusOK, header, answer), true, true)
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
	return reading{kind: departures, cells: [maxCells]string{left, right}}
}
func text(says string) reading { return reading{kind: words, text: says} }

func old(r reading) reading {
	r.old = true
	return r
}

// rowOf is a row whose text has moved by some columns.
func rowOf(place int, badge string, moved int, text string) reading {
	room := 32 - 2 - font.Text.Width(badge)
	if place > 1 {
		room--
	}
	return reading{kind: row, place: place, cells: [maxCells]string{badge}, piece: drawn(font.Text, -moved, room, text)}
}

func TestThePicturesCanBeRead(t *testing.T) {
	mark := func(p picture) picture {
		marked := []byte(p)
		for x := range marked {
			marked[x] = marked[x]&^bottom | byte(x%2)*bottom
		}
		return picture(marked)
	}
	rowWith := func(width int, text, badge string, dots byte) picture {
		all := []byte(drawn(font.Text, 0, width-font.Text.Width(badge)-3, text))
		return picture(all) + picture([]byte{0, dots, 0}) + letters(font.Text, badge)
	}
	for _, c := range []struct {
		picture picture
		want    string
	}{
		{drawn(font.Text, 0, 32, ""), "dark"},
		{centred(font.Text, 32, "Loading"), `"Loading"`},
		{centred(font.Text, 64, "Loading"), `"Loading"`},
		{drawn(font.Text, 3, 64, "Loading"), "a picture that nobody can read"},
		{mark(centred(font.Text, 32, "No more")), `"No more", marked as old`},
		{centred(font.Bold, 32, "23:59"), "the clock 23:59"},
		{centred(font.Bold, 64, "11:11"), "the clock 11:11"},
		{rowWith(32, "ab", "17", 0), "departure 1: ab 17"},
		{mark(rowWith(32, "agy", "17", 0)), "departure 1: agy 17, marked as old"},
		{rowWith(64, "601 Monash, ", "🚌7", 0b10101), "departure 3: 601 Monash, 🚌7"},
		{drawn(font.Text, 31, 32, "%"), "a picture that nobody can read"},
	} {
		if got := read(c.picture).String(); got != c.want {
			t.Errorf("read %s, want %s", got, c.want)
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
