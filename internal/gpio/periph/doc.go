// Package periph is the real board: GPIO lines through the kernel's character
// device, with the structures and ioctls of go-gpiocdev; SPI ports that periph.io
// sets up, with the transfers as ioctls of our own; PWM through the kernel's sysfs
// class.
//
// Of go-gpiocdev only the package uapi is linked in, which spells out linux/gpio.h.
// Its own requests cannot ask for a larger queue, and the goroutine that reads the
// edges of one spins once the chip is gone. Of periph.io only the sysfs driver is
// linked in, and its registry is never started: its GPIO drops the kernel's time
// stamps and sequence numbers, drives an output low before it goes high, and its
// bcm283x driver would map /dev/mem.
package periph
