// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See gather.h. A wait is worth while if the batch has grown by more than half, and by GATHER_FEW;
 * clients of whom none asks before another is answered soon pay for one wait in GATHER_REST batches
 * only. A pause cannot tell whether messages came all the time or at once: only steps can, so
 * clients who ask again when they are answered, and none else, are let pause GATHER_PAUSES times at
 * most.
 */
#include "daemon/gather.h"

int64_t gather_wait(struct gather *gather, int64_t now, size_t n)
{
	int64_t left = gather->committed + GATHER_MICROSECONDS - now;

	if (!n || n >= GATHER_ENOUGH || !gather->committed || left <= 0)
		return 0;
	if (gather->rest) {
		gather->rest--;
		return 0;
	}
	return left < GATHER_MICROSECONDS ? left : GATHER_MICROSECONDS;
}

void gather_waited(struct gather *gather, size_t before, size_t after, bool lasted)
{
	gather->lasted = lasted ? gather->lasted + 1 : 0;
	gather->pauses = gather->lasted >= GATHER_LASTING ? GATHER_PAUSES : 0;
	if (after > before + before / 2 && after >= before + GATHER_FEW) {
		gather->next = 0;
		return;
	}
	gather->rest = gather->next ? gather->next : 1;
	gather->next = 2 * gather->rest < GATHER_REST ? 2 * gather->rest : GATHER_REST;
}

int64_t gather_pause(struct gather *gather, int64_t now, size_t n)
{
	int64_t left = gather->committed + GATHER_MICROSECONDS - now;

	if (n < GATHER_STEADY)
		gather->pauses = gather->lasted = 0;
	if (!gather->pauses || n > GATHER_ENOUGH || left <= 0)
		return 0;
	gather->pauses--;
	return left < GATHER_MICROSECONDS ? left : GATHER_MICROSECONDS;
}

void gather_commit(struct gather *gather, int64_t now)
{
	gather->committed = now;
}
