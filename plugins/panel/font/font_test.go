package font

import (
	"image"
	"strings"
	"testing"
	"unicode"
)

// texts are the faces for texts, by name.
func texts() map[string]*Face {
	return map[string]*Face{"text": Text, "medium": Medium(), "large": Large()}
}

// all are the faces for texts and the bold one.
func all() map[string]*Face {
	faces := texts()
	faces["bold"] = Bold
	return faces
}

func TestEachFaceForTextsHasASCIIAndTheSigns(t *testing.T) {
	for name, face := range texts() {
		for r := ' '; r <= '~'; r++ {
			if !face.Has(string(r)) {
				t.Errorf("%s: %q is missing", name, r)
			}
		}
		if !face.Has("□🚌✗") {
			t.Errorf("%s: a sign is missing", name)
		}
	}
}

func TestDigitsAreEquallyWideSoThatTheyDoNotJump(t *testing.T) {
	for name, face := range all() {
		for r := '0'; r <= '9'; r++ {
			if got, want := face.Width(string(r)), face.Width("0"); got != want {
				t.Errorf("%s: %q is %d pixels wide, 0 is %d", name, r, got, want)
			}
		}
	}
}

// On four columns 0 and O are the same, Đ and Ð are anywhere, and with an accent a small letter and a capital
// are as high, which confuses nobody.
func TestNoTwoCharactersLookAlikeButZeroAndOAndTheirCase(t *testing.T) {
	for name, face := range all() {
		seen := map[string]rune{}
		for r, g := range face.glyphs {
			if r == 'O' || r == 'Đ' || name == "large" && !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.Is(unicode.Lm, r) {
				continue
			}
			if other, twice := seen[g.key()]; twice && unicode.ToLower(other) != unicode.ToLower(r) {
				t.Errorf("%s: %q and %q are the same", name, r, other)
			}
			seen[g.key()] = r
		}
	}
}

func TestWidthIsTheWidthOfWhatDrawDraws(t *testing.T) {
	for name, face := range texts() {
		for _, text := range []string{"", "i", "Loading", "Flinders Street", "東"} {
			picture := image.NewGray(image.Rect(0, 0, 200, face.Height))
			face.Draw(picture, 0, 0, text)
			if got, want := litWidth(picture), face.Width(text); got != want {
				t.Errorf("%s: %q is drawn %d pixels wide, Width says %d", name, text, got, want)
			}
		}
	}
}

func litWidth(picture *image.Gray) int {
	width := 0
	for i, level := range picture.Pix {
		if level != 0 {
			width = max(width, i%picture.Stride+1)
		}
	}
	return width
}

func TestWhatTheFontLacksFallsBack(t *testing.T) {
	for _, test := range []struct{ text, like string }{
		{"Straße – “Łódz”", `Strasse - "Lódz"`},
		{"U\u0308ru\u0308mqi", "Ürümqi"},
		{"Київ Москва", "Kiyiv Moskva"},
		{"Αθήνα", "Athina"},
		{"a\tb\u202fc…", "a b c..."},
		{"ďáblice Øl ½", "dáblice Ol □"},
		{"東京\x00", "□□□"},
		{"broken \xff", "broken □"},
	} {
		for name, face := range map[string]*Face{"text": Text, "medium": Medium()} {
			if got, want := drawing(face, test.text), drawing(face, test.like); got != want {
				t.Errorf("%s: %q is not drawn like %q", name, test.text, test.like)
			}
		}
	}
}

func TestAccentsAreDrawnAboveAndBelowLetters(t *testing.T) {
	for text, want := range map[string]string{
		"éÉ": "..#...#.\n.#...#..\n.##.####\n#..##...\n#######.\n#...#...\n.#######\n........",
		"ïç": "#.#...\n......\n.#..##\n.#.#..\n.#.#..\n.#.#..\n.#..##\n....#.",
	} {
		picture := image.NewGray(image.Rect(0, 0, 200, Height))
		x := 0
		for _, r := range text {
			Text.Draw(picture, x, 0, string(r))
			x += Text.Width(string(r))
		}
		var got strings.Builder
		for y := range Height {
			for column := range x {
				got.WriteByte(".#"[picture.GrayAt(column, y).Y/0xff])
			}
			got.WriteByte('\n')
		}
		if strings.TrimSpace(got.String()) != want {
			t.Errorf("%s is drawn as\n%s", text, got.String())
		}
	}
}

