package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// typed checks that the field for a message has the focus and what was typed.
const typed = `document.activeElement.matches(".messages input") && document.activeElement.value === "Tea"`

func TestWhatIsTypedOutlivesALostConnectionAndARestart(t *testing.T) {
	board := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	through := newWire(t, board)
	b := openWindow(t, openBrowser(t), through.address(), desktop)
	b.allowedError = "net::ERR_"
	b.do(chromedp.WaitVisible(chromedp.CSS(".messages input")), click(".messages input"), chromedp.KeyEvent("Tea"), run("window.isOld = true"))
	next := startOnBoard(t, ptvd(), ", remote_control: true", parts)
	board.stop()
	b.until("the connection is lost", `document.body.classList.contains("is-lost")`)
	b.until("it is there without a connection", typed)
	through.to.Store(next)
	b.until("all ok", chip+` === "all ok"`)
	b.until("it is there after a restart", typed)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("it was sent, and the page is loaded again", `window.isOld === undefined && document.querySelector(".messages li span")?.textContent === "Tea"`)
}

// tooWide lists what is wider than the page or than its own place. A lamp may shine beyond
// its place, and a line to type in scrolls.
const tooWide = `[...document.querySelectorAll("header *, section *")].filter((e) => !e.closest("form, svg") && !e.querySelector(".bulb") && !e.closest(".bulb") &&
	(e.getBoundingClientRect().right > innerWidth || e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)).map((e) => e.tagName + " " + e.className + " " + e.textContent)`

// broken lists the buttons and units that have a line break in a word.
const broken = `[...document.querySelectorAll("#instances button, .reading small")].filter((e) => {
	const text = document.createRange();
	text.selectNodeContents(e);
	return text.getClientRects().length > 1;
}).map((e) => e.textContent)`

// overlapping lists the parts that reach into the next one.
const overlapping = `[...document.querySelectorAll(".part")].filter((e) => {
	const [box, next] = [e, e.nextElementSibling ?? e].map((e) => e.getBoundingClientRect());
	return box.top === next.top && box.left < next.left && box.right > next.left;
}).map((e) => e.textContent)`

func TestManyProblemsAndLongNamesFitAPhone(t *testing.T) {
	long := strings.Repeat("n", 32)
	sensors := "\n  air: {plugin: sensor, device: bme280, channel: pressure}\n  air2: {plugin: sensor, device: bme280, channel: pressure}"
	for _, name := range []string{"one", "two", "three", "four", long} {
		sensors += "\n  " + name + ": {plugin: sensor, device: none-such, channel: temp1}"
	}
	b := openWindow(t, openBrowser(t), startOnBoard(t, ptvd(), ", remote_control: true", parts+sensors+"\n").address, chromedp.EmulateViewport(390, 800))
	b.until("all problems are named", chip+`.includes("`+long+`")`)
	b.until("there are two readings", `document.querySelectorAll(".reading b").length === 2`)
	b.screenshot("problems")
	for _, what := range slices.Concat(get[[]string](b, tooWide), get[[]string](b, broken), get[[]string](b, overlapping)) {
		t.Errorf("does not fit: %q", what)
	}
}
