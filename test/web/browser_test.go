// Package web opens the demo's page in a real browser, headless Chromium, and does
// what a person would do there. "make test-web" installs what it needs.
package web

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// startDemo starts the program and returns the address of its page.
func startDemo(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(cmp.Or(os.Getenv("PTVD"), "../../bin/ptvd"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "demo", "--listen", "127.0.0.1:0")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	found := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		t.Log(lines.Text())
		if address := found.FindString(lines.Text()); address != "" {
			go func() {
				for lines.Scan() { // or the program would wait for us
				}
			}()
			return address
		}
	}
	t.Fatal("the demo said no address")
	return ""
}

// browser is a window on the page.
type browser struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	bad []string // what the console complained of
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()),
	)
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("no browser: %v; install Debian's chromium, or name one in CHROMIUM", err)
	}
	return ctx
}

// openWindow opens the page in a window of its own, which fails the test at the end
// if its console has an error.
func openWindow(t *testing.T, in context.Context, address string, size chromedp.EmulateAction) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.complain("exception: " + e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				b.complain(fmt.Sprintf("console: %s", e.Args[0].Value))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
				b.complain("log: " + e.Entry.Text)
			}
		}
	})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, text := range b.bad {
			t.Error(text)
		}
	})
	b.do(log.Enable(), size, chromedp.Navigate(address), chromedp.WaitVisible(".chip.ok"), chromedp.WaitVisible("#departures li"))
	return b
}

func (b *browser) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = append(b.bad, text)
}

func (b *browser) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// get returns what a script says.
func get[T any](b *browser, script string) (value T) {
	b.t.Helper()
	b.do(chromedp.Evaluate(script, &value))
	return value
}

// until waits until a script says something true.
func (b *browser) until(what, script string) {
	b.t.Helper()
	b.within(20*time.Second, what, script)
}

func (b *browser) within(limit time.Duration, what, script string) {
	b.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if get[bool](b, script) {
			return
		}
	}
	b.screenshot("failed")
	b.t.Fatalf("after %v it is still not so that %s", limit, what)
}

// screenshot leaves a picture of the whole page in bin/web.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	var png []byte
	b.do(chromedp.FullScreenshot(&png, 100))
	dir := "../../bin/web"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// text returns the text of the first element of a selector.
func (b *browser) text(selector string) string {
	return strings.TrimSpace(get[string](b, fmt.Sprintf("document.querySelector(%q).textContent", selector)))
}
