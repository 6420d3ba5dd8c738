package ptv_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

func TestOnlyConfiguredDeparturesAreKept(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*ptv.Config)
		matches func(topics.Departure) bool
		url     string // contained in the URL of the request
	}{
		"one route": {
			func(c *ptv.Config) { c.Routes = []int{11} },
			func(d topics.Departure) bool { return d.Route == "Pakenham" }, "/stop/1099/route/11?",
		},
		"one route and a platform": {
			func(c *ptv.Config) { c.Routes, c.Platforms = []int{11}, []ptv.Platform{"2"} },
			func(d topics.Departure) bool {
				return d.Route == "Pakenham" && (d.Platform == "2" || d.ReplacedByBus)
			}, "/stop/1099/route/11?",
		},
		"two routes": {
			func(c *ptv.Config) { c.Routes = []int{4, 99} },
			func(d topics.Departure) bool { return d.Route == "Cranbourne" }, "/stop/1099/route/4?",
		},
		"one direction": {
			func(c *ptv.Config) { c.Directions = []int{1} },
			func(d topics.Departure) bool { return d.Direction == "City (Flinders Street)" }, "direction_id=1",
		},
		"two directions": {
			func(c *ptv.Config) { c.Directions = []int{4, 10} },
			func(d topics.Departure) bool { return d.Direction != "City (Flinders Street)" }, "/stop/1099?",
		},
		"a platform": {
			func(c *ptv.Config) { c.Platforms = []ptv.Platform{"1"} },
			func(d topics.Departure) bool { return d.Platform == "1" || d.ReplacedByBus }, "/stop/1099?",
		},
		"no cancelled ones": {
			func(c *ptv.Config) { c.IncludeCancelled = false },
			func(d topics.Departure) bool { return !d.Cancelled }, "include_cancelled=false",
		},
		"buses": {
			func(c *ptv.Config) { c.RouteType, c.Stop = "bus", 19099 },
			func(d topics.Departure) bool { return d.Number == "601" }, "/route_type/2/stop/19099?",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			cfg := config()
			cfg.Count = 6
			test.change(&cfg)
			list := fx.once(cfg).List
			if runs := running(list); runs == 0 || runs > 7 {
				t.Errorf("%d departures run", runs)
			}
			for _, d := range list {
				if !test.matches(d) {
					t.Errorf("not configured: %+v", d)
				}
			}
			if !strings.Contains(fx.urls[0], test.url) {
				t.Errorf("request %s, want %s in it", fx.urls[0], test.url)
			}
		})
	}
}

// running counts the departures that are not cancelled.
func running(list []topics.Departure) (n int) {
	for _, d := range list {
		if !d.Cancelled {
			n++
		}
	}
	return n
}

func TestMaxResultsIncludesTheWalkAndWhatTheFilterDrops(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*ptv.Config)
		url    string
	}{
		"one":                           {func(*ptv.Config) {}, "max_results=2&"},
		"one after a short walk":        {func(c *ptv.Config) { c.Walk = time.Minute }, "max_results=3&"},
		"one after a long walk":         {func(c *ptv.Config) { c.Walk = 10 * time.Minute }, "max_results=7&"},
		"one of a route":                {func(c *ptv.Config) { c.Routes = []int{11} }, "max_results=2&"},
		"one of two routes":             {func(c *ptv.Config) { c.Routes = []int{11, 4} }, "max_results=2&"},
		"one of many routes":            {func(c *ptv.Config) { c.Routes = []int{11, 4, 5, 6, 7} }, "max_results=6&"},
		"one of a route and a platform": {func(c *ptv.Config) { c.Routes, c.Platforms = []int{11}, []ptv.Platform{"2"} }, "max_results=6&"},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			cfg := config()
			cfg.Count = 1
			test.change(&cfg)
			if fx.once(cfg); !strings.Contains(fx.urls[0], test.url) {
				t.Errorf("request %s, want %s in it", fx.urls[0], test.url)
			}
		})
	}
}

func TestCompleteIsSetOnlyIfNothingIsMissing(t *testing.T) {
	const toCranbourne = 4 // the fake server has fewer than 30 departures in this direction
	for name, test := range map[string]struct {
		change   func(*ptv.Config)
		complete bool
	}{
		"fewer than requested":                {func(c *ptv.Config) { c.Directions = []int{toCranbourne} }, true},
		"more than the count":                 {func(c *ptv.Config) { c.Directions, c.Count = []int{toCranbourne}, 5 }, false},
		"as many as requested":                {func(*ptv.Config) {}, false},
		"none, all were dropped":              {func(c *ptv.Config) { c.Routes, c.Count = []int{95, 96, 97, 98, 99}, 1 }, false},
		"fewer, but platforms may be unknown": {func(c *ptv.Config) { c.Directions, c.Platforms = []int{toCranbourne}, []ptv.Platform{"1", "2"} }, false},
		"none, and none was dropped":          {func(c *ptv.Config) { c.Directions = []int{77} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			cfg := config()
			cfg.Count = 30
			test.change(&cfg)
			if found := fx.after(10*time.Second, cfg); found.Received == 0 || found.Complete != test.complete {
				t.Errorf("with %d departures complete is %v, want %v", len(found.List), found.Complete, test.complete)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	if err := config().Validate(); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{
		"", "timetableapi", "ftp://example.org", "https://", "https://:443", "https://example.org/v3", "https://example.org?x=y", "https://me:secret@example.org",
	} {
		cfg := config()
		cfg.BaseURL = base
		var optionError *plugins.OptionError
		if err := cfg.Validate(); !errors.As(err, &optionError) || optionError.Path != "base_url" {
			t.Errorf("base_url %q: %v", base, err)
		}
	}
	var p ptv.Platform
	for _, word := range []string{"", "1 2", "platform1", "1&x=y"} {
		if p.UnmarshalText([]byte(word)) == nil {
			t.Errorf("%q is accepted as a platform", word)
		}
	}
	if err := p.UnmarshalText([]byte("15A")); err != nil || p != "15A" {
		t.Errorf("platform 15A: %q, %v", p, err)
	}
}