func TestLettersWithAccentsDifferFromThoseWithout(t *testing.T) {
	for name, face := range texts() {
		for _, text := range []string{"Ä A", "é e", "ï i", "ç c", "ñ n"} {
			with, without, _ := strings.Cut(text, " ")
			if drawing(face, with) == drawing(face, without) {
				t.Errorf("%s: %s has no accent", name, with)
			}
		}
	}
}

func TestLacksNamesWhatIsDrawnAsABoxOnce(t *testing.T) {
	for name, face := range texts() {
		if got := face.Lacks("Ürümqi 東京 – 東 🚌 21 °C 5 µg/m³"); got != "東京" {
			t.Errorf("%s lacks %q", name, got)
		}
	}
}

func TestDrawingATextAllocatesNothing(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 200, 16))
	for name, face := range texts() {
		if got := testing.AllocsPerRun(10, func() { face.Draw(picture, 3, 2, "12:07 Flinders Street é 🚌7") }); got > 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

func drawing(face *Face, text string) string {
	picture := image.NewGray(image.Rect(0, -2, 200, face.Height))
	face.Draw(picture, 0, 0, text)
	return string(picture.Pix)
}

func TestDrawStaysWithinThePicture(t *testing.T) {
	area := image.Rect(8, 6, 16, 12)
	for name, face := range texts() {
		for y := -2 * face.Height; y < 24; y++ {
			all, some := image.NewGray(image.Rect(0, -40, 80, 60)), image.NewGray(image.Rect(0, -40, 80, 60))
			face.Draw(all, 2, y, "MÇgÅ")
			face.Draw(some.SubImage(area).(*image.Gray), 2, y, "MÇgÅ")
			for i, level := range some.Pix {
				want := uint8(0)
				if (image.Point{i % 80, i/80 - 40}).In(area) {
					want = all.Pix[i]
				}
				if level != want {
					t.Fatalf("%s at row %d: %d,%d has level %d, not %d", name, y, i%80, i/80-40, level, want)
				}
			}
		}
	}
}

func TestAnInvalidFaceIsRefusedWithItsRow(t *testing.T) {
	for _, test := range []struct{ name, art, want string }{
		{"a glyph too few in a row", "A B\n# #\n#", "row 2"},
		{"rows of different widths", "A\n##\n#", "another width"},
		{"an odd pixel", "A\nx", "a lit one is #"},
		{"a glyph drawn twice", "A A\n# #", "twice"},
		{"a name of two characters", "AB\n#", "single character"},
		{"too many rows", "A" + strings.Repeat("\n#", 9), "9 rows"},
	} {
		if _, err := parse(test.art, Height, Height-1); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v; it should say %q", test.name, err, test.want)
		}
	}
}

func TestAScaledTextHasLargerPixels(t *testing.T) {
	for name, face := range texts() {
		once, scaled := image.NewGray(image.Rect(0, -2, 80, face.Height)), face.Scaled(3)
		face.Draw(once, 3, 0, "Ä 7y")
		picture := image.NewGray(image.Rect(0, -6, 240, scaled.Height))
		scaled.Draw(picture, 9, 0, "Ä 7y")
		for y := -6; y < scaled.Height; y++ {
			for x := range 240 {
				if picture.GrayAt(x, y) != once.GrayAt(x/3, (y+6)/3-2) {
					t.Fatalf("%s: %d, %d differs", name, x, y)
				}
			}
		}
		if scaled.Width("Ä 7y") != 3*face.Width("Ä 7y") {
			t.Errorf("%s: it is %d wide", name, scaled.Width("Ä 7y"))
		}
	}
}
