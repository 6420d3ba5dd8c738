package machine

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Where registers are, and which bits of them.
const (
	gpioBase = 0x3f200000 // section 6.1 of the datasheet
	spiBase  = 0x3f204000 // section 10.5
	pwmBase  = 0x3f20c000 // section 9.6
	i2cBase  = 0x3f804000 // section 3.2, BSC1

	setLevel, clearLevel = gpioBase + 0x1c, gpioBase + 0x28
	pull, pullClock      = gpioBase + 0x94, gpioBase + 0x98
	spiFIFO              = spiBase + 4
	i2cLength            = i2cBase + 8
	i2cAddress           = i2cBase + 0xc
	i2cFIFO              = i2cBase + 0x10

	headerPins = 28
)

// functions of pins, by the three bits in GPFSEL: section 6.1.
var functions = [8]string{"input", "output", "alt5", "alt4", "alt0", "alt1", "alt2", "alt3"}

// pulls of pins, by the value of GPPUD: the same section.
var pulls = [4]string{"pull-none", "pull-down", "pull-up", "?"}

// selects are the pins that select the parts of SPI0.
var selects = map[int]string{8: "SPI0.0", 7: "SPI0.1"}

var written = regexp.MustCompile(`memory_region_ops_write .* addr 0x([0-9a-f]+) value 0x([0-9a-f]+) size`)

// Function returns what a pin of the header does now: "input", "output" or "alt0" to
// "alt5".
func (m *Machine) Function(pin int) (string, error) {
	registers, err := m.read(gpioBase, len(m.functions))
	if err != nil {
		return "", err
	}
	return functions[registers[pin/10]>>(pin%10*3)&7], nil
}

// read returns registers of 32 bits.
func (m *Machine) read(address, count int) ([]uint32, error) {
	text, err := m.command(fmt.Sprintf("xp /%dxw %#x", count, address))
	if err != nil {
		return nil, err
	}
	var values []uint32
	for line := range strings.Lines(text) {
		_, words, _ := strings.Cut(line, ":")
		for word := range strings.FieldsSeq(words) {
			value, err := strconv.ParseUint(word, 0, 32)
			if err != nil {
				return nil, fmt.Errorf("the monitor answered %q: %w", text, err)
			}
			values = append(values, uint32(value))
		}
	}
	if len(values) != count {
		return nil, fmt.Errorf("the monitor answered %q", text)
	}
	return values, nil
}

// Watch begins to note what is written to registers.
func (m *Machine) Watch() error {
	registers, err := m.read(gpioBase, len(m.functions))
	if err != nil {
		return err
	}
	copy(m.functions[:], registers)
	if m.seen, err = m.trace.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	_, err = m.command("trace-event memory_region_ops_write on")
	return err
}

// Seen ends Watch and returns what happened to the board since then, in order, one line
// each: "GPIO22 high", "GPIO22 output", "GPIO17 pull-up", "SPI0.0 0c010c01" (the bytes while the part was
// selected), "I2C1 0x3c 00ae", "PWM 14 1000" (register and value).
func (m *Machine) Seen() ([]string, error) {
	if _, err := m.command("trace-event memory_region_ops_write off"); err != nil {
		return nil, err
	}
	if _, err := m.trace.Seek(m.seen, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(m.trace)
	return decode(string(text), m.functions), err
}

// decode turns a trace into events. The registers hold functions when it begins.
func decode(trace string, function [6]uint32) []string {
	var events []string
	note := func(format string, args ...any) { events = append(events, fmt.Sprintf(format, args...)) }
	var frame, message []byte
	var length, address uint64
	var resistor string
	for _, m := range written.FindAllStringSubmatch(trace, -1) {
		at, _ := strconv.ParseUint(m[1], 16, 64) // the pattern has digits alone
		value, _ := strconv.ParseUint(m[2], 16, 64)
		switch {
		case at >= gpioBase && at < gpioBase+4*uint64(len(function)):
			register := int(at-gpioBase) / 4
			for i := range 10 {
				before, now := function[register]>>(3*i)&7, uint32(value)>>(3*i)&7
				if pin := 10*register + i; before != now && pin < headerPins {
					note("GPIO%d %s", pin, functions[now])
				}
			}
			function[register] = uint32(value)
		case at == setLevel || at == clearLevel:
			for pin := range headerPins {
				part, isSelect := selects[pin]
				switch {
				case value>>pin&1 == 0:
				case isSelect && at == clearLevel:
					frame = nil
				case isSelect:
					if frame != nil {
						note("%s %x", part, frame)
					}
					frame = nil
				default:
					note("GPIO%d %s", pin, map[bool]string{true: "high", false: "low"}[at == setLevel])
				}
			}
		case at == pull:
			resistor = pulls[value&3]
		case at == pullClock:
			for pin := range headerPins {
				if value>>pin&1 != 0 {
					note("GPIO%d %s", pin, resistor)
				}
			}
		case at == spiFIFO:
			frame = append(frame, byte(value))
		case at == i2cLength:
			length = value
		case at == i2cAddress:
			address = value
		case at == i2cFIFO:
			if message = append(message, byte(value)); uint64(len(message)) == length {
				note("I2C1 %#02x %x", address, message)
				message = nil
			}
		case at >= pwmBase && at < pwmBase+0x28:
			note("PWM %#x %d", at-pwmBase, value)
		}
	}
	return events
}
