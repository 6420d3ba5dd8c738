package ptv_test

import (
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

// fixture is a harness whose network leads to a fake of the API.
type fixture struct {
	*plugintest.Harness
	api      *fakeserver.PTV
	offline  bool              // there is no network
	noNames  bool              // nor a name server
	requests []plugins.Instant // their times
	urls     []string          // of the requests, without the host
}

func newFixture(t *testing.T) *fixture {
	fx := &fixture{Harness: plugintest.New(t)}
	start := fx.Loop.Now()
	fx.api = fakeserver.NewPTV(func() time.Time { return plugintest.Epoch.Add(fx.Loop.Now().Sub(start)) })
	fx.Net.HTTP = fx
	return fx
}

// RoundTrip passes a request to the fake.
func (fx *fixture) RoundTrip(r *http.Request) (*http.Response, error) {
	fx.requests = append(fx.requests, fx.Loop.Now())
	fx.urls = append(fx.urls, r.URL.RequestURI())
	if fx.noNames {
		return nil, &net.DNSError{Err: "server misbehaving", Name: r.Host}
	}
	if fx.offline {
		return nil, errors.New("no route to " + r.URL.String())
	}
	return plugintest.Transport{Handler: fx.api}.RoundTrip(r)
}

// config is the configuration of the demo.
func config() ptv.Config {
	definition, _ := host.Lookup("ptv")
	cfg := definition.Defaults.Interface().(ptv.Config)
	cfg.Stop = fakeserver.DemoStop
	cfg.BaseURL = "http://ptv.example"
	cfg.ID = plugins.LiteralSecret(fakeserver.DemoID)
	cfg.Key = plugins.LiteralSecret(fakeserver.DemoKey)
	return cfg
}

// trains starts an instance of this name and returns it with what it publishes.
func (fx *fixture) trains(t *plugins.Task, cfg ptv.Config) (*plugintest.Instance, func() topics.Departures) {
	i := fx.Instance("trains", "ptv").StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
	published := plugintest.Subscribe[topics.Departures](fx.Harness, "trains", "departures")
	return i, func() topics.Departures {
		d, ok := published.Last()
		if !ok {
			fx.T.Fatal("nothing was published")
		}
		return d
	}
}

// once returns what an instance publishes after its first request.
func (fx *fixture) once(cfg ptv.Config) topics.Departures { return fx.after(time.Second, cfg) }

// after returns what an instance has published after some time.
func (fx *fixture) after(d time.Duration, cfg ptv.Config) (found topics.Departures) {
	fx.T.Helper()
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, cfg)
		if err := t.Sleep(d); err != nil {
			return err
		}
		found = departures()
		return trains.Stop(t)
	})
	return found
}
