package display

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// sizes are those of panels that people have.
var sizes = []image.Point{{128, 32}, {128, 64}, {256, 64}}

// boardScene is a scene, with what a board shows of it.
type boardScene struct {
	scene
	shown shown
}

// boardScenes is every state that a board can be in, with full ones first.
func boardScenes() (all []boardScene) {
	line := func(d topics.Departure, number, to, platform string) topics.Departure {
		d.Number, d.Destination, d.Platform = number, to, platform
		return d
	}
	full := func(age time.Duration) view {
		late := line(train(12*minute), "64", "East Brighton", "4")
		late.Scheduled = noon.Add(9 * minute)
		v := at(age,
			line(train(2*minute), "3a", "Melbourne University", "2"), line(timetabled(7*minute), "16", "St Kilda Beach", "1"),
			late, line(with(train(31*minute), cancelled), "67", "Carnegie", "11"), line(train(33*minute), "5", "Malvern", "2"))
		v.departures.List[0].Scheduled = noon.Add(2 * minute)
		return v
	}
	disturbed := full(0)
	disturbed.departures.List[0].Disruptions = []string{"Buses replace trams between Domain and St Kilda"}
	moved := full(0)
	moved.departures.List[0].ScheduledPlatform = "1"
	accents := at(0, line(train(3*minute), "Ü", "Övre Åby – Łódź Żabieniec", "Á"), line(train(4*minute), "É", "Straße Ürümqi", "Ž"))
	trains := at(0, train(5*minute), train(14*minute))
	trains.departures.Stop = "Huntingdale"
	for _, s := range append([]scene{
		{"a full board", full(0)},
		{"with a disruption", disturbed},
		{"a full board of old data", full(70 * time.Second)},
		{"of a stand-in", full(0)},
		{"of a stand-in, old", full(70 * time.Second)},
		{"from another platform", moved},
		{"accents", accents},
		{"of two stops", trains},
	}, scenes()...) {
		b := boardScene{s, shown{Group: topics.Group{s.m.departures}}}
		if strings.HasPrefix(s.name, "of a stand-in") {
			b.shown.isStandIn, b.shown.standIn = true, "world"
		}
		if s.name == "of two stops" {
			other := full(0).departures
			other.Stop = "North Road"
			b.shown.Group = append(b.shown.Group, other)
		}
		all = append(all, b)
	}
	return all
}

// boards are the boards that are drawn, by the names of their pictures.
var boards = map[string]func() *Departures{
	"board": func() *Departures { return &Departures{Platform: true, Disruptions: true, Times: minutesLeft} },
	"board-heading": func() *Departures {
		return &Departures{Platform: true, Disruptions: true, Times: timesOfDay, Heading: "Domain Interchange"}
	},
}

// drawBoard draws a board as one that has just been made.
func drawBoard(p *Departures, size image.Point, s boardScene) (*image.Gray, panel.Moment) {
	rows := newDepartures(p)
	draw := rows.board.keep(func(on *image.Gray, m *panel.Moment) {
		rows.draw(on, s.shown.Group, m)
		s.shown.mark(on, m)
	}, func() uint64 { return 0 })
	on := image.NewGray(image.Rectangle{Max: size})
	draw(on, &s.m.Moment)
	return on, s.m.Moment
}

func TestTheBoardsMatchTheirGoldenPictures(t *testing.T) {
	for name, options := range boards {
		for _, size := range sizes {
			var pictures []captioned
			for _, s := range boardScenes() {
				on, _ := drawBoard(options(), size, s)
				pictures = append(pictures, captioned{s.name, on})
			}
			comparePNG(t, fmt.Sprintf("testdata/%s-%dx%d.png", name, size.X, size.Y), sheetOf(pictures))
		}
	}
}

type captioned struct {
	name string
	*image.Gray
}

const enlarged = 2

// sheetOf draws pictures on one sheet, enlarged and under their names.
func sheetOf(pictures []captioned) *image.Paletted {
	size := pictures[0].Rect.Max.Mul(enlarged).Add(image.Pt(16, 22))
	across := max(1, 1600/size.X)
	sheet := image.NewPaletted(image.Rect(0, 0, across*size.X, (len(pictures)+across-1)/across*size.Y), palette)
	for i, p := range pictures {
		at := image.Pt(i%across*size.X+8, i/across*size.Y)
		write(sheet, at.X, at.Y+2, 1, p.name)
		enlarge(sheet, at.Add(image.Pt(0, 12)), p.Gray, enlarged, enlarged)
	}
	return sheet
}

