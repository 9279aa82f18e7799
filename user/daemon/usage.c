// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tells the operator that the pools of a subnet run out: at USAGE_WARN percent, and
 * when nothing is left, each once a period for as long as it lasts. Looked at once a minute, and
 * at once when a client finds no address.
 */
#include <inttypes.h>
#include <stdlib.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	  1
#define uthash_nonfatal_oom(item) ((item)->hh.tbl = NULL)
#include <uthash.h>

#include "daemon/daemon.h"

#define USAGE_WARN   90	  /* percent */
#define USAGE_PERIOD 3600 /* seconds */
#define USAGE_LOOK   60	  /* seconds; also between two lines about what was better in between */

struct usage {
	uint32_t subnet_id; /* key */
	struct said {
		uint32_t at;	 /* second of the last line; 0: none */
		bool was_better; /* since then */
	} high, full;
	UT_hash_handle hh;
};

static struct usage *usage_of(struct daemon *d, uint32_t subnet_id)
{
	struct usage *u;

	HASH_FIND(hh, d->usage, &subnet_id, sizeof(subnet_id), u);
	if (u)
		return u;
	u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->subnet_id = subnet_id;
	HASH_ADD(hh, d->usage, subnet_id, sizeof(u->subnet_id), u);
	if (!u->hh.tbl) {
		free(u);
		return NULL;
	}
	return u;
}

/* Is it time to say so? */
static bool due(struct said *said, uint32_t now)
{
	if (said->at && now - said->at < (said->was_better ? USAGE_LOOK : USAGE_PERIOD))
		return false;
	*said = (struct said){.at = now ? now : 1};
	return true;
}

static void look(struct usage *u, const struct engine_usage *e, uint32_t now)
{
	uint64_t free_now = e->free_fresh + e->free_used, used = e->total - free_now;

	if (!e->total || used * 100 < e->total * USAGE_WARN) {
		u->high.was_better = u->full.was_better = true;
		return;
	}
	if (free_now) {
		u->full.was_better = true;
		if (due(&u->high, now))
			log_warning("subnet %" PRIu32 ": %" PRIu64 " of %" PRIu64
				    " pool addresses are in use or reserved (%d %% or more)",
				    e->subnet_id, used, e->total, USAGE_WARN);
		return;
	}
	if (due(&u->full, now))
		log_warning("subnet %" PRIu32 ": its pools are exhausted, all %" PRIu64
			    " addresses are in use or reserved; new clients get no answer",
			    e->subnet_id, e->total);
}

void usage_look_soon(struct daemon *d)
{
	d->usage_soon = true;
}

void usage_watch(struct daemon *d)
{
	const struct model *model = &d->config->model;
	uint32_t now = boot_seconds();

	if (d->usage_at && now - d->usage_at < USAGE_LOOK && !d->usage_soon)
		return;
	d->usage_soon = false;
	d->usage_at = now;
	for (size_t i = 0; i < model->n_subnets; i++) {
		struct usage *u = usage_of(d, model->subnets[i].id);
		struct engine_usage e;

		if (!u)
			return;
		engine_usage(d->engine, &model->subnets[i], &e);
		look(u, &e, now);
	}
}

void usage_forget(struct daemon *d)
{
	struct usage *u, *next;

	HASH_ITER (hh, d->usage, u, next) {
		HASH_DEL(d->usage, u);
		free(u);
	}
}
