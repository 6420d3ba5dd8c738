/* A period of 10 ms for 10 s on a timerfd, as plain as it gets: how late its
 * ticks are, and how often the process slept for them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { TICKS = 1000, PERIOD = 10 * 1000 * 1000 };

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	static int64_t late[TICKS];
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	int64_t start = now();
	for (int i = 0; i < TICKS; i++) {
		int64_t due = start + (int64_t)(i + 1) * PERIOD;
		struct itimerspec at = {.it_value = {due / 1000000000, due % 1000000000}};
		uint64_t expirations;
		timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL);
		if (read(fd, &expirations, sizeof expirations) < 0)
			return 1;
		late[i] = now() - due;
	}
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	qsort(late, TICKS, sizeof *late, compare);
	printf("C timerfd: p50 %.0f, p99 %.0f, max %.0f µs late, %.2f sleeps a tick, %.1f µs of CPU a tick\n",
	       late[TICKS / 2] / 1e3, late[TICKS * 99 / 100] / 1e3, late[TICKS - 1] / 1e3,
	       (double)use.ru_nvcsw / TICKS,
	       ((use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 + use.ru_utime.tv_usec + use.ru_stime.tv_usec) / TICKS);
}
