// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ticks: prints how many thousand times a second this processor's time stamp counter counts. QEMU's
 * emulation hands it on to the machine as it is, and a kernel that has to find it out by itself may
 * be wrong by much on a busy host, and its clocks with it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>
#define TICKS() __rdtsc()
#else
#define TICKS() 0u
#endif

struct reading {
	uint64_t ticks, ns;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Both at one moment: of many tries the one that was interrupted least. */
static struct reading read_both(void)
{
	struct reading best = {0};
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t before = TICKS(), ns = now_ns(), after = TICKS();

		if (after - before < shortest) {
			shortest = after - before;
			best = (struct reading){before + (after - before) / 2, ns};
		}
	}
	return best;
}

int main(void)
{
	struct timespec while_ago = {0, 200000000};
	struct reading a = read_both(), b;

	nanosleep(&while_ago, NULL);
	b = read_both();
	printf("%.0f\n", (double)(b.ticks - a.ticks) * 1e6 / (double)(b.ns - a.ns));
	return 0;
}
