package daemon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver/ptvreply"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
)

// eight is the civil time at which the daemons of these tests start.
var eight = time.Date(2026, 11, 19, 8, 0, 0, 0, time.FixedZone("AEDT", 11*60*60))

// booted is when they start by the monotonic clock.
const booted = scheduler.Instant(time.Hour)

// goodClock is a system's clock that is right, and runs with the loop.
type goodClock struct{ *scheduler.VirtualClock }

func (c goodClock) Now() time.Time   { return eight.Add(c.VirtualClock.Now().Sub(booted)) }
func (goodClock) Synchronized() bool { return true }

type service = ptvreply.Service

func reply(services ...service) string { return ptvreply.New(eight, services...) }

// api answers with its replies, one after the other; the last one stays. An empty one
// is no network.
type api struct {
	replies []string
	asked   []string // paths and queries
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	text := a.replies[min(len(a.asked), len(a.replies)-1)]
	a.asked = append(a.asked, r.URL.RequestURI())
	if text == "" {
		return nil, fmt.Errorf("dial %s: network is unreachable", r.URL.Host)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text))}, nil
}

// board is a whole daemon with a panel, and what it is connected to.
type board struct {
	*daemon.Daemon
	panel *sim.Panel
	api   api
}

// runBoard runs a daemon on replies. The options are those of the source and of the panel.
func runBoard(t *testing.T, trains, panel string, replies []string, lasts time.Duration, look func(*scheduler.Task, *board) error) {
	t.Helper()
	t.Setenv("PTVD_TEST_SECRET", "a-secret-of-the-test")
	file, err := config.Parse("test.yaml", fmt.Appendf(nil, `
timezone: Australia/Melbourne
board: sim
plugins:
  trains: {plugin: ptv, stop: 7, %s id: {env: PTVD_TEST_SECRET}, key: {env: PTVD_TEST_SECRET}}
  panel: {plugin: display, device: {max7219: {spi: SPI0.0}}, %s}
`, trains, panel), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	file.StateDir = t.TempDir()
	clock := scheduler.NewVirtualClock(booted)
	b := &board{panel: sim.NewPanel(4), api: api{replies: replies}}
	b.Daemon = daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: clock, System: goodClock{clock},
		Net: plugins.Network{HTTP: &b.api}, Lasts: lasts + time.Second,
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			simulated := sim.New(loop)
			simulated.Attach("SPI0.0", b.panel)
			loop.Post(func() {
				loop.Go("look", func(task *scheduler.Task) error { return look(task, b) })
			})
			return simulated, nil
		},
	})
	if err := b.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// shows runs a daemon for a while and returns what its panel says, and what its page
// lists: the services' "leaves" and "headsign".
func shows(t *testing.T, after time.Duration, options string, replies ...string) (words, listed string) {
	t.Helper()
	runBoard(t, options, "pages: [{minutes: trains}]", replies, after, func(task *scheduler.Task, b *board) error {
		if err := task.Sleep(after); err != nil {
			return err
		}
		words, listed = state(t, b.Daemon)
		return nil
	})
	return words, listed
}

