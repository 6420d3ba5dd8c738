package web

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// parts are the instances of a board: a panel, a button and a lamp.
const parts = `
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0}}
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
	b.until("it is asked again", `location.pathname === "/login" && document.querySelector("#token")?.value === ""`)
	show(token)
	b.until("the page is there", `document.querySelectorAll("#instances > li").length === 3`)
	b.do(chromedp.Navigate(board.address))
	b.until("and comes again without a question", `document.querySelectorAll("#instances > li").length === 3`)
}

const withoutWorld = `document.querySelector("#world").hidden && document.querySelector("#made-up").hidden`

func TestOnABoardInputsAreReadOnly(t *testing.T) {
	b := openWindow(t, openBrowser(t), startOnBoard(t, ptvd(), "", parts).address, desktop)
	b.until("the inputs say where they are", `[...document.querySelectorAll(".part .value")].filter((e) => e.textContent === "on the board only").length === 2`)
	b.until("there is no world to be broken", withoutWorld)
	b.until("neither can be reached by a key", `document.querySelector(".push").disabled && document.querySelector(".knob").tabIndex === -1`)
	shown := get[string](b, says)
	b.do(chromedp.Click(chromedp.CSS(".push")), chromedp.KeyEvent(" "), run(`document.querySelector(".knob").focus()`), chromedp.KeyEvent(kb.ArrowUp))
	b.wheel(".knob", -300)
	b.do(chromedp.Sleep(500e6))
	if now := get[string](b, says); now != shown || get[float64](b, goal) != 0 || get[string](b, `document.querySelector("#toast").textContent`) != "" {
		t.Errorf("the input was moved: %q, before %q", now, shown)
	}
	b.screenshot("board")
}

func TestRemoteControlCallsTheSameActions(t *testing.T) {
	board := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	chromium := openBrowser(t)
	b, other := openWindow(t, chromium, board.address, desktop), openWindow(t, chromium, board.address, desktop)
	b.until("there is no world to be broken", withoutWorld)

	b.do(chromedp.Click(chromedp.CSS(".push")))
	other.until("the panel says hello", says+` === "panel: Hello"`)

	b.pressed(".push", func() {
		other.until("the button is down here, too", `document.querySelector(".push.down[aria-pressed=true]") !== null`)
	})
	other.until("it is up again", `document.querySelector(".push.down") === null`)

	b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
	other.until("the knob has turned by two detents", turned+` === "rotate(30deg)"`)
	other.until("the lamp follows", goal+` === 10`)
}
