package display

import (
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

func TestATickerMovesByOnePixelAStepAndAllElseStays(t *testing.T) {
	v := boardScenes()[1].m
	rows := newDepartures(boards["board"]())
	draws := 0
	draw := rows.board.keep(func(on *image.Gray, m *panel.Moment) {
		draws++
		rows.draw(on, topics.Group{v.departures}, m)
	}, func() uint64 { return 0 })
	frame := func() *image.Gray {
		on := image.NewGray(image.Rect(0, 0, 128, 64))
		v.Until, v.Moves = topics.Until{}, 0
		draw(on, &v.Moment)
		return on
	}
	begin := frame()
	v.pass(2*time.Second + v.Step)
	moved := frame()
	foot := rows.board.foot
	for y := range 64 {
		for x := range 128 {
			want := begin.GrayAt(x, y)
			if image.Pt(x, y).In(foot) {
				want = begin.GrayAt(x+1, y)
			}
			if x != foot.Max.X-1 && moved.GrayAt(x, y) != want {
				t.Fatalf("%d, %d differs", x, y)
			}
		}
	}
	if draws != 1 {
		t.Errorf("it was drawn %d times", draws)
	}
	if v.Moves != v.Mono.Add(v.Step) {
		t.Errorf("it moves next in %v", v.Moves.Sub(v.Mono))
	}
}

func TestATickerComesAgainAndANewOneBeginsAtItsBeginning(t *testing.T) {
	v := boardScenes()[1].m
	v.departures.List[0].Disruptions = []string{"Buses replace trams between Domain and St Kilda"}
	rows, version := newDepartures(boards["board"]()), uint64(0)
	draw := rows.board.keep(func(on *image.Gray, m *panel.Moment) {
		rows.draw(on, topics.Group{v.departures}, m)
	}, func() uint64 { return version })
	foot := func() string {
		on := image.NewGray(image.Rect(0, 0, 128, 64))
		v.Until, v.Moves, v.Ends = topics.Until{}, 0, 0
		draw(on, &v.Moment)
		return string(part(on, rows.board.foot).Pix[:128*rows.board.foot.Dy()-(128-rows.board.foot.Dx())])
	}
	begin := foot()
	lasts := v.Ends.Sub(v.Mono)
	v.pass(lasts / 2)
	if foot() == begin {
		t.Error("it does not move")
	}
	v.pass(lasts - lasts/2)
	if foot() != begin {
		t.Errorf("it is not at its beginning again after %v", lasts)
	}
	v.pass(lasts / 2)
	other := v.departures.List[0].Disruptions[0] + " and Carlton"
	v.departures.List[0].Disruptions, version = []string{other}, 1
	if foot() != begin { // as far as it is seen
		t.Error("another text does not begin at its beginning")
	}
}

func TestAScrollingBoardAllocatesNothing(t *testing.T) {
	on, step := scrolling(image.Pt(256, 64))
	if got := testing.AllocsPerRun(100, func() { step(on) }); got > 0 {
		t.Errorf("%v allocations a frame", got)
	}
}

// scrolling returns a picture and a function that draws the next step of a board with a
// long ticker on it.
func scrolling(size image.Point) (on *image.Gray, step func(*image.Gray)) {
	v := boardScenes()[1].m
	v.departures.List[0].Disruptions = []string{strings.Repeat("Buses replace trams between Domain and St Kilda. ", 4)}
	v.Step = time.Second / 60
	rows := newDepartures(boards["board"]())
	draw := rows.board.keep(func(on *image.Gray, m *panel.Moment) {
		rows.draw(on, topics.Group{v.departures}, m)
	}, func() uint64 { return 0 })
	draw(image.NewGray(image.Rectangle{Max: size}), &v.Moment)
	v.pass(2 * time.Second)
	return image.NewGray(image.Rectangle{Max: size}), func(on *image.Gray) {
		v.Until, v.Moves, v.Ends = topics.Until{}, 0, 0
		v.pass(v.Step)
		draw(on, &v.Moment)
	}
}

// BenchmarkFrame draws one frame of a board of which the ticker scrolls.
func BenchmarkFrame(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			on, step := scrolling(size)
			b.ReportAllocs()
			for b.Loop() {
				step(on)
			}
		})
	}
}
