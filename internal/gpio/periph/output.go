package periph

import (
	"fmt"
	"sync"

	"github.com/warthog618/go-gpiocdev/uapi"

	"ptvd/internal/gpio"
)

// OpenOutput opens an output line. Its first level is part of the request, so that
// the line has no other one before it. What becomes of it after Close is up to its
// pin controller; on a Raspberry Pi it keeps its level or becomes an input, by the
// kernel's age.
func (b *Board) OpenOutput(name string, first gpio.Level) (gpio.Output, error) {
	var request uapi.LineRequest
	request.Config.Flags = uapi.LineFlagV2Output
	request.Config.AddAttribute(uapi.LineConfigAttribute{
		Attr: uapi.OutputValues(valueOf(first)).Encode(), Mask: theLine,
	})
	h, _, err := b.open([]string{name}, request)
	if err != nil {
		return nil, err
	}
	return &output{name: name, handle: h}, nil
}

// theLine is the mask of a request's only line.
const theLine uapi.LineBitmap = 1

func valueOf(level gpio.Level) uapi.LineBitmap {
	if level {
		return theLine
	}
	return 0
}

// output is a request of one line.
type output struct {
	name   string
	handle handle
	closer sync.Once
}

func (o *output) Set(level gpio.Level) error {
	if err := o.handle.SetValues(uapi.LineValues{Bits: valueOf(level), Mask: theLine}); err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	return nil
}

func (o *output) Close() error {
	var err error
	o.closer.Do(func() { err = closeSoon(o.name, o.handle.Close) })
	return err
}
