/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wires: GPIO lines, an SPI bus, an I2C bus and PWM outputs for tests, without hardware.
 *
 * They have the names of a Raspberry Pi 4's. Tests control the other end of the lines
 * and buses through the file /dev/wires; device.c documents it.
 *
 * Sources: Documentation/driver-api/gpio/driver.rst, driver-api/spi.rst,
 * driver-api/pwm.rst and timers/hrtimers.rst of Linux 6.1.
 */
#ifndef WIRES_H
#define WIRES_H

#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/types.h>

#define WIRES_HEADER 58		/* lines of the header's chip, as many as a BCM2711 has */
#define WIRES_LINES 62		/* and four of a USB adapter */
#define WIRES_LEVELS "01z"	/* low, high, and free: the pull resistor sets the level */

/* log.c: all events in one order. The first two functions can run in any context. */
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
void wires_gpio_free_all(void);
int wires_gpio_plug(bool in);	/* the USB adapter */

/* script.c */
int wires_script_play(char *text);
void wires_script_stop(void);

/* spi.c */
int wires_spi_add(void);
void wires_spi_remove(void);
void wires_spi_fail(unsigned int messages);
void wires_spi_hang(unsigned int ms);

/* i2c.c */
int wires_i2c_add(void);
void wires_i2c_remove(void);
int wires_i2c_set(unsigned int address, const char *hex);
void wires_i2c_clear(void);

/* pwm.c */
int wires_pwm_add(void);
void wires_pwm_remove(void);

#endif
