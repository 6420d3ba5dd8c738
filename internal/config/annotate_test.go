package config_test

import (
	"strings"
	"testing"
)

func TestAFileIsAnnotatedWithWhatItsTagsSay(t *testing.T) {
	file := parse(t,
		"# whose file this is",
		"board: sim # a stale word",
		"plugins:",
		"  # the next trains",
		"  trains: # of mine",
		"    plugin: trains",
		"    stop: 1099",
		"                                  # from another time",
		"    every: 1m",
		"    mode: train",
		"    base_url: 'http://a #b' # where",
		"  more:",
		"    plugin: trains",
		"    stop: 1098",
		"    on_error: fail",
		"    walk: 5m",
		"  panel:",
		"    plugin: panel",
		"    device:",
		"      null_device:",
		"        width: 8",
		"    pages:",
		"      - {departures: trains}",
		"      - clock",
		"      - clock",
		"    feeds: {top: news.headline}",
		"    names: {A very long name of a station: A short one}",
		"  news: {plugin: ticker}",
	)
	want := lines(
		"# whose file this is",
		"board: sim                        # the real board, or a simulated one (periph or sim; default periph)",
		"plugins:                          # the instances: a name for each, and under it its plugin and options",
		"                                  # (required)",
		"  # the next trains",
		"  trains:",
		"    plugin: trains                # asks when trains leave (required)",
		"    stop: 1099                    # the number of the stop (at least 1; required)",
		"    every: 1m                     # how often to ask (10s to 1h; default 30s)",
		"    mode: train                   # what runs there (train, tram or bus; default)",
		"    base_url: 'http://a #b'       # where to ask",
		"  more:",
		"    plugin: trains",
		"    stop: 1098",
		"    on_error: fail                # when it fails: restart it alone, or let the daemon fail (restart or fail;",
		"                                  # default restart)",
		"    walk: 5m                      # from the door to the platform (at most 1h; default 0s)",
		"  panel:",
		"    plugin: panel                 # shows pages (required)",
		"    device:                       # the panel (required)",
		"      null_device:                # none at all",
		"        width: 8                  # columns (default 0)",
		"    pages:                        # what it shows, in turn (required)",
		"      - {departures: trains}      # the next trains",
		"      - clock                     # the time",
		"      - clock",
		"    feeds: {top: news.headline}   # tickers by name",
		"    names: {A very long name of a station: A short one}",
		"                                  # short names for destinations",
		"  news: {plugin: ticker}          # publishes news (required)",
	)
	got := file.Annotated()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := parse(t, strings.TrimSuffix(got, "\n")).Annotated(); again != got {
		t.Errorf("the second time it becomes\n%s", again)
	}
}
