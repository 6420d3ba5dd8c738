package simulate

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/gpio/sim"
	"ptvd/plugins/panel/font"
)

func TestOracleAcceptsCorrectPicturesOnly(t *testing.T) {
	const received = bootedAt + 1_000_000_000_000
	// The reply: a train to the city in 7:30, one minute late; a cancelled one in 12
	// minutes; a bus in 20. Nothing departs after them.
	reply := func(w *World) []byte {
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
		unset   bool          // the daemon does not know the time
		loading bool          // there was no reply yet
		age     time.Duration // of the reply
		walk    time.Duration
		after   time.Duration // how late the reply arrived
		shows   reading
		want    string // part of the failure; empty: the picture is correct
	}{
		"correct minutes":                          {shows: minutes("7", "✗")},
		"a minute too many":                        {shows: minutes("8", "✗"), want: "[7|✗]"},
		"a minute too few":                         {shows: minutes("6", "✗"), want: "[7|✗]"},
		"the timetable instead of the estimate":    {age: 10 * time.Second, shows: minutes("6", "✗"), want: "[7|✗]"},
		"minutes to a cancelled train":             {shows: minutes("7", "12"), want: "[7|✗]"},
		"a live number marked as of the timetable": {shows: minutes("7~", "✗"), want: "[7|✗]"},
		"a bus without its mark":                   {shows: minutes("✗", "20"), want: "[7|✗]"},
		"one departure too few":                    {shows: minutes("7", ""), want: "[7|✗]"},
		"a number after its minute has passed":     {age: 31 * time.Second, shows: minutes("7", "✗"), want: "[6|✗]"},
		"a number just before it has passed":       {age: 29 * time.Second, shows: minutes("7", "✗")},
		"old data without a mark":                  {age: 61 * time.Second, shows: minutes("6", "✗"), want: "mark"},
		"old data with one":                        {age: 61 * time.Second, shows: old(minutes("6", "✗"))},
		"a mark on fresh data":                     {age: 50 * time.Second, shows: old(minutes("6", "✗")), want: "mark"},
		"a number from data over five minutes old": {age: 301 * time.Second, shows: old(minutes("2", "✗")), want: "5m1s old"},
		"Old data, after five minutes":             {age: 301 * time.Second, shows: text("Old data")},
		"Old data, before five minutes":            {age: 290 * time.Second, shows: text("Old data"), want: "mark"},
		"No more, although there are":              {shows: text("No more"), want: "[7|✗]"},
		"Loading, after a reply":                   {age: time.Second, shows: text("Loading"), want: "[7|✗]"},
		"Loading":                                  {loading: true, shows: text("Loading")},
		"Loading for too long":                     {loading: true, age: 20 * time.Minute, shows: text("Loading"), want: "too long"},
		"No data":                                  {loading: true, age: 20 * time.Minute, shows: text("No data")},
		"a number without data":                    {loading: true, shows: minutes("7", "✗"), want: "nothing was received"},
		"a number without a synchronized clock":    {unset: true, shows: minutes("7", "✗"), want: "time is not known"},
		"a time without a synchronized clock":      {unset: true, shows: reading{kind: clock, text: "12:00"}, want: "time is not known"},
		"No clock":                                 {unset: true, shows: text("No clock")},
		"No clock, although it is synchronized":    {shows: text("No clock"), want: "must be synchronized"},
		"the first row":                            {shows: rowOf(1, "7", 0, "City, platform 2, express")},
		"a part of its text, while scrolling":      {shows: rowOf(1, "7", 24, "City, platform 2, express")},
		"another destination":                      {shows: rowOf(1, "7", 0, "Oakleigh, platform 2, express"), want: "City, plat"},
		"another platform":                         {shows: rowOf(1, "7", 45, "City, platform 3, express"), want: "City, platform 2"},
		"an incomplete text":                       {shows: rowOf(1, "7", 0, "City"), want: "City, plat"},
		"the second row":                           {shows: rowOf(2, "✗", 0, "Pakenham, 12:16 cancelled")},
		"a cancelled row that does not say so":     {shows: rowOf(2, "12", 0, "Pakenham"), want: "✗"},
		"a row in another's place":                 {shows: rowOf(1, "✗", 0, "Pakenham, 12:16 cancelled"), want: "departure 1: City"},
		"a third row where there are two":          {shows: rowOf(3, "🚌20~", 0, "City, by bus"), want: "no departure"},
		"minutes below the time to walk":           {walk: 30 * time.Minute, shows: minutes("7", "✗"), want: `"Missed"`},
		"Missed":                                   {walk: 30 * time.Minute, shows: text("Missed")},
		"Missed, when all have departed":           {walk: 30 * time.Minute, after: 21 * time.Minute, shows: text("Missed"), want: `"No more"`},
		"No more":                                  {walk: 30 * time.Minute, after: 21 * time.Minute, shows: text("No more")},
		"a dark panel":                             {shows: reading{kind: dark}, want: "something"},
		"an unreadable picture":                    {shows: reading{}, want: "something"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, time.Hour)
			w.config.walk, w.config.period, w.config.width, w.config.rows = c.walk, 30*time.Second, 32, 2
			o := w.oracle
			o.boot()
			if !c.unset {
				o.timeReplies, o.syncedBy = 3, 0
			}
			w.pass(received.Sub(w.clock.Now()))
			o.loadingSince = received
			body := reply(w)
			w.pass(c.after)
			if !c.loading {
				request := httptest.NewRequest(http.MethodGet, "/?max_results=10", nil)
				header := http.Header{"Date": {w.at(received).UTC().Format(http.TimeFormat)}}
				o.replyRead(request, newResponse(http.StatusOK, header, body), true, true)
			}
			w.pass(c.age)
			o.judge(c.shows)
			got := strings.Join(w.Failures, "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("failures %q, want one with %q", got, c.want)
			}
		})
	}
}

