/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wires: GPIO lines, an SPI bus and PWM outputs that end in a file, for tests.
 *
 * To the system they are a Raspberry Pi 4's, with the names that its devices have
 * there. device.c says what can be read from and written to the far end, /dev/wires.
 *
 * Sources: Documentation/driver-api/gpio/driver.rst, driver-api/spi.rst,
 * driver-api/pwm.rst and timers/hrtimers.rst of Linux 6.1.
 */
#ifndef WIRES_H
#define WIRES_H

#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/types.h>

#define WIRES_LINES 58		/* as many as a BCM2711 has */
#define WIRES_LEVELS "01z"	/* low, high, and open: the line's pull decides */

/* log.c: what happens on the wires, in one order. The first two run in any context. */
__printf(1, 2) void wires_log(const char *format, ...);
void wires_log_text(const char *text, size_t size);
void wires_log_clear(void);
ssize_t wires_log_read(struct file *file, char __user *to, size_t size, loff_t *unused);
__poll_t wires_log_poll(struct file *file, poll_table *table);
int wires_log_add(void);
void wires_log_remove(void);

/* gpio.c */
int wires_gpio_add(void);
void wires_gpio_remove(void);
bool wires_gpio_is_level(unsigned int line, char level);
void wires_gpio_set(unsigned int line, char level);
void wires_gpio_let_go(void);

/* script.c */
int wires_script_play(char *text);
void wires_script_stop(void);

/* spi.c */
int wires_spi_add(void);
void wires_spi_remove(void);
void wires_spi_fail(unsigned int messages);
void wires_spi_hang(unsigned int ms);

/* pwm.c */
int wires_pwm_add(void);
void wires_pwm_remove(void);

#endif
