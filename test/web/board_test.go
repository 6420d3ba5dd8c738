package web

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/device"
	"github.com/chromedp/chromedp/kb"
)

// parts are the instances of a board: a panel, a button and a lamp.
const parts = `
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0, module: fc16}}
    pages: [clock, {message: {text: Hello}}]
  bell:
    plugin: button
    pin: GPIO17
    on_click: panel.next
  lamp:
    plugin: fade
    encoder: {a: GPIO5, b: GPIO6}
    output: GPIO18
`

// startOnBoard starts a program as on a board, with more options of http. The simulated
// board then has no contacts that the page can move, and no faults to inject.
func startOnBoard(t *testing.T, path, http, instances string) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	config := filepath.Join(t.TempDir(), "ptvd.yaml")
	text := fmt.Sprintf("board: sim\nstate: %s\nhttp: {listen: '%s'%s}\nplugins:\n  %s\n", t.TempDir(), l.Addr(), http, instances)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, path, "run", "--config", config)
}

func TestLoginAsksForTheTokenOnce(t *testing.T) {
	const token = "a token that is long enough"
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	board := startOnBoard(t, ptvd(), ", names: [board.test], token: {file: "+path+"}", parts)
	// By name, as from another machine: browsers trust loopback addresses more.
	board.address = strings.Replace(board.address, "127.0.0.1", "board.test", 1)
	b := newWindow(t, openBrowser(t), desktop)
	b.allowedError = "401" // the browser logs it
	show := func(what string) {
		b.do(chromedp.WaitVisible(chromedp.CSS("#token")), chromedp.KeyEvent(what), chromedp.KeyEvent(kb.Enter))
	}
	b.do(chromedp.Navigate(board.address), chromedp.WaitVisible(chromedp.CSS("#token")))
	b.screenshot("login")
	show("something else")
	b.until("it is asked again, and told why", `location.pathname === "/login" && document.querySelector("#token")?.value === ""
		&& document.querySelector("#problem").textContent === "This is not the token of this board."`)
	show(token)
	b.until("the page is there", `document.querySelectorAll("#instances > li").length === 3`)
	b.do(chromedp.Navigate(board.address))
	b.until("and comes again without a question", `document.querySelectorAll("#instances > li").length === 3`)
}

func TestPageAsksForTheTokenThatHasChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	setToken := func(token string) *program {
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		return startOnBoard(t, ptvd(), ", token: {file: "+path+"}", parts)
	}
	board := setToken("the token until yesterday")
	through := newWire(t, board)
	b := newWindow(t, openBrowser(t), desktop)
	b.allowedError = "net::ERR_"
	b.do(chromedp.Navigate(through.address()), chromedp.WaitVisible(chromedp.CSS("#token")), chromedp.KeyEvent("the token until yesterday"), chromedp.KeyEvent(kb.Enter))
	b.until("the page is there", chip+` === "all ok"`)
	b.allowedError = "ERR_|401"
	board.stop()
	through.to.Store(setToken("the token of today"))
	b.until("it says why it asks", `document.querySelector("#problem")?.textContent === "The token of this board has changed since you signed in."`)
}

const withoutWorld = `document.querySelector("#world").hidden && document.querySelector("#made-up").hidden`

func TestOnABoardInputsAreReadOnly(t *testing.T) {
	b := openWindow(t, openBrowser(t), startOnBoard(t, ptvd(), "", parts).address, desktop)
	b.until("the inputs say where they are", `[...document.querySelectorAll(".part .value")].filter((e) => e.textContent === "on the board only").length === 2`)
	b.until("there is no world to be broken", withoutWorld)
	b.until("neither can be reached by a key", `document.querySelector(".push").disabled && document.querySelector(".knob").tabIndex === -1`)
	shown := get[string](b, says)
	b.countCommands()
	b.do(click(".push"), chromedp.KeyEvent(" "), run(`document.querySelector(".knob").focus()`), chromedp.KeyEvent(kb.ArrowUp))
	b.wheel(".knob", -300)
	b.sent(0)
	if now := get[string](b, says); now != shown || get[float64](b, goal) != 0 || get[string](b, `document.querySelector("#toast").textContent`) != "" {
		t.Errorf("the input was moved: %q, before %q", now, shown)
	}
	b.screenshot("board")
}

