package ntp_test

import (
	"slices"
	"testing"

	"ptvd/internal/host"
	"ptvd/plugins/ntp"
)

func TestServerAddresses(t *testing.T) {
	for text, good := range map[string]bool{
		"ntp.example.net":       true,
		"ntp.example.net:1123":  true,
		"NTP1":                  true,
		"192.0.2.1":             true,
		"192.0.2.1:123":         true,
		"2001:db8::1":           true,
		"[2001:db8::1]:123":     true,
		"fe80::1%eth0":          true,
		"":                      false,
		":123":                  false,
		"ntp.example.net:":      false,
		"ntp.example.net:0":     false,
		"ntp.example.net:ntp":   false,
		"ntp.example.net:70000": false,
		"[2001:db8::1]":         false,
		"ntp example net":       false,
		"ntp://ntp.example.net": false,
		"ntp.example.net\n":     false,
	} {
		var s ntp.Server
		err := s.UnmarshalText([]byte(text))
		if good != (err == nil) {
			t.Errorf("%q: %v", text, err)
		}
		if good && string(s) != text {
			t.Errorf("%q was read as %q", text, s)
		}
	}
}

func TestOneToEightDifferentServersAreValid(t *testing.T) {
	nine := []ntp.Server{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	for name, c := range map[string]struct {
		servers []ntp.Server
		good    bool
	}{
		"none":             {nil, false},
		"one":              {nine[:1], true},
		"eight":            {nine[:8], true},
		"nine":             {nine, false},
		"one listed twice": {[]ntp.Server{"a", "b", "a"}, false},
	} {
		if err := (ntp.Config{Servers: c.servers}).Validate(); c.good != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePluginIsRegisteredWithItsTopic(t *testing.T) {
	d, ok := host.Lookup("ntp")
	if !ok || !slices.ContainsFunc(d.Topics, func(t host.Topic) bool { return t.Name == "sync" }) {
		t.Errorf("registered: %v, topics: %v", ok, d.Topics)
	}
}
