package wires

import (
	"reflect"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]Event{
		"100 input 17 0":  Input{100, 17, Low},
		"101 output 4 1":  Output{101, 4, High},
		"102 released 61": Released{102, 61},
		"103 spi 0 7 ok hz=1200000 mode=0 0c01:1 0a0f:0": Message{
			At: 103, Number: 7, Hz: 1200000,
			Packets: []Packet{{[]byte{0x0c, 1}, true}, {[]byte{0x0a, 0x0f}, false}},
		},
		"104 spi 1 8 failed hz=100 mode=3 -:0": Message{
			At: 104, ChipSelect: 1, Number: 8, Failed: true, Hz: 100, Mode: 3, Packets: []Packet{{}},
		},
		"105 pwm 1 period=1000000 duty=250000 enabled=1 inverted=0": PWM{
			At: 105, Channel: 1, Period: time.Millisecond, Duty: 250 * time.Microsecond, Enabled: true,
		},
		"107 i2c 32 ok w00 rff0a": Transfer{
			At: 107, Address: 32, Messages: []Bytes{{false, []byte{0}}, {true, []byte{0xff, 0x0a}}},
		},
		"108 i2c 60 failed r": Transfer{At: 108, Address: 60, Failed: true, Messages: []Bytes{{true, []byte{}}}},
		"106 played":          played{106},
		"107 mark 12":         mark{107, 12},
	} {
		if e, err := parse(line); err != nil || !reflect.DeepEqual(e, want) {
			t.Errorf("%s\n%+v, %v; want\n%+v", line, e, err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, line := range []string{
		"", "100", "x input 17 0", "-1 played", "100 input 17", "100 input 17 2", "100 input 62 0", "100 played now",
		"100 spi 0 7 hz=1 mode=0", "100 spi 0 7 ok hz=1 mode=0 0c0:0", "100 spi 0 7 ok hz=1 mode=0 0c01",
		"100 spi 0 7 ok hz=1 mode=0 too long", "100 pwm 0 duty=1 period=2 enabled=1 inverted=0", "100 i2c 128 ok", "100 i2c 32 w00", "100 i2c 32 ok 00", "100 i2c 32 ok w0", "100 lost 3", "100 fell",
	} {
		if e, err := parse(line); err == nil {
			t.Errorf("%q is %+v", line, e)
		}
	}
}

func TestDisabledChannelHasNoBrightness(t *testing.T) {
	on := PWM{Period: 1000, Duty: 250, Enabled: true}
	if b := on.Brightness(); b != 0.25 {
		t.Errorf("on: %v", b)
	}
	on.Enabled = false
	if b := on.Brightness(); b != 0 {
		t.Errorf("off: %v", b)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("100 input 17 0")
	f.Add("103 spi 0 7 ok hz=1200000 mode=0 0c01:1 -:0")
	f.Add("107 i2c 32 ok w00 rff0a")
	f.Add("105 pwm 1 period=1000000 duty=250000 enabled=1 inverted=0")
	f.Fuzz(func(t *testing.T, line string) {
		if e, err := parse(line); err == nil && e.When() < 0 {
			t.Errorf("%q happened at %v", line, e.When())
		}
	})
}
