package font

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// encoded returns a face as a BDF file.
func encoded(f *Face) string {
	var s strings.Builder
	high := f.Height + f.Above
	fmt.Fprintf(&s, "STARTFONT 2.1\nCOMMENT of a test\nFONT -a-test-\nSIZE 13 75 75\nFONTBOUNDINGBOX 20 %d 0 %d\nSTARTPROPERTIES 2\nCHARSET_REGISTRY \"ISO10646\"\nCHARSET_ENCODING \"1\"\nENDPROPERTIES\nCHARS %d\n", high, f.Base-f.Height, len(f.glyphs))
	for r, g := range f.glyphs {
		fmt.Fprintf(&s, "STARTCHAR U+%04X\nENCODING %d\nSWIDTH 500 0\nDWIDTH %d 0\nBBX %d %d 0 %d\nBITMAP\n", r, r, len(g)+f.gap, len(g), high, f.Base-f.Height)
		for row := range high {
			var bits uint64
			for _, column := range g {
				bits = bits<<1 | column>>row&1
			}
			digits := (len(g) + 7) / 8 * 2
			fmt.Fprintf(&s, "%0*X\n", digits, bits<<(4*digits-len(g)))
		}
		s.WriteString("ENDCHAR\n")
	}
	s.WriteString("ENDFONT\n")
	return s.String()
}

func TestADecodedFontIsDrawnLikeTheOneThatWasEncoded(t *testing.T) {
	for name, face := range texts() {
		decoded, err := Decode(strings.NewReader(encoded(face)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if decoded.Base != face.Base || decoded.Above != face.Above {
			t.Errorf("%s: capitals are %d rows high under %d, not %d under %d", name, decoded.Base, decoded.Above, face.Base, face.Above)
		}
		for _, text := range []string{"Flinders Street 12:07", "Łódź – Straße", "U\u0308rümqi", "東", "✗🚌7"} {
			if drawing(decoded, text) != drawing(face, text) {
				t.Errorf("%s: %q is drawn differently", name, text)
			}
		}
	}
}

func TestAFontWithoutSignsGetsThem(t *testing.T) {
	plain := &Face{Height: 8, Base: 7, gap: 1, glyphs: map[rune]glyph{}}
	for r := ' '; r <= '~'; r++ {
		plain.glyphs[r] = Text.glyphs[r]
	}
	face, err := Decode(strings.NewReader(encoded(plain)))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"✗", "🚌7", "東", "é"} {
		want := drawing(Text, text)
		if text == "é" {
			want = drawing(Text, "e")
		}
		if drawing(face, text) != want {
			t.Errorf("%q is drawn differently", text)
		}
	}
	if lacks := face.Lacks("é東"); lacks != "東" {
		t.Errorf("it lacks %q", lacks)
	}
}

func TestAnInvalidFontIsRefusedWithItsLine(t *testing.T) {
	const begin = "STARTFONT 2.1\nFONTBOUNDINGBOX 8 8 0 -1\n"
	digit := "STARTCHAR zero\nENCODING 48\nDWIDTH 6 0\nBBX 5 2 0 0\nBITMAP\n88\n88\nENDCHAR\n"
	digits := digit
	for code := 49; code < 58; code++ {
		digits += strings.Replace(digit, "48", strconv.Itoa(code), 1)
	}
	if _, err := Decode(strings.NewReader(begin + digits + "ENDFONT\n")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, file, want string }{
		{"something else", "{}", "line 1: not a font in BDF"},
		{"an empty file", "", "not a font in BDF"},
		{"a file that is cut off", begin + digit, "line 10: the file ends before ENDFONT"},
		{"a glyph that is cut off", begin + "STARTCHAR zero\nENCODING 48\n", "line 4: the file ends"},
		{"a size in words", "STARTFONT 2.1\nFONTBOUNDINGBOX eight 8 0 -1\n", `line 2: "eight" is not a whole number`},
		{"a size with a number too few", "STARTFONT 2.1\nFONTBOUNDINGBOX 8 8 0\n", "line 2: 4 numbers are needed, not 3"},
		{"a font that is too large", "STARTFONT 2.1\nFONTBOUNDINGBOX 80 80 0 0\n", "line 2: 80×80 at 0, 0 is too large"},
		{"a glyph that is too wide", begin + strings.Replace(digit, "DWIDTH 6", "DWIDTH 600", 1), "line 5: a glyph is 600 pixels wide"},
		{"another alphabet", begin + "CHARSET_REGISTRY \"JISX0208.1983\"\n", "line 3: the characters are numbered by JISX0208.1983"},
		{"another part of it", begin + "CHARSET_ENCODING \"5\"\n", "line 3: the character set is part 5"},
		{"a row that is too short", begin + strings.Replace(digit, "88\n88", "8\n", 1), "line 8: a row of 5 pixels has 2 hexadecimal digits"},
		{"a row of other characters", begin + strings.Replace(digit, "88\n88", "xx\n", 1), "line 8: \"xx\" is not a row of hexadecimal digits"},
		{"one digit alone", begin + digit + "ENDFONT\n", "line 11: the font lacks digits"},
		{"too many glyphs", begin + manyGlyphs(), "more than 10000 glyphs"},
		{"too large a file", begin + strings.Repeat("COMMENT\n", maxFile/8), "larger than 4 MiB"},
	} {
		if _, err := Decode(strings.NewReader(test.file)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v; it should say %q", test.name, err, test.want)
		}
	}
}

func manyGlyphs() string {
	var s strings.Builder
	for r := range maxGlyphs + 1 {
		fmt.Fprintf(&s, "STARTCHAR a\nENCODING %d\nDWIDTH 1 0\nBBX 0 0 0 0\nBITMAP\nENDCHAR\n", r)
	}
	return s.String()
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(Bold))
	f.Add("STARTFONT 2.1\nFONTBOUNDINGBOX 8 8 0 -1\nSTARTCHAR zero\nENCODING 48\nDWIDTH 6 0\nBBX 5 2 0 0\nBITMAP\n88\n88\nENDCHAR\nENDFONT\n")
	f.Fuzz(func(t *testing.T, file string) {
		face, err := Decode(strings.NewReader(file))
		if err != nil {
			return
		}
		if face.Height < 1 || face.Height+face.Above > maxRows || face.Base > face.Height || face.Lacks("0□") != "" {
			t.Errorf("a face of %d rows, %d above, %d on the base line", face.Height, face.Above, face.Base)
		}
		drawing(face, "09:42 Flinders Street ✗🚌 東")
	})
}