// enlarge draws a picture with dots of a size, so far apart.
func enlarge(sheet *image.Paletted, at image.Point, p *image.Gray, pitch, size int) {
	for i, level := range p.Pix {
		dot := unlit
		switch {
		case level >= 0xc0:
			dot = lit
		case level >= 0x80:
			dot = dimmed
		}
		fill(sheet, at.X+i%p.Stride*pitch, at.Y+i/p.Stride*pitch, size, dot)
	}
}

// TestTheBoardInTheDocumentationIsAGoldenPicture draws the board of 256×64 pixels that the documentation
// shows: make pictures.
func TestTheBoardInTheDocumentationIsAGoldenPicture(t *testing.T) {
	on, _ := drawBoard(boards["board-heading"](), image.Pt(256, 64), boardScenes()[1])
	sheet := image.NewPaletted(image.Rect(0, 0, 256*4+16, 64*4+16), palette)
	enlarge(sheet, image.Pt(8, 8), on, 4, 3)
	comparePNG(t, "../../docs/board.png", sheet)
}

// comparePNG compares a picture with the one in a file.
func comparePNG(t *testing.T, path string, sheet *image.Paletted) {
	t.Helper()
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, sheet); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if paletted, ok := golden.(*image.Paletted); !ok || golden.Bounds() != sheet.Rect || !bytes.Equal(paletted.Pix, sheet.Pix) {
		t.Errorf("the pictures differ from those in %s; if that is intended, run make pictures and look at them", path)
	}
}

func TestEachStateLooksDifferentOnEachBoard(t *testing.T) {
	for name, options := range boards {
		for _, size := range sizes {
			seen := map[string]string{}
			for _, s := range boardScenes() {
				if sameState[s.name] || name == "board-heading" && s.name == "an hour" { // at 13:00, both
					continue
				}
				on, _ := drawBoard(options(), size, s)
				picture := string(on.Pix)
				if other, twice := seen[picture]; twice {
					t.Errorf("on the page %s of %v %q looks like %q", name, size, s.name, other)
				}
				seen[picture] = s.name
			}
		}
	}
}

func TestWhatDoesNotFitIsShortenedInOrder(t *testing.T) {
	rows := []boardRow{{
		line: "96", to: []string{"Flinders Street", "Flinders St"}, platform: "2", state: []string{"12:30 cancelled", "12:30 ✗", "✗"},
	}}
	last := 0
	steps := []struct {
		name string
		is   func(columns) bool
	}{
		{"all in full", func(c columns) bool { return c.shortened.to == 0 && c.shortened.state == 0 && c.face != font.Text }},
		{"words of the destination", func(c columns) bool { return c.shortened.to == 1 && c.shortened.state == 0 && c.face != font.Text }},
		{"words of the state", func(c columns) bool { return c.shortened.state == 1 && c.face != font.Text }},
		{"signs for the state", func(c columns) bool { return c.shortened.state == 2 && c.face != font.Text && c.widest(rows) <= c.to }},
		{"a destination that is cut off", func(c columns) bool { return c.face != font.Text && c.widest(rows) > c.to && c.platform > 0 }},
		{"smaller letters", func(c columns) bool { return c.face == font.Text && c.platform > 0 }},
		{"no platform", func(c columns) bool { return c.face == font.Text && c.platform == 0 && c.to > 0 }},
	}
	for width := 260; width >= 40; width-- {
		l := layout{faces: []*font.Face{font.Medium(), font.Text}, body: image.Rect(0, 0, width, 32)}
		c := l.fit(rows)
		now := slices.IndexFunc(steps, func(s struct {
			name string
			is   func(columns) bool
		},
		) bool {
			return s.is(c)
		})
		if now < last || now > last+1 {
			t.Fatalf("at %d pixels it is at step %d after step %d: %+v", width, now, last, c)
		}
		last = now
	}
	if last != len(steps)-1 {
		t.Errorf("the last step was %s", steps[last].name)
	}
}

