package panel_test

import (
	"bytes"
	"image"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

const step = 100 * time.Millisecond

// after returns a moment at which a page has been shown for some time.
func after(shown time.Duration) panel.Moment {
	return panel.Moment{Moment: topics.Moment{Mono: plugins.Instant(time.Hour).Add(shown)}, Shown: shown, Step: step}
}

func drawn(text string, width int, m *panel.Moment) *image.Gray {
	on := image.NewGray(image.Rect(0, 0, width, 8))
	panel.Text(on, text, m)
	return on
}

func TestATextStaysAsItIsUntilTheTimeItNames(t *testing.T) {
	for _, text := range []string{"No", "Dandenong"} {
		last := after(0)
		picture := drawn(text, 16, &last)
		for shown := time.Duration(0); shown < 30*time.Second; shown += step / 2 {
			m := after(shown)
			now := drawn(text, 16, &m)
			holds := last.Until.Holds(last.Moment, m.Moment)
			if holds && !bytes.Equal(now.Pix, picture.Pix) {
				t.Fatalf("%q has moved after %v", text, shown)
			}
			if !holds {
				last, picture = m, now
			}
		}
		if last.Words != topics.Text(text) {
			t.Errorf("the picture of %q says %q", text, last.Words)
		}
	}
}

func TestATextThatIsTooWideRestsScrollsToItsEndAndRests(t *testing.T) {
	const text = "Dandenong"
	over := font.Text.Width(text) - 16
	begins, ends := after(2*time.Second-1), after(2*time.Second+time.Duration(over)*step)
	if at, now := after(0), drawn(text, 16, &begins); !bytes.Equal(now.Pix, drawn(text, 16, &at).Pix) {
		t.Error("it moves before two seconds are over")
	}
	last := image.NewGray(image.Rect(0, 0, 16, 8))
	font.Text.Draw(last, -over, 0, text)
	if !bytes.Equal(drawn(text, 16, &ends).Pix, last.Pix) {
		t.Error("it does not end with its last column")
	}
	if takes := panel.ScrollTime(text, 16, step); takes != 4*time.Second+time.Duration(over)*step {
		t.Errorf("it takes %v", takes)
	}
	if takes := panel.ScrollTime("No", 16, step); takes != 4*time.Second {
		t.Errorf("a text that fits takes %v", takes)
	}
}

func TestOldDataAreMarkedInThePictureAndInWords(t *testing.T) {
	on, m := image.NewGray(image.Rect(0, 0, 16, 8)), after(0)
	m.Say("7 min", "18 min")
	panel.MarkOld(on, &m)
	if m.Words != "7 min, 18 min (old data)" {
		t.Errorf("it says %q", m.Words)
	}
	for x := range 16 {
		if lit := on.GrayAt(x, 7).Y > 0; lit != (x%2 == 1) {
			t.Errorf("pixel %d of the last row is lit: %v", x, lit)
		}
	}
}
