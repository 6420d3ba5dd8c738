// Package simchip has chips for a simulated board that only tests need: an I/O expander and
// controllers of displays.
package simchip

import (
	"sync"

	"ptvd/internal/gpio"
)

// Registers of port A of a MCP23017 (datasheet DS20001952, table 3-3, IOCON.BANK = 0).
// Those of port B have the next address.
const (
	mcpDirection = 0x00 // IODIR: 1 is an input
	mcpPolarity  = 0x02 // IPOL
	mcpPullUp    = 0x0C // GPPU
	mcpPort      = 0x12 // GPIO
	mcpLatch     = 0x14 // OLAT
	mcpRegisters = 0x16
)

// MCP23017 is an I/O expander with 16 pins: 0 to 7 are GPA0 to GPA7, 8 to 15 GPB0 to
// GPB7. Its methods may be called from any goroutine.
type MCP23017 struct {
	mu        sync.Mutex
	registers [mcpRegisters]byte
	pointer   byte
	driven    uint16 // pins that are driven from outside
	external  uint16 // and their levels
}

// NewMCP23017 returns an expander as it is after power-up: all pins are inputs.
func NewMCP23017() *MCP23017 {
	m := &MCP23017{}
	m.registers[mcpDirection], m.registers[mcpDirection+1] = 0xFF, 0xFF
	return m
}

// Tx implements [sim.I2CDevice]. The first byte that is written is the address of a register;
// the address advances with each byte.
func (m *MCP23017) Tx(w, r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(w) > 0 {
		m.pointer = w[0]
		for _, value := range w[1:] {
			register := m.pointer % mcpRegisters
			if register&^1 == mcpPort {
				register += mcpLatch - mcpPort // a write to the port is one to its latch
			}
			m.registers[register] = value
			m.pointer++
		}
	}
	for i := range r {
		r[i] = m.register(m.pointer % mcpRegisters)
		m.pointer++
	}
	return nil
}

func (m *MCP23017) register(address byte) byte {
	if address&^1 != mcpPort {
		return m.registers[address]
	}
	side := address & 1
	return byte(m.levels()>>(8*side)) ^ m.registers[mcpPolarity+side]&m.registers[mcpDirection+side]
}

// levels returns the levels of all pins.
func (m *MCP23017) levels() uint16 {
	pair := func(register byte) uint16 {
		return uint16(m.registers[register]) | uint16(m.registers[register+1])<<8
	}
	inputs := pair(mcpDirection)
	input := m.driven&m.external | ^m.driven&pair(mcpPullUp)
	return inputs&input | ^inputs&pair(mcpLatch)
}

// Level returns the level of a pin.
func (m *MCP23017) Level(pin int) gpio.Level {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.levels()>>pin&1 == 1
}

// Drive drives a pin from outside, as a closed contact does.
func (m *MCP23017) Drive(pin int, level gpio.Level) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.driven |= 1 << pin
	m.external &^= 1 << pin
	if level {
		m.external |= 1 << pin
	}
}

// Float stops driving a pin: its pull-up resistor decides its level.
func (m *MCP23017) Float(pin int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.driven &^= 1 << pin
}
