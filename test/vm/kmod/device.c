// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/wires, the other end of the lines and buses.
 *
 * Reading returns the events in order, one per line, each with its time in nanoseconds
 * of CLOCK_MONOTONIC. Each event is read once. LINE is the offset of a line of the header;
 * 58 to 61 are the four of the USB adapter.
 *
 *	NS input LINE 0|1		the level changed, by a command
 *	NS output LINE 0|1		the line was driven, to the same level or another
 *	NS released LINE		a driven line became an input
 *	NS spi CS NUMBER ok|failed hz=HZ mode=0-3 HEX:CS_CHANGE ...	one message
 *	NS i2c ADDRESS ok|failed wHEX|rHEX ...	one transfer: bytes written and read
 *	NS pwm CHANNEL period=NS duty=NS enabled=0|1 inverted=0|1
 *	NS played			the script has ended
 *	NS mark N
 *	NS lost N			N lines are missing here, since they were not read in time
 *
 * Each write is one command:
 *
 *	level LINE 0|1|z		low, high, or free
 *	play\nLINE 0|1|z US\n...	a script: a level, then the time until the next
 *	fail N				the next N SPI messages fail with an I/O error
 *	hang MS				the next SPI message takes MS longer
 *	i2c ADDRESS HEX|-		a device that answers reads with these bytes, or none
 *	adapter 0|1			unplug the USB adapter, or plug it in
 *	mark N				a line in the log
 *	clear				end the script, the faults and the I2C devices, free all lines, plug the adapter
 *					in, empty the log
 */
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "wires.h"

#define LONGEST SZ_1M

static DEFINE_MUTEX(writing);

static void clear(void)
{
	wires_script_stop();
	wires_spi_fail(0);
	wires_spi_hang(0);
	wires_i2c_clear();
	wires_gpio_free_all();
	wires_gpio_plug(true);
	wires_log_clear();
}

static int command(char *text)
{
	char *word = strsep(&text, " \n");
	unsigned int n;
	char level;

	if (!strcmp(word, "clear")) {
		clear();
		return 0;
	}
	if (!text)
		return -EINVAL;
	if (!strcmp(word, "play"))
		return wires_script_play(text);
	if (!strcmp(word, "level")) {
		if (sscanf(text, "%u %c", &n, &level) != 2 || !wires_gpio_is_level(n, level))
			return -EINVAL;
		wires_gpio_set(n, level);
		return 0;
	}
	if (!strcmp(word, "i2c")) {
		char hex[65];

		return sscanf(text, "%u %64s", &n, hex) == 2 ? wires_i2c_set(n, hex) : -EINVAL;
	}
	if (kstrtouint(strim(text), 10, &n))
		return -EINVAL;
	if (!strcmp(word, "fail"))
		wires_spi_fail(n);
	else if (!strcmp(word, "hang"))
		wires_spi_hang(n);
	else if (!strcmp(word, "adapter"))
		return wires_gpio_plug(n);
	else if (!strcmp(word, "mark"))
		wires_log("mark %u", n);
	else
		return -EINVAL;
	return 0;
}

static ssize_t device_write(struct file *file, const char __user *from, size_t size, loff_t *unused)
{
	char *text;
	int err;

	if (size > LONGEST)
		return -E2BIG;
	text = kvmalloc(size + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	text[size] = 0;
	err = copy_from_user(text, from, size) ? -EFAULT : 0;
	if (!err) {
		mutex_lock(&writing);
		err = command(text);
		mutex_unlock(&writing);
	}
	kvfree(text);
	return err ?: size;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.read = wires_log_read,
	.poll = wires_log_poll,
	.write = device_write,
	.llseek = no_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "wires",
	.fops = &operations,
	.mode = 0600,
};

/* The parts, in the order in which they need each other. */
static const struct {
	int (*add)(void);
	void (*remove)(void);
} parts[] = {
	{ wires_log_add, wires_log_remove },
	{ wires_gpio_add, wires_gpio_remove },
	{ wires_spi_add, wires_spi_remove },
	{ wires_i2c_add, wires_i2c_remove },
	{ wires_pwm_add, wires_pwm_remove },
};

static void remove_parts(unsigned int n)
{
	while (n--)
		parts[n].remove();
}

static int __init wires_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].add();
		if (err) {
			remove_parts(i);
			return err;
		}
	}
	err = misc_register(&device);
	if (err)
		remove_parts(ARRAY_SIZE(parts));
	return err;
}

static void __exit wires_exit(void)
{
	misc_deregister(&device);
	wires_script_stop();
	remove_parts(ARRAY_SIZE(parts));
}

module_init(wires_init);
module_exit(wires_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("GPIO lines, SPI and I2C buses and PWM outputs without hardware, for tests");
