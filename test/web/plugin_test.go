package web

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// buildOutside builds a program from testdata in a module outside of this repository,
// which requires ptvd and what ptvd requires.
func buildOutside(t *testing.T, name string) (path string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	_, requirements, _ := strings.Cut(read(filepath.Join(root, "go.mod")), "\n")
	for file, text := range map[string]string{
		"main.go": read(filepath.Join("testdata", name, "main.go")),
		"go.mod":  fmt.Sprintf("module example.org/%s\n%s\nrequire ptvd v0.0.0\n\nreplace ptvd => %s\n", name, requirements, root),
		"go.sum":  read(filepath.Join(root, "go.sum")),
	} {
		if err := os.WriteFile(filepath.Join(module, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-mod=mod", "-o", name, ".")
	build.Dir = module
	build.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(module, name)
}

// ask returns what the program answers to GET.
func (p *program) ask(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(p.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUnknownPluginIsShownAndOperated(t *testing.T) {
	board := startOnBoard(t, buildOutside(t, "tide"), ", remote_control: true", "harbour: {plugin: tide}")
	b := openWindow(t, openBrowser(t), board.address, desktop)
	shows := func(topic, text string) string {
		return fmt.Sprintf(`document.querySelector("li[data-key=harbour] [data-key='line harbour.%s']")?.textContent.includes(%q) === true`, topic, text)
	}
	action := func(name string) step {
		return click(fmt.Sprintf(`li[data-key=harbour] .actions [data-key=%s]`, name))
	}

	b.until("the state is shown as text", shows("gauge", "height m 1.25 · rising true"))
	b.until("the event has not happened", shows("turn", "no value yet"))
	b.until("a value of a known type is shown as such", `document.querySelector(".reading").textContent === "11.8°C"`)

	b.do(action("ebb"))
	b.until("the event is shown", shows("turn", "to low just now"))
	b.until("the state has changed", shows("gauge", "rising false"))
	b.do(click(`li[data-key=harbour] .actions [data-key=raise] input`), chromedp.KeyEvent("3.5"), chromedp.KeyEvent(kb.Enter))
	b.until("an action takes its argument", shows("gauge", "height m 3.5"))
	b.until("the meter is shown", `document.querySelector("li[data-key=harbour] .meter").textContent === "turns 1"`)
	b.screenshot("unknown-plugin")

	state := board.ask(t, "api/state")
	for _, want := range []string{
		`"instance":"harbour","topic":"gauge","class":"state"`, `"value":{"height_m":3.5,"rising":true},"plugin":"tide","doc":"the height of the tide"`,
		`"instance":"harbour","topic":"turn","class":"event"`, `"value":{"to":"low"}`,
		`"instance":"harbour","topic":"water","type":"reading"`,
		`{"name":"raise","doc":"sets the height","arg":"a height in metres"}`,
	} {
		if !strings.Contains(state, want) {
			t.Errorf("/api/state lacks %s:\n%s", want, state)
		}
	}
	metrics := board.ask(t, "metrics")
	for _, want := range []string{
		"# HELP ptvd_tide_height_metres the height of the tide\n# TYPE ptvd_tide_height_metres gauge\nptvd_tide_height_metres{instance=\"harbour\"} 3.5\n",
		`ptvd_reading{instance="harbour"} 11.8`,
		`ptvd_turns_total{instance="harbour"} 1`,
		`ptvd_instance_health{instance="harbour",plugin="tide",health="ok"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s:\n%s", want, metrics)
		}
	}
}
