// SPDX-License-Identifier: GPL-2.0
/*
 * An SPI bus with two chip selects, each with a spidev node, without devices that
 * answer. A message takes as long as its bytes take at its clock rate.
 *
 * Each message (all transfers of one SPI_IOC_MESSAGE) is one line of the log.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spi/spi.h>

#include "wires.h"

#define TEXT SZ_64K	/* several times what spidev takes in one message (bufsiz, 4 KiB) */

static struct platform_device *device;
static struct spi_controller *bus;
static char *text;	/* the line that is being written; messages are sent one by one */
static unsigned int number;
static atomic_t failures, hang_ms;

void wires_spi_fail(unsigned int messages)
{
	atomic_set(&failures, messages);
}

void wires_spi_hang(unsigned int ms)
{
	atomic_set(&hang_ms, ms);
}

/* Adds " HEX:CS_CHANGE" to the line; "-" is a transfer that only receives. */
static size_t describe(size_t n, const struct spi_transfer *x)
{
	if (n + 2 * x->len + 8 > TEXT)
		return n + scnprintf(text + n, TEXT - n, " too long");
	text[n++] = ' ';
	if (x->tx_buf)
		n = bin2hex(text + n, x->tx_buf, x->len) - text;
	else
		text[n++] = '-';
	return n + scnprintf(text + n, TEXT - n, ":%u", x->cs_change);
}

static int transfer_one_message(struct spi_controller *ctlr, struct spi_message *m)
{
	const struct spi_device *spi = m->spi;
	struct spi_transfer *x;
	unsigned int hang;
	u64 us = 0;
	size_t n;

	m->status = atomic_dec_if_positive(&failures) >= 0 ? -EIO : 0;
	x = list_first_entry(&m->transfers, struct spi_transfer, transfer_list);
	n = scnprintf(text, TEXT, "spi %u %u %s hz=%u mode=%u", spi->chip_select, ++number,
		      m->status ? "failed" : "ok", x->speed_hz, (unsigned int)spi->mode & 3);
	list_for_each_entry(x, &m->transfers, transfer_list) {
		n = describe(n, x);
		if (x->rx_buf)
			memset(x->rx_buf, 0, x->len);
		if (x->speed_hz)
			us += div_u64(8ULL * x->len * USEC_PER_SEC, x->speed_hz);
		m->actual_length += x->len;
	}
	hang = atomic_xchg(&hang_ms, 0);
	if (hang)
		msleep(hang); /* even msleep(0) lasts a tick */
	fsleep(us);
	wires_log_text(text, n);
	spi_finalize_current_message(ctlr);
	return 0;
}

int wires_spi_add(void)
{
	/* One of the device names for which spidev is the driver. */
	struct spi_board_info info = { .modalias = "dh2228fv", .max_speed_hz = 125000000 };
	int err = -ENOMEM;

	text = kvmalloc(TEXT, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	device = platform_device_register_simple("fe204000.spi", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device)) {
		err = PTR_ERR(device);
		goto free;
	}
	bus = spi_alloc_master(&device->dev, 0);
	if (!bus)
		goto unregister;
	bus->bus_num = 0;
	bus->num_chipselect = 2;
	bus->mode_bits = SPI_CPOL | SPI_CPHA | SPI_CS_HIGH | SPI_NO_CS | SPI_3WIRE; /* spi-bcm2835's */
	bus->bits_per_word_mask = SPI_BPW_MASK(8);
	bus->transfer_one_message = transfer_one_message;
	err = spi_register_controller(bus);
	if (err) {
		spi_controller_put(bus);
		goto unregister;
	}
	for (; info.chip_select < bus->num_chipselect; info.chip_select++)
		if (!spi_new_device(bus, &info))
			pr_warn("wires: no device on chip select %u\n", info.chip_select);
	return 0;

unregister:
	platform_device_unregister(device);
free:
	kvfree(text);
	return err;
}

void wires_spi_remove(void)
{
	spi_unregister_controller(bus);
	platform_device_unregister(device);
	kvfree(text);
}
