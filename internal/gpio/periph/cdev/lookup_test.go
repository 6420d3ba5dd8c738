package cdev

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

func TestErrorsOfRequestsSayWhatToDo(t *testing.T) {
	header := headerChip("GPIO5", "GPIO17", "")
	expander := Chip{Name: "gpiochip1", Label: "expander", Path: "/dev/gpiochip1", Lines: []Line{{Name: "P0"}}}
	locked := Chip{Name: "gpiochip2", Path: "/dev/gpiochip2", err: errors.New("open /dev/gpiochip2: the user must be in group gpio")}
	held := headerChip("GPIO5", "GPIO17")
	held.Lines[1].Used, held.Lines[1].User = true, "button"
	kernels := headerChip("GPIO5")
	kernels.Lines[0].Used = true
	for _, c := range []struct {
		title string
		chips []Chip
		names []string
		err   error // of the request
		want  string
	}{
		{"a number alone", []Chip{header}, []string{"17"}, nil, "did you mean GPIO17?"},
		{"small letters", []Chip{header}, []string{"gpio5"}, nil, "did you mean GPIO5?"},
		{"a name that is none", []Chip{header}, []string{"BELL"}, nil, "`ptvd pins` lists"},
		{"a name while a chip is locked", []Chip{header, locked}, []string{"GPIO6"}, nil, "must be in group gpio"},
		{"no chip", nil, []string{"GPIO5"}, nil, "this machine has no GPIO chip"},
		{"no name", []Chip{header}, []string{""}, nil, "no GPIO line"},
		{"one line twice", []Chip{header}, []string{"GPIO5", "GPIO5"}, nil, "GPIO5 is named twice"},
		{"lines of two chips", []Chip{header, expander}, []string{"GPIO5", "P0"}, nil, "GPIO5 is a line of pinctrl-bcm2711 and P0 one of expander"},
		{"no line", []Chip{header}, nil, nil, "1 to 64"},
		{"a line that a program holds", []Chip{held}, []string{"GPIO5", "GPIO17"}, unix.EBUSY, "GPIO17: device or resource busy (held by button); stop button or use another pin"},
		{"a line that the kernel holds", []Chip{kernels}, []string{"GPIO5"}, unix.EBUSY, "GPIO5: device or resource busy (held by the kernel)"},
		{"a line that was just let go", []Chip{header}, []string{"GPIO5"}, unix.EBUSY, "GPIO5: device or resource busy"},
		{"a chip without interrupts", []Chip{expander}, []string{"P0"}, unix.ENXIO, "P0: the chip has no interrupts: no such device or address"},
		{"a unit that forbids the device", []Chip{header}, []string{"GPIO5"}, unix.EPERM, "DeviceAllow="},
	} {
		t.Run(c.title, func(t *testing.T) {
			k, _ := kernelOf(nil, c.err, c.chips...)
			w, err := k.watch(c.names, gpio.PullNoChange, nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
			if w != nil {
				t.Error("the lines are open in spite of the error")
			}
		})
	}
}
