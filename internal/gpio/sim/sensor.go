package sim

import (
	"fmt"
	"syscall"

	"ptvd/internal/gpio"
)

// sensor is a channel of a sensor.
type sensor struct{ device, channel string }

// newSensors returns the sensors of a new board: common ones, as the kernel's drivers name
// them.
func newSensors() map[sensor]gpio.Measurement {
	return map[sensor]gpio.Measurement{
		{"bme280", "temp"}:             {Value: 21.4, Unit: "°C"},
		{"bme280", "humidityrelative"}: {Value: 45, Unit: "%"},
		{"bme280", "pressure"}:         {Value: 1013, Unit: "hPa"},
		{"bh1750", "illuminance"}:      {Value: 120, Unit: "lx"},
		{"w1_slave_temp", "temp1"}:     {Value: 18.5, Unit: "°C"},
	}
}

// SetSensor connects a sensor, or changes what it measures.
func (b *Board) SetSensor(device, channel string, m gpio.Measurement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sensors[sensor{device, channel}] = m
}

// RemoveSensor disconnects a sensor.
func (b *Board) RemoveSensor(device, channel string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sensors, sensor{device, channel})
}

// ReadSensor returns what was set.
func (b *Board) ReadSensor(device, channel string) (gpio.Measurement, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.sensors[sensor{device, channel}]
	if !ok {
		return m, fmt.Errorf("%s %s: %w", device, channel, syscall.ENODEV)
	}
	return m, nil
}
