package display

import (
	"flag"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

var update = flag.Bool("update", false, "write the pictures in testdata; look at them afterwards")

// scene is a state of the world that a page of departures has to show correctly.
type scene struct {
	name string
	m    view
}

// view is a moment and what is known of departures then.
type view struct {
	panel.Moment
	departures topics.Departures
}

// pass lets time pass, while the clock stands still.
func (v *view) pass(d time.Duration) {
	v.Shown += d
	v.Mono = v.Mono.Add(d)
	v.departures.Received = v.departures.Received.Add(d)
}

// drawing draws a page.
type drawing func(on *image.Gray, v *view)

// departuresPages are the pages with departures, by name.
var departuresPages = map[string]drawing{
	"minutes":    showing((&Minutes{}).draw),
	"departures": rowsOf(&Departures{Rows: 2, Platform: true}),
}

// rowsOf draws the page of departures as one that has just been made.
func rowsOf(p *Departures) drawing {
	return func(on *image.Gray, v *view) { showing(newDepartures(p).draw)(on, v) }
}

// showing is what departuresPage makes of a function that draws departures.
func showing(draw func(*image.Gray, topics.Group, *panel.Moment)) drawing {
	return func(on *image.Gray, v *view) {
		s := shown{Group: topics.Group{v.departures}}
		draw(on, s.Group, &v.Moment)
		s.mark(on, &v.Moment)
	}
}

const minute = time.Minute

// at returns a moment with departures that were received a while ago.
func at(age time.Duration, list ...topics.Departure) view {
	return view{
		Moment:     panel.Moment{Moment: topics.Moment{Now: noon, Synchronized: true, Mono: tenHours}, Step: 100 * time.Millisecond},
		departures: topics.Departures{List: list, Period: 30 * time.Second, Received: tenHours.Add(-age)},
	}
}

var (
	melbourne = must(time.LoadLocation("Australia/Melbourne"))
	noon      = time.Date(2026, 11, 19, 12, 0, 20, 0, melbourne)
	tenHours  = plugins.Instant(10 * time.Hour)
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// train returns a departure some time after noon.
func train(in time.Duration) topics.Departure {
	return topics.Departure{
		Scheduled: noon.Add(in - time.Minute), Estimated: noon.Add(in),
		Destination: "Dandenong", Platform: "2",
	}
}

// timetabled returns a departure by the timetable.
func timetabled(in time.Duration) topics.Departure {
	return topics.Departure{Scheduled: noon.Add(in), Destination: "Dandenong", Platform: "2"}
}

func with(d topics.Departure, change func(*topics.Departure)) topics.Departure {
	change(&d)
	return d
}

func cancelled(d *topics.Departure)  { d.Cancelled = true }
func byBus(d *topics.Departure)      { d.ReplacedByBus = true }
func atPlatform(d *topics.Departure) { d.AtPlatform = true }

// scenes is every state that a page with departures can be in.
func scenes() []scene {
	fresh := func(list ...topics.Departure) view { return at(5*time.Second, list...) }
	unset := fresh(train(7*minute), train(18*minute))
	unset.Synchronized = false
	waiting := view{Moment: fresh().Moment}
	waiting.Started = tenHours
	failing := waiting
	failing.departures.Problem = "no network"
	walk := fresh(train(5*minute+59*time.Second), train(18*minute), train(33*minute))
	walk.departures.Walk = 6 * minute
	tooLate := fresh(train(5 * minute))
	tooLate.departures.Walk = 6 * minute
	allWithin := tooLate
	allWithin.departures.Complete = true
	onlyCancelled := fresh(with(train(5*minute), cancelled))
	onlyCancelled.departures.Walk, onlyCancelled.departures.Complete = 6*minute, true
	asked := fresh()
	asked.departures.Complete = true
	askedLongAgo := at(70 * time.Second)
	askedLongAgo.departures.Complete = true
	mismatch := asked
	mismatch.departures.Mismatch = "no platform 9: there are 1 and 2"
	return []scene{
		{"the clock is not set yet", unset},
		{"loading", waiting},
		{"no current data", failing},
		{"fresh", fresh(train(7*minute+40*time.Second), train(18*minute))},
		{"older than two periods", at(70*time.Second, train(7*minute+40*time.Second), train(18*minute))},
		{"older than five minutes", at(5*minute+time.Second, train(7*minute), train(18*minute))},
		{"no more services", asked},
		{"no more services, as of two periods ago", askedLongAgo},
		{"nothing known, but not the end", fresh()},
		{"the next one is cancelled", fresh(with(train(7*minute), cancelled), train(18*minute))},
		{"both are cancelled", fresh(with(train(7*minute), cancelled), with(train(18*minute), cancelled))},
		{"the next one is replaced by a bus", fresh(with(train(7*minute), byBus), train(18*minute))},
		{"both are replaced by buses", fresh(with(train(17*minute), byBus), with(train(48*minute), byBus))},
		{"at the platform", fresh(with(train(20*time.Second), atPlatform), train(18*minute))},
		{"less than a minute", fresh(train(59*time.Second), train(18*minute))},
		{"the first one has departed", fresh(train(-time.Second), train(18*minute), train(33*minute))},
		{"the first one leaves within the walk", walk},
		{"the only one known leaves within the walk", tooLate},
		{"the last one tonight leaves within the walk", allWithin},
		{"the last one tonight would, and is cancelled", onlyCancelled},
		{"the only one known has departed since", at(5*time.Second, train(-time.Second))},
		{"the last one tonight", fresh(train(11 * minute))},
		{"an hour less a second, and an hour", fresh(train(60*minute-time.Second), train(60*minute))},
		{"an hour", fresh(train(60*minute), train(60*minute))},
		{"one is cancelled, the next leaves in an hour", fresh(with(train(7*minute), cancelled), train(60*minute))},
		{"by the timetable", fresh(timetabled(7*minute), timetabled(18*minute))},
		{"by the timetable, older than two periods", at(70*time.Second, timetabled(7*minute), timetabled(18*minute))},
		{"in an hour by the timetable", fresh(timetabled(60 * minute))},
		{"one is live, a bus goes by the timetable", fresh(train(7*minute), with(timetabled(18*minute), byBus))},
		{"at the platform, by the timetable", fresh(with(timetabled(20*time.Second), atPlatform), train(18*minute))},
		{"the filter matches nothing", mismatch},
		{"a day less a minute", fresh(train(24*time.Hour-minute), train(47*time.Hour))},
		{"a bus in half a day", fresh(with(train(11*time.Hour), byBus))},
	}
}

func TestThePagesOfDeparturesMatchTheirGoldenPictures(t *testing.T) {
	for name, draw := range departuresPages {
		for _, width := range []int{32, 64} {
			var got strings.Builder
			for _, s := range scenes() {
				got.WriteString(drawn(s.name, width, func(on *image.Gray) { draw(on, &s.m) }))
			}
			compare(t, fmt.Sprintf("%s-%d.txt", name, width), got.String())
		}
	}
}

// sameState are other states of the world, but nothing else to the reader.
var sameState = map[string]bool{
	"the first one leaves within the walk":         true, // as if it had departed
	"the only one known leaves within the walk":    true, // nothing known, but not the end
	"the only one known has departed since":        true, // the same
	"the last one tonight would, and is cancelled": true, // no more services
	"one is cancelled, the next leaves in an hour": true, // an hour: the last place is kept for one that runs
}

func TestEachStateLooksDifferentOnEachPage(t *testing.T) {
	sameRow := map[string]bool{ // it shows one at a time
		"both are cancelled": true, "one is live, a bus goes by the timetable": true,
	}
	for name, draw := range departuresPages {
		for _, width := range []int{32, 64} {
			seen := map[string]string{}
			for _, s := range scenes() {
				picture := art(panelOf(width, func(on *image.Gray) { draw(on, &s.m) }))
				if sameState[s.name] || name == "departures" && sameRow[s.name] {
					continue
				}
				if other, twice := seen[picture]; twice {
					t.Errorf("on the page %s, %d wide, %q looks like %q", name, width, s.name, other)
				}
				seen[picture] = s.name
			}
		}
	}
}

func TestTheClockAndTheMessageDoNotDependOnDepartures(t *testing.T) {
	for _, s := range scenes() {
		clock := art(panelOf(32, func(on *image.Gray) { (&Clock{}).draw(on, &s.m.Moment, nil) }))
		want := &panel.Moment{Moment: topics.Moment{Now: noon, Synchronized: s.name != "the clock is not set yet"}}
		if clock != art(panelOf(32, func(on *image.Gray) { (&Clock{}).draw(on, want, nil) })) {
			t.Errorf("%s: the clock shows\n%s", s.name, clock)
		}
		message := art(panelOf(32, func(on *image.Gray) { drawMessage("Dinner", on, &s.m.Moment) }))
		if message != art(panelOf(32, func(on *image.Gray) { drawMessage("Dinner", on, new(panel.Moment)) })) {
			t.Errorf("%s: the message is\n%s", s.name, message)
		}
	}
}

func TestADepartureScrollsFromItsBeginningToItsEnd(t *testing.T) {
	m := at(0, with(train(7*minute), func(d *topics.Departure) { d.Express = true }), with(train(12*minute), cancelled))
	m.departures.List[1].Disruptions = []string{"Works at Caulfield"}
	var got strings.Builder
	draw := showing(newDepartures(&Departures{Rows: 2, Platform: true, Disruptions: true}).draw)
	for ; m.Shown < 48*time.Second; m.pass(1500 * time.Millisecond) {
		got.WriteString(drawn(m.Shown.String(), 32, func(on *image.Gray) {
			draw(on, &m)
		}))
	}
	compare(t, "passing.txt", got.String())
}

func TestTheOtherPagesMatchTheirGoldenPictures(t *testing.T) {
	clock := func(hours string, known bool, hour, minute int) func(*image.Gray) {
		return func(on *image.Gray) {
			now := time.Date(2026, 11, 19, hour, minute, 59, 0, melbourne)
			(&Clock{Hours: hours}).draw(on, &panel.Moment{Moment: topics.Moment{Now: now, Synchronized: known}}, nil)
		}
	}
	message := func(text string, shown time.Duration) func(*image.Gray) {
		return func(on *image.Gray) {
			drawMessage(text, on, &panel.Moment{Shown: shown, Step: 100 * time.Millisecond})
		}
	}
	var got strings.Builder
	for _, s := range []struct {
		name  string
		width int
		draw  func(*image.Gray)
	}{
		{"the clock is not set yet", 32, clock("", false, 7, 52)},
		{"in the morning", 32, clock("", true, 7, 52)},
		{"in the evening", 32, clock("24", true, 23, 46)},
		{"in the evening, of 12 hours", 32, clock("12", true, 19, 8)},
		{"on a small panel", 24, clock("24", true, 10, 39)},
		{"a message that fits", 32, message("Dinner", 0)},
		{"a message that does not, at first", 32, message("Bins out: München", 0)},
		{"and in the end", 32, message("Bins out: München", 10*time.Second)},
		{"the test pattern", 32, func(on *image.Gray) { copy(on.Pix, panel.Pattern(on.Rect.Max).Pix) }},
	} {
		got.WriteString(drawn(s.name, s.width, s.draw))
	}
	compare(t, "others.txt", got.String())
}

func drawMessage(text string, on *image.Gray, m *panel.Moment) {
	(&Message{Text: text}).NewPage(plugins.Env{}).Draw(on, m)
}

func panelOf(width int, draw func(*image.Gray)) *image.Gray {
	on := image.NewGray(image.Rect(0, 0, width, 8))
	draw(on)
	return on
}

// art is a picture in text.
func art(picture *image.Gray) string {
	var b strings.Builder
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if picture.GrayAt(x, y).Y >= 0x80 {
				b.WriteByte('#')
			} else {
				b.WriteByte('.')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func drawn(name string, width int, draw func(*image.Gray)) string {
	return name + "\n" + art(panelOf(width, draw)) + "\n"
}

// compare compares with the picture that somebody has looked at.
func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the pictures differ from those in %s; if that is intended, run make pictures and look at them\n%s", path, got)
	}
}
