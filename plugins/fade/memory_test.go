package fade

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAStateFileThatIsNoneIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"empty":                "",
		"cut short":            `{"goal":0.4,"la`,
		"not an object":        `[0.4, 0.4]`,
		"null":                 `null`,
		"above 100 %":          `{"goal":0.4,"last":1.5}`,
		"below 0 %":            `{"goal":-0.4,"last":0.4}`,
		"without a last level": `{"goal":0.4}`,
		"a last level of none": `{"goal":0,"last":0.00001}`,
		"a number too large":   `{"goal":1e999,"last":0.4}`,
		"huge":                 `{"goal":0.4,"last":0.4` + strings.Repeat(" ", 1000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			if l, err := decodeLevels([]byte(data)); err == nil || l != (levels{}) {
				t.Errorf("%q became %+v, %v", data, l, err)
			}
		})
	}
}

// FuzzDecodeLevels: whatever a state file holds, what is taken from it is a level,
// and survives being saved again.
func FuzzDecodeLevels(f *testing.F) {
	for _, seed := range []string{`{"goal":0.4,"last":0.4}`, `{"goal":0,"last":1}`, `{}`, `null`, `{"last":1e-320}`, "\x00", `{"goal":"0.4"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodeLevels(data)
		if err != nil {
			return
		}
		if !(l.Goal >= 0 && l.Goal <= 1 && grid(l.Last) > 0 && l.Last <= 1) {
			t.Fatalf("%q became %+v", data, l)
		}
		again, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeLevels(again); err != nil || back != l {
			t.Errorf("%+v was saved as %q and became %+v, %v", l, again, back, err)
		}
	})
}
