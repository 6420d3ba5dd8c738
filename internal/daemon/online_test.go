package daemon_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
	"ptvd/plugins/plugintest"
)

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "unmade", Doc: "cannot be made",
		New: func(plugins.Env, struct{}) (plugins.Plugin, error) { return nil, errors.New("no such device") },
	})
}

func TestCheckOnlineAsksEverySourceOnceAndSaysWhatItWouldShow(t *testing.T) {
	t.Setenv("PTVD_TEST_ID", fakeserver.DemoID)
	t.Setenv("PTVD_TEST_KEY", fakeserver.DemoKey)
	t.Setenv("PTVD_TEST_BAD", "00000000-0000-0000-0000-000000000000")
	server := httptest.NewServer(fakeserver.NewPTV(func() time.Time { return plugintest.Epoch }))
	defer server.Close()
	const text = `
board: sim
plugins:
  hall: {plugin: display, device: {max7219: {spi: SPI0.1, width: 32}}, pages: [clock, {departures: {from: trains, directions: 77}, name: city}]}
  trains: {plugin: ptv, stop: %[1]d, base_url: %[2]q, id: {env: PTVD_TEST_ID}, key: {env: PTVD_TEST_KEY}}
  nowhere: {plugin: ptv, stop: %[1]d, routes: 77, base_url: %[2]q, id: {env: PTVD_TEST_ID}, key: {env: PTVD_TEST_KEY}}
  wrong: {plugin: ptv, stop: %[1]d, base_url: %[2]q, id: {env: PTVD_TEST_ID}, key: {env: PTVD_TEST_BAD}}
  lamp: {plugin: fade, output: GPIO18}
  kitchen: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32}}, pages: [{minutes: {from: trains, directions: 1}}]}
  unmade: {plugin: unmade}
`
	file, err := config.Parse("test.yaml", fmt.Appendf(nil, text, fakeserver.DemoStop, server.URL), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = daemon.CheckOnline(t.Context(), file, func(instance, text string, err error) {
		got[instance] = text
		if err != nil {
			got[instance] = "error: " + err.Error()
		}
	})
	if err != nil || len(got) != 5 {
		t.Fatalf("asked %v (%v), want the three sources, the panel with a page that matches nothing and what cannot be made", got, err)
	}
	for instance, want := range map[string]string{
		"trains":  "Huntingdale: ",
		"nowhere": "error: routes 77 match nothing at this stop; there are 4, 11",
		"wrong":   "error: invalid key",
		"hall":    "error: page city: directions 77 match nothing at this stop; there are 1, 4",
		"unmade":  "error: no such device",
	} {
		if !strings.HasPrefix(got[instance], want) {
			t.Errorf("%s: %s, want %s…", instance, got[instance], want)
		}
	}
}
