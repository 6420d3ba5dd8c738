package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// markedOld checks that the panel shows the dotted line for old data.
const markedOld = `(() => {
	const panel = document.querySelector(".panel"), pitch = panel.width / 33.5;
	const copy = new OffscreenCanvas(panel.width, panel.height).getContext("2d", { willReadFrequently: true });
	copy.drawImage(panel, 0, 0);
	const shines = (x, y) => copy.getImageData((x + 1.25) * pitch, (y + 1.25) * pitch, 1, 1).data[0] > 160;
	return [...Array(32).keys()].every((x) => shines(x, 7) === (x % 2 === 1));
})()`

func TestEachFaultShowsOnThePanelAndInTheHealth(t *testing.T) {
	b := openWindow(t, openBrowser(t), startDemo(t).address, desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")))
	b.showPage("the minutes", theMinutes)
	b.do(run(speed(10)))

	for name, why := range map[string]string{"throttled": "throttled", "ptv-500": "HTTP 500"} {
		b.shows(name, func(t *testing.T) {
			b.click(name)
			b.until("trains is degraded and says why", degraded("trains", why))
			b.until("the page names it at the top", chip+` === "trains degraded"`)
			b.until("the departures are marked as old", `document.querySelector(".departures.is-old .dot.degraded") !== null`)
			b.until("the panel marks them, too", markedOld+` && `+says+`.endsWith("(old data)")`)
			b.screenshot(name)
			b.click(name)
			b.until("the mark is gone", `!(`+markedOld+`) && !`+says+`.endsWith("(old data)")`)
			b.until("all ok", chip+` === "all ok"`)
		})
	}

	b.shows("a cancelled train", func(t *testing.T) {
		const struck = `document.querySelectorAll(".departures li.cancelled").length`
		before := get[int](b, struck)
		b.click("cancelled")
		b.until("one more is cancelled", fmt.Sprintf("%s > %d", struck, before))
		b.until("the panel says so", says+`.includes("cancelled")`)
		b.screenshot("cancelled")
		b.click("cancelled")
	})

	b.shows("a clock that is wrong by a day", func(t *testing.T) {
		b.do(run(speed(1)))
		b.showPage("the clock", `/: \d\d:\d\d$/`)
		b.click("clock")
		b.until("the page says how wrong the system's clock is", `document.querySelector("#time .wrong")?.textContent.includes("24 h ahead") === true`)
		b.until("the panel still shows the right time", `document.querySelector("#time b").textContent.startsWith(`+says+`.slice(-5))`)
		b.click("clock")
		b.until("the clock is right again", `document.querySelector("#time .wrong") === null`)
		b.until("all ok", chip+` === "all ok"`)
	})

	b.shows("time that runs sixty times as fast", func(t *testing.T) {
		const tens = `document.querySelector("#time b").textContent.slice(0, 4)` // of minutes
		before := get[string](b, tens)
		b.do(run(speed(60)))
		b.until("the loop's figures say so", `document.querySelector("#figures").textContent.includes("60 times the speed") && !document.querySelector("#machine-time").hidden`)
		b.until("ten minutes pass within seconds", fmt.Sprintf("%s !== %q", tens, before))
		b.until("no step of the machine looks like seconds", `![...document.querySelectorAll("#tasks td.bad")].some((e) => / (s|min)$/.test(e.textContent))`)
		b.do(run(speed(1)))
		b.until("time runs as it does", `document.querySelector("#machine-time").hidden`)
	})
}

// click begins or ends a fault.
func (b *browser) click(name string) {
	b.t.Helper()
	before := get[string](b, `document.querySelector(`+quoted(fault(name))+`).getAttribute("aria-pressed")`)
	b.do(chromedp.Click(chromedp.CSS(fault(name))))
	b.until("the button of "+name+" has changed", `document.querySelector(`+quoted(fault(name))+`).getAttribute("aria-pressed") !== `+quoted(before))
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// showPage presses the button until the panel shows a page.
func (b *browser) showPage(name, pattern string) {
	b.t.Helper()
	for range 6 {
		if get[bool](b, pattern+`.test(`+says+`)`) {
			return
		}
		b.do(chromedp.Click(chromedp.CSS(".push")), chromedp.Sleep(1200e6))
	}
	b.t.Fatalf("the panel does not show %s, but %q", name, get[string](b, says))
}
