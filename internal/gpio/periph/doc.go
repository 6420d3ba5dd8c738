// Package periph is the real board: GPIO lines through periph.io's Linux drivers;
// SPI ports that these set up, with the transfers as ioctls of our own; PWM through
// the kernel's sysfs class.
//
// Only periph.io's gpioioctl and sysfs drivers are linked in, and with them
// nothing that maps /dev/mem: its bcm283x driver takes a Raspberry Pi 5 for an
// older one and would write to ordinary memory. So the registers are out of reach
// even for root.
//
// GPIO lines are requested as line sets, never through periph.io's pins. A line
// set gives the edges of several lines in the kernel's order from one file. A pin
// would not: its Read and Func turn an output into a pulled-up input, its
// WaitForEdge returns at once for -1 and waits for ever for 0, and it keeps its
// state from one user to the next. Debouncing is package gpio's; periph.io's
// gpioutil.Debounce debounces nothing.
//
// What this way cannot do, as of host v3.8.5: edges carry the time at which they
// were read, not the kernel's timestamp; the kernel's queue holds 16 edges a line;
// and an output starts low before it takes its first level.
package periph
