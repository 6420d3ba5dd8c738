// Package machine boots an emulated Raspberry Pi 3B with Raspberry Pi's own drivers in the
// kernel, runs commands in it, and tells what the programs there did to the board, from
// what the drivers wrote to the registers of GPIO, SPI, I2C and PWM. The registers are
// those of the datasheet BCM2835 ARM Peripherals, at the addresses of BCM2837.
//
// QEMU emulates the functions and levels of pins, SPI with its chip selects, and I2C. It
// does not emulate edges of inputs, PWM's outputs, DMA for SPI, and electrical timing.
package machine
