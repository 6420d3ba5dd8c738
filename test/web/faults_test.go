package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// shines begins a script that reads the lights of the panel.
const shines = `(() => {
	const panel = document.querySelector(".panel"), pitch = panel.width / 33.5;
	const copy = new OffscreenCanvas(panel.width, panel.height).getContext("2d", { willReadFrequently: true });
	copy.drawImage(panel, 0, 0);
	const shines = (x, y) => copy.getImageData((x + 1.25) * pitch, (y + 1.25) * pitch, 1, 1).data[0] > 160`

// markedOld checks that the panel shows the dotted line for old data.
const markedOld = shines + `; return [...Array(32).keys()].every((x) => shines(x, 7) === (x % 2 === 1)) })()`

func TestEachFaultShowsOnThePanelAndInTheHealth(t *testing.T) {
	b := openWindow(t, openBrowser(t), startDemo(t).address, desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")))
	b.showPage("minutes", theMinutes)
	b.do(run(speed(10)), click("#fold summary"))

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
		const struck = `[...document.querySelectorAll(".departures li.cancelled")].map((e) => e.textContent)`
		b.do(run("window.before = new Set(" + struck + ")"))
		b.click("cancelled")
		b.until("another train is cancelled", struck+`.some((train) => !before.has(train))`)
		b.within(time.Minute, "the panel says so when it is the next", says+`.includes("cancelled")`)
		b.screenshot("cancelled")
		b.click("cancelled")
	})

	b.shows("a clock that is wrong by a day", func(t *testing.T) {
		b.do(run(speed(1)))
		b.click("clock")
		b.until("the page says how wrong the system's clock is", `document.querySelector("#time .degraded")?.textContent.includes("24 h ahead") === true`)
		b.showPage("clock", `/: \d\d:\d\d$/`) // at last: a click of the autopilot may still be under way
		b.until("the panel still shows the right time", `document.querySelector("#time b").textContent.startsWith(`+says+`.slice(-5))`)
		b.click("clock")
		b.until("the clock is right again", `document.querySelector("#time .degraded") === null`)
		b.until("all ok", chip+` === "all ok"`)
	})

	b.shows("time that runs sixty times as fast", func(t *testing.T) {
		const tens = `document.querySelector("#time b").textContent.slice(0, 4)` // of minutes
		before := get[string](b, tens)
		b.do(run(speed(60)))
		b.until("the loop's figures say so", `document.querySelector("#figures").textContent.includes("60 times the speed") && !document.querySelector("#machine-time").hidden`)
		b.until("ten minutes pass within seconds", fmt.Sprintf("%s !== %q", tens, before))
		b.until("no step of the machine looks like seconds", `![...document.querySelectorAll("#tasks td.failed")].some((e) => / (s|min)$/.test(e.textContent))`)
		b.do(run(speed(1)))
		b.until("time runs as it does", `document.querySelector("#machine-time").hidden`)
	})

	b.shows("the title goes by the source that has data", func(t *testing.T) {
		b.click("ptv-500")
		b.do(run(speed(60)))
		b.within(time.Minute, "the data of the first are too old", `document.querySelector(".departures .dot.failed") !== null`)
		b.until("the title has what leaves next by the other", `/ to .* · Huntingdale · /.test(document.title)`)
		b.do(run(speed(1)))
		b.click("ptv-500")
	})
}

// click begins or ends a fault.
func (b *browser) click(name string) {
	b.t.Helper()
	before := get[string](b, `document.querySelector(`+quoted(fault(name))+`).getAttribute("aria-pressed")`)
	b.do(click(fault(name)))
	b.until("the button of "+name+" has changed", `document.querySelector(`+quoted(fault(name))+`).getAttribute("aria-pressed") !== `+quoted(before))
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// showPage shows a page of the panel. It turns the knob to and fro first, so that the
// demo's autopilot pauses.
func (b *browser) showPage(name, pattern string) {
	b.t.Helper()
	for _, command := range []string{`{"do":"call","action":"lamp.down"}`, `{"do":"call","action":"lamp.up"}`, `{"do":"call","action":"panel.page","arg":"` + name + `"}`} {
		b.command(command)
	}
	b.until("the panel shows the page "+name, pattern+`.test(`+says+`)`)
}

// command sends a command as a script of the page.
func (b *browser) command(body string) {
	b.t.Helper()
	const send = `fetch("api/do", {method: "POST", body: %q}).then((reply) => { window.answered = reply.status; })`
	b.do(run("window.answered = 0"), run(fmt.Sprintf(send, body)+", 0"))
	b.until("the answer to "+body, "answered !== 0")
	if status := get[int](b, "answered"); status != 204 {
		b.t.Fatalf("%s: status %d", body, status)
	}
}
