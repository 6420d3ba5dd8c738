package demo_test

import (
	"image"
	"image/color"
	"regexp"
	"strings"
	"testing"

	"ptvd/internal/demo"
)

var control = regexp.MustCompile(`\x1b(\[[0-9;]*[A-Za-z]|[78])`)

// visible returns the lines of a terminal's output without control sequences.
func visible(stream string) []string {
	return strings.Split(strings.ReplaceAll(control.ReplaceAllString(stream, ""), "\r", ""), "\n")
}

func TestScreenFitsItsTerminal(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	picture.SetGray(0, 0, color.Gray{Y: 255})
	for name, terminal := range map[string]struct {
		width, height int
		want          string // the second line
	}{
		"wide":       {100, 30, "│ ●" + strings.Repeat(" ·", 31) + " │"},
		"just wide":  {67, 30, "│ ●" + strings.Repeat(" ·", 31) + " │"},
		"narrow":     {66, 30, "│●" + strings.Repeat("·", 31) + "│"},
		"too narrow": {33, 30, ""},
		"too short":  {100, 14, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			demo.NewScreen(&out, terminal.width, terminal.height).Draw(picture, strings.Repeat("words ", 30))
			lines := visible(out.String())
			if terminal.want == "" {
				if out.Len() > 0 {
					t.Errorf("drawn without room: %q", lines)
				}
				return
			}
			if lines[1] != terminal.want {
				t.Errorf("got  %q\nwant %q", lines[1], terminal.want)
			}
			for _, line := range lines {
				if len([]rune(line)) > terminal.width {
					t.Errorf("a line of %d columns: %q", len([]rune(line)), line)
				}
			}
		})
	}
}

func TestUnchangedPictureIsNotDrawnAgain(t *testing.T) {
	var out strings.Builder
	screen := demo.NewScreen(&out, 80, 24)
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	screen.Draw(picture, "caption")
	once := out.Len()
	screen.Draw(picture, "caption")
	if out.Len() != once {
		t.Error("the same picture was drawn again")
	}
	screen.Resize(100, 30)
	screen.Draw(picture, "caption")
	if out.Len() == once {
		t.Error("the picture was not drawn again after a resize")
	}
}
