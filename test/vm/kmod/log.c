// SPDX-License-Identifier: GPL-2.0
/*
 * The log of the wires: lines of text, each with its CLOCK_MONOTONIC in ns. Time is
 * taken under the lock, so the order of the lines is that of their times.
 */
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "wires.h"

#define ROOM SZ_4M		/* some minutes of the busiest test */

static void *memory;
static struct kfifo lines;
static unsigned int lost;	/* lines, since there was no room */
static DEFINE_SPINLOCK(lock);	/* the three above; it is taken in interrupts */
static DEFINE_MUTEX(reading);
static DECLARE_WAIT_QUEUE_HEAD(readers);

/* Puts a line with its time; the lock is held. */
static bool put(const char *text, size_t size)
{
	char time[24];
	size_t n = scnprintf(time, sizeof(time), "%llu ", ktime_get_ns());

	if (kfifo_avail(&lines) < n + size + 1)
		return false;
	kfifo_in(&lines, time, n);
	kfifo_in(&lines, text, size);
	kfifo_in(&lines, "\n", 1);
	return true;
}

void wires_log_text(const char *text, size_t size)
{
	unsigned long flags;
	char gap[24];

	spin_lock_irqsave(&lock, flags);
	if (lost && put(gap, scnprintf(gap, sizeof(gap), "lost %u", lost)))
		lost = 0;
	if (lost || !put(text, size))
		lost++;
	spin_unlock_irqrestore(&lock, flags);
	wake_up_interruptible(&readers);
}

void wires_log(const char *format, ...)
{
	char text[128];
	va_list args;
	size_t n;

	va_start(args, format);
	n = vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	wires_log_text(text, n);
}

void wires_log_clear(void)
{
	unsigned long flags;

	mutex_lock(&reading);
	spin_lock_irqsave(&lock, flags);
	kfifo_reset(&lines);
	lost = 0;
	spin_unlock_irqrestore(&lock, flags);
	mutex_unlock(&reading);
}

/*
 * One reader at a time needs no lock against the writers (linux/kfifo.h). Its mutex
 * keeps others, and wires_log_clear, out while it copies.
 */
ssize_t wires_log_read(struct file *file, char __user *to, size_t size, loff_t *unused)
{
	unsigned int copied = 0;
	int err;

	while (!copied && size) {
		if (file->f_flags & O_NONBLOCK && kfifo_is_empty(&lines))
			return -EAGAIN;
		err = wait_event_interruptible(readers, !kfifo_is_empty(&lines));
		if (err)
			return err;
		mutex_lock(&reading);
		err = kfifo_to_user(&lines, to, size, &copied);
		mutex_unlock(&reading);
		if (err)
			return err;
	}
	return copied;
}

__poll_t wires_log_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &readers, table);
	return EPOLLOUT | EPOLLWRNORM | (kfifo_is_empty(&lines) ? 0 : EPOLLIN | EPOLLRDNORM);
}

int wires_log_add(void)
{
	memory = vmalloc(ROOM);
	return memory ? kfifo_init(&lines, memory, ROOM) : -ENOMEM;
}

void wires_log_remove(void)
{
	vfree(memory);
}