func minutes(left, right string) reading {
	return reading{kind: departures, cells: [maxCells]string{left, right}}
}
func text(s string) reading { return reading{kind: words, text: s} }

func old(r reading) reading {
	r.old = true
	return r
}

// rowOf returns a row whose text has scrolled by some columns.
func rowOf(place int, badge string, scrolled int, text string) reading {
	room := 32 - 2 - font.Text.Width(strings.TrimSuffix(badge, "~"))
	if place > 1 {
		room--
	}
	return reading{kind: row, place: place, cells: [maxCells]string{badge}, piece: drawn(font.Text, -scrolled, room, text)}
}

func TestRead(t *testing.T) {
	mark := func(p picture) picture {
		marked := []byte(p)
		for x := range marked {
			marked[x] |= byte(x%2) * bottom
		}
		return picture(marked)
	}
	lined := func(p picture, width int) picture { // the last columns
		all := []byte(p)
		for x := len(all) - width; x < len(all); x++ {
			all[x] |= bottom
		}
		return picture(all)
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
		{centered(font.Text, 32, "Loading"), `"Loading"`},
		{centered(font.Text, 64, "Loading"), `"Loading"`},
		{drawn(font.Text, 3, 64, "Loading"), "an unreadable picture"},
		{mark(centered(font.Text, 32, "No more")), `"No more", marked as old`},
		{centered(font.Bold, 32, "23:59"), "the clock 23:59"},
		{centered(font.Bold, 64, "11:11"), "the clock 11:11"},
		{rowWith(32, "ab", "17", 0), "departure 1: ab 17"},
		{mark(rowWith(32, "agy", "17", 0)), "departure 1: agy 17, marked as old"},
		{rowWith(64, "601 Monash, ", "🚌7", 0b10101), "departure 3: 601 Monash, 🚌7"},
		{lined(rowWith(32, "ab", "17", 0), 9), "departure 1: ab 17~"},
		{mark(lined(rowWith(32, "ab", "17", 0), 9)), "departure 1: ab 17~, marked as old"},
		{lined(drawn(font.Bold, 2, 32, "09:42"), 30), "[09:42~]"},
		{drawn(font.Bold, 2, 32, "11:42"), "[11:42]"},
		{lined(drawn(font.Bold, 2, 15, "11")+"\x00\x00"+drawn(font.Bold, 2, 15, "42"), 13), "[11|42~]"},
		{mark(lined(drawn(font.Bold, 2, 15, "11")+"\x00\x00"+drawn(font.Bold, 2, 15, "42"), 13)), "[11|42~], marked as old"},
		{lined(drawn(font.Bold, 2, 32, "09:42"), 29), "an unreadable picture"},
		{drawn(font.Text, 31, 32, "%"), "an unreadable picture"},
	} {
		if got := read(c.picture).String(); got != c.want {
			t.Errorf("read %s, want %s", got, c.want)
		}
	}
}

