package web

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAxeFindsNothing runs axe-core's rules on the page at both widths, in every state.
func TestAxeFindsNothing(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("%v; run make test-web, which installs it", err)
	}
	demo, chromium := startDemo(t), openBrowser(t)
	check := func(b *browser, what string) {
		b.t.Helper()
		b.do(run(string(axe)), run(`window.found = undefined; axe.run({ resultTypes: ["violations", "incomplete"] }).then((r) => { window.found =
			r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 120) + " " + n.failureSummary)); }), 0`))
		b.until("axe has looked", "found !== undefined")
		for _, violation := range get[[]string](b, "found") {
			b.t.Errorf("%s: %s", what, violation)
		}
	}
	for width, size := range map[string]step{"desktop": desktop, "phone": chromedp.EmulateViewport(390, 844)} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(width+" "+scheme, func(t *testing.T) {
				b := openWindow(t, chromium, demo.address, size)
				b.do(prefer("", "prefers-color-scheme", scheme), chromedp.WaitVisible(chromedp.CSS("#departures li")))
				check(b, "the page")
				b.do(click("#fold summary"))
				b.until("the tasks are there", `document.querySelectorAll("#tasks tbody tr").length > 5`)
				check(b, "with the tasks")
			})
		}
	}
	t.Run("lost", func(t *testing.T) {
		b := openWindow(t, chromium, demo.address, desktop)
		b.allowedError = "net::ERR_"
		b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")))
		demo.stop()
		b.until("it is lost", `document.body.classList.contains("is-lost")`)
		check(b, "without the board")
	})
	t.Run("login", func(t *testing.T) {
		token := t.TempDir() + "/token"
		if err := os.WriteFile(token, []byte("a token that is long enough"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := newWindow(t, chromium, desktop)
		b.allowedError = "401"
		b.do(chromedp.Navigate(startOnBoard(t, ptvd(), ", token: {file: "+token+"}", parts).address), chromedp.WaitVisible(chromedp.CSS("#token")))
		check(b, "the login")
	})
}

func TestPromtoolFindsNothingInTheMetrics(t *testing.T) {
	promtool := os.Getenv("PROMTOOL")
	if promtool == "" {
		promtool = "promtool"
	}
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(startDemo(t).ask(t, "metrics"))
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
