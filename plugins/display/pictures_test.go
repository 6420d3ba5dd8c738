package display

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ptvd/plugins/panel/font"
)

// TestTheContactSheetHasEveryGoldenPicture draws all golden pictures on one sheet, to be
// looked at: make pictures.
func TestTheContactSheetHasEveryGoldenPicture(t *testing.T) {
	comparePNG(t, "../../docs/pictures.png", contactSheet(t))
}

// The sheet in pixels.
const (
	sheetColumns = 4
	pitch        = 4 // of the LEDs
	cellWide     = 64*pitch + 44
	cellHigh     = 8*pitch + 22
	titleHigh    = 28
)

// Colors of the sheet.
const (
	background uint8 = iota
	unlit
	lit
	caption
	dimmed
)

var palette = color.Palette{
	background: color.RGBA{0x14, 0x11, 0x0f, 0xff},
	unlit:      color.RGBA{0x3a, 0x30, 0x2c, 0xff},
	lit:        color.RGBA{0xff, 0x5a, 0x3c, 0xff},
	caption:    color.RGBA{0xd8, 0xd0, 0xc8, 0xff},
	dimmed:     color.RGBA{0xc0, 0x48, 0x30, 0xff},
}

// contactSheet draws the pictures of all files in testdata, each file under its name.
func contactSheet(t *testing.T) *image.Paletted {
	t.Helper()
	type section struct {
		name     string
		pictures []string
	}
	var sections []section
	high := 0
	for _, name := range []string{"minutes-32", "minutes-64", "departures-32", "departures-64", "passing", "others"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		pictures := strings.Split(strings.TrimSpace(string(data)), "\n\n")
		sections = append(sections, section{name, pictures})
		high += titleHigh + (len(pictures)+sheetColumns-1)/sheetColumns*cellHigh
	}
	sheet := image.NewPaletted(image.Rect(0, 0, sheetColumns*cellWide, high), palette)
	top := 0
	for _, s := range sections {
		write(sheet, 8, top+8, 2, s.name)
		top += titleHigh
		for i, picture := range s.pictures {
			lines := strings.Split(picture, "\n")
			x, y := i%sheetColumns*cellWide+8, top+i/sheetColumns*cellHigh
			write(sheet, x, y, 1, lines[0])
			for row, leds := range lines[1:] {
				for column, led := range leds {
					dot := unlit
					if led == '#' {
						dot = lit
					}
					fill(sheet, x+column*pitch, y+11+row*pitch, pitch-1, dot)
				}
			}
		}
		top += (len(s.pictures) + sheetColumns - 1) / sheetColumns * cellHigh
	}
	return sheet
}

// write writes a caption whose pixels are so many pixels wide.
func write(on *image.Paletted, x, y, size int, text string) {
	letters := image.NewGray(image.Rect(0, 0, font.Text.Width(text), font.Height))
	font.Text.Draw(letters, 0, 0, text)
	for i, level := range letters.Pix {
		if level > 0 {
			fill(on, x+i%letters.Stride*size, y+i/letters.Stride*size, size, caption)
		}
	}
}

func fill(on *image.Paletted, left, top, size int, with uint8) {
	for y := range size {
		for x := range size {
			on.SetColorIndex(left+x, top+y, with)
		}
	}
}
