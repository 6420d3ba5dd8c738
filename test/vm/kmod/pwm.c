// SPDX-License-Identifier: GPL-2.0
/*
 * A PWM chip of two channels, under the name that a Raspberry Pi 4's has with
 * dtoverlay=pwm-2chan: GPIO18 is channel 0, GPIO19 channel 1.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pwm.h>

#include "wires.h"

static struct platform_device *device;

static int apply(struct pwm_chip *chip, struct pwm_device *pwm, const struct pwm_state *state)
{
	wires_log("pwm %u period=%llu duty=%llu enabled=%u inverted=%u", pwm->hwpwm, state->period,
		  state->duty_cycle, state->enabled, state->polarity == PWM_POLARITY_INVERSED);
	return 0;
}

static const struct pwm_ops ops = {
	.apply = apply,
	.owner = THIS_MODULE,
};

static struct pwm_chip chip = {
	.ops = &ops,
	.npwm = 2,
};

int wires_pwm_add(void)
{
	int err;

	device = platform_device_register_simple("fe20c000.pwm", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	chip.dev = &device->dev;
	err = pwmchip_add(&chip);
	if (err)
		platform_device_unregister(device);
	return err;
}

void wires_pwm_remove(void)
{
	pwmchip_remove(&chip);
	platform_device_unregister(device);
}
