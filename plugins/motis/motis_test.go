package motis_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver/motisserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/departures"
	"ptvd/plugins/motis"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// service passes requests to a handler, and remembers them.
type service struct {
	*plugintest.Harness
	plugintest.Transport
	asked []*http.Request
	at    []plugins.Instant
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked, s.at = append(s.asked, r), append(s.at, s.Loop.Now())
	return s.Transport.RoundTrip(r)
}

// run runs an instance for a while, against a handler, or the fake if that is nil.
func run(t *testing.T, options string, handler http.Handler, lasts time.Duration) (topics.Departures, *plugintest.Instance, *service) {
	t.Helper()
	h := plugintest.New(t)
	start := h.Loop.Now()
	if handler == nil {
		handler = motisserver.New(func() time.Time { return plugintest.Epoch.Add(h.Loop.Now().Sub(start)) })
	}
	s := &service{Harness: h, Transport: plugintest.Transport{Handler: handler}}
	h.Net = plugins.Network{HTTP: s, Agent: "ptvd/1.2.3"}
	var found topics.Departures
	var trains *plugintest.Instance
	h.Run(func(task *plugins.Task) error {
		trains = h.Start(task, "trains", "plugin: motis\ncontact: me@example.org\n"+options)
		published := plugintest.Subscribe[topics.Departures](h, "trains", "departures")
		if err := task.Sleep(lasts); err != nil {
			return err
		}
		found, _ = published.Last()
		return trains.Stop(task)
	})
	return found, trains, s
}

const stop = "stop: " + motisserver.Stop

func TestDeparturesArePublishedWithTheirAttribution(t *testing.T) {
	d, trains, s := run(t, stop+"\nwalk: 2m", nil, time.Second)
	if d.Stop != "Huntingdale" || len(d.List) < 10 || d.Complete || trains.Health.Condition != host.OK ||
		d.Attribution != "Data: Transitous and its sources, https://transitous.org/sources" {
		t.Errorf("published %+v, health %s", d, trains.Health.Why)
	}
	live, cancelled := false, false
	for _, one := range d.List {
		live, cancelled = live || one.Live(), cancelled || one.Cancelled
	}
	if !live || !cancelled {
		t.Errorf("live ones: %v, cancelled ones: %v", live, cancelled)
	}
	if r := s.asked[0]; r.URL.String() != "https://api.transitous.org/api/v6/stoptimes?n=12&stopId="+motisserver.Stop || r.UserAgent() != "ptvd/1.2.3 (me@example.org)" {
		t.Errorf("%s asked as %s", r.URL, r.UserAgent())
	}
}

func TestWhatIsConfiguredIsRequested(t *testing.T) {
	for options, want := range map[string]string{
		stop + "\nnear: -37.9,145.1":           "center=-37.9%2C145.1&n=11&radius=50&stopId=",
		"near: -37.9, 145.1\nradius: 300":      "center=-37.9%2C145.1&n=11&radius=300",
		stop + "\nmodes: [BUS, TRAM]":          "mode=BUS%2CTRAM&n=11",
		stop + "\ntowards: flinders\ncount: 3": "n=16&",
		stop + "\nlanguage: de":                "language=de&n=11",
	} {
		if _, _, s := run(t, options, nil, time.Second); !strings.Contains(s.asked[0].URL.RawQuery, want) {
			t.Errorf("with %s it asks for %s, want %s", options, s.asked[0].URL.RawQuery, want)
		}
	}
}

func TestFiltersAndAFilterThatMatchesNothing(t *testing.T) {
	d, _, _ := run(t, stop+"\ntowards: FLINDERS\ncount: 3", nil, time.Second)
	for _, one := range d.List {
		if one.Headsign != "Flinders Street" {
			t.Errorf("towards Flinders: %+v", one)
		}
	}
	if d.List == nil {
		t.Error("nothing goes towards Flinders")
	}
	if d, _, _ = run(t, stop+"\nplatforms: 9", nil, 20*time.Second); d.Mismatch != "platforms 9 match nothing at this stop; there are 1, 2" {
		t.Errorf("the mismatch is %q", d.Mismatch)
	}
}

