//go:build vm

package scenario

import (
	"os/exec"
	"slices"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

func TestEveryPressOfABouncingButtonTurnsOnePage(t *testing.T) {
	b := openBook(t, "on_press: panel.next")
	b.oneProcessor()
	presses := func() {
		for range 10 {
			b.pressOnce()
			b.turns(+1)
		}
		b.stays()
	}
	presses()
	occupy(t)
	presses()
}

// pressOnce presses the button, and again where the machine beneath the guest has
// stopped it in mid-bounce: a contact that bounces for longer than the 10 ms of debounce
// may be a second press.
func (b *book) pressOnce() {
	b.Helper()
	for range 20 {
		b.play(wires.Press(bell, 80*ms))
		if b.bounced() < 9*ms {
			return
		}
		b.page = b.rests()
	}
	b.Skip("SKIPPED: no bounce of 3 ms was over within 9 ms: this machine is too busy")
}

// bounced returns how long the button did, closing or opening, whichever took longer.
func (b *book) bounced() time.Duration {
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

func TestClickDoubleAndLongAreToldApart(t *testing.T) {
	b := openBook(t, `on_click: panel.next
    on_double: panel.previous
    on_long: lamp.toggle
    double: 700ms
    long: 1500ms`+patiently+"\n\n  "+lampAt)
	b.oneProcessor()
	click := wires.Press(bell, 250*ms).Rest(100 * ms)
	gestures := func(lamp float64) {
		t.Log("a click")
		b.play(click)
		b.turns(+1)
		t.Log("a press that is no long one")
		b.play(wires.Press(bell, 1100*ms).Rest(100 * ms))
		b.turns(+1)
		t.Log("two presses in a row")
		b.play(slices.Concat(click, click))
		b.turns(-1)
		t.Log("two presses further apart")
		b.play(slices.Concat(click.Rest(600*ms), click))
		b.turns(+1)
		b.turns(+1)
		t.Log("a long press")
		b.play(wires.Press(bell, 2*time.Second).Rest(100 * ms))
		b.lampIs(lamp)
		b.stays()
	}
	gestures(1)
	occupy(t)
	gestures(0)
}

// A worn contact bounces longer than 10 ms; what debounce says must be longer.
func TestAWornContactIsOnePressWhereDebounceIsLonger(t *testing.T) {
	worn := slices.Concat(chatter, wires.Script{{Line: bell, Level: wires.Low, For: 200 * ms}}, chatter,
		wires.Script{{Line: bell, Level: wires.Free, For: 150 * ms}})

	b := openBook(t, "on_press: panel.next\n    debounce: 0s")
	b.oneProcessor()
	b.play(worn)
	if b.rests() < 3 {
		t.Fatalf("without debounce the contact turned to page %d: the bounce does not reach the button, and this test shows nothing", b.seen())
	}
	b.page = b.seen()
	b.rebind("on_press: panel.next\n    debounce: 100ms")
	b.play(worn)
	b.turns(+1)
	b.stays()
}

// chatter is a contact that changes for 30 ms and ends as it began.
var chatter = wires.Script{
	{Line: bell, Level: wires.Low, For: 6 * ms},
	{Line: bell, Level: wires.Free, For: 4 * ms},
	{Line: bell, Level: wires.Low, For: 3 * ms},
	{Line: bell, Level: wires.Free, For: 7 * ms},
	{Line: bell, Level: wires.Low, For: 5 * ms},
	{Line: bell, Level: wires.Free, For: 5 * ms},
}

func TestASpikeOnALongWireIsNoPressWhereTheLevelMustBeStable(t *testing.T) {
	spike := wires.Script{{Line: bell, Level: wires.Low, For: 5 * ms}, {Line: bell, Level: wires.Free, For: 200 * ms}}

	b := openBook(t, "on_press: panel.next")
	b.oneProcessor()
	b.play(spike)
	if b.page = b.rests(); b.page == 1 {
		t.Fatal("the spike does not reach the button, and this test shows nothing")
	}
	b.rebind("on_press: panel.next\n    debounce: 100ms\n    stable: true")
	b.play(spike)
	b.stays()
	b.play(wires.Press(bell, 300*ms))
	b.turns(+1)
	b.stays()
}

// occupy keeps the guest's processors busy until the test ends.
func occupy(t *testing.T) {
	t.Log("two loops keep the processors busy")
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
