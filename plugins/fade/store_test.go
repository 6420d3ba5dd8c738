package fade

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeLevelsRejectsInvalidFiles(t *testing.T) {
	for name, data := range map[string]string{
		"empty":                         "",
		"truncated":                     `{"goal":0.4,"la`,
		"not an object":                 `[0.4, 0.4]`,
		"null":                          `null`,
		"above 100 %":                   `{"goal":0.4,"last":1.5}`,
		"below 0 %":                     `{"goal":-0.4,"last":0.4}`,
		"without a last level":          `{"goal":0.4}`,
		"a last level that rounds to 0": `{"goal":0,"last":0.00001}`,
		"a number too large":            `{"goal":1e999,"last":0.4}`,
		"huge":                          `{"goal":0.4,"last":0.4` + strings.Repeat(" ", 1000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			if l, err := decodeLevels([]byte(data)); err == nil || l != (levels{}) {
				t.Errorf("%q was read as %+v, %v", data, l, err)
			}
		})
	}
}

// FuzzDecodeLevels: levels that are read from any file are in range, and the same after
// being written and read again.
func FuzzDecodeLevels(f *testing.F) {
	for _, seed := range []string{`{"goal":0.4,"last":0.4}`, `{"goal":0,"last":1}`, `{}`, `null`, `{"last":1e-320}`, "\x00", `{"goal":"0.4"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodeLevels(data)
		if err != nil {
			return
		}
		if !(l.Goal >= 0 && l.Goal <= 1 && round(l.Last) > 0 && l.Last <= 1) {
			t.Fatalf("%q was read as %+v", data, l)
		}
		again, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeLevels(again); err != nil || back != l {
			t.Errorf("%+v was written as %q and read as %+v, %v", l, again, back, err)
		}
	})
}
