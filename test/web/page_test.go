package web

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/device"
	"github.com/chromedp/chromedp/kb"
)

// theMinutes matches the panel's text while the minutes page is shown.
const theMinutes = `/: (\d+ min|cancelled|now|by bus.*), /`

// desktop is the size of an ordinary window.
var desktop = chromedp.EmulateViewport(1280, 1340)

// Scripts that read the page.
const (
	says    = `document.querySelector(".panel").getAttribute("aria-label")`
	chip    = `document.querySelector("#health").textContent`
	picture = `document.querySelector(".panel").toDataURL()`
	goal    = `Number(document.querySelector(".knob").getAttribute("aria-valuenow"))`
	turned  = `document.querySelector(".knob .cap").style.transform`
	// reached: the lamp has come to the level that it was going to.
	reached = `document.querySelector("[data-key='lamp lamp.level'] .value").textContent.startsWith("level\u00a0" + ` + goal + ` + "\u00a0%")`
	glow    = `Number(document.querySelector(".bulb i").style.getPropertyValue("--glow"))`
)

func fault(name string) string { return fmt.Sprintf(`#faults button[data-key=%q]`, name) }

// degraded checks that an instance is shown as degraded, with a cause.
func degraded(instance, why string) string {
	return fmt.Sprintf(`document.querySelector("#instances > li[data-key=%s] .why.degraded")?.textContent.includes(%q) === true`, instance, why)
}

func speed(times int) string {
	return fmt.Sprintf(`document.querySelector("#speeds input[value='%d']").click()`, times)
}

func TestPageInABrowser(t *testing.T) {
	address := startDemo(t).address
	chromium := openBrowser(t)
	b := openWindow(t, chromium, address, desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")))

	b.shows("another page shows what the contacts do", func(t *testing.T) {
		other := openWindow(t, chromium, address, desktop)
		const down = `document.querySelector(".push.down[aria-pressed=true]") !== null`
		b.pressed(".push", func() { other.until("the button is down", down) })
		other.until("it is up again", "!("+down+")")
		before := get[string](other, turned)
		b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.ArrowUp))
		other.until("the knob has turned", turned+" !== "+quoted(before))
		b.until("here as well", turned+" !== "+quoted(before))
	})

	b.shows("the knob changes the lamp's level, by keys, wheel and drag", func(t *testing.T) {
		before := get[float64](b, goal)
		b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
		b.until("three detents went up", fmt.Sprintf("%s === Math.min(100, %v + 15)", goal, before))
		b.until("the lamp has reached its level", reached) // a detent against a fade starts at the present level
		bright := get[float64](b, glow)
		b.wheel(".knob", 200)
		b.until("two detents went down", fmt.Sprintf("%s === Math.min(100, %v + 15) - 10", goal, before))
		b.until("the lamp has reached its level and is darker", fmt.Sprintf("%s && %s < %v", reached, glow, bright))
		b.dragRound(".knob")
		b.until("a quarter of a turn is six detents", fmt.Sprintf("%s === Math.min(100, Math.min(100, %v + 15) + 20)", goal, before))
	})

	b.do(run("scrollTo(0, 0)"))
	b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.PageUp), chromedp.KeyEvent(kb.PageUp), run("document.activeElement.blur()"))
	b.showPage("minutes", theMinutes)
	b.until("the lamp comes up", reached)
	b.screenshot("desktop")
	bottom := get[float64](b, `document.querySelector(".columns").getBoundingClientRect().bottom`)
	b.do(chromedp.EmulateViewport(1280, int64(bottom)+14))
	b.photograph("page")
	b.do(desktop)

	b.shows("without a network the data grow old, and the page says so", func(t *testing.T) {
		b.do(run(speed(10)), click(fault("network")))
		b.until("the departures are marked as old", `document.querySelector(".departures .dot.degraded")?.textContent.startsWith("old") === true`)
		b.until("the instance is degraded and says why", degraded("trains", "no network"))
		b.screenshot("network-off")
		b.do(click(fault("network")))
		b.within(40*time.Second, "the departures are fresh again", `document.querySelector(".departures .dot.ok") !== null`)
		b.within(40*time.Second, "the other source has them, too", chip+` === "all ok"`)
		b.do(run(speed(1)))
	})

	b.shows("a plugin that panics is started again", func(t *testing.T) {
		b.do(click(fault("panic")))
		b.until("the lamp has been started again", `document.querySelector("#instances > li[data-key=lamp]").textContent.includes("1 restart")`)
		b.until("all ok", `document.querySelector("#health.ok") !== null`)
	})

	b.shows("a task that blocks is seen in the loop", func(t *testing.T) {
		b.do(click("#fold summary"))
		b.until("the loop's figures come", `document.querySelector("#figures").textContent.includes("steps/s")`)
		b.do(click(fault("block")))
		b.until("no minutes stand there while the loop is silent", withoutMinutes+` && `+chip+`.startsWith("event loop not responding; last heard at ")`)
		b.until("a step of two seconds is in the table", `[...document.querySelectorAll("#tasks td.failed")].some((e) => e.textContent.startsWith("2"))`)
		b.until("the lamp is blamed for it", degraded("lamp", "blocked the event loop for 2"))
		b.until("the minutes are there again", `!(`+withoutMinutes+`)`)
		b.screenshot("blocked")
	})

	b.shows("the panel goes dark without its cable", func(t *testing.T) {
		b.do(click(fault("panel")))
		b.until("the panel is dark", `document.querySelector(".panel").getAttribute("aria-label").endsWith("dark")`)
		b.do(click(".push")) // another picture, which does not get through
		b.until("the instance is degraded and says why", degraded("panel", "cable unplugged"))
		b.screenshot("unplugged")
		b.do(click(fault("panel")))
		b.within(40*time.Second, "the panel shows something", `!document.querySelector(".panel").getAttribute("aria-label").endsWith("dark")`)
	})

	b.shows("every text has a contrast of 4.5 at least", func(t *testing.T) {
		for _, weak := range get[[]string](b, contrast) {
			t.Error(weak)
		}
	})

	b.shows("on a phone nothing is cut off, and a finger turns the knob", func(t *testing.T) {
		phone := openWindow(t, chromium, address, chromedp.Emulate(device.IPhone12Mini))
		const wide = "document.documentElement.scrollWidth > innerWidth"
		if get[bool](phone, wide) {
			t.Error("the page is wider than the phone")
		}
		before := get[float64](phone, goal)
		phone.touchRound(".knob")
		phone.until("a quarter of a turn is six detents", fmt.Sprintf("%s === Math.max(5, %v - 30)", goal, before))
		phone.until("the lamp comes up", reached)
		phone.screenshot("phone")
		if get[bool](phone, `document.querySelector("#tasks").checkVisibility()`) {
			t.Error("the long table is not folded")
		}
		phone.do(click("#fold summary"))
		phone.until("it comes when it is wanted", `document.querySelectorAll("#tasks tbody tr").length > 5`)
		if get[bool](phone, wide) || get[bool](phone, `document.querySelector(".wide").scrollWidth > document.querySelector(".wide").clientWidth`) {
			t.Error("the table is wider than the phone")
		}
		phone.screenshot("phone-loop")
	})
}

