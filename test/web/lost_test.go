package web

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// withoutMinutes checks that the list of departures is empty.
const withoutMinutes = `document.querySelector(".departures .in") === null`

// dark checks that no light of the panel is lit.
var dark = shines + `; return [...Array(256).keys()].every((i) => !shines(i % 32, i >> 5)) })()`

func TestPageShowsALostServerAndReconnects(t *testing.T) {
	demo := startDemo(t)
	through := newWire(t, demo)
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.allowedError = "net::ERR_" // the browser logs lost connections
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures .in")), run("window.isOld = true"))

	b.until("the panel is lit", "!"+dark)
	uptime := demo.uptime(t)
	demo.stop()
	b.until("it says so", `/^no connection; last heard at \d\d:\d\d:\d\d$/.test(`+chip+`) && document.querySelector("#health.failed") !== null`)
	b.until("no minutes stand there", withoutMinutes)
	b.until("the panel is dark, and so is its label", dark+` && /^panel: not known, last heard at \d\d:\d\d:\d\d$/.test(`+says+`)`)
	b.until("nor are the lamp and the knob known", `document.querySelector(".bulb").getAttribute("aria-label") === "lamp lamp: not known" && `+glow+` === 0
		&& document.querySelector(".knob").getAttribute("aria-valuetext") === "not known"`)
	b.until("nor the health of an instance", `((dot) => getComputedStyle(dot).color === getComputedStyle(dot.querySelector(".plugin")).color)(document.querySelector("#instances .dot"))`)
	b.until("nor what leaves next", `document.title.startsWith("not known · ")`)
	b.screenshot("lost")
	b.do(click(".push"))
	b.until("a press says that it leads nowhere", `document.querySelector("#toast").textContent === "The board cannot be reached."`)

	next := startDemo(t)
	faster, err := http.Post(next.address+"api/do", "application/json", strings.NewReader(`{"do":"speed","amount":60}`))
	if err != nil || faster.StatusCode != http.StatusNoContent {
		t.Fatal(faster, err)
	}
	for next.uptime(t) <= uptime { // so that it cannot be told from the one before by its uptime
	}
	through.to.Store(next)
	b.until("the page is loaded again, as the daemon is another one", `window.isOld === undefined`)
	b.until("all ok", chip+` === "all ok"`)
	b.until("the minutes are there again, and in the title", `!(`+withoutMinutes+`) && / to .* · Huntingdale · .*ptvd$/.test(document.title)`)
	before := get[string](b, picture)
	b.until("the panel moves", picture+` !== `+quoted(before))
}

func TestPressWithoutResponseShowsAnError(t *testing.T) {
	demo := startDemo(t)
	b := openWindow(t, openBrowser(t), demo.address, desktop)
	demo.cmd.Process.Signal(syscall.SIGSTOP)
	t.Cleanup(func() { demo.cmd.Process.Signal(syscall.SIGCONT) })
	b.do(click(".push"))
	b.until("it leads nowhere", `document.querySelector("#toast").textContent === "The board cannot be reached."`)
	demo.cmd.Process.Signal(syscall.SIGCONT)
	b.until("all ok", chip+` === "all ok"`)
}

func TestSilentlyLostConnectionIsReplaced(t *testing.T) {
	through := newWire(t, startDemo(t))
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures .in")))
	through.lose()
	b.until("it is noticed", `document.querySelector("#health.failed") !== null && `+withoutMinutes)
	b.within(30*time.Second, "all ok", chip+` === "all ok" && !(`+withoutMinutes+`)`)
}

// uptime asks how long, in s, a program has been running by its own clock.
func (p *program) uptime(t *testing.T) float64 {
	var state struct {
		Loop struct {
			Uptime float64 `json:"uptime_s"`
		}
	}
	if err := json.Unmarshal([]byte(p.ask(t, "api/state")), &state); err != nil {
		t.Fatal(err)
	}
	return state.Loop.Uptime
}

// The delay is real, since it is the browser's own clock that the page compares with the
// server's; it takes as long as the page says that it is behind.
func TestSlowConnectionIsSaidAndWhatItShowsIsDimmed(t *testing.T) {
	through := newWire(t, startDemo(t))
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.until("all ok", chip+` === "all ok"`)
	through.delay.Store(int64(3 * time.Second))
	b.until("it says how old everything is", `/^connection slow: [3-9] s behind$/.test(`+chip+`) && document.querySelector("#health.degraded") !== null`)
	b.until("numbers are dimmed", `getComputedStyle(document.querySelector(".departures ol")).opacity < 0.6 && getComputedStyle(document.querySelector("#panels")).opacity < 0.6`)
	b.until("the age of the departures counts it", `(() => { const age = /received (\d+) s ago/.exec(document.querySelector(".departures .dot").textContent); return age && age[1] >= 3 })()`)
	b.screenshot("slow")
	through.delay.Store(0)
	b.until("all ok", chip+` === "all ok" && getComputedStyle(document.querySelector("#panels")).opacity === "1"`)
}

func TestPageSaysWhyTheServerRefusesIt(t *testing.T) {
	demo := startDemo(t)
	for range 16 {
		events, err := http.Get(demo.address + "events")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { events.Body.Close() })
	}
	b := newWindow(t, openBrowser(t), desktop)
	b.allowedError = "503"
	b.do(chromedp.Navigate(demo.address))
	b.until("it says that there are too many", chip+` === "too many clients (limit 16); retrying"`)
}

// wire forwards connections to a program, and can drop them silently.
type wire struct {
	listener net.Listener
	to       atomic.Pointer[program]
	losses   atomic.Int32
	delay    atomic.Int64 // of what the program sends, in ns
}

func newWire(t *testing.T, to *program) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w := &wire{listener: l}
	w.to.Store(to)
	go w.connect()
	return w
}

func (w *wire) address() string { return "http://" + w.listener.Addr().String() + "/" }

func (w *wire) connect() {
	for {
		here, err := w.listener.Accept()
		if err != nil {
			return
		}
		there, err := net.Dial("tcp", strings.Trim(w.to.Load().address, "htp:/"))
		if err != nil {
			here.Close()
			continue
		}
		of := w.losses.Load()
		go w.carry(here, there, of, nil)
		go w.carry(there, here, of, &w.delay)
	}
}

func (w *wire) lose() { w.losses.Add(1) }

// carry forwards bytes from one end to the other until the connection is dropped, in
// order and after a delay, as a slow line with a large buffer does.
func (w *wire) carry(from, to net.Conn, of int32, delay *atomic.Int64) {
	type chunk struct {
		data []byte
		due  time.Time
		last bool
	}
	chunks := make(chan chunk, 10_000)
	defer close(chunks)
	go func() {
		for c := range chunks {
			time.Sleep(time.Until(c.due))
			if _, err := to.Write(c.data); err != nil || c.last {
				to.Close()
				return
			}
		}
	}()
	for {
		buffer := make([]byte, 4096)
		n, err := from.Read(buffer)
		if w.losses.Load() != of {
			from.Close() // like a board that was restarted
			return
		}
		c := chunk{data: buffer[:n], last: err != nil}
		if delay != nil {
			c.due = time.Now().Add(time.Duration(delay.Load()))
		}
		if chunks <- c; err != nil {
			return
		}
	}
}
