package plugins_test

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
)

type text interface {
	encoding.TextUnmarshaler
	encoding.TextMarshaler
}

func TestAValueIsWrittenTheWayItIsRead(t *testing.T) {
	for written, value := range map[string]text{
		"40%": new(plugins.Percent), "0%": new(plugins.Percent), "12.5%": new(plugins.Percent),
		"22:30": new(plugins.TimeOfDay), "00:00": new(plugins.TimeOfDay),
		"22:30-06:00": new(plugins.Window), "00:00-24:00": new(plugins.Window), "12:00-24:00": new(plugins.Window),
		"-37.81,144.96": new(plugins.Position), "90,-180": new(plugins.Position),
	} {
		if err := value.UnmarshalText([]byte(written)); err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		if got, err := value.MarshalText(); string(got) != written || err != nil {
			t.Errorf("%s came back as %s, %v", written, got, err)
		}
	}
}

func TestInvalidValuesAreRefused(t *testing.T) {
	for written, value := range map[string]text{
		"40": new(plugins.Percent), "101%": new(plugins.Percent), "-1%": new(plugins.Percent), "NaN%": new(plugins.Percent),
		"24:00": new(plugins.TimeOfDay), "7": new(plugins.TimeOfDay),
		"22:30": new(plugins.Window), "06:00-06:00": new(plugins.Window), "a-b": new(plugins.Window), "24:00-06:00": new(plugins.Window),
		"-37.81": new(plugins.Position), "91,0": new(plugins.Position), "0,181": new(plugins.Position), "NaN,0": new(plugins.Position),
	} {
		if err := value.UnmarshalText([]byte(written)); err == nil {
			t.Errorf("%s was taken for a %T", written, value)
		}
	}
}

func TestAWindowMayBeTheWholeDay(t *testing.T) {
	var day plugins.Window
	if err := day.UnmarshalText([]byte("00:00-24:00")); err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for at := time.Duration(0); at < 24*time.Hour; at += time.Minute {
		if now := midnight.Add(at); !day.Contains(now) {
			t.Fatalf("the whole day is without %v", now)
		}
	}
	if err := day.UnmarshalText([]byte("00:00-00:00")); err == nil || !strings.Contains(err.Error(), "00:00-24:00") {
		t.Errorf("got %v, which does not say how to write the whole day", err)
	}
}

func TestAWindowMayExtendPastMidnight(t *testing.T) {
	var night plugins.Window
	if err := night.UnmarshalText([]byte("22:30-06:00")); err != nil {
		t.Fatal(err)
	}
	for clock, want := range map[string]bool{
		"22:29:59": false, "22:30:00": true, "23:59:59": true, "00:00:00": true, "05:59:59": true, "06:00:00": false, "12:00:00": false,
	} {
		now, err := time.Parse(time.TimeOnly, clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := night.Contains(now); got != want {
			t.Errorf("at %s the night is %v", clock, got)
		}
	}
}

func TestDistances(t *testing.T) {
	prague, brno := plugins.Position{Latitude: 50.0755, Longitude: 14.4378}, plugins.Position{Latitude: 49.1951, Longitude: 16.6068}
	if km := prague.Meters(brno) / 1000; km < 183 || km > 186 {
		t.Errorf("from Prague to Brno it is %.1f km, want 184", km)
	}
	if d := (plugins.Position{Longitude: 179.9}).Meters(plugins.Position{Longitude: -179.9}); d < 22_000 || d > 22_500 {
		t.Errorf("over the date line it is %.0f m, want 22.2 km", d)
	}
}
