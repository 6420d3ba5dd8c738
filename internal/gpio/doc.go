// Package gpio is the board as a plugin sees it: input lines, output lines, PWM outputs,
// SPI ports, I2C buses and serial ports, opened by the names that people use (GPIO17,
// SPI0.0, /dev/spidev0.0).
//
// A [Board] is the view of one instance. What it opens is claimed for the instance,
// counted, and closed when the instance stops. Below it is a [Backend], which returns
// periph's interfaces of package conn: the real board (package periph), the simulated
// one (package sim), either with I/O expanders (package expander).
//
// Edges reach the loop with the time at which they happened, in the kernel's order, and
// pass through the pure state machines of this package: [Debouncer] for contacts and
// [Quadrature] for encoders.
package gpio
