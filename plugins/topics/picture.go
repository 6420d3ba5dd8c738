package topics

import (
	"encoding/hex"
	"encoding/json"
	"image"
)

// Picture is what a panel shows, a lit LED white. As JSON each row is hexadecimal,
// a bit for each LED, the leftmost the highest bit of the first digit, filled up
// with zeros to whole bytes:
//
//	{"width": 32, "height": 8, "rows": ["00ff00ff", …], "brightness": 0.5}
type Picture struct {
	*image.Gray
	Brightness float64 // of the panel, above 0 to 1; 0: not known, left out of the JSON
}

// PayloadType returns "picture".
func (Picture) PayloadType() string { return "picture" }

// MarshalJSON writes the documented form.
func (p Picture) MarshalJSON() ([]byte, error) {
	width, height := p.Rect.Dx(), p.Rect.Dy()
	rows, row := make([]string, height), make([]byte, (width+7)/8)
	for y := range height {
		clear(row)
		for x, pixel := range p.Pix[y*p.Stride:][:width] {
			if pixel >= 0x80 {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		rows[y] = hex.EncodeToString(row)
	}
	return json.Marshal(struct {
		Width      int      `json:"width"`
		Height     int      `json:"height"`
		Rows       []string `json:"rows"`
		Brightness float64  `json:"brightness,omitempty"`
	}{width, height, rows, p.Brightness})
}