// state reads the panel's words and the page's list from the state that a browser gets.
func state(t *testing.T, d *daemon.Daemon) (words, listed string) {
	data, err := json.Marshal(d.State())
	var s struct {
		Topics []struct {
			Type  string          `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"topics"`
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	for _, topic := range s.Topics {
		var departures struct {
			Mismatch string
			Next     []struct {
				Leaves           time.Time
				Headsign, Number string
				Live, Cancelled  bool
			} `json:"next"`
		}
		switch {
		case err != nil:
		case topic.Type == "text":
			err = json.Unmarshal(topic.Value, &words)
		case topic.Type == "departures":
			if err = json.Unmarshal(topic.Value, &departures); err != nil {
				break
			}
			var all []string
			for _, n := range departures.Next {
				line := strings.TrimSpace(n.Leaves.Format("15:04") + " " + strings.TrimSpace(n.Number+" "+n.Headsign))
				switch {
				case n.Cancelled:
					line += " cancelled"
				case !n.Live:
					line += " timetable"
				}
				all = append(all, line)
			}
			listed = strings.Join(all, ", ") + departures.Mismatch
		}
	}
	if err != nil {
		t.Error(err)
	}
	return words, listed
}

// Each case is one that public boards got wrong, from the reply over HTTP to what the
// panel says and what the page lists.
func TestFromTheReplyToThePanelAndThePage(t *testing.T) {
	city := func(in int) service { return service{In: in, Destination: "City"} }
	for name, c := range map[string]struct {
		after         time.Duration
		options       string
		replies       []string
		words, listed string
	}{
		"usual": {
			after: time.Second, replies: []string{reply(city(7), city(18))},
			words: "6 min, 17 min", listed: "08:07 City, 08:18 City",
		},
		"one empty reply at noon": {
			after: 32 * time.Second, replies: []string{reply(city(7), city(18)), reply()},
			words: "6 min, 17 min", listed: "08:07 City, 08:18 City",
		},
		"and a second one": {
			after: 45 * time.Second, replies: []string{reply(city(7), city(18)), reply(), reply()},
			words: "No more", listed: "",
		},
		"drop off only, and a run that ends here": {
			after: time.Second, replies: []string{reply(service{In: 3, Destination: "City", Flags: "DOO"}, service{In: 5, Destination: "Hill Top", Final: 7}, city(9))},
			words: "8 min", listed: "08:09 City",
		},
		"two rows of one bus": {
			after: time.Second, replies: []string{reply(
				service{In: 5, Route: 1, Number: "802-804-862 combined", Destination: "Chadstone", NoEstimate: true},
				service{In: 5, Late: 1, Route: 2, Number: "802", Destination: "Chadstone"},
			)},
			words: "5 min", listed: "08:06 802 Chadstone",
		},
		"two that are cancelled before one that runs": {
			after: time.Second, options: "count: 2,", replies: []string{reply(
				service{In: 4, Destination: "City", Cancelled: true}, service{In: 14, Destination: "City", Cancelled: true}, city(24),
			)},
			words: "cancelled, 23 min", listed: "08:04 City cancelled, 08:14 City cancelled, 08:24 City",
		},
		"a cancelled one after its schedule": {
			after: 90 * time.Second, replies: []string{reply(service{In: 1, Late: 9, Destination: "City", Cancelled: true}, city(12))},
			words: "10 min", listed: "08:12 City",
		},
		"a replacement bus and a filter of platforms": {
			after: time.Second, options: `platforms: ["2"],`, replies: []string{reply(service{In: 5, Destination: "City", Flags: "RRB"}, service{In: 6, Destination: "City", Platform: "1"})},
			words: "by bus 4 min", listed: "08:05 City",
		},
		"an estimate that vanishes": {
			after: 35 * time.Second, replies: []string{reply(service{In: 1, Late: 6, Run: "a", Destination: "City"}), reply(service{In: 1, NoEstimate: true, Run: "a", Destination: "City"})},
			words: "6 min by the timetable", listed: "08:07 City timetable",
		},
		"an hour and more": {
			after: time.Second, replies: []string{reply(city(102))},
			words: "at 09:42", listed: "09:42 City",
		},
		"a source that asks every ten minutes": {
			after: 9 * time.Minute, options: "every: 10m,", replies: []string{reply(service{In: 20, Late: 2, Destination: "City"})},
			words: "11 min by the timetable", listed: "08:20 City timetable",
		},
		"a train that stands at the platform after its time": {
			after: 80 * time.Second, replies: []string{reply(service{In: 1, Destination: "City", AtPlatform: true}, city(9))},
			words: "now, 7 min", listed: "08:01 City, 08:09 City",
		},
		"and one that is stuck there": {
			after: 3*time.Minute + 10*time.Second, replies: []string{reply(service{In: 1, Destination: "City", AtPlatform: true}, city(9))},
			words: "5 min", listed: "08:09 City",
		},
		"the City Circle": {
			after: time.Second, replies: []string{reply(service{In: 4, Route: 99, Destination: "Flinders Street"})},
			words: "3 min", listed: "08:04 City Circle",
		},
		"a filter that matches nothing": {
			after: 20 * time.Second, options: "routes: 77,", replies: []string{reply(), reply(), reply(service{In: 4, Route: 1, Destination: "City"}, service{In: 6, Route: 2, Destination: "City"})},
			words: "Filter? routes 77 match nothing at this stop; there are 1, 2", listed: "routes 77 match nothing at this stop; there are 1, 2",
		},
		"a filter that matches nothing, when the stop cannot be asked again after an hour": {
			after: 72 * time.Minute, options: "every: 10m, routes: 77,", replies: []string{
				reply(), reply(), reply(service{In: 4, Route: 1, Destination: "City"}),
				reply(), reply(), reply(), reply(), reply(), reply(), reply(), "",
			},
			words: "Filter? routes 77 match nothing at this stop; there are 1", listed: "routes 77 match nothing at this stop; there are 1",
		},
		"a via that may lie behind the bus": {
			after: time.Second, replies: []string{reply(service{In: 5, Route: 3, RouteName: "Hill Top - Lake Station via Dam & Weir", Number: "684", Destination: "Lake Station/Bay Rd"})},
			words: "4 min", listed: "08:05 684 Lake Station",
		},
		"a reply without runs": {
			after: time.Second, replies: []string{strings.Replace(reply(city(5)), `"runs":{"run0"`, `"runs":{"other"`, 1)},
			words: "4 min by the timetable", listed: "08:05 Down timetable",
		},
		"a number at the end of a long name": {
			after: time.Second, replies: []string{reply(service{In: 5, Route: 3, RouteName: strings.Repeat("Hill Top ", 12) + "(Route 737)", Destination: "Lake"})},
			words: "4 min", listed: "08:05 737 Lake",
		},
		"trains that have left, in a reply without a date": {
			after: time.Second, options: "count: 2,", replies: []string{reply(city(-30), city(-20), city(5), city(15))},
			words: "4 min, 14 min", listed: "08:05 City, 08:15 City",
		},
		"a filter of routes that did occur, at the end of service": {
			after: time.Minute, options: "routes: 1,", replies: []string{reply(service{In: 0, Route: 1, Destination: "City"}), reply()},
			words: "No more", listed: "",
		},
		"a cancelled bus and its row on a combined route": {
			after: time.Second, replies: []string{reply(
				service{In: 5, Route: 1, Number: "802-804-862 combined", Destination: "Chadstone", NoEstimate: true},
				service{In: 5, Route: 2, Number: "802", Destination: "Chadstone", Cancelled: true},
			)},
			words: "cancelled", listed: "08:05 802 Chadstone cancelled",
		},
		"loops of which one call only sets down": {
			after: time.Second, replies: []string{reply(
				service{In: 4, Run: "a", Final: 7, Flags: "DOO", Destination: "Lake"}, service{In: 34, Run: "a", Final: 7, Destination: "Lake"},
				service{In: 5, Run: "b", Final: 7, Destination: "Dam"}, service{In: 35, Run: "b", Final: 7, Flags: "DOO", Destination: "Dam"},
			)},
			words: "4 min", listed: "08:05 Dam",
		},
		"an estimate that vanishes at the platform": {
			after: 65 * time.Second, replies: []string{
				reply(service{In: -5, Late: 6, Run: "a", Destination: "City"}, city(20)),
				reply(service{In: -5, Run: "a", NoEstimate: true, Destination: "City", AtPlatform: true}, city(20)),
			},
			words: "now by the timetable, 18 min", listed: "08:01 City timetable, 08:20 City",
		},
		"the last minute of the countdown, and a time of day that has no room beside it": {
			after: time.Second, replies: []string{reply(city(60), city(61))},
			words: "59 min", listed: "09:00 City, 09:01 City",
		},
		"a cancelled bus and one that runs, both on a combined route": {
			after: time.Second, replies: []string{reply(
				service{In: 5, Route: 2, Number: "802", Destination: "Chadstone", Cancelled: true},
				service{In: 5, Route: 4, Number: "804", Destination: "Chadstone"},
				service{In: 5, Route: 1, Number: "802-804-862 combined", Destination: "Chadstone", NoEstimate: true},
			)},
			words: "cancelled, 4 min", listed: "08:05 802 Chadstone cancelled, 08:05 804 Chadstone",
		},
		"no network from the start": {
			after: 2 * time.Minute, replies: []string{""},
			words: "No data", listed: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			words, listed := shows(t, c.after, c.options, c.replies...)
			if words != c.words || listed != c.listed {
				t.Errorf("the panel says %q and the page lists %q; want %q and %q", words, listed, c.words, c.listed)
			}
		})
	}
}
