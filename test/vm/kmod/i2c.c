// SPDX-License-Identifier: GPL-2.0
/*
 * An I2C bus, /dev/i2c-1. By the command "i2c" a test adds devices, each of which answers
 * every read with the same bytes. Addresses without a device do not acknowledge.
 *
 * Each transfer (all messages of one I2C_RDWR) is one line of the log.
 */
#include <linux/i2c.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "wires.h"

#define TEXT SZ_64K	/* 30 pictures of a display of 128x64 pixels */
#define ADDRESSES 128
#define ANSWER 32

struct target {
	bool present;
	u8 answer[ANSWER];	/* to reads; zeros after it */
};

static struct platform_device *device;
static char *text;		/* the line that is being written */
static struct target targets[ADDRESSES];
static DEFINE_MUTEX(lock);	/* text and targets */

int wires_i2c_set(unsigned int address, const char *hex)
{
	struct target t = { .present = strcmp(hex, "-") };
	size_t n = strlen(hex) / 2;

	if (address >= ADDRESSES || n > ANSWER || (t.present && (strlen(hex) % 2 || hex2bin(t.answer, hex, n))))
		return -EINVAL;
	mutex_lock(&lock);
	targets[address] = t;
	mutex_unlock(&lock);
	return 0;
}

void wires_i2c_clear(void)
{
	mutex_lock(&lock);
	memset(targets, 0, sizeof(targets));
	mutex_unlock(&lock);
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	const struct target *t = &targets[messages[0].addr % ADDRESSES];
	size_t n;
	int i, result;

	mutex_lock(&lock);
	result = t->present ? count : -EREMOTEIO; /* i2c-bcm2835's error */
	n = scnprintf(text, TEXT, "i2c %u %s", messages[0].addr, t->present ? "ok" : "failed");
	for (i = 0; i < count; i++) {
		struct i2c_msg *m = &messages[i];
		bool read = m->flags & I2C_M_RD;

		if (read && t->present) {
			memset(m->buf, 0, m->len);
			memcpy(m->buf, t->answer, min_t(size_t, m->len, ANSWER));
		}
		if (n + 2 * m->len + 3 > TEXT)
			continue;	/* the line has fewer messages */
		text[n++] = ' ';
		text[n++] = read ? 'r' : 'w';
		if (!read || t->present)
			n = bin2hex(text + n, m->buf, m->len) - text;
	}
	wires_log_text(text, n);
	mutex_unlock(&lock);
	return result;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter bus = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.nr = 1,
	.name = "bcm2835 (i2c@7e804000)",
};

int wires_i2c_add(void)
{
	int err = -ENOMEM;

	text = kvmalloc(TEXT, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	device = platform_device_register_simple("fe804000.i2c", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device)) {
		err = PTR_ERR(device);
		goto free;
	}
	bus.dev.parent = &device->dev;
	err = i2c_add_numbered_adapter(&bus);
	if (!err)
		return 0;
	platform_device_unregister(device);
free:
	kvfree(text);
	return err;
}

void wires_i2c_remove(void)
{
	i2c_del_adapter(&bus);
	platform_device_unregister(device);
	kvfree(text);
}
