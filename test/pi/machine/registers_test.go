package machine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDecodeTellsPinsFramesAndMessages(t *testing.T) {
	var b strings.Builder
	write := func(address, value int) {
		fmt.Fprintf(&b, "7@1.5:memory_region_ops_write cpu 0 mr 0x7f addr 0x%x value 0x%x size 4 name 'x'\n", address, value)
	}
	write(clearLevel, 1<<22)
	write(gpioBase+8, 1<<6) // GPIO22
	write(setLevel, 1<<22)
	write(pull, 2)
	write(pullClock, 1<<17)
	write(clearLevel, 1<<8)
	for _, value := range []int{0x0c, 0x01} {
		write(spiFIFO, value)
	}
	write(setLevel, 1<<8)
	write(i2cLength, 2)
	write(i2cAddress, 0x3c)
	for _, value := range []int{0x00, 0xae} {
		write(i2cFIFO, value)
	}
	write(pwmBase+0x14, 1000)
	b.WriteString("a line of another kind\n")

	got := decode(b.String(), [6]uint32{})
	want := []string{"GPIO22 low", "GPIO22 output", "GPIO22 high", "GPIO17 pull-up", "SPI0.0 0c01", "I2C1 0x3c 00ae", "PWM 0x14 1000"}
	if !slices.Equal(got, want) {
		t.Errorf("decode: %q, want %q", got, want)
	}
}
