//go:build vm

package scenario

import (
	"os/exec"
	"slices"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

func TestEachPressOfABouncingButtonTurnsOnePage(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next")
	presses := func() {
		for range 10 {
			b.press()
			b.turnsBy(+1)
		}
		b.checkPage()
	}
	presses()
	keepCPUBusy(t)
	presses()
}

func TestClickDoubleAndLongAreDistinguished(t *testing.T) {
	b := newPageCounter(t, `on_click: panel.next
    on_double: panel.previous
    on_long: lamp.toggle
    double: 700ms
    long: 1500ms
`+"\n  "+lampAt)
	click := wires.Press(bell, 250*ms).Rest(100 * ms)
	gestures := func(lamp float64) {
		t.Log("a click")
		b.play(click)
		b.turnsBy(+1)
		t.Log("a press just shorter than long")
		b.play(wires.Press(bell, 1100*ms).Rest(100 * ms))
		b.turnsBy(+1)
		t.Log("two presses in a row")
		b.play(slices.Concat(click, click))
		b.turnsBy(-1)
		t.Log("two presses further apart")
		b.play(slices.Concat(click.Rest(600*ms), click))
		b.turnsBy(+1)
		b.turnsBy(+1)
		t.Log("a long press")
		b.play(wires.Press(bell, 2*time.Second).Rest(100 * ms))
		b.lampIs(lamp)
		b.checkPage()
	}
	gestures(1)
	keepCPUBusy(t)
	gestures(0)
}

func TestWornContactIsOnePress(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next\n    debounce: 0s")
	press := func(bounce time.Duration) wires.Script {
		return slices.Concat(worn(bounce), wires.Script{{Line: bell, Level: wires.Low, For: 200 * ms}},
			worn(bounce), wires.Script{{Line: bell, Level: wires.Free, For: 200 * ms}})
	}
	b.play(press(20 * ms))
	if b.settledPage() < 3 {
		t.Fatalf("without debounce page %d is shown: the bounce does not reach the button, so this test proves nothing", b.shownPage())
	}
	b.page = b.shownPage()
	b.reconfigure("on_press: panel.next")
	for _, bounce := range []time.Duration{10 * ms, 20 * ms, 30 * ms, 50 * ms} {
		b.play(press(bounce))
		b.turnsBy(+1)
		b.checkPage()
	}
}

// worn is a contact to ground that changes for some time and ends open.
func worn(bounce time.Duration) wires.Script {
	once := wires.Script{
		{Line: bell, Level: wires.Low, For: 3 * ms},
		{Line: bell, Level: wires.Free, For: 4 * ms},
		{Line: bell, Level: wires.Low, For: 300 * us},
		{Line: bell, Level: wires.Free, For: 2700 * us},
	}
	return slices.Repeat(once, int(bounce/once.Duration()))
}

func TestSpikesArePressesOnlyIfTheyAreLongEnough(t *testing.T) {
	pulse := func(to wires.Level, d time.Duration) wires.Script {
		back := map[wires.Level]wires.Level{wires.Low: wires.Free, wires.Free: wires.Low}[to]
		return wires.Script{{Line: bell, Level: to, For: d}, {Line: bell, Level: back, For: 100 * ms}}
	}
	spikes := slices.Repeat(slices.Concat(pulse(wires.Low, 50*us), pulse(wires.Low, 300*us)), 5)

	b := newPageCounter(t, "on_click: panel.next\n    on_long: panel.previous")
	b.play(spikes)
	b.checkPage()
	b.play(pulse(wires.Low, 800*us)) // most of the millisecond in which it is decided
	b.turnsBy(+1)
	t.Log("in a long press")
	b.play(slices.Concat(wires.Script{{Line: bell, Level: wires.Low, For: 300 * ms}},
		slices.Repeat(pulse(wires.Free, 50*us), 9), wires.Script{{Line: bell, Level: wires.Free, For: 100 * ms}}))
	b.turnsBy(-1)
	b.checkPage()

	b.play(pulse(wires.Low, 5*ms))
	b.turnsBy(+1)
	b.reconfigure("on_press: panel.next\n    debounce: 100ms\n    stable: true")
	b.play(pulse(wires.Low, 5*ms))
	b.checkPage()
	b.press()
	b.checkPage()
	b.play(wires.Press(bell, 300*ms))
	b.turnsBy(+1)
	b.checkPage()
}

// keepCPUBusy keeps the guest's CPU busy until the test ends.
func keepCPUBusy(t *testing.T) {
	t.Log("beside two busy loops")
	for range 2 {
		loop := exec.Command("/bin/sh", "-c", "while :; do :; done")
		if err := loop.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = loop.Process.Kill()
			_ = loop.Wait()
		})
	}
}
