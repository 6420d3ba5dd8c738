// SPDX-License-Identifier: Apache-2.0
/*
 * The least that does what the daemon does, for comparison.
 *
 *   least spi LINE       at each falling edge of a line, sends 8 bytes on spidev0.0
 *   least pwm LINE       at each rising edge, changes the duty cycle of PWM channel 0
 *   least count A B      counts the edges of two lines
 *
 * It says "ready" when it waits for edges, and ends with its input. Interfaces: linux/gpio.h (version 2),
 * linux/spi/spidev.h, Documentation/driver-api/pwm.rst.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/gpio.h>
#include <linux/spi/spidev.h>

#define PWM "/sys/class/pwm/pwmchip0/"

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

/* Returns the descriptor of input lines, pulled up, with both edges. */
static int request(int count, char **lines)
{
	int chip = must(open("/dev/gpiochip0", O_RDWR), "gpiochip0");
	struct gpio_v2_line_request r = {
		.num_lines = count,
		.consumer = "least",
		.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP |
				GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING,
	};

	for (int i = 0; i < count; i++)
		r.offsets[i] = atoi(lines[i]);
	must(ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &r), "request lines");
	return r.fd;
}

/* Returns the kind of the next edge, 0 once the input ends. */
static uint32_t next_edge(int lines)
{
	struct pollfd on[] = { { .fd = lines, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	struct gpio_v2_line_event e;

	must(poll(on, 2, -1), "poll");
	if (!on[0].revents)
		return 0;
	must(read(lines, &e, sizeof(e)), "read an edge");
	return e.id;
}

static void ready(void)
{
	must(write(1, "ready\n", 6), "standard output");
}

static void spi(int lines)
{
	int port = must(open("/dev/spidev0.0", O_RDWR), "spidev0.0");
	uint8_t bytes[8] = { 1 };
	struct spi_ioc_transfer t = {
		.tx_buf = (uintptr_t)bytes, .len = sizeof(bytes), .speed_hz = 1000000, .bits_per_word = 8,
	};

	ready();
	for (uint32_t edge; (edge = next_edge(lines));)
		if (edge == GPIO_V2_LINE_EVENT_FALLING_EDGE)
			must(ioctl(port, SPI_IOC_MESSAGE(1), &t), "send");
}

static void put(const char *path, const char *value)
{
	int f = must(open(path, O_WRONLY), path);

	must(write(f, value, strlen(value)), path);
	close(f);
}

static void pwm(int lines)
{
	static const char *const duty[] = { "250000", "500000" };
	int file, n = 0;

	if (access(PWM "pwm0", F_OK) < 0)
		put(PWM "export", "0");
	put(PWM "pwm0/period", "1000000");
	put(PWM "pwm0/enable", "1");
	file = must(open(PWM "pwm0/duty_cycle", O_WRONLY), "duty_cycle");
	ready();
	for (uint32_t edge; (edge = next_edge(lines));)
		if (edge == GPIO_V2_LINE_EVENT_RISING_EDGE) {
			must(pwrite(file, duty[n], strlen(duty[n]), 0), "duty_cycle");
			n ^= 1;
		}
	put(PWM "unexport", "0"); /* the daemon's turn */
}

static void count(int lines)
{
	int edges = 0;

	ready();
	while (next_edge(lines))
		edges++;
	printf("%d\n", edges);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "spi"))
		spi(request(1, argv + 2));
	else if (argc == 3 && !strcmp(argv[1], "pwm"))
		pwm(request(1, argv + 2));
	else if (argc == 4 && !strcmp(argv[1], "count"))
		count(request(2, argv + 2));
	else
		errx(64, "usage: least spi LINE | pwm LINE | count LINE LINE");
	return 0;
}
