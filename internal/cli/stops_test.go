package cli

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/fakeserver/motisserver"
	"ptvd/plugins"
	"ptvd/plugins/motis"
	"ptvd/plugins/plugintest"
)

func TestStopsOfMOTISArePrintedAsAConfiguration(t *testing.T) {
	const here = "  # Huntingdale Station/Haughton Rd, Oakleigh: BUS"
	const instance = "\n  departures:\n    plugin: motis\n    stop: \"au-vic_19099\"\n    near: -37.9105,145.1021\n    contact: "
	example := motisConfig(filepath.Join(t.TempDir(), "none.yaml"))
	own := filepath.Join(t.TempDir(), "ptvd.yaml")
	text := "timezone: Europe/Prague\nboard: sim\nplugins: {world: {plugin: motis, stop: a, contact: hall@example.org, base_url: \"http://motis.example\"}}\n"
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cfg  motis.Config
		near plugins.Position
		want string
	}{
		{example, plugins.Position{}, here + instance + "me@example.org  # write yours: Transitous asks for it\n\n"},
		{example, plugins.Position{Latitude: -37.9, Longitude: 145.1}, here + "; 1.2 km from there" + instance + "me@example.org  # write yours: Transitous asks for it\n\n"},
		{motisConfig(own), plugins.Position{}, here + instance + "hall@example.org\n    base_url: http://motis.example\n\n"},
	} {
		var out bytes.Buffer
		found, err := findMOTIS(context.Background(), &out, plugintest.Transport{Handler: motisserver.New(time.Now)}, c.cfg, c.near, "haughton")
		if err != nil || found != 1 || out.String() != c.want {
			t.Errorf("found %d, %v:\n%s\nwant\n%s", found, err, &out, c.want)
		}
		pasted := "timezone: Europe/Prague\nboard: sim\nplugins:\n" + out.String()
		if _, err := config.Parse("ptvd.yaml", []byte(pasted), 0o600); err != nil {
			t.Errorf("%v in\n%s", err, pasted)
		}
	}
}

func TestStopsAreFoundWithoutAConfiguration(t *testing.T) {
	server := httptest.NewServer(motisserver.New(time.Now))
	defer server.Close()
	none := filepath.Join(t.TempDir(), "none.yaml")
	for _, c := range []struct {
		args []string
		want string // of the output or the error
	}{
		{[]string{"--source", "motis", "--base-url", server.URL, "haughton"}, "stop: \"au-vic_19099\"\n    near: -37.9105,145.1021\n    contact: me@example.org  # write yours: Transitous asks for it\n    base_url: " + server.URL + "\n"},
		{[]string{"--source", "motis", "--base-url", server.URL, "nowhere at all"}, `no stop found for "nowhere at all"`},
		{[]string{"--source", "motis", "--base-url", "x", "haughton"}, "invalid URL: a base URL is a scheme and a host"},
		{[]string{"--source", "gtfs", "haughton"}, `invalid --source "gtfs": must be ptv or motis`},
		{[]string{"haughton"}, "no such file or directory"},
	} {
		var out bytes.Buffer
		cmd := stopsCommand()
		cmd.SetArgs(append(c.args, "--config", none))
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		if err := cmd.Execute(); err != nil {
			out.WriteString(err.Error())
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%q: %s, want %s", c.args, &out, c.want)
		}
	}
}