// renumbered is the fake after the stop has got another ID.
type renumbered struct {
	http.Handler
	since plugins.Instant
	*plugintest.Harness
}

func (h *renumbered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if query := r.URL.Query(); h.Loop.Now() >= h.since && query.Get("stopId") == motisserver.Stop {
		query.Set("stopId", "old")
		r.URL.RawQuery = query.Encode()
	}
	h.Handler.ServeHTTP(w, r)
}

func TestAStopThatWasRenumberedIsFoundByWhatItWasCalledAlsoAfterARestart(t *testing.T) {
	h := plugintest.New(t)
	start := h.Loop.Now()
	fake := motisserver.New(func() time.Time { return plugintest.Epoch.Add(h.Loop.Now().Sub(start)) })
	s := &service{Harness: h, Transport: plugintest.Transport{Handler: &renumbered{fake, start.Add(90 * time.Second), h}}}
	h.Net = plugins.Network{HTTP: s, Agent: "ptvd/1.2.3"}
	const want = `not found: Could not find timetable location "old"; its ID may have changed: ` +
		"where it was there are Huntingdale (au-vic_1099), Huntingdale Station/Haughton Rd (au-vic_19099)"
	h.Run(func(task *plugins.Task) error {
		trains := h.Start(task, "trains", "plugin: motis\ncontact: me@example.org\n"+stop)
		if err := task.Sleep(5 * time.Minute); err != nil {
			return err
		}
		if trains.Health.Why != want {
			t.Errorf("health %s, want %s", trains.Health.Why, want)
		}
		if err := trains.Stop(task); err != nil {
			return err
		}
		again := h.Instance("trains", "motis")
		again.Storage = trains.Storage
		again.StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) {
			return motis.New(env, motis.Config{Stop: motisserver.Stop, Contact: "me@example.org", ServiceOptions: departures.ServiceOptions{
				Every: time.Minute, Options: departures.Options{Count: 1}, BaseURL: motis.Transitous,
			}})
		})
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if again.Health.Why != want {
			t.Errorf("after a restart: health %s, want %s", again.Health.Why, want)
		}
		return again.Stop(task)
	})
}

func TestAStopThatWasRenumberedIsFoundByItsPosition(t *testing.T) {
	d, trains, _ := run(t, "stop: old\nnear: -37.9111,145.1027", nil, time.Second)
	if len(d.List) < 10 || d.Stop != "Huntingdale" ||
		trains.Health.Why != "stop old not found: it may have another ID; departures of Huntingdale (au-vic_1099) are shown, which is near it" {
		t.Errorf("%d departures of %q, health %s", len(d.List), d.Stop, trains.Health.Why)
	}
	if d, trains, _ = run(t, "near: -37.9111,145.1027", nil, time.Second); trains.Health.Condition != host.OK || d.Stop != "Huntingdale" {
		t.Errorf("without a stop it is %q, health %s", d.Stop, trains.Health.Why)
	}
}

func TestModesThatAreNotAtTheStopAreAMismatch(t *testing.T) {
	d, _, _ := run(t, stop+"\nmodes: TRAM", nil, 20*time.Second)
	if d.Mismatch != "modes TRAM match nothing at this stop; there are SUBURBAN, BUS" {
		t.Errorf("the mismatch is %q", d.Mismatch)
	}
	none := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stop") {
			w.Write([]byte(`{"place": {}, "routes": [{"mode": "SUBURBAN"}, {"mode": "BUS"}, 7]}`))
			return
		}
		w.Write([]byte(`{"place": {"name": "Anděl", "stopId": "a"}, "stopTimes": []}`))
	})
	for _, options := range []string{"stop: a\nmodes: RAIL", "stop: a"} {
		if d, trains, _ := run(t, options, none, 20*time.Second); d.Mismatch != "" || !d.Complete || len(d.List) > 0 || trains.Health.Condition != host.OK {
			t.Errorf("with %s at night: %+v, health %s", options, d, trains.Health.Why)
		}
	}
}

