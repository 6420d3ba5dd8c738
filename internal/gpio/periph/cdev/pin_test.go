package cdev

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// pinOf returns the pin GPIO22, at offset 1 of its chip, and the requests made for it.
func pinOf(h *fakeHandle) (*Pin, *[]call) {
	k, calls := kernelOf(h, nil, headerChip("GPIO4", "GPIO22"))
	return newPin(k, "GPIO22", 1), calls
}

func TestAnOutputIsRequestedWithItsFirstLevel(t *testing.T) {
	for _, first := range []gpio.Level{gpio.Low, gpio.High} {
		p, calls := pinOf(newFakeHandle())
		if err := p.Out(first); err != nil {
			t.Fatal(err)
		}
		got := (*calls)[0].request
		var level uapi.OutputValues
		level.Decode(got.Config.Attrs[0].Attr)
		if got.Lines != 1 || got.Offsets[0] != 1 || got.Config.Flags != uapi.LineFlagV2Output ||
			got.Config.NumAttrs != 1 || got.Config.Attrs[0].Mask != 1 || (level == 1) != bool(first) {
			t.Errorf("%v: requested %+v", first, got)
		}
	}
}

func TestAnOutputIsRequestedOnceAndReleasedByHalt(t *testing.T) {
	h := newFakeHandle()
	p, calls := pinOf(h)
	for _, level := range []gpio.Level{gpio.High, gpio.Low, gpio.High} {
		if err := p.Out(level); err != nil {
			t.Error(err)
		}
	}
	if want := []uapi.LineValues{{Bits: 0, Mask: 1}, {Bits: 1, Mask: 1}}; len(*calls) != 1 || !reflect.DeepEqual(h.sets, want) {
		t.Errorf("%d requests, levels %v, want %v", len(*calls), h.sets, want)
	}
	if p.Function() != "OUT" {
		t.Errorf("its function is %q", p.Function())
	}
	if err := errors.Join(p.Halt(), p.Halt()); err != nil || !h.closed || p.Function() != "" {
		t.Errorf("after Halt: %v, released %v, function %q", err, h.closed, p.Function())
	}
	if _, err := p.ReadLevel(); !errors.Is(err, errNotRequested) {
		t.Errorf("reading after Halt: %v", err)
	}
}

func TestAnOutputIsRequestedAgainWhenItsChipIsBack(t *testing.T) {
	chip, unplugged := headerChip("GPIO22"), newFakeHandle()
	k, calls := kernelOf(newFakeHandle(), nil)
	here, h := []Chip{chip}, unplugged
	k.chips = func() []Chip { return here }
	answer := k.request
	k.request = func(chip string, request *uapi.LineRequest) (handle, error) {
		_, err := answer(chip, request)
		return h, err
	}
	p := newPin(k, "GPIO22", -1)
	if err := p.Out(gpio.Low); err != nil {
		t.Fatal(err)
	}
	unplugged.remove()
	here = nil
	if err := p.Out(gpio.High); !errors.Is(err, unix.ENODEV) {
		t.Errorf("while its chip is away: %v", err)
	}
	here, h = []Chip{chip}, newFakeHandle()
	if err := p.Out(gpio.High); err != nil || len(*calls) != 2 {
		t.Errorf("when its chip is back: %v, after %d requests", err, len(*calls))
	}
}

func TestReadingAnOutputLeavesItAnOutput(t *testing.T) {
	h := newFakeHandle()
	h.values = 1
	p, calls := pinOf(h)
	if err := p.Out(gpio.High); err != nil {
		t.Fatal(err)
	}
	if p.Read() != gpio.High || len(*calls) != 1 || p.Function() != "OUT" {
		t.Errorf("reads %v after %d requests, function %q", p.Read(), len(*calls), p.Function())
	}
}

func TestAnInputIsRequestedWithItsBiasAndEdges(t *testing.T) {
	for edge, flags := range map[gpio.Edge]uapi.LineFlagV2{
		gpio.NoEdge: 0, gpio.RisingEdge: uapi.LineFlagV2EdgeRising, gpio.FallingEdge: uapi.LineFlagV2EdgeFalling,
		gpio.BothEdges: uapi.LineFlagV2EdgeBoth,
	} {
		p, calls := pinOf(newFakeHandle())
		if err := p.In(gpio.PullUp, edge); err != nil {
			t.Fatal(err)
		}
		got := (*calls)[0].request
		if got.Config.Flags != uapi.LineFlagV2Input|uapi.LineFlagV2BiasPullUp|flags || (got.EventBufferSize == 512) != (edge != gpio.NoEdge) {
			t.Errorf("%v: requested %+v", edge, got)
		}
		if p.Pull() != gpio.PullUp {
			t.Errorf("its pull is %v", p.Pull())
		}
	}
}

func TestEachEdgeLetsWaitForEdgeReturnOnce(t *testing.T) {
	h := newFakeHandle()
	p, _ := pinOf(h)
	if p.WaitForEdge(-1) {
		t.Error("there is an edge before In")
	}
	if err := p.In(gpio.PullUp, gpio.BothEdges); err != nil {
		t.Fatal(err)
	}
	h.edge(1, rise, 1)
	h.edge(1, fall, 2)
	for i, want := range []bool{true, true, false} {
		if got := p.WaitForEdge(0); got != want {
			t.Errorf("call %d: %v, want %v", i, got, want)
		}
	}
}

func TestInAndHaltEndWaitForEdge(t *testing.T) {
	for name, end := range map[string]func(*Pin) error{
		"Halt": (*Pin).Halt,
		"In":   func(p *Pin) error { return p.In(gpio.PullUp, gpio.BothEdges) },
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := pinOf(newFakeHandle())
			if err := p.In(gpio.PullUp, gpio.BothEdges); err != nil {
				t.Fatal(err)
			}
			p.kernel.request = func(string, *uapi.LineRequest) (handle, error) {
				next := newFakeHandle()
				next.removed = unix.ENODEV // ends a wait that begins after In
				return next, nil
			}
			result := make(chan bool)
			go func() { result <- p.WaitForEdge(time.Duration(-1)) }()
			if err := end(p); err != nil {
				t.Fatal(err)
			}
			if <-result {
				t.Error("WaitForEdge reported an edge")
			}
		})
	}
}
