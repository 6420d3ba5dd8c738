// Package web tests the page in a real browser, headless Chromium. "make test-web"
// installs what it needs.
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
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// program is a running ptvd.
type program struct {
	cmd     *exec.Cmd
	address string // of its page
}

// startDemo starts the demo on a free port.
func startDemo(t *testing.T) *program {
	t.Helper()
	return start(t, ptvd(), "demo", "--listen", "127.0.0.1:0")
}

// ptvd returns the path of the program.
func ptvd() string { return cmp.Or(os.Getenv("PTVD"), "../../bin/ptvd") }

// start starts a program, and waits until it serves its page.
func start(t *testing.T, path string, arguments ...string) *program {
	t.Helper()
	path, err := filepath.Abs(path)
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
				for lines.Scan() { // otherwise the program would block
				}
			}()
			return p
		}
	}
	t.Fatal("the program printed no address")
	return nil
}

// stop stops the program, if it is still running.
func (p *program) stop() {
	p.cmd.Process.Signal(os.Interrupt)
	p.cmd.Wait()
}

// stepTimeout limits how long a step takes.
const stepTimeout = 15 * time.Second

// step is an action in the browser.
type step = chromedp.Action[chromedp.Void]

// browser is a window of the browser.
type browser struct {
	t            *testing.T
	ctx          context.Context
	mu           sync.Mutex
	bad          []string // errors and warnings in the console
	allowedError string   // a pattern of consoleErrors that are no failure; empty: all are
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
		t.Fatalf("start Chromium: %v; install Debian's package chromium, or set CHROMIUM to its path", err)
	}
	return ctx
}

// openWindow opens the page in a new window.
func openWindow(t *testing.T, in context.Context, address string, size step) *browser {
	t.Helper()
	b := newWindow(t, in, size)
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#instances > li")))
	return b
}

// newWindow opens a window. If its console shows an error, the test fails at the end.
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
				b.addConsoleError(message.String())
			}
		}
	}()
	t.Cleanup(func() {
		for _, text := range b.consoleErrors() {
			if b.allowedError == "" || !regexp.MustCompile(b.allowedError).MatchString(text) {
				t.Error("console:", text)
			}
		}
	})
	return b
}

func (b *browser) addConsoleError(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = append(b.bad, text)
}

func (b *browser) do(steps ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v; console: %q", err, b.consoleErrors())
	}
}

// click clicks on the first element of a selector. It scrolls by a script first: while a
// part of the page unfolds, the scrolling of chromedp.Click may be lost, and its click goes
// elsewhere.
func click(selector string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, s := range []step{
			chromedp.WaitVisible(chromedp.CSS(selector)),
			run(fmt.Sprintf(`document.querySelector(%q).scrollIntoView({block: "center"})`, selector)),
			chromedp.Click(chromedp.CSS(selector)),
		} {
			if _, err := s(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *browser) consoleErrors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.bad)
}

// get returns the value of a script.
func get[T any](b *browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// until waits until the value of a script is true.
func (b *browser) until(what, script string) {
	b.t.Helper()
	b.within(20*time.Second, what, script)
}

func (b *browser) within(limit time.Duration, what, script string) {
	b.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
		if is && err == nil { // a page that is being loaded gives an error
			return
		}
	}
	b.screenshot("failed")
	b.t.Fatalf("timeout after %v: %s", limit, what)
}

// screenshot saves a picture of the whole page to bin/web, photograph one of the
// visible part.
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

// shows runs a subtest in the same window.
func (b *browser) shows(what string, test func(t *testing.T)) {
	whole := b.t
	defer func() { b.t = whole }()
	whole.Run(what, func(t *testing.T) {
		b.t = t
		test(t)
	})
}
