// Package cdev is a periph driver for GPIO lines by the kernel's character device,
// version 2 (linux/gpio.h, since Linux 5.10), in the place of periph's gpioioctl driver,
// with which it cannot be linked into one program. It registers each named line of each
// chip in gpioreg as a gpio.PinIO that also implements gpioext.EdgePin, PWMPin and
// LevelReader.
//
// It differs from gpioioctl in this:
//   - edges have the kernel's timestamps and are delivered in the order of its sequence
//     numbers, for several lines too; the queue holds 512 edges, not 16 per line;
//   - an output has its first level from the moment it is requested;
//   - reading an output does not change its direction;
//   - WaitForEdge and Halt follow the documentation of conn: -1 waits, 0 does not;
//   - lines and chips that are added later are found later.
//
// A line is requested from the kernel by In, Out or WatchEdges, and released by Halt.
// What becomes of the level of an output that was released depends on the pin
// controller: on a Raspberry Pi it keeps its level or becomes an input, depending on
// the kernel version.
//
// The structures and ioctls are those of package uapi of go-gpiocdev. The rest of
// go-gpiocdev is not used: its requests cannot set the size of the queue, and its
// reader spins once a chip was removed.
package cdev
