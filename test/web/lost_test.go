package web

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const minutes = `getComputedStyle(document.querySelector(".departures .in")).visibility`

func TestPageShowsALostServerAndReconnects(t *testing.T) {
	demo := startDemo(t)
	through := newWire(t, demo)
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.allowedError = "net::ERR_" // the browser logs lost connections
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures .in")), run("window.isOld = true"))

	demo.stop()
	b.until("it says so", chip+` === "no connection; retrying" && document.querySelector("#health.failed") !== null`)
	b.until("no minutes stand there", minutes+` === "hidden"`)
	b.screenshot("lost")
	b.do(chromedp.Click(chromedp.CSS(".push")))
	b.until("a press says that it leads nowhere", `document.querySelector("#toast").textContent === "The board cannot be reached."`)

	next := startDemo(t)
	faster, err := http.Post(next.address+"api/do", "application/json", strings.NewReader(`{"do":"speed","amount":60}`))
	if err != nil || faster.StatusCode != http.StatusNoContent {
		t.Fatal(faster, err)
	}
	time.Sleep(3 * time.Second) // so that its uptime is longer than that of the one before
	through.to.Store(next)
	b.until("the page is loaded anew, as the daemon is another one", `window.isOld === undefined`)
	b.until("all ok", chip+` === "all ok"`)
	b.until("the minutes are there again", minutes+` === "visible"`)
	before := get[string](b, picture)
	b.until("the panel moves", picture+` !== `+quoted(before))
}

func TestPressWithoutResponseShowsAnError(t *testing.T) {
	demo := startDemo(t)
	b := openWindow(t, openBrowser(t), demo.address, desktop)
	demo.cmd.Process.Signal(syscall.SIGSTOP)
	t.Cleanup(func() { demo.cmd.Process.Signal(syscall.SIGCONT) })
	b.do(chromedp.Click(chromedp.CSS(".push")))
	b.until("it leads nowhere", `document.querySelector("#toast").textContent === "The board cannot be reached."`)
	demo.cmd.Process.Signal(syscall.SIGCONT)
	b.until("all ok", chip+` === "all ok"`)
}

func TestSilentlyLostConnectionIsReplaced(t *testing.T) {
	through := newWire(t, startDemo(t))
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures .in")))
	through.lose()
	b.until("it is noticed", `document.querySelector("#health.failed") !== null && `+minutes+` === "hidden"`)
	b.within(30*time.Second, "all ok", chip+` === "all ok" && `+minutes+` === "visible"`)
}

// wire forwards connections to a program, and can drop them silently.
type wire struct {
	listener net.Listener
	to       atomic.Pointer[program]
	losses   atomic.Int32
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
		go w.carry(here, there, of)
		go w.carry(there, here, of)
	}
}

func (w *wire) lose() { w.losses.Add(1) }

// carry forwards bytes from one end to the other until the connection is dropped.
func (w *wire) carry(from, to net.Conn, of int32) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if w.losses.Load() != of {
			from.Close() // like a board that was restarted
			return
		}
		if _, unwritten := to.Write(buffer[:n]); err != nil || unwritten != nil {
			to.Close()
			return
		}
	}
}
