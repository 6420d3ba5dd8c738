package display

import (
	"image"
	"testing"

	"ptvd/plugins/topics"
)

func TestTheNumberOfALineComesFirstAsOnTheFrontOfABus(t *testing.T) {
	m := at(0, with(train(7*minute), func(d *topics.Departure) { d.Number = "802" }))
	departuresPages["departures"](image.NewGray(image.Rect(0, 0, 64, 8)), &m)
	if want := topics.Text("802 Dandenong, platform 2: 7 min"); m.Words != want {
		t.Errorf("it says %q, want %q", m.Words, want)
	}
}
