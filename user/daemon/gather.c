// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See gather.h. A wait is worth while if the batch has grown by more than half, and by GATHER_FEW;
 * clients of whom none asks before another is answered soon pay for one wait in GATHER_REST batches
 * only.
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

void gather_waited(struct gather *gather, size_t before, size_t after)
{
	if (after > before + before / 2 && after >= before + GATHER_FEW) {
		gather->next = 0;
		return;
	}
	gather->rest = gather->next ? gather->next : 1;
	gather->next = 2 * gather->rest < GATHER_REST ? 2 * gather->rest : GATHER_REST;
}

void gather_commit(struct gather *gather, int64_t now)
{
	gather->committed = now;
}
