// SPDX-License-Identifier: GPL-2.0
/*
 * A script of levels, played by a high-resolution timer: bounce and quadrature keep
 * their times on a busy system. A late step delays those after it, so that two steps are
 * never closer together than in the script.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "wires.h"

#define MOST 16384

struct step {
	unsigned int line;
	char level;
	unsigned int wait_us;	/* until the next */
};

static struct step *steps;
static unsigned int count, next;
static struct hrtimer timer;
static bool prepared;

static enum hrtimer_restart play(struct hrtimer *t)
{
	const struct step *s;

	while (next < count) {
		s = &steps[next++];
		wires_gpio_set(s->line, s->level);
		if (s->wait_us) {
			hrtimer_set_expires(t, ktime_add_us(ktime_get(), s->wait_us));
			return HRTIMER_RESTART;
		}
	}
	wires_log("played");
	return HRTIMER_NORESTART;
}

static int parse(char *text, struct step *into, unsigned int *n)
{
	struct step *s;
	char *line;

	for (*n = 0; (line = strsep(&text, "\n")) && *line; ++*n) {
		if (*n == MOST)
			return -E2BIG;
		s = &into[*n];
		if (sscanf(line, "%u %c %u", &s->line, &s->level, &s->wait_us) != 3 ||
		    !wires_gpio_is_level(s->line, s->level))
			return -EINVAL;
	}
	return 0;
}

int wires_script_play(char *text)
{
	struct step *parsed = kvcalloc(MOST, sizeof(*parsed), GFP_KERNEL);
	unsigned int n;
	int err;

	if (!parsed)
		return -ENOMEM;
	err = parse(text, parsed, &n);
	if (!err && prepared && hrtimer_active(&timer))
		err = -EBUSY;
	if (err) {
		kvfree(parsed);
		return err;
	}
	wires_script_stop();
	steps = parsed;
	count = n;
	next = 0;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = play;
	prepared = true;
	hrtimer_start(&timer, 0, HRTIMER_MODE_REL_HARD);
	return 0;
}

void wires_script_stop(void)
{
	if (prepared)
		hrtimer_cancel(&timer);
	kvfree(steps);
	steps = NULL;
	count = next = 0;
}
