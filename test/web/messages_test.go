package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestAMessageIsWrittenAndDismissedOnThePage(t *testing.T) {
	demo := startDemo(t)
	b := openWindow(t, openBrowser(t), demo.address, desktop)
	const list = `(document.querySelector("#instances .messages ul")?.textContent ?? "none")`

	b.showPage("minutes", theMinutes) // the autopilot's button would dismiss the message
	b.until("there is no message", list+` === ""`)
	b.do(click("#instances .messages input"), chromedp.KeyEvent(`{"text": "Dinner is ready", "name": "dinner", "hold": true}`), chromedp.KeyEvent(kb.Enter))
	b.until("the message is up", list+`.startsWith("Dinner is ready up, ")`)
	b.until("the panel shows it", `[...document.querySelectorAll("#panels *")].some((e) => e.getAttribute("aria-label")?.includes("Dinner is ready"))`)
	b.screenshot("message")
	b.do(click("#instances .messages li button"))
	b.until("it was dismissed", list+` === ""`)
}

func TestDirectionOfAMessageEndsWithIt(t *testing.T) {
	b := openWindow(t, openBrowser(t), startOnBoard(t, ptvd(), ", remote_control: true", parts).address, desktop)
	b.do(run(`fetch("api/v1/notifications", { method: "POST", body: "\u202eright to left" }), 0`))
	b.until("the message is there", `document.querySelector(".messages li") !== null`)
	if !get[bool](b, `((text, age) => age.getBoundingClientRect().left >= text.getBoundingClientRect().right)(...document.querySelector(".messages li").children)`) {
		t.Error("its age is not behind it")
	}
}
