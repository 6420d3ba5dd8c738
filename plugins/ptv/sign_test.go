package ptv

import (
	"net/url"
	"strings"
	"testing"
)

func TestSignatures(t *testing.T) {
	for _, test := range []struct{ key, id, path, want string }{
		{"9c132d31-6a30-4cac-8d8b-8a1970834799", "1003441", "/v3/stops/1122/route_type/1", "D5D8772F11AC06AB1EC8624AFA65575F47D60ABC"},
		{"9c132d31-6a30-4cac-8d8b-8a1970834799", "3000176", "/v3/route_types", "EBD12B055DFEBB7CC0F9FB2B6E3AA0FE3CFD87B6"},
		{"12345678-1234-1234-1234-123456789ABC", "1234567", "/v3/departures/route_type/0/stop/1081", "679DA5FD92C5445E7B766D463687C09BEDA38AF6"},
	} {
		got := signed(url.URL{Scheme: "https", Host: "example.org", Path: test.path}, test.id, test.key).String()
		want := "https://example.org" + test.path + "?devid=" + test.id + "&signature=" + test.want
		if got != want {
			t.Errorf("signed address\n got %s\nwant %s", got, want)
		}
	}
}

func TestTheSignatureCoversTheQueryAndIsTheLastParameter(t *testing.T) {
	with := signed(url.URL{Path: "/v3/x", RawQuery: "a=1&a=2"}, "7", "key").RequestURI()
	request, signature, _ := strings.Cut(with, "&signature=")
	if request != "/v3/x?a=1&a=2&devid=7" || signature != sign("key", request) {
		t.Errorf("signed request %s", with)
	}
}

func TestASearchTermIsEscapedTwice(t *testing.T) {
	for term, want := range map[string]string{
		"Oakleigh":         "Oakleigh",
		"South Morang":     "South%2520Morang",
		"Station/North Rd": "Station%252FNorth%2520Rd",
		"50% + 1":          "50%2525%2520%252B%25201",
	} {
		if got := twiceEscaped(term); got != want {
			t.Errorf("%q is escaped as %s, want %s", term, got, want)
		}
	}
}
