// Package pwmclass is a periph driver for PWM outputs by the kernel's PWM class
// (Documentation/ABI/testing/sysfs-class-pwm). It registers each channel in gpioreg as a
// gpio.PinIO named pwmchipN/C that implements gpioext.PWMPin. The lines of package cdev
// use it for their own PWM method.
//
// It needs no root and no memory mapping, unlike periph's bcm283x driver, and works on a
// Raspberry Pi 5. Outputs have 16-bit duty cycles, keep running when their process ends
// at a duty cycle other than 0, and are adopted without an interruption by the next one.
package pwmclass