// middle returns where an element is.
func (b *browser) middle(selector string) (x, y float64) {
	at := get[[]float64](b, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: "center"});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, selector))
	return at[0], at[1]
}

// pressed does something while the mouse is down on an element.
func (b *browser) pressed(selector string, meanwhile func()) {
	x, y := b.middle(selector)
	mouse := func(kind input.DispatchMouseEventType) step {
		return send(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: "left", ClickCount: 1})
	}
	b.do(mouse("mousePressed"))
	meanwhile()
	b.do(mouse("mouseReleased"))
}

// touch touches an element for a moment.
func (b *browser) touch(selector string) {
	x, y := b.middle(selector)
	b.do(
		send(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchStart", TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}),
		send(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchEnd", TouchPoints: []*input.TouchPoint{}}),
	)
}

// touchRound draws a finger from the right of an element to above it, a quarter of a
// turn to the left.
func (b *browser) touchRound(selector string) {
	x, y := b.middle(selector)
	for step, kind := range []input.DispatchTouchEventType{"touchStart", "touchMove", "touchMove", "touchMove", "touchEnd"} {
		angle := -float64(step) * (math.Pi/6 + 0.01)
		points := []*input.TouchPoint{{X: x + 40*math.Cos(angle), Y: y + 40*math.Sin(angle)}}
		if kind == "touchEnd" {
			points = []*input.TouchPoint{}
		}
		b.do(send(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}))
	}
}

// wheel turns the mouse's wheel above an element.
func (b *browser) wheel(selector string, by float64) {
	x, y := b.middle(selector)
	b.do(send(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseWheel", X: x, Y: y, DeltaX: 1e-3, DeltaY: by}))
}

// dragRound drags from the right of an element to below it, a quarter of a turn.
func (b *browser) dragRound(selector string) {
	x, y := b.middle(selector)
	for step, kind := range []input.DispatchMouseEventType{"mousePressed", "mouseMoved", "mouseMoved", "mouseMoved", "mouseReleased"} {
		angle := float64(min(step, 3)) * (math.Pi/6 + 0.01)
		b.do(send(input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: x + 40*math.Cos(angle), Y: y + 40*math.Sin(angle), Button: "left", Buttons: 1, ClickCount: 1,
		}))
	}
}

// run runs a script whose value does not matter.
func run(script string) step { return chromedp.Evaluate[chromedp.Void](script) }

// send sends a command to the browser.
func send[P any](command cdp.Command[P, cdp.Empty], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// contrast lists the texts whose contrast with what lies behind them is too weak
// (WCAG 2.2, 1.4.3).
const contrast = `(() => {
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => { const [r, g, b] = rgb(c).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if ((rgb(c)[3] ?? 1) > 0.5) return c; } return "rgb(16,15,14)" };
	const weak = [];
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = texts.nextNode();) {
		const e = n.parentElement;
		if (!n.data.trim() || !e.checkVisibility({ opacityProperty: true })) continue;
		const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) weak.push(ratio.toFixed(2) + ": " + n.data.trim().slice(0, 40));
	}
	return weak;
})()`
