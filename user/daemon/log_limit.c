// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A bucket of lines. It lives in memory only: a daemon that starts has its burst again.
 */
#include "daemon/log_limit.h"

bool log_limit_take(struct log_limit *limit, uint32_t now)
{
	uint64_t back = (uint64_t)(now - limit->at) * LOG_LIMIT_RATE;

	limit->used = back < limit->used ? limit->used - (uint32_t)back : 0;
	limit->at = now;
	if (limit->used < LOG_LIMIT_BURST) {
		limit->used++;
		return true;
	}
	limit->left_out++;
	return false;
}

uint64_t log_limit_left_out(struct log_limit *limit, uint32_t now)
{
	uint64_t n = limit->left_out - limit->said;

	if (!n || (limit->said && now - limit->said_at < LOG_LIMIT_SAID_EVERY))
		return 0;
	limit->said = limit->left_out;
	limit->said_at = now;
	return n;
}
