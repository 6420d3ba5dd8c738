package config_test

import (
	"fmt"
	"strings"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/config/schematest"
)

const most = 128 << 10 // bytes that a file may have

// hostile are texts of the largest size that is read at all, and beyond.
var hostile = map[string]string{
	"ten megabytes":           fill("a: 1\n", 10<<20),
	"ten megabytes of NUL":    fill("\x00", 10<<20),
	"NUL bytes":               fill("\x00", most),
	"a list of letters":       "a: [" + fill("a,", most-8) + "]",
	"open brackets":           fill("[", most),
	"open braces":             fill("{a: ", most),
	"brackets and braces":     fill("[{", most),
	"dashes":                  fill("- ", most),
	"questions":               fill("?\n", most),
	"an option over and over": fill("a:\n", most),
	"comments everywhere":     fill("a: #\n", most),
	"items with comments":     fill("- a\n#\n", most),
	"an alias bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n" + func() (s string) {
		for c := 'b'; c <= 'z'; c++ {
			s += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 9))
		}
		return s
	}(),
	"aliases":              "a: &a [1]\nb: [" + fill("*a,", most-20) + "]",
	"an alias to itself":   "a: &a [*a]\n",
	"tags":                 fill("- !a b\n", most),
	"documents":            fill("--- a\n", most),
	"a staircase":          staircase(),
	"one long word":        fill("a", most),
	"one long line":        "plugins: {" + fill("a: {plugin: x, key: s}, ", most-16) + "}",
	"unknown instances":    "plugins:\n" + fill("  a: {plugin: x, key: s}\n", most-16),
	"unknown options":      "plugins:\n  t:\n    plugin: trains\n" + fill("    s: 'x'\n", most-64),
	"an error at the end":  fill("a: 1\n", 60<<10) + "b: c: d\n",
	"spaces":               fill(" ", most),
	"unclosed quote":       "a: \"" + fill("b\n", most-8),
	"a tower of bad names": "plugins:\n" + fill("  A: {}\n", most-16),
}

func fill(part string, size int) string { return strings.Repeat(part, size/len(part)) }

func staircase() string {
	var b strings.Builder
	for i := 0; b.Len()+i+3 < most; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestHostileFilesEndInDiagnostics(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("f", []byte(text), 0o644)
			found, ok := err.(config.Diagnostics)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if size := len(found.Error()); size > 64<<10 {
				t.Errorf("the diagnostics take %d bytes", size)
			}
		})
	}
}

// BenchmarkHostile shows how long the worst files take, and what they allocate.
func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = config.Parse("f", []byte(text), 0o644)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("plugins:\n  t: {plugin: trains, stop: 1, key: {file: /x}}\n  b: {plugin: bell, pin: 17, on_press: t.x}\n")
	f.Add("plugins: {p: {plugin: panel, device: {max7219: {spi: SPI0.0}}, pages: [clock, {message: a}]}}\n")
	f.Add("a: |\n  b\n\tc: \"d\\\n? [e]: 'f'\n--- &g *g\n")
	f.Add("timezone: ../x\r\nstate: x\r\nboard: on\r\n")
	f.Add("plugins: {l: {plugin: lever, platforms: [1, 2020-01-02], hours: 24, output: .5}, t: {plugin: trains, stop: 1, id: {credential: 7}, key: on, walk: .5m}}\n")
	f.Add("plugins: {p: {plugin: panel, device: null_device, pages: [clock, {clock: {seconds: true}}], brightness: 4e1%, night: 9:30 - 10:00, gamma: 1e0, names: {7: 7}}}\n")
	f.Add("plugins: {n: {plugin: ticker, extra: x}, s: {plugin: sign, device: {led: {spi: SPI0.0, width: 8}}, faces: [tick, {name: a, news: n.story}, {tick: {every: 1m}}]}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := config.Parse("f", []byte(text), 0o644)
		if (file == nil) == (err == nil) {
			t.Fatalf("got %v and %v", file, err)
		}
		if err == nil {
			if err := schematest.Validate(t, text); err != nil {
				t.Errorf("the JSON Schema refuses a valid file: %v", err)
			}
			return
		}
		length := strings.Count(text, "\n") + 1
		for _, d := range err.(config.Diagnostics) {
			if d.Message == "" || d.Line > length || d.Line == 0 && len(text) <= most || d.Line > 0 && d.Column < 1 {
				t.Errorf("a diagnostic without a position or a message: %+v", d)
			}
		}
		_ = err.Error()
	})
}