func TestNarrowedBadgeCountsForTheTimeOfARow(t *testing.T) {
	var b badges
	for _, c := range []struct {
		after         time.Duration
		columns, want int
	}{
		{0, 17, 0},
		{20 * time.Second, 12, 5},
		{25 * time.Second, 7, 10},
		{31 * time.Second, 6, 6}, // the widest is too long ago, but not the one after it
		{40 * time.Second, 8, 4},
		{51 * time.Second, 6, 2},
		{90 * time.Second, 6, 0},
	} {
		if got := b.add(c.columns, bootedAt.Add(c.after)); got != c.want {
			t.Errorf("%d columns after %v: narrowed by %d, want %d", c.columns, c.after, got, c.want)
		}
	}
}

func TestLampIsNotCheckedWhileTheKnobIsUsed(t *testing.T) {
	for busyFor, want := range map[time.Duration]int{0: 1, time.Second: 0, 3 * time.Second: 0} {
		w := newWorld(t, 1, time.Hour)
		w.daemon, w.board = &daemon.Daemon{}, sim.New(nil)
		w.disk.files["lamp/level.json"] = []byte(`{"goal": 0.5}`) // the lamp is off
		w.autopilot.busy = busyFor > 0
		w.clock.Work(func() {
			w.sleep(busyFor)
			w.autopilot.busy = false
		})
		w.clock.Work(func() { w.checkLamp(2 * time.Second) })
		if w.pass(5 * time.Second); len(w.Failures) != want {
			t.Errorf("knob in use for %v: failures %q, want %d", busyFor, w.Failures, want)
		}
	}
}

func TestSecretInTheLogIsAFailure(t *testing.T) {
	for _, line := range []string{"key=5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260", "devid=3000999&x", "signature: 00ff00ff.", "signature: 00FF00FF"} {
		w := newWorld(t, 1, time.Hour)
		w.recorder.setSignature("00FF00FF")
		w.log.Info("m", "text", line)
		if len(w.Failures) != 1 {
			t.Errorf("%q was not found", line)
		}
	}
	w := newWorld(t, 1, time.Hour)
	if w.log.Info("m", "text", "after 1.3000999s, 23000999 bytes"); len(w.Failures) != 0 {
		t.Errorf("a number is mistaken for the id: %v", w.Failures)
	}
}

func TestSecretInTheTextLogIsAFailure(t *testing.T) {
	for _, line := range []string{"key=5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260", "devid=3000999&x", "0123456789012345678901234567890123456789"} {
		w := newWorld(t, 1, time.Hour)
		p, err := newTextLog(w)
		if err != nil {
			t.Fatal(err)
		}
		slog.New(p.handler()).With("plugin", "x").Info("m", "text", line)
		if p.finish(); len(w.Failures) != 1 {
			t.Errorf("%q was not found", line)
		}
	}
}

func TestOpenHandleIsAFailure(t *testing.T) {
	w := newWorld(t, 1, time.Hour)
	board := countedBoard{sim.New(nil), w.handles, w.handles.add("boards")}
	port, err := board.OpenSPI(panelPort)
	if err != nil {
		t.Fatal(err)
	}
	w.handles.checkClosed(w)
	if got := len(w.Failures); got != 2 {
		t.Errorf("%d failures, want one for the port and one for the board", got)
	}
	for range 2 {
		port.Close()
		board.Close()
	}
	if w.handles.checkClosed(w); len(w.Failures) != 2 {
		t.Errorf("closed handles are reported: %v", w.Failures)
	}
}

func TestNextStatusReturnsEveryBadStatusAndEachClassSoon(t *testing.T) {
	const bad, soon = 498, 10
	n := newWorld(t, 1, time.Hour).internet
	seen, latest := map[int]bool{}, map[int]int{}
	for i := range bad {
		status := n.nextStatus()
		seen[status], latest[status/100] = true, i
		for class := 1; class <= 5 && i >= soon; class++ {
			if i-latest[class] > soon {
				t.Fatalf("reply %d: none of the last %d has class %d", i, soon, class)
			}
		}
	}
	if len(seen) != bad || seen[200] {
		t.Errorf("%d different statuses, want %d; contains 200: %v", len(seen), bad, seen[200])
	}
}
