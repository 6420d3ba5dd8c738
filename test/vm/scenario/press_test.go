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
	b.oneCPU()
	presses := func() {
		for range 10 {
			b.pressCleanly()
			b.turnsBy(+1)
		}
		b.checkPage()
	}
	presses()
	keepCPUsBusy(t)
	presses()
}

// pressCleanly presses the button, and again if the host paused the guest in the middle
// of a bounce: a bounce that lasts longer than the debounce of 10 ms may count as a
// second press.
func (b *pageCounter) pressCleanly() {
	b.Helper()
	for range 20 {
		b.play(wires.Press(bell, 80*ms))
		if b.bounceTime() < 9*ms {
			return
		}
		b.page = b.settledPage()
	}
	b.Skip("SKIPPED: no bounce of 3 ms ended within 9 ms: the host is too busy")
}

// bounceTime returns how long the button bounced when it closed or when it opened,
// whichever is longer.
func (b *pageCounter) bounceTime() time.Duration {
	b.Helper()
	events, err := b.Wires.Drain()
	if err != nil {
		b.Fatal(err)
	}
	var changes []time.Duration
	for _, e := range events {
		switch e := e.(type) {
		case wires.Input:
			changes = append(changes, e.When())
		case wires.Message:
			b.receive(e)
		}
	}
	closed := changes[:len(changes)/2]
	opened := changes[len(changes)/2:]
	return max(closed[len(closed)-1]-closed[0], opened[len(opened)-1]-opened[0])
}

func TestClickDoubleAndLongAreDistinguished(t *testing.T) {
	b := newPageCounter(t, `on_click: panel.next
    on_double: panel.previous
    on_long: lamp.toggle
    double: 700ms
    long: 1500ms`+longDebounce+"\n\n  "+lampAt)
	b.oneCPU()
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
	keepCPUsBusy(t)
	gestures(0)
}

// A worn contact bounces longer than 10 ms and needs a longer debounce.
func TestWornContactIsOnePressWithALongerDebounce(t *testing.T) {
	worn := slices.Concat(wornContact, wires.Script{{Line: bell, Level: wires.Low, For: 200 * ms}}, wornContact,
		wires.Script{{Line: bell, Level: wires.Free, For: 150 * ms}})

	b := newPageCounter(t, "on_press: panel.next\n    debounce: 0s")
	b.oneCPU()
	b.play(worn)
	if b.settledPage() < 3 {
		t.Fatalf("without debounce page %d is shown: the bounce does not reach the button, so this test proves nothing", b.shownPage())
	}
	b.page = b.shownPage()
	b.reconfigure("on_press: panel.next\n    debounce: 100ms")
	b.play(worn)
	b.turnsBy(+1)
	b.checkPage()
}

// wornContact changes for 30 ms and ends as it began.
var wornContact = wires.Script{
	{Line: bell, Level: wires.Low, For: 6 * ms},
	{Line: bell, Level: wires.Free, For: 4 * ms},
	{Line: bell, Level: wires.Low, For: 3 * ms},
	{Line: bell, Level: wires.Free, For: 7 * ms},
	{Line: bell, Level: wires.Low, For: 5 * ms},
	{Line: bell, Level: wires.Free, For: 5 * ms},
}

func TestSpikeIsNoPressIfTheLevelMustBeStable(t *testing.T) {
	spike := wires.Script{{Line: bell, Level: wires.Low, For: 5 * ms}, {Line: bell, Level: wires.Free, For: 200 * ms}}

	b := newPageCounter(t, "on_press: panel.next")
	b.oneCPU()
	b.play(spike)
	if b.page = b.settledPage(); b.page == 1 {
		t.Fatal("the spike does not reach the button, so this test proves nothing")
	}
	b.reconfigure("on_press: panel.next\n    debounce: 100ms\n    stable: true")
	b.play(spike)
	b.checkPage()
	b.play(wires.Press(bell, 300*ms))
	b.turnsBy(+1)
	b.checkPage()
}

// keepCPUsBusy keeps the guest's CPUs busy until the test ends.
func keepCPUsBusy(t *testing.T) {
	t.Log("with two busy loops")
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
