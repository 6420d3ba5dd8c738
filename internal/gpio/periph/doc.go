// Package periph is the real board, by drivers of periph: package cdev for GPIO lines
// and package pwmclass for PWM outputs, both in this folder, and periph's own sysfs for
// SPI ports and I2C buses. Serial ports are opened by go.bug.st/serial, since periph has
// no driver for them.
//
// Of periph's host module only sysfs is linked. Its gpioioctl driver loses the kernel's
// timestamps and drives an output low before it drives it high; its bcm283x driver would
// map /dev/mem.
package periph
