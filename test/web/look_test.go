package web

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// prefer emulates what a reader prefers, and the medium.
func prefer(medium, feature, value string) step {
	return send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
}

// light is the lightness of an element's background, from 0 to 255.
const light = `((e) => Math.min(...getComputedStyle(e).backgroundColor.match(/\d+/g).slice(0, 3).map(Number)))`

func TestPageIsLightOrDarkAsPreferred(t *testing.T) {
	b := openWindow(t, openBrowser(t), startDemo(t).address, desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")), click("#fold summary"))
	for scheme, want := range map[string]string{"light": " > 200", "dark": " < 60"} {
		b.shows(scheme, func(t *testing.T) {
			b.do(prefer("", "prefers-color-scheme", scheme))
			b.until("the page and its cards are "+scheme, light+`(document.documentElement)`+want+` && `+light+`(document.querySelector(".columns section"))`+want)
			for _, weak := range get[[]string](b, contrast) {
				t.Error("contrast of", weak)
			}
			b.screenshot(scheme)
		})
	}
	b.shows("print is light, whatever is preferred, and has the panel and the lamp", func(t *testing.T) {
		b.do(prefer("print", "prefers-color-scheme", "dark"))
		b.until("paper is white", light+`(document.documentElement) > 200 && getComputedStyle(document.querySelector("#board")).backgroundImage === "none"`)
		for _, part := range []string{".panel", ".bulb"} {
			if got := get[string](b, `getComputedStyle(document.querySelector("`+part+`")).printColorAdjust`); got != "exact" {
				t.Errorf("%s is printed %s", part, got)
			}
		}
		if get[bool](b, `[...document.querySelectorAll("#world, button, input")].some((e) => !e.matches(".push") && e.checkVisibility())`) {
			t.Error("buttons are printed")
		}
		b.screenshot("print")
	})
	b.shows("with forced colours the lamp and the health are there", func(t *testing.T) {
		b.do(prefer("", "forced-colors", "active"))
		b.until("the lamp keeps its light", `getComputedStyle(document.querySelector(".bulb")).backgroundImage !== "none" && getComputedStyle(document.querySelector(".bulb i"), "::before").backgroundImage !== "none"`)
		for _, dot := range []string{"#health", "#instances .dot"} {
			const differs = `((e) => { const s = getComputedStyle(e, "::before"); return s.borderTopStyle === "solid" && parseFloat(s.borderTopWidth) > 2 && s.borderTopColor !== getComputedStyle(e).backgroundColor })`
			if !get[bool](b, differs+`(document.querySelector("`+dot+`"))`) {
				t.Errorf("the dot of %s cannot be seen", dot)
			}
		}
		b.screenshot("forced-colours")
	})
}

// tight counts the departures of which two texts run into each other.
const tight = `[...document.querySelectorAll(".departures li")].filter((li) => {
	const [sign, line, range] = [li.querySelector(".sign"), li.querySelector(".line"), document.createRange()];
	range.selectNodeContents(sign);
	return range.getBoundingClientRect().right > li.querySelector(".at").getBoundingClientRect().left ||
		line && !sign.innerText.startsWith(line.innerText.trim() + " ");
}).length`

func TestPageFitsEveryWidthAndDeparturesComeFirst(t *testing.T) {
	demo, chromium := startDemo(t), openBrowser(t)
	for name, width := range map[string]int64{"desktop": 1280, "phone": 390, "narrow": 320} {
		t.Run(name, func(t *testing.T) {
			b := openWindow(t, chromium, demo.address, chromedp.EmulateViewport(width, 800))
			b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")), click("#fold summary"))
			b.until("the tasks are there", `document.querySelectorAll("#tasks tbody tr").length > 5`)
			if get[float64](b, "document.documentElement.scrollWidth") > float64(width) {
				t.Error("the page is wider than the window")
			}
			if n := get[int](b, tight); n > 0 {
				t.Errorf("%d departures run into their times, or their lines into their destinations", n)
			}
			const top = `((e) => document.querySelector(e).getBoundingClientRect().top)`
			if get[float64](b, top+`("#departures") - document.querySelector("#board").getBoundingClientRect().bottom`) > 100 {
				t.Error("the departures are not right under the board")
			}
			for _, later := range []string{"#instances", "#fold"} {
				if get[float64](b, top+`("`+later+`") - document.querySelector("#departures").getBoundingClientRect().bottom`) < 0 {
					t.Errorf("%s is not below the departures", later)
				}
			}
			b.screenshot(name + "-whole")
		})
	}
}

func TestNothingMovesWhileThePageIsLoaded(t *testing.T) {
	b := newWindow(t, openBrowser(t), desktop)
	b.do(chromedp.Navigate(startDemo(t).address), chromedp.WaitVisible(chromedp.CSS("#departures li")))
	b.do(run(`window.shifts = []; new PerformanceObserver((list) => shifts.push(...list.getEntries()
		.map((e) => e.value + " " + e.sources.map((s) => s.node?.id || s.node?.className).join(" ")))).observe({ type: "layout-shift", buffered: true })`))
	b.until("some events have come", `/ [3-9] s/.test(document.querySelector(".since").textContent)`)
	for _, shift := range get[[]string](b, "shifts.filter((s) => parseFloat(s) > 0.001)") {
		t.Error("layout shift:", shift)
	}
}

func TestPageTellsVersionHostAndNextDeparture(t *testing.T) {
	b := openWindow(t, openBrowser(t), startDemo(t).address, desktop)
	b.until("the title", `/^(\d+ min|now) to .+ · Huntingdale · .+ · ptvd$/.test(document.title)`)
	b.until("the footer and the header", `/^ptvd \S+ on \S+$/.test(document.querySelector("#version").textContent) && document.querySelector("#host").textContent !== ""`)
}

func TestWithoutJavaScriptThePageSaysWhatItNeeds(t *testing.T) {
	b := newWindow(t, openBrowser(t), desktop)
	b.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(startDemo(t).address))
	if text := get[string](b, "document.body.innerText.trim()"); text != "ptvd\n\nThis page needs JavaScript. The same data is at api/state." {
		t.Errorf("the page says %q", text)
	}
}
