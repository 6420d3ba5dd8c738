package ptv_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

// world is a harness whose network leads to a stand-in of the service.
type world struct {
	*plugintest.Harness
	service *fakeserver.PTV
	offline bool              // the network is away
	asked   []plugins.Instant // when requests were made
	lines   []string          // and what they asked for
}

func newWorld(t *testing.T) *world {
	w := &world{Harness: plugintest.New(t)}
	start := w.Loop.Now()
	w.service = fakeserver.NewPTV(func() time.Time { return plugintest.Epoch.Add(w.Loop.Now().Sub(start)) })
	w.Net.HTTP = w
	return w
}

// RoundTrip hands a request to the stand-in.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = append(w.asked, w.Loop.Now())
	w.lines = append(w.lines, r.URL.RequestURI())
	if w.offline {
		return nil, errors.New("the cable is out, and " + r.URL.String() + " cannot be had")
	}
	recorder := httptest.NewRecorder()
	w.service.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// config is what the demo would have.
func config() ptv.Config {
	definition, _ := plugins.Lookup("ptv")
	cfg := definition.Defaults.Interface().(ptv.Config)
	cfg.Stop = fakeserver.DemoStop
	cfg.BaseURL = "http://ptv.example"
	cfg.ID = plugins.LiteralSecret(fakeserver.DemoID)
	cfg.Key = plugins.LiteralSecret(fakeserver.DemoKey)
	return cfg
}

// trains starts an instance of that name and returns it with what it publishes.
func (w *world) trains(t *plugins.Task, cfg ptv.Config) (*plugintest.Instance, func() topics.Departures) {
	i := w.Start(t, "trains", func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
	published := plugins.Subscribe[topics.Departures](i.Env, plugins.From[topics.Departures]{Instance: "trains", Topic: "departures"})
	return i, func() topics.Departures {
		d, ok := published.Get()
		if !ok {
			w.T.Fatal("nothing was published")
		}
		return d
	}
}

// once returns what an instance publishes after its first request.
func (w *world) once(cfg ptv.Config) (found topics.Departures) {
	w.T.Helper()
	w.Run(func(t *plugins.Task) error {
		trains, departures := w.trains(t, cfg)
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		found = departures()
		return trains.Stop(t)
	})
	return found
}
