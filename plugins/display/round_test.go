package display

import (
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// TestATextNeitherJumpsNorBeginsInItsMiddle changes rows, their badges and their order
// while they are shown. The text of a row that stays moves by one pixel at most from
// picture to picture, never back, and the text of another row begins at its beginning.
func TestATextNeitherJumpsNorBeginsInItsMiddle(t *testing.T) {
	names := []string{"Dandenong South", "Upper Ferntree Gully", "Pakenham East", "Melton"}
	rapid.Check(t, func(rt *rapid.T) {
		p := newDepartures(&Departures{Rows: 3})
		v := at(0)
		waits := map[string]time.Duration{}
		last, moved := "", 0
		for range rapid.IntRange(1, 40).Draw(rt, "changes") {
			name := rapid.SampledFrom(names).Draw(rt, "name")
			switch rapid.IntRange(0, 3).Draw(rt, "change") {
			case 0:
				delete(waits, name)
			default:
				waits[name] = time.Duration(rapid.SampledFrom([]int{5, 12, 45}).Draw(rt, "minutes")) * minute
			}
			v.departures.List = nil
			for i, name := range names {
				if wait, ok := waits[name]; ok {
					v.departures.List = append(v.departures.List, topics.Departure{
						Scheduled: noon.Add(time.Duration(i+1) * time.Hour), Estimated: noon.Add(wait), Destination: name,
					})
				}
			}
			slices.SortStableFunc(v.departures.List, func(a, b topics.Departure) int { return a.When().Compare(b.When()) })
			for range rapid.IntRange(1, 100).Draw(rt, "steps") {
				on := image.NewGray(image.Rect(0, 0, 32, 8))
				p.draw(on, topics.Group{v.departures}, &v.Moment)
				if len(waits) > 0 {
					text := p.round.row.text
					now, ok := textPosition(on, text, p.round.columns)
					switch {
					case !ok:
						rt.Fatalf("the picture does not show %q:\n%s", text, art(on))
					case text != last && now != 0, text == last && now != moved && now != moved+1 && now != 0,
						text == last && now == 0 && moved > 0 && moved < font.Text.Width(text)-p.round.columns:
						rt.Fatalf("after %q at %d there is %q at %d", last, moved, text, now)
					}
					last, moved = text, now
				} else {
					last = ""
				}
				v.pass(v.Step)
				v.Until, v.Moves, v.Ends = topics.Until{}, 0, 0
			}
		}
	})
}

// textPosition returns by how many pixels a text has moved in the first columns.
func textPosition(picture *image.Gray, text string, columns int) (moved int, ok bool) {
	width := max(columns, font.Text.Width(text))
	whole := panelOf(width, func(on *image.Gray) { font.Text.Draw(on, 0, 0, text) })
	for moved := range width - columns + 1 {
		for y := 0; y < 8 && slices.Equal(whole.Pix[y*width+moved:][:columns], picture.Pix[y*32:][:columns]); y++ {
			if y == 7 {
				return moved, true
			}
		}
	}
	return 0, false
}

func TestARowThatRestsAtItsEndScrollsOnWhenItsBadgeGetsWider(t *testing.T) {
	p := newDepartures(&Departures{Rows: 1, Platform: true})
	v := at(0, train(9*minute))
	show := func() { panelOf(32, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) }) }
	show()
	hidden := font.Text.Width("Dandenong, platform 2") - p.round.columns
	v.pass(2*time.Second + time.Duration(hidden+10)*v.Step)
	show()
	v.departures.List = []topics.Departure{with(train(9*minute), func(d *topics.Departure) { d.Estimated = noon.Add(12 * minute) })}
	var positions []int
	for range 8 {
		on := panelOf(32, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) })
		moved, _ := textPosition(on, "Dandenong, platform 2", p.round.columns)
		positions = append(positions, moved-hidden)
		v.pass(v.Step)
	}
	if fmt.Sprint(positions) != "[0 1 2 3 4 5 5 5]" {
		t.Errorf("from its end the text moves by %v", positions)
	}
}

// TestDeparturesThatLookAlikeTakeTurns has two departures that differ in nothing, as
// those of a source that names no runs may. Each has its turn, and so has the row after
// them; at the same moment a page draws the same picture again.
func TestDeparturesThatLookAlikeTakeTurns(t *testing.T) {
	p := newDepartures(&Departures{Rows: 3})
	v := at(0, train(9*minute), train(9*minute), train(12*minute))
	var turns []int
	for range 4 {
		on := panelOf(64, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) })
		again := panelOf(64, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) })
		if !slices.Equal(on.Pix, again.Pix) {
			t.Errorf("it shows\n%sand at the same moment\n%s", art(on), art(again))
		}
		turns = append(turns, p.round.row.position)
		v.pass(minRowTime)
	}
	if want := []int{1, 2, 3, 1}; !slices.Equal(turns, want) {
		t.Errorf("the rows that are shown are %v, want %v", turns, want)
	}
}
