package display
import ("testing";"fmt";"time";"image";"ptvd/plugins/timetable")
func TestEye(t *testing.T) {
	long := func(d *timetable.Departure) { d.Headsign = "South Morang via Clifton Hill"; d.Platform = "13" }
	m := at(0, with(train(17*minute), long), with(with(train(42*minute), long), cancelled), with(with(train(47*minute), long), byBus), train(55*minute))
	for _, w := range []int{32, 64} {
		for m.shown = 0; m.shown < 120*time.Second; m.shown += 2500 * time.Millisecond {
			fmt.Print(drawn(m.shown.String(), w, func(on *image.Gray) { (&Departures{Rows: 4}).draw(on, &m) }))
		}
	}
}
