// Package docs tests the documentation: its commands, its links, and the messages and
// wires that it names.
package docs

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ptvd"
	"ptvd/internal/config"
	_ "ptvd/plugins/all"
)

// TestMain makes this program ptvd itself where it is called so.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ptvd" {
		ptvd.Main()
	}
	os.Exit(m.Run())
}

var update = flag.Bool("update", false, "draw the wiring again")

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages are the documents for people.
var pages = []string{
	"api.md", "board.md", "exec.md", "first-train.md", "messages.md", "mqtt.md", "small-plugins.md", "troubleshooting.md",
	"../README.md", "../SECURITY.md", "../CONTRIBUTING.md", "../deploy/systemd/README.md", "../test/vm/README.md",
}

// blocks returns the blocks of code of all pages, by what stands behind their fence.
func blocks(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, page := range pages {
		for _, block := range regexp.MustCompile("(?ms)^[ ]*```([^\n]*)\n(.*?)^[ ]*```$").FindAllStringSubmatch(read(t, page), -1) {
			if block[1] == "" {
				t.Errorf("%s: what is this block? Write sh, sh board or another language behind its fence:\n%s", page, block[2])
			}
			all[block[1]] = append(all[block[1]], block[2])
		}
	}
	return all
}

// TestCommandsRun runs the commands of all sh blocks, in the root of the sources. Of those
// that are marked as needing a board, or another machine, ptvd must know the command. make
// must know its targets, which are not run, since this test is part of one.
func TestCommandsRun(t *testing.T) {
	bin := t.TempDir()
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(bin, "ptvd"))
	}
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command(filepath.Join(bin, "ptvd"), "help").Output()
	if err != nil {
		t.Fatal(err)
	}
	makefile, ran := read(t, "../Makefile"), 0
	known := func(block string) {
		for _, name := range regexp.MustCompile(`(?m)(?:^|\s)(?:bin/)?ptvd ([a-z][a-z-]*)`).FindAllStringSubmatch(block, -1) {
			if !regexp.MustCompile(`(?m)^  ` + name[1] + ` `).Match(help) {
				t.Errorf("ptvd has no command %s", name[1])
			}
		}
		for _, target := range regexp.MustCompile(`(?m)^(?:\w+=\S+ )*make ([a-z-]+)`).FindAllStringSubmatch(block, -1) {
			if !strings.Contains(makefile, "\n"+target[1]+": ") {
				t.Errorf("the Makefile has no target %s", target[1])
			}
		}
	}
	all := blocks(t)
	for _, block := range slices.Concat(all["sh board"], all["sh make"], all["sh package"]) {
		known(block)
	}
	for _, block := range all["sh"] {
		for command := range strings.Lines(block) {
			run := exec.Command("sh", "-c", command)
			run.Dir, run.Env = "..", append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("%d commands were run", ran)
	}
}