func TestErrorsOfTheService(t *testing.T) {
	answer := func(status int, body string, header ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if len(header) > 0 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(status)
			w.Write([]byte(body))
		})
	}
	for name, c := range map[string]struct {
		handler http.Handler
		health  string
		asked   int // in ten minutes; 0: does not matter
	}{
		"a stop that was renumbered": {answer(404, `{"error": "Could not find cz_1"}`), "not found: Could not find cz_1; its ID may have changed: ptvd stops finds it", 0},
		"options that are wrong":     {answer(422, `{"error": "bad mode"}`), "bad request: bad mode", 0},
		"too many requests":          {answer(429, ``, "Retry-After", "500"), "throttled: too many requests", 2},
		"no Retry-After":             {answer(429, ``), "throttled: too many requests", 5},
		"an error of the service":    {answer(500, `{"error": "oops"}`), "HTTP 500: oops", 0},
		"a service that is closed":   {answer(503, ``, "Retry-After", "3600"), "HTTP 503: Service Unavailable", 1},
		"HTML":                       {answer(200, "<!doctype html>"), "invalid reply: HTML instead of JSON: the network may have a login page (captive portal)", 0},
		"truncated":                  {answer(200, `{"stopTimes": [`), "invalid reply: not JSON, or truncated", 0},
		"ten megabytes":              {answer(200, strings.Repeat(" ", 10<<20)), "invalid reply: larger than 2 MiB", 0},
		"another type":               {answer(200, `[]`), "invalid reply: no list of departures", 0},
		"no valid departure":         {answer(200, `{"stopTimes": [{}, {"place": []}]}`), "invalid reply: no valid departure", 0},
		"null":                       {answer(200, `null`), "invalid reply: no list of departures", 0},
		"a redirect to elsewhere":    {answer(302, ``, "Location", "https://elsewhere.example/"), "wrong host: redirected to https://elsewhere.example: the network may have a login page (captive portal), or the API has moved (base_url)", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d, trains, s := run(t, stop, c.handler, 10*time.Minute)
			if trains.Health.Condition != host.Degraded || trains.Health.Why != c.health || d.Received != 0 {
				t.Errorf("health %s: %s", trains.Health.Condition, trains.Health.Why)
			}
			if c.asked != 0 && (len(s.asked) < c.asked-1 || len(s.asked) > c.asked+1) {
				t.Errorf("asked %d times, want about %d: %v", len(s.asked), c.asked, s.at)
			}
		})
	}
}

func TestFindStops(t *testing.T) {
	s := &service{Harness: plugintest.New(t)}
	s.Handler = motisserver.New(func() time.Time { return plugintest.Epoch })
	client := motis.Config{ServiceOptions: departures.ServiceOptions{BaseURL: "https://motis.example"}, Contact: "me@example.org"}.Client(s, "test")
	stops, err := client.FindStops(context.Background(), "hunting", plugins.Position{Latitude: -37.9, Longitude: 145.1})
	if err != nil || len(stops) != 2 || stops[0].ID != motisserver.Stop || stops[0].Area != "Oakleigh" || stops[1].Modes[0] != "BUS" {
		t.Errorf("found %+v, %v", stops, err)
	}
	if query := s.asked[0].URL.RawQuery; query != "place=-37.9%2C145.1&text=hunting&type=STOP" {
		t.Errorf("asked for %s", query)
	}
}

func TestConfigurationsAreChecked(t *testing.T) {
	for options, want := range map[string]string{
		"contact: me@example.org":                       "stop",
		"stop: a":                                       "contact",
		"stop: a\ncontact: \"\"":                        "contact",
		"near: 91,0\ncontact: me@example.org":           "near",
		"near: here\ncontact: me@example.org":           "near",
		"stop: a\ncontact: me@example.org\nevery: 10s":  "every",
		"stop: a\ncontact: me@example.org\nbase_url: x": "base_url",
		"stop: a\ncontact: me@example.org\nmodes: BUSS": "modes",
	} {
		if err := plugintest.Check("motis", options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", options, err, want)
		}
	}
	if err := plugintest.Check("motis", "stop: a\ncontact: me@example.org\nevery: 10s\nbase_url: http://motis.example"); err != nil {
		t.Errorf("a service of one's own every 10s: %v", err)
	}
}
