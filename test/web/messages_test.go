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
