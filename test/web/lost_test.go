package web

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestThePageSaysThatItsServerIsGoneAndRecoversByItself(t *testing.T) {
	demo := startDemo(t)
	at, err := url.Parse(demo.address)
	if err != nil {
		t.Fatal(err)
	}
	b := openWindow(t, openBrowser(t), demo.address, desktop)
	b.mayFail = "net::ERR_" // a browser tells of lost connections itself
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures .in")))
	const minutes = `getComputedStyle(document.querySelector(".departures .in")).visibility`

	demo.stop()
	b.until("it says so", chip+` === "no connection; trying again" && document.querySelector("#wellbeing.failed") !== null`)
	b.until("no minutes stand there", minutes+` === "hidden"`)
	b.screenshot("lost")
	b.do(chromedp.Click(chromedp.CSS(".push")))
	b.until("a press says that it leads nowhere", `document.querySelector("#toast").textContent === "The board cannot be reached."`)

	start(t, "demo", "--listen", at.Host)
	b.until("all is well", chip+` === "all is well"`)
	b.until("the minutes are there again", minutes+` === "visible"`)
	before := get[string](b, picture)
	b.until("the panel moves", picture+` !== `+quoted(before))
}
