// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Opening the fast path: its capacity, its lock, and what to do when it cannot
 * be had. The daemon serves on without it if nothing pinned could still be answering:
 * a program we cannot close slots under would break I5, so then it refuses to start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define SPARE	    4 /* blocks for a reload that adds networks */
#define MEMORY_PART 8 /* at most 1/8 of memory */

struct range {
	uint32_t first, last; /* /24 numbers */
};

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static size_t add_reserved(const struct reservation_set *set, struct range *ranges, size_t n)
{
	for (size_t i = 0; i < set->n; i++) {
		uint32_t addr = set->list[i].addr;

		if (addr)
			ranges[n++] = (struct range){addr >> 8, addr >> 8};
	}
	return n;
}

static size_t collect(const struct model *model, struct range *ranges)
{
	size_t n = add_reserved(&model->reservations, ranges, 0);

	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *s = &model->subnets[i];

		for (size_t j = 0; j < s->n_pools; j++, n++)
			ranges[n] = (struct range){s->pools[j].first >> 8, s->pools[j].last >> 8};
		n = add_reserved(&s->reservations, ranges, n);
	}
	return n;
}

/* Slots for every configured address, whole /24s, within the operator's or the memory's limit. */
static uint32_t wanted_slots(const struct config *config, uint64_t memory)
{
	const struct model *model = &config->model;
	uint64_t blocks = 0, limit;
	struct range *ranges;
	size_t room = 1 + model->reservations.n, n;

	for (size_t i = 0; i < model->n_subnets; i++)
		room += model->subnets[i].n_pools + model->subnets[i].reservations.n;
	ranges = calloc(room, sizeof(*ranges));
	if (!ranges)
		return SPARE * XDHCP_BLOCK_SLOTS;
	n = collect(model, ranges);
	qsort(ranges, n, sizeof(*ranges), by_first);
	for (size_t i = 0; i < n; i++) {
		uint32_t first = ranges[i].first;

		if (i && first <= ranges[i - 1].last)
			first = ranges[i - 1].last + 1;
		if (ranges[i].last < first) {
			ranges[i].last = ranges[i - 1].last;
			continue;
		}
		blocks += ranges[i].last - first + 1;
	}
	free(ranges);
	limit = config->fast_path.max_entries;
	if (!limit && memory != UINT64_MAX)
		limit = memory / MEMORY_PART / sizeof(struct slot);
	limit = (limit + XDHCP_BLOCK_SLOTS - 1) / XDHCP_BLOCK_SLOTS;
	blocks += config->fast_path.max_entries ? 0 : SPARE;
	if (limit && blocks > limit)
		blocks = limit;
	return (uint32_t)(blocks ? blocks : 1) * XDHCP_BLOCK_SLOTS;
}

static bool pins_may_exist(const char *pin_path)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/leases", pin_path);
	return access(path, F_OK) == 0 || errno == EACCES || errno == EPERM;
}

static int give_up(struct daemon *d, int error, const char *why)
{
	d->fp = NULL;
	if (pins_may_exist(d->config->fast_path.pin_path)) {
		log_error("fast path: %s. Maps are pinned in %s and XDP may be answering from "
			  "them, so serving without them is not safe. Mend that, or run xdhcpd "
			  "--detach-fast-path",
			  why, d->config->fast_path.pin_path);
		return error;
	}
	log_warning("no fast path, the daemon serves alone: %s", why);
	return 0;
}

int daemon_open_fastpath(struct daemon *d, enum fastpath_found *ret_found)
{
	const char *pins = d->config->fast_path.pin_path;
	struct fastpath_options options = {
		.pin_path = pins,
		.slots = wanted_slots(d->config, machine_memory(&d->machine)),
		.dispatcher = d->config->fast_path.attach == FAST_PATH_DISPATCHER,
		.priority = d->config->fast_path.priority};
	char why[512] = "";
	int holder = 0, r;

	d->pin_lock = -1;
	*ret_found = FASTPATH_FRESH;
	if (d->config->fast_path.mode == FAST_PATH_OFF && !pins_may_exist(pins))
		return 0;
	r = fastpath_lock(pins, &d->pin_lock, &holder, why, sizeof(why));
	if (r == -EBUSY) {
		log_error("%s is held by process %d: another xdhcpd runs on these maps", pins,
			  holder);
		return r;
	}
	if (r < 0)
		return give_up(d, r, why);
	r = fastpath_open(&options, &d->fp, ret_found, why, sizeof(why));
	if (r < 0)
		return give_up(d, r, why);
	r = sweep_start(d);
	return r < 0 ? r : collect_start(d);
}
