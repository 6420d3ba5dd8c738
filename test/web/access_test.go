package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestPageWorksWithKeyboardAndScreenReader(t *testing.T) {
	address := startDemo(t).address
	chromium := openBrowser(t)
	b := openWindow(t, chromium, address, desktop)
	b.do(chromedp.WaitVisible(chromedp.CSS("#departures li")))

	b.shows("by keys alone everything can be reached and moved", func(t *testing.T) {
		const focused = `(document.activeElement.getAttribute("aria-label") ?? document.activeElement.dataset.key ?? document.activeElement.name ?? "")`
		const outlined = `document.activeElement.matches(":focus-visible")`
		var order []string
		for range 14 {
			b.do(chromedp.KeyEvent(kb.Tab))
			if order = append(order, get[string](b, focused)); !get[bool](b, outlined) {
				t.Errorf("%s does not show that it has the focus", order[len(order)-1])
			}
		}
		want := []string{"push button bell", "knob of lamp", "network", "throttled", "ptv-500", "motis", "motis-throttled", "motis-500", "cancelled", "clock", "panel", "panic", "block", "speed"}
		if !slices.Equal(order, want) {
			t.Errorf("the order is %q", order)
		}
		b.do(chromedp.KeyEvent(kb.ArrowRight))
		b.until("an arrow lets time run faster", `document.querySelector("#speeds input:checked").value === "10"`)
		b.do(chromedp.KeyEvent(kb.ArrowLeft))
		b.until("and another as it does", `document.querySelector("#speeds input:checked").value === "1"`)
		b.do(chromedp.Focus(chromedp.CSS(fault("network"))), chromedp.KeyEvent(" "))
		b.until("the space bar breaks the network", `document.querySelector("#faults [data-key=network][aria-pressed=true]") !== null`)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.until("and Enter mends it", `document.querySelector("#faults [data-key=network][aria-pressed=false]") !== null`)
		b.showPage("minutes", theMinutes)
		before := get[float64](b, goal)
		b.do(chromedp.Focus(chromedp.CSS(".knob")), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowRight))
		b.until("arrows turn the knob", fmt.Sprintf("%s === Math.min(100, %v + 10)", goal, before))
	})

	b.shows("a screen reader hears what there is to see", func(t *testing.T) {
		b.showPage("minutes", theMinutes)
		b.do(click("#fold summary"))
		b.until("the loop's tasks are there", `document.querySelectorAll("#tasks tbody tr").length > 5`)
		b.until("the lamp has come to rest", `document.querySelector(".bulb").getAttribute("aria-label") === "lamp lamp: " + (`+goal+` + "\u00a0%")`)
		tree := b.accessibilityTree()
		for _, want := range []string{
			`image "` + get[string](b, says) + `"`,
			`button "push button bell"`,
			`slider "knob of lamp" = ` + fmt.Sprint(get[float64](b, goal)),
			`image "lamp lamp: `,
			`status "" `, `region "Departures"`, `region "Diagnostics"`, `list "Instances"`, `region "Tasks"`,
			`button "Unplug the panel"`, `button "ask trains"`, `button "ask world"`,
			`radio "× 60"`, `columnheader "longest step"`,
		} {
			if !slices.ContainsFunc(tree, func(node string) bool { return strings.HasPrefix(node+" ", want) }) {
				t.Errorf("there is no %s in\n%s", want, strings.Join(tree, "\n"))
			}
		}
		for _, node := range tree {
			role, name, _ := strings.Cut(node, " ")
			if strings.HasPrefix(name, `""`) && slices.Contains([]string{"button", "slider", "image", "link", "radio", "region"}, role) {
				t.Errorf("%s has no name", node)
			}
		}
	})

	b.shows("who wants no motion sees none", func(t *testing.T) {
		still := &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}
		b.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{still}}))
		if moving := get[[]string](b, `[...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e);
			return s.animationName !== "none" || s.transitionProperty !== "none" && s.transitionDuration !== "0s" }).map((e) => e.tagName)`); len(moving) > 0 {
			t.Errorf("animations: %q", moving)
		}
	})
}

// accessibilityTree lists what a screen reader reads, except plain text: role, name, value.
func (b *browser) accessibilityTree() []string {
	b.t.Helper()
	var all []string
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		tree, err := cdp.Call(ctx, target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		for _, node := range tree.Nodes {
			if role := text(node.Role); !node.Ignored && !slices.Contains([]string{"StaticText", "InlineTextBox", "generic"}, role) {
				line := fmt.Sprintf("%s %q", role, text(node.Name))
				if value := text(node.Value); value != "" {
					line += " = " + value
				}
				all = append(all, line)
			}
		}
		return err
	}))
	return all
}

func text(v *accessibility.Value) string {
	var value any = ""
	if v != nil {
		_ = json.Unmarshal(v.Value, &value) // otherwise the comparison fails
	}
	return fmt.Sprint(value)
}
