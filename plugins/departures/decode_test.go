package departures_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"ptvd/plugins/departures"
)

func TestAnIdentifierIsATextOrAWholeNumber(t *testing.T) {
	for json, want := range map[string]string{
		`"4"`: "4", `4`: "4", `-1`: "-1", `true`: "true", `1e+300`: "", `4.5`: "", `null`: "", `{}`: "", `[4]`: "",
	} {
		if got := departures.ID(gjson.Parse(json)); got != want {
			t.Errorf("ID(%s) = %q, want %q", json, got, want)
		}
	}
}
