package config_test

import (
	"os"
	"slices"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/host"
)

func lookup(t *testing.T, name string) host.Definition {
	t.Helper()
	definition, ok := host.Lookup(name)
	if !ok {
		t.Fatalf("no plugin %s", name)
	}
	return definition
}

func TestAPluginIsDescribedByTheTagsThatDecodeIt(t *testing.T) {
	options := config.Describe(lookup(t, "trains"))
	want := config.Option{Name: "every", Type: "duration", Default: "30s", Allowed: "10s to 1h", Doc: "how often to ask"}
	if got := options[0]; got.Name != want.Name || got.Type != want.Type || got.Default != want.Default || got.Allowed != want.Allowed || got.Doc != want.Doc {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := options[1]; !got.Required || got.Allowed != "at least 1" {
		t.Errorf("got %+v, want it required and at least 1", got)
	}
}

func TestEveryPathOfNestedOptionsIsListed(t *testing.T) {
	paths := paths(lookup(t, "panel"))
	for _, want := range []string{"device", "device.max7219.spi", "pages.departures.source", "feeds.speed", "brightness"} {
		if !slices.Contains(paths, want) {
			t.Errorf("%s is not among %q", want, paths)
		}
	}
}

func TestTheTextForATerminal(t *testing.T) {
	got := config.Text(lookup(t, "panel"))
	if *update {
		if err := os.WriteFile("testdata/panel.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/panel.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// paths returns the paths of all options of a plugin: "every",
// "device.max7219.spi", "pages.clock".
func paths(plugin host.Definition) []string {
	var paths []string
	var walk func(prefix string, options []config.Option)
	walk = func(prefix string, options []config.Option) {
		for _, o := range options {
			paths = append(paths, prefix+o.Name)
			walk(prefix+o.Name+".", o.Options)
		}
	}
	walk("", config.Describe(plugin))
	return paths
}
