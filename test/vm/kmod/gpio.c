// SPDX-License-Identifier: GPL-2.0
/*
 * A GPIO chip with the label and the lines of a Raspberry Pi 4's header: GPIO0 to
 * GPIO27, followed by lines without names, and the chip of a USB adapter: like that of
 * ftdi_sio it has four lines without names, no interrupts and no pull resistors.
 *
 * The level of a line is what its owner drives; for an input what the test drives, or
 * the level of the pull resistor. An interrupt occurs when the level changes, if the
 * owner asked for that edge. A line that is released becomes an input, as with the
 * driver pinctrl-bcm2835 of these kernels.
 */
#include <linux/gpio/driver.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#include "wires.h"

#define NAMED 28

struct wire {
	bool out, value;	/* driven by its owner, to this level */
	char world;		/* what the test drives: one of WIRES_LEVELS */
	bool pulled_up;
	bool irq_on;
	unsigned int irq_type;
};

static struct wire wires[WIRES_LINES];	/* the header's, then the adapter's */
static DEFINE_RAW_SPINLOCK(lock);	/* wires[] */
static const char *names[WIRES_HEADER];
static struct platform_device *device;
static struct gpio_chip chip, adapter;
static bool plugged;	/* the adapter */

static unsigned int number(const struct gpio_chip *gc, unsigned int offset)
{
	return gc == &adapter ? WIRES_HEADER + offset : offset;
}

static bool level(const struct wire *w)
{
	if (w->out)
		return w->value;
	return w->world == 'z' ? w->pulled_up : w->world == '1';
}

bool wires_gpio_is_level(unsigned int line, char to)
{
	return line < WIRES_LINES && to && strchr(WIRES_LEVELS, to);
}

void wires_gpio_set(unsigned int line, char to)
{
	struct wire *w = &wires[line];
	bool before, after, edge;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	before = level(w);
	w->world = to;
	after = level(w);
	edge = before != after && w->irq_on &&
	       w->irq_type & (after ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING);
	raw_spin_unlock_irqrestore(&lock, flags);
	if (before != after)
		wires_log("input %u %d", line, after);
	if (edge)
		generic_handle_domain_irq_safe(chip.irq.domain, line);
}

void wires_gpio_free_all(void)
{
	unsigned int line;

	for (line = 0; line < WIRES_LINES; line++)
		wires_gpio_set(line, 'z');
}

static int get_direction(struct gpio_chip *gc, unsigned int offset)
{
	return wires[number(gc, offset)].out ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int direction_input(struct gpio_chip *gc, unsigned int offset)
{
	unsigned int line = number(gc, offset);

	if (wires[line].out)
		wires_log("released %u", line);
	wires[line].out = false;
	return 0;
}

static int direction_output(struct gpio_chip *gc, unsigned int offset, int value)
{
	unsigned int line = number(gc, offset);

	wires[line].value = value;
	wires[line].out = true;
	wires_log("output %u %d", line, value);
	return 0;
}

static int get(struct gpio_chip *gc, unsigned int offset)
{
	return level(&wires[number(gc, offset)]);
}

static void set(struct gpio_chip *gc, unsigned int offset, int value)
{
	unsigned int line = number(gc, offset);

	wires[line].value = value;
	wires_log("output %u %d", line, value);
}

static int set_config(struct gpio_chip *gc, unsigned int line, unsigned long config)
{
	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_PULL_UP:
		wires[line].pulled_up = true;
		return 0;
	case PIN_CONFIG_BIAS_PULL_DOWN:
	case PIN_CONFIG_BIAS_DISABLE:	/* a floating line is low */
		wires[line].pulled_up = false;
		return 0;
	default:
		return -ENOTSUPP;	/* gpiolib does it in software if possible */
	}
}

static void release(struct gpio_chip *gc, unsigned int offset)
{
	direction_input(gc, offset);
}

static void irq_mask(struct irq_data *d)
{
	wires[irqd_to_hwirq(d)].irq_on = false;
	gpiochip_disable_irq(irq_data_get_irq_chip_data(d), irqd_to_hwirq(d));
}

static void irq_unmask(struct irq_data *d)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(d), irqd_to_hwirq(d));
	wires[irqd_to_hwirq(d)].irq_on = true;
}

static int irq_set_type(struct irq_data *d, unsigned int type)
{
	if (type & ~IRQ_TYPE_EDGE_BOTH)
		return -EINVAL;
	wires[irqd_to_hwirq(d)].irq_type = type;
	return 0;
}

static const struct irq_chip irqs = {
	.name = "wires",
	.irq_mask = irq_mask,
	.irq_unmask = irq_unmask,
	.irq_set_type = irq_set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static struct gpio_chip chip = {
	.label = "pinctrl-bcm2711",
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = WIRES_HEADER,
	.names = names,
	.get_direction = get_direction,
	.direction_input = direction_input,
	.direction_output = direction_output,
	.get = get,
	.set = set,
	.set_config = set_config,
	.free = release,
	.irq = {
		.handler = handle_simple_irq,
		.default_type = IRQ_TYPE_NONE,
	},
};

static struct gpio_chip adapter = {
	.label = "ftdi-cbus",
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = WIRES_LINES - WIRES_HEADER,
	.can_sleep = true,
	.get_direction = get_direction,
	.direction_input = direction_input,
	.direction_output = direction_output,
	.get = get,
	.set = set,
	.free = release,
};

int wires_gpio_plug(bool in)
{
	int err = 0;

	if (in && !plugged) {
		adapter.base = -1;	/* the numbers from before are taken while a line is open */
		err = gpiochip_add_data(&adapter, NULL);
	} else if (!in && plugged) {
		gpiochip_remove(&adapter);
	}
	if (!err)
		plugged = in;
	return err;
}

int wires_gpio_add(void)
{
	static char text[NAMED][8];
	unsigned int line;
	int err;

	for (line = 0; line < WIRES_LINES; line++)
		wires[line].world = 'z';
	for (line = 0; line < NAMED; line++) {
		scnprintf(text[line], sizeof(text[line]), "GPIO%u", line);
		names[line] = text[line];
	}
	device = platform_device_register_simple("fe200000.gpio", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	chip.parent = adapter.parent = &device->dev;
	gpio_irq_chip_set_chip(&chip.irq, &irqs);
	err = gpiochip_add_data(&chip, NULL);
	if (err)
		goto unregister;
	err = wires_gpio_plug(true);
	if (!err)
		return 0;
	gpiochip_remove(&chip);
unregister:
	platform_device_unregister(device);
	return err;
}

void wires_gpio_remove(void)
{
	wires_gpio_plug(false);
	gpiochip_remove(&chip);
	platform_device_unregister(device);
}
