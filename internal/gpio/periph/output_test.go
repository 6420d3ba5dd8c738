package periph

import (
	"errors"
	"reflect"
	"testing"

	"github.com/warthog618/go-gpiocdev/uapi"

	"ptvd/internal/gpio"
)

func TestAnOutputIsRequestedWithItsFirstLevel(t *testing.T) {
	for _, first := range []gpio.Level{gpio.Low, gpio.High} {
		b, asked := boardOf(newFakeHandle(), nil, headerChip("GPIO4", "GPIO22"))
		if _, err := b.OpenOutput("GPIO22", first); err != nil {
			t.Fatal(err)
		}
		got := (*asked)[0].request
		var level uapi.OutputValues
		level.Decode(got.Config.Attrs[0].Attr)
		if got.Lines != 1 || got.Offsets[0] != 1 || got.Config.Flags != uapi.LineFlagV2Output ||
			got.Config.NumAttrs != 1 || got.Config.Attrs[0].Mask != 1 || (level == 1) != bool(first) {
			t.Errorf("%v: asked for %+v", first, got)
		}
	}
}

func TestAnOutputTakesEachLevelUntilItIsClosed(t *testing.T) {
	h := newFakeHandle()
	b, _ := boardOf(h, nil, headerChip("GPIO22"))
	o, err := b.OpenOutput("GPIO22", gpio.High)
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []gpio.Level{gpio.Low, gpio.High} {
		if err := o.Set(level); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
	if want := []uapi.LineValues{{Bits: 0, Mask: 1}, {Bits: 1, Mask: 1}}; !reflect.DeepEqual(h.sets, want) {
		t.Errorf("levels %v, want %v: its last level is the one it is released at", h.sets, want)
	}
	if err := o.Set(gpio.Low); !errors.Is(err, errClosed) {
		t.Errorf("set after Close: %v", err)
	}
}
