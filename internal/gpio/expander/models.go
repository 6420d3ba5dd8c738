package expander

import (
	conngpio "periph.io/x/conn/v3/gpio"
)

// Model is a model of expander.
type Model struct {
	Name        string
	Description string
	Pins        []string // as its datasheet names them
	Addresses   [2]uint16

	pulls []conngpio.Pull
	chip  chip
}

// Models are the models that can be attached. The names of pins, the addresses, the
// registers and the pull resistors are those of the datasheets: Microchip DS20001952
// (MCP23017), DS21919 (MCP23008), Texas Instruments SCPS068 (PCF8574), SCPS121 (PCF8575).
var Models = []*Model{
	{
		"mcp23008", "8 pins, GP0 to GP7", numbered("GP"),
		[2]uint16{0x20, 0x27},
		mcpPulls,
		mcp{direction: 0x00, pullUp: 0x06, port: 0x09, latch: 0x0A},
	},
	{
		"mcp23017", "16 pins, GPA0 to GPA7 and GPB0 to GPB7", append(numbered("GPA"), numbered("GPB")...),
		[2]uint16{0x20, 0x27},
		mcpPulls,
		mcp{direction: 0x00, pullUp: 0x0C, port: 0x12, latch: 0x14},
	},
	{
		"pcf8574", "8 pins, P0 to P7", numbered("P"),
		[2]uint16{0x20, 0x3F},
		pcfPulls,
		pcf{},
	},
	{
		"pcf8575", "16 pins, P00 to P07 and P10 to P17", append(numbered("P0"), numbered("P1")...),
		[2]uint16{0x20, 0x27},
		pcfPulls,
		pcf{},
	},
}

var (
	mcpPulls = []conngpio.Pull{conngpio.PullNoChange, conngpio.Float, conngpio.PullUp}
	// Inputs of a PCF857x are pulled up by 100 µA, always.
	pcfPulls = []conngpio.Pull{conngpio.PullNoChange, conngpio.PullUp}
)

// numbered returns the names of the eight pins of a port.
func numbered(prefix string) (names []string) {
	for n := range 8 {
		names = append(names, prefix+string(rune('0'+n)))
	}
	return names
}