// countCommands lets the page count the commands that it sends.
func (b *browser) countCommands() {
	b.t.Helper()
	b.do(run(`(() => { const really = fetch; window.commands = 0;
		window.fetch = (url, ...more) => { if (url === "api/do") window.commands++; return really(url, ...more); } })()`))
}

// sent checks how many commands were sent since countCommands.
func (b *browser) sent(want int) {
	b.t.Helper()
	if got := get[int](b, "commands"); got != want {
		b.t.Errorf("%d commands were sent, want %d", got, want)
	}
}

// TestButtonIsPressedByEveryMeans uses a button that only knows clicks: however long the
// machine lets a press last, it is one.
func TestButtonIsPressedByEveryMeans(t *testing.T) {
	board := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	chromium := openBrowser(t)
	b := openWindow(t, chromium, board.address, desktop)
	phone := openWindow(t, chromium, board.address, chromedp.Emulate(device.IPhone12Mini))
	pages := []string{says + ` === "panel: Hello"`, `/: \d\d:\d\d$/.test(` + says + `)`}
	press := func(how string, do func()) {
		t.Helper()
		do()
		b.until(how+" turns the page", pages[0])
		b.until("the button is up", `document.querySelector(".push.down") === null`)
		pages[0], pages[1] = pages[1], pages[0]
	}
	press("a click of the mouse", func() { b.do(click(".push")) })
	b.do(chromedp.Focus(chromedp.CSS(".push")))
	press("the space bar", func() { b.do(chromedp.KeyEvent(" ")) })
	press("Enter", func() { b.do(chromedp.KeyEvent(kb.Enter)) })
	press("a click of a screen reader", func() { b.do(run(`document.querySelector(".push").click()`)) })
	press("a finger", func() { phone.touch(".push") })
}

func TestKeysAndWheelLeaveThePartsAloneWithoutFocus(t *testing.T) {
	b := openWindow(t, openBrowser(t), startOnBoard(t, ptvd(), ", remote_control: true", parts).address, chromedp.EmulateViewport(1280, 500))
	b.countCommands()
	b.until("there is more than a window of it", "document.documentElement.scrollHeight > innerHeight")
	b.do(run(`addEventListener("scrollend", () => window.scrolled = true)`))
	b.do(run("document.activeElement.blur()"), chromedp.KeyEvent(" "))
	b.until("the space bar has scrolled the page", "window.scrolled && scrollY > 0") // or it would after the next line
	b.do(run("scrollTo(0, 0)"))
	b.until("the page is at its top", "scrollY === 0")
	x, y := b.middle(".knob")
	b.do(send(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseWheel", X: x, Y: y, DeltaX: 1e-3, DeltaY: 200}))
	b.until("the page scrolls", "scrollY > 0")
	b.sent(0)
}

// TestPressOfABrowserThatVanishesEnds cuts a browser off while it holds the button.
func TestPressOfABrowserThatVanishesEnds(t *testing.T) {
	board := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	const down, up = `document.querySelector(".push.down") !== null`, `document.querySelector(".push.down") === null`
	chromium := openBrowser(t)
	watcher := openWindow(t, chromium, board.address, desktop)
	b := openWindow(t, chromium, board.address, desktop)
	x, y := b.middle(".push")
	b.do(send(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mousePressed", X: x, Y: y, Button: "left", ClickCount: 1}))
	watcher.until("it is down", down)
	b.countCommands()
	b.until("it is renewed", "commands >= 4")
	if !get[bool](watcher, down) {
		t.Error("a press that is renewed has ended")
	}
	b.do(run(`window.fetch = () => Promise.resolve({ ok: true })`)) // it thinks that it is heard, and is not
	watcher.until("it is up", up)
}

func TestRemoteControlCallsTheSameActions(t *testing.T) {
	board := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	chromium := openBrowser(t)
	b, other := openWindow(t, chromium, board.address, desktop), openWindow(t, chromium, board.address, desktop)
	b.until("there is no world to be broken", withoutWorld)

	b.do(click(".push"))
	other.until("the panel says hello", says+` === "panel: Hello"`)

	b.pressed(".push", func() {
		other.until("the button is down here, too", `document.querySelector(".push.down[aria-pressed=true]") !== null`)
	})
	other.until("it is up again", `document.querySelector(".push.down") === null`)

	b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
	other.until("the knob has turned by two detents", turned+` === "rotate(30deg)"`)
	other.until("the lamp follows", goal+` === 10`)
}
