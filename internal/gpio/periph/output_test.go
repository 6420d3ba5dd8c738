package periph

import (
	"errors"
	"reflect"
	"testing"

	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"

	"ptvd/internal/gpio"
)

func TestAnOutputTakesItsFirstLevelAndEachOneThatIsSet(t *testing.T) {
	set := newFakeSet(t)
	c, asked := fakeChip("pinctrl-test", []string{"GPIO4", "GPIO22"}, set, nil)
	o, err := boardOf(c).OpenOutput("GPIO22", gpio.High)
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []gpio.Level{gpio.Low, gpio.High} {
		if err := o.Set(level); err != nil {
			t.Error(err)
		}
	}
	if want := []pgpio.GPIOValue{1, 0, 1}; !reflect.DeepEqual(set.outs, want) {
		t.Errorf("levels %v, want %v", set.outs, want)
	}
	if want := []request{{gpioioctl.LineOutput, pgpio.NoEdge, pgpio.PullNoChange, []string{"GPIO22"}}}; !reflect.DeepEqual(*asked, want) {
		t.Errorf("asked for %v", *asked)
	}
	for range 2 {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := o.Set(gpio.Low); !errors.Is(err, errClosed) {
		t.Errorf("set after Close: %v", err)
	}
	if set.misuse.Load() {
		t.Error("the line set was used after it was closed")
	}
}

func TestAnOutputThatRefusesItsFirstLevelIsReleased(t *testing.T) {
	set := newFakeSet(t)
	set.outErr = errors.New("no such device")
	c, _ := fakeChip("pinctrl-test", []string{"GPIO22"}, set, nil)
	if _, err := boardOf(c).OpenOutput("GPIO22", gpio.Low); err == nil {
		t.Error("opened")
	}
	if !set.closed {
		t.Error("the line is still held")
	}
}