// TestContributingIsFollowedToTheLetter runs the commands that make a plugin, in an empty
// folder. A scenario in test/vm goes on from there.
func TestContributingIsFollowedToTheLetter(t *testing.T) {
	folder := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root, filepath.Join(folder, "ptvd")); err != nil {
		t.Fatal(err)
	}
	script, err := exec.Command("awk", "-v", "marks=sh new", "-f", "follow.awk", "../CONTRIBUTING.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command("sh", "-ec", string(script)+`test -z "$(gofmt -l .)"; ls`)
	run.Dir, run.Env = folder, append(os.Environ(), "GOFLAGS=-trimpath") // what is built is the same in every folder, so it is cached
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "ok  \texample.org/doorbell") || !strings.Contains(string(out), "doorbell_test.go") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestConfigurationsAreValid checks the examples that are whole files.
func TestConfigurationsAreValid(t *testing.T) {
	checked := 0
	for _, block := range blocks(t)["yaml"] {
		if !regexp.MustCompile(`(?m)^plugins:`).MatchString(block) {
			continue
		}
		if _, err := config.Parse("example.yaml", []byte(block), 0o600); err != nil {
			t.Errorf("%v\n%s", err, block)
		}
		checked++
	}
	if checked < 3 {
		t.Errorf("%d configurations were checked", checked)
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages {
		text := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(read(t, page), "")
		for _, link := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(text, -1) {
			path, anchor, _ := strings.Cut(link[1], "#")
			target := filepath.Join(filepath.Dir(page), path)
			if path == "" {
				target = page
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if anchor != "" && !hasHeading(read(t, target), anchor) {
				t.Errorf("%s: %s has no heading #%s", page, target, anchor)
			}
		}
	}
}

// hasHeading tells whether a page has a heading with this anchor.
func hasHeading(text, anchor string) bool {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		words := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		if strings.ReplaceAll(words, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// TestMessagesAreThoseOfTheProgram finds each message of the tables in the sources, and in a
// table each warning and error that the sources log, and each message ID of the catalog.
func TestMessagesAreThoseOfTheProgram(t *testing.T) {
	page := read(t, "troubleshooting.md")
	var sources strings.Builder
	for _, dir := range []string{"../internal", "../plugins"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				sources.WriteString(read(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	said := regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAllString(sources.String(), "") // a comment is no message
	said = regexp.MustCompile(`%[-+.0-9]*[a-z]`).ReplaceAllString(said, "…")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(page, -1)
	if len(rows) < 20 {
		t.Fatalf("%d messages", len(rows))
	}
	for _, row := range rows {
		if !strings.Contains(said, row[1]) && !strings.Contains(row[1], "(dead)") {
			t.Errorf("no message contains %q", row[1])
		}
	}
	logged := regexp.MustCompile(`(?:[lL]og\.(?:Warn|Error)|Degraded)\("([^"]*[a-z]{4}[^"]*)"`).FindAllStringSubmatch(said, -1)
	if len(logged) < 40 {
		t.Fatalf("the sources log %d messages", len(logged))
	}
	for _, message := range logged {
		if !slices.ContainsFunc(rows, func(row []string) bool { return strings.Contains(message[1], row[1]) }) {
			t.Errorf("the page has no cure for %q", message[1])
		}
	}
	for _, id := range regexp.MustCompile(`(?m)^-- ([0-9a-f]{32})$`).FindAllStringSubmatch(read(t, "../internal/logs/ptvd.catalog"), -1) {
		if !strings.Contains(page, id[1]) {
			t.Errorf("the message ID %s is missing", id[1])
		}
	}
}

// wire connects a pin of a part to one of the header.
type wire struct {
	part   string
	header int // 1 to 40
	color  string
}

var wirings = map[string][]wire{
	"panel": {{"VCC", 2, "#d33"}, {"GND", 6, "#555"}, {"DIN", 19, "#2a7"}, {"CS", 24, "#b70"}, {"CLK", 23, "#26c"}},
	"oled":  {{"VCC", 1, "#d33"}, {"SDA", 3, "#2a7"}, {"SCL", 5, "#26c"}, {"GND", 6, "#555"}},
	"ssd1322": {
		{"VCC", 17, "#d33"}, {"DC", 18, "#90c"}, {"DIN", 19, "#2a7"}, {"GND", 20, "#555"}, {"RES", 22, "#088"}, {"CLK", 23, "#26c"}, {"CS", 24, "#b70"},
	},
	"relay":   {{"VCC", 4, "#d33"}, {"IN", 15, "#2a7"}, {"GND", 39, "#555"}},
	"ds18b20": {{"VDD", 1, "#d33"}, {"DQ", 7, "#2a7"}, {"GND", 9, "#555"}},
	"bh1750":  {{"VCC", 1, "#d33"}, {"SDA", 3, "#2a7"}, {"SCL", 5, "#26c"}, {"GND", 9, "#555"}},
	"button":  {{"leg", 9, "#555"}, {"leg", 11, "#2a7"}},
	"knob":    {{"A", 29, "#2a7"}, {"common", 30, "#555"}, {"B", 31, "#26c"}},
	"lamp":    {{"gate, by 220 Ω", 12, "#2a7"}, {"source", 14, "#555"}},
}

// names has what the header's pins in use are called.
var names = map[int]string{
	1: "3.3 V", 2: "5 V", 3: "GPIO2", 4: "5 V", 5: "GPIO3", 6: "ground", 7: "GPIO4", 9: "ground", 11: "GPIO17", 12: "GPIO18", 14: "ground", 15: "GPIO22", 17: "3.3 V", 18: "GPIO24", 19: "GPIO10",
	20: "ground", 22: "GPIO25", 23: "GPIO11", 24: "GPIO8", 29: "GPIO5", 30: "ground", 31: "GPIO6", 39: "ground",
}

// draw shows the header as seen from above, the board's edge at the right, and a part.
func draw(part string, wires []wire) string {
	var b, pins strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="390" height="352" viewBox="0 0 390 352" font-family="sans-serif" font-size="11">`+"\n")
	fmt.Fprintf(&b, "<title>%s</title>\n", part)
	fmt.Fprintln(&b, `<rect width="390" height="352" fill="#fff"/><rect x="208" y="12" width="40" height="328" rx="4" fill="#222"/>`)
	fmt.Fprintln(&b, `<g font-size="9" fill="#666"><text x="217" y="9">1</text><text x="235" y="9">2</text><text x="214" y="350">39</text><text x="232" y="350">40</text><text transform="translate(384 262) rotate(90)">edge of the board</text></g>`)
	used := map[int]wire{}
	for _, w := range wires {
		used[w.header] = w
	}
	at := func(pin int) (x, y int) { return 219 + (pin-1)%2*18, 24 + (pin-1)/2*16 }
	for pin := 1; pin <= 40; pin++ {
		x, y := at(pin)
		fill := "#998"
		if w, is := used[pin]; is {
			fill = w.color
		}
		fmt.Fprintf(&pins, `<circle cx="%d" cy="%d" r="5" fill="%s"/>`+"\n", x, y, fill)
	}
	fmt.Fprintf(&b, `<rect x="8" y="14" width="104" height="%d" rx="6" fill="#eee" stroke="#999"/><text x="16" y="32" font-weight="bold">%s</text>`+"\n", 30+20*len(wires), part)
	for i, w := range wires {
		x, y := at(w.header)
		from, to := 54+20*i, y
		if w.header%2 == 0 {
			to -= 8 // between the pins of the left row
		}
		fmt.Fprintf(&b, `<text x="16" y="%d">%s</text><path d="M112 %d C 160 %d 160 %d 208 %d L %d %d L %d %d" fill="none" stroke="%s" stroke-width="2.5"/>`+"\n",
			from, w.part, from-4, from-4, to, to, x-y+to, to, x, y, w.color)
		label := 254
		if _, both := used[w.header-1]; both && w.header%2 == 0 {
			label += 66 // beside its neighbour's
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#222">%d: %s</text>`+"\n", label, y+4, w.header, names[w.header])
	}
	return b.String() + pins.String() + "</svg>\n"
}

// TestWiringIsDrawn compares the drawings with the files, and the pins with the table in
// deploy/systemd.
func TestWiringIsDrawn(t *testing.T) {
	table := read(t, "../deploy/systemd/README.md")
	for part, wires := range wirings {
		path := "wiring/" + part + ".svg"
		if *update {
			if err := os.WriteFile(path, []byte(draw(part, wires)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if read(t, path) != draw(part, wires) {
			t.Errorf("%s is out of date: go test ./docs -update", path)
		}
		for _, w := range wires {
			if pin := regexp.MustCompile(`[(,] ?` + strconv.Itoa(w.header) + `[,)]`); !pin.MatchString(table) {
				t.Errorf("%s: the table does not name pin %d of the header", part, w.header)
			}
		}
	}
}
