// Package web opens the page in a real browser, headless Chromium, and does what a
// person would do there. "make test-web" installs what it needs.
package web

import (
	"bufio"
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// program is the product at work.
type program struct {
	cmd     *exec.Cmd
	address string // of its page
}

// startDemo starts the demo on a free port.
func startDemo(t *testing.T) *program {
	t.Helper()
	return start(t, "demo", "--listen", "127.0.0.1:0")
}

// start starts the program, and waits until it serves its page.
func start(t *testing.T, arguments ...string) *program {
	t.Helper()
	path, err := filepath.Abs(cmp.Or(os.Getenv("PTVD"), "../../bin/ptvd"))
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(path, arguments...)}
	out, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	found := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		t.Log(lines.Text())
		if p.address = found.FindString(lines.Text()); p.address != "" {
			go func() {
				for lines.Scan() { // or the program would wait for us
				}
			}()
			return p
		}
	}
	t.Fatal("the program said no address")
	return nil
}

// stop ends it, if it has not ended yet.
func (p *program) stop() {
	p.cmd.Process.Signal(os.Interrupt)
	p.cmd.Wait()
}

// patience is how long a step may take.
const patience = 15 * time.Second

// step is something that is done in the browser.
type step = chromedp.Action[chromedp.Void]

// browser is a window on the page.
type browser struct {
	t       *testing.T
	ctx     context.Context
	mu      sync.Mutex
	bad     []string // what the console complained of
	mayFail string   // complaints of this are no failure; empty: all are
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP board.test 127.0.0.1"),
		chromedp.UserDataDir(t.TempDir()),
	)
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("no browser: %v; install Debian's chromium, or name one in CHROMIUM", err)
	}
	return ctx
}

// openWindow opens the page in a window of its own.
func openWindow(t *testing.T, in context.Context, address string, size step) *browser {
	t.Helper()
	b := newWindow(t, in, size)
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#instances > li")))
	return b
}

// newWindow opens a window, which fails the test at the end if its console has an
// error.
func newWindow(t *testing.T, in context.Context, size step) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Do(ctx, size); err != nil { // opens the window, for as long as the context lasts
		t.Fatal(err)
	}
	console := chromedp.Console(ctx)
	go func() {
		for message, err := range console {
			if err == nil && (message.IsException() || message.Type == "error" || message.Type == "warning") {
				b.complain(message.String())
			}
		}
	}()
	t.Cleanup(func() {
		for _, text := range b.complaints() {
			if b.mayFail == "" || !strings.Contains(text, b.mayFail) {
				t.Error("the console:", text)
			}
		}
	})
	return b
}

func (b *browser) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = append(b.bad, text)
}

func (b *browser) do(steps ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v; the console: %q", err, b.complaints())
	}
}

func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.bad)
}

// get returns what a script says.
func get[T any](b *browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
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
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
		if is && err == nil { // a page that is just being loaded says nothing
			return
		}
	}
	b.screenshot("failed")
	b.t.Fatalf("after %v it is still not so that %s", limit, what)
}

// screenshot leaves a picture of the whole page in bin/web, photograph one of what
// the window shows.
func (b *browser) screenshot(name string) { b.t.Helper(); b.save(name, chromedp.FullScreenshot(100)) }

func (b *browser) photograph(name string) { b.t.Helper(); b.save(name, chromedp.CaptureScreenshot()) }

func (b *browser) save(name string, how chromedp.Action[[]byte]) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, how)
	if err != nil {
		b.t.Fatal(err)
	}
	const dir = "../../bin/web"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// shows is a test of its own in the same window.
func (b *browser) shows(what string, test func(t *testing.T)) {
	whole := b.t
	defer func() { b.t = whole }()
	whole.Run(what, func(t *testing.T) {
		b.t = t
		test(t)
	})
}
