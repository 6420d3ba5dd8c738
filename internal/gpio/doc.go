// Package gpio is the board as a plugin sees it: input lines, output lines, SPI
// ports and PWM outputs, opened by the names that people use (GPIO17, SPI0.0,
// /dev/spidev0.0).
//
// A [Board] is one instance's view. What it opens is claimed in that instance's
// name, and released when the instance stops. Beneath it stands a [Backend]: the
// real board (package periph) or the simulated one (package sim); nothing above
// can tell which.
//
// Edges come to the loop with the time at which they happened, in the order of
// the kernel, through the pure state machines of this package: [Debouncer] for
// contacts and [Quadrature] for encoders.
package gpio