func TestALongLineHasWhatDestinationsLeaveAndAQuarterAtLeast(t *testing.T) {
	l := layout{faces: []*font.Face{font.Medium()}, body: image.Rect(0, 0, 256, 64)}
	const line = "Cranbourne"
	for to, want := range map[string]int{"Flinders Street": font.Medium().Width(line), strings.Repeat("Flinders Street ", 3): 256 / 4} {
		c := l.fit([]boardRow{{line: line, to: []string{to}, platform: "2", state: []string{"12 min"}}})
		if c.line != want {
			t.Errorf("beside %q the line has %d pixels, want %d", to, c.line, want)
		}
	}
}

func TestABoardOfAnySizeIsDrawn(t *testing.T) {
	for name, options := range boards {
		for width := 32; width <= 256; width += 16 {
			for height := 24; height <= 128; height += 8 {
				for _, s := range boardScenes()[:6] {
					if _, m := drawBoard(options(), image.Pt(width, height), s); m.Words == "" {
						t.Errorf("%s of %d×%d says nothing", name, width, height)
					}
				}
			}
		}
	}
}

func TestTheOtherPagesOnHighPanelsMatchTheirGoldenPictures(t *testing.T) {
	message := func(text string, shown time.Duration) drawing {
		return func(on *image.Gray, v *view) {
			v.Shown = shown
			drawMessage(text, on, &v.Moment)
		}
	}
	clock := func(c Clock) drawing { return func(on *image.Gray, v *view) { c.draw(on, &v.Moment, nil) } }
	reading := func(value float64, unit string, ok, old bool) drawing {
		return func(on *image.Gray, v *view) {
			drawReading(on, topics.Reading{Value: value, Unit: unit}, ok, old, &v.Moment)
		}
	}
	minutes := showing((&Minutes{}).draw)
	unset := at(0)
	unset.Synchronized = false
	long := strings.Repeat("Buses replace trains between Caulfield and Westall tonight. ", 8)
	for _, size := range sizes {
		var pictures []captioned
		for _, s := range []struct {
			name string
			draw drawing
			v    view
		}{
			{"the clock", clock(Clock{}), at(0)},
			{"of 12 hours", clock(Clock{Hours: "12"}), at(0)},
			{"the clock is not set yet", clock(Clock{}), unset},
			{"minutes", minutes, at(0, train(7*minute), train(18*minute), train(33*minute))},
			{"by the timetable, and cancelled", minutes, at(0, with(train(2*minute), cancelled), timetabled(18*minute))},
			{"a bus, and old data", minutes, at(70*time.Second, with(train(7*minute), byBus), train(18*minute))},
			{"in an hour", minutes, at(0, train(60*minute))},
			{"at the platform", minutes, at(0, with(train(20*time.Second), atPlatform), train(18*minute))},
			{"no more", minutes, scenes()[6].m},
			{"the filter matches nothing", minutes, func() view {
				v := at(0)
				v.departures.Complete, v.departures.Mismatch = true, "x"
				return v
			}()},
			{"a word", message("Dinner", 0), at(0)},
			{"a sentence", message("Bins out tonight: the yellow and the green one", 0), at(0)},
			{"a long text, at first", message(long, 0), at(0)},
			{"some time later", message(long, 300*time.Second), at(0)},
			{"a reading", reading(21.4, "°C", true, false), at(0)},
			{"an old one", reading(-3.1, "°C", true, true), at(0)},
			{"one of four digits", reading(1013, "hPa", true, false), at(0)},
			{"no reading", reading(0, "", false, false), at(0)},
			{"the test pattern", func(on *image.Gray, _ *view) { copy(on.Pix, panel.Pattern(on.Rect.Max).Pix) }, at(0)},
			{"a long word", message("Donaudampfschifffahrtsgesellschaftskapitän", 0), at(0)},
		} {
			on := image.NewGray(image.Rectangle{Max: size})
			s.draw(on, &s.v)
			pictures = append(pictures, captioned{s.name, on})
		}
		comparePNG(t, fmt.Sprintf("testdata/others-%dx%d.png", size.X, size.Y), sheetOf(pictures))
	}
}
