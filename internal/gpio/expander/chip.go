package expander

import (
	"encoding/binary"

	"periph.io/x/conn/v3/i2c"
)

// registers is what an expander is to hold. Bit n is pin n, as Model.Pins counts them.
type registers struct{ latch, inputs, pullUps uint16 }

// chip reads and writes the registers of an expander.
type chip interface {
	load(link) (registers, error)
	store(link, registers) error
	levels(link) (uint16, error) // of all pins, whatever drives them
}

// link is the bus and the address of an expander with one port of eight pins or two.
type link struct {
	bus     i2c.BusCloser
	address uint16
	ports   int
}

// read reads a byte of each port, after the address of a register if there is one.
func (l link) read(register ...byte) (uint16, error) {
	var value [2]byte
	err := l.bus.Tx(l.address, register, value[:l.ports])
	return binary.LittleEndian.Uint16(value[:]), err
}

// write writes a byte of each port, after the address of a register if there is one.
func (l link) write(value uint16, register ...byte) error {
	packet := binary.LittleEndian.AppendUint16(register, value)
	return l.bus.Tx(l.address, packet[:len(register)+l.ports], nil)
}

// mcp is the addresses of the registers of an MCP230xx. Those of a second port follow.
type mcp struct{ direction, pullUp, port, latch byte }

func (m mcp) load(l link) (r registers, err error) {
	if r.latch, err = l.read(m.latch); err != nil {
		return r, err
	}
	if r.pullUps, err = l.read(m.pullUp); err != nil {
		return r, err
	}
	r.inputs, err = l.read(m.direction)
	return r, err
}

// store writes the direction last, so that an output has its level from the start.
func (m mcp) store(l link, r registers) error {
	if err := l.write(r.latch, m.latch); err != nil {
		return err
	}
	if err := l.write(r.pullUps, m.pullUp); err != nil {
		return err
	}
	return l.write(r.inputs, m.direction)
}

func (m mcp) levels(l link) (uint16, error) { return l.read(m.port) }

// pcf is a PCF857x, which has a latch only. A pin whose latch is high is pulled up weakly, and
// so is an input, too. The latch cannot be read, but a pin whose latch is low is low.
type pcf struct{}

func (pcf) load(l link) (registers, error) {
	levels, err := l.read()
	return registers{latch: levels}, err
}

func (pcf) store(l link, r registers) error { return l.write(r.latch | r.inputs) }

func (pcf) levels(l link) (uint16, error) { return l.read() }
