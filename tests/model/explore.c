// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The explorers are deciders of the world's (world.h). What an execution chose is its list of
 * choices; the next one repeats the list up to the last choice that has another way left.
 */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/random.h"
#include "inside.h"
#include "oracle.h"

#define SEEN (1u << 20) /* places for hashes of states; full ones count no more */

struct choice {
	uint8_t n, at;
	bool costs; /* any but the first way */
};

static struct choice list[EXPLORE_CHOICES];
static unsigned given, made; /* choices to repeat, and made so far */
static unsigned bound, spent;
static uint64_t chance;
static uint64_t seen[SEEN];
static struct explored *stats;

/* --- states --- */

static void see(void)
{
	uint64_t hash = world_hash();
	unsigned at = hash % SEEN;

	stats->choices++;
	for (unsigned i = 0; i < 16; i++, at = (at + 1) % SEEN) {
		if (seen[at] == hash)
			return;
		if (!seen[at]) {
			seen[at] = hash;
			stats->states++;
			return;
		}
	}
}

/* --- deciders --- */

static unsigned note(unsigned n, unsigned at, bool costs)
{
	if (made == EXPLORE_CHOICES)
		abort();
	list[made++] = (struct choice){.n = (uint8_t)n, .at = (uint8_t)at, .costs = costs};
	spent += costs && at;
	return at;
}

static unsigned decide(unsigned n, bool costs)
{
	see();
	if (made < given)
		return note(n, list[made].at < n ? list[made].at : 0, costs);
	return note(n, 0, costs);
}

static unsigned schedule_next(void *arg, const unsigned *threads, unsigned n, bool last_is_first)
{
	(void)arg, (void)threads;
	return decide(n, last_is_first);
}

static unsigned choose_next(void *arg, unsigned n, const char *what)
{
	(void)arg, (void)what;
	return decide(n, true);
}

/* How readily one is interrupted differs from execution to execution. */
static unsigned schedule_random(void *arg, const unsigned *threads, unsigned n, bool last_is_first)
{
	unsigned patience = *(unsigned *)arg;

	(void)threads;
	see();
	if (last_is_first && random_next(&chance) % 256 < patience)
		return note(n, 0, true);
	return note(n, random_next(&chance) % n, last_is_first);
}

static unsigned choose_random(void *arg, unsigned n, const char *what)
{
	(void)arg, (void)what;
	see();
	return note(n, random_next(&chance) % n, true);
}

/* --- one execution --- */

static void play(void *arg)
{
	(*(void (**)(void))arg)();
}

static const char *store_name;

void explore_on(const char *store)
{
	store_name = store;
}

static void remove_store(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
	char path[256];

	for (unsigned i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		snprintf(path, sizeof(path), "%s%s", store_name, suffixes[i]);
		unlink(path);
	}
}

static void execute(const struct scenario *s, const struct world_decider *decider, bool trace)
{
	struct world_options options = {.cpus = s->cpus, .templates = s->templates, .trace = trace};
	void (*setup)(void) = s->setup, (*finale)(void) = s->finale;

	if (store_name) {
		options.store = WORLD_STORE_REAL;
		options.store_name = store_name;
	}
	made = spent = 0;
	world_new(&options);
	if (store_name)
		remove_store();
	world_decide_by(decider);
	world_play(play, &setup);
	if (world.violation[0])
		return;
	for (unsigned i = 0; i < WORLD_ACTORS && s->actors[i]; i++)
		world_actor("actor", play, (void *)&s->actors[i]);
	world_run();
	if (!world.violation[0] && finale)
		world_play(play, &finale);
	if (!world.violation[0])
		oracle_check();
}

static void tell_choices(char *text, size_t len)
{
	size_t at = 0;

	/* Usual ones at the end need not be said. */
	while (made && !list[made - 1].at)
		made--;
	text[0] = '\0';
	for (unsigned i = 0; i < made && at + 8 < len;) {
		unsigned run = 1;

		while (i + run < made && list[i + run].at == list[i].at)
			run++;
		if (run > 1)
			at += (size_t)snprintf(text + at, len - at, "%u*%u,", list[i].at, run);
		else
			at += (size_t)snprintf(text + at, len - at, "%u,", list[i].at);
		i += run;
	}
}

static void count(struct explored *ret)
{
	ret->executions++;
	ret->steps += world.steps;
	ret->fast_acks += world.fast_acks;
	ret->slow_acks += world.slow_acks;
	ret->naks += world.naks;
	ret->commits += world.commits;
	ret->starts += world.starts;
	if (!world.violation[0])
		return;
	memcpy(ret->violation, world.violation, sizeof(ret->violation));
	tell_choices(ret->choices_text, sizeof(ret->choices_text));
}

/* The last choice that has another way within the bound takes it; false: there is none. */
static bool advance(void)
{
	unsigned left = spent;

	while (made > 0) {
		struct choice *c = &list[made - 1];

		left -= c->costs && c->at;
		if (c->at + 1 < c->n && left + c->costs <= bound) {
			c->at++;
			given = made;
			return true;
		}
		made--;
	}
	return false;
}

static void begin(struct explored *ret)
{
	*ret = (struct explored){0};
	stats = ret;
	memset(seen, 0, sizeof(seen));
	given = 0;
}

void explore_all(const struct scenario *s, uint64_t executions, struct explored *ret)
{
	const struct world_decider decider = {.schedule = schedule_next, .choose = choose_next};

	begin(ret);
	bound = s->bound;
	while (ret->executions < executions) {
		execute(s, &decider, false);
		count(ret);
		if (ret->violation[0])
			return;
		if (!advance()) {
			ret->complete = true;
			return;
		}
	}
}

static void execute_seed(const struct scenario *s, uint64_t seed, bool trace)
{
	unsigned patience;
	const struct world_decider decider = {
		.schedule = schedule_random, .choose = choose_random, .arg = &patience};

	chance = (seed + 1) * RANDOM_STRIDE;
	patience = random_next(&chance) % 256;
	execute(s, &decider, trace);
}

void explore_random(const struct scenario *s, uint64_t seed, uint64_t executions,
		    struct explored *ret)
{
	begin(ret);
	while (ret->executions < executions && !ret->violation[0]) {
		execute_seed(s, seed + ret->executions, false);
		count(ret);
	}
}

void explore_random_traced(const struct scenario *s, uint64_t seed)
{
	struct explored ret;

	begin(&ret);
	execute_seed(s, seed, true);
}

void explore_replay(const struct scenario *s, const char *choices)
{
	const struct world_decider decider = {.schedule = schedule_next, .choose = choose_next};
	struct explored ret;

	begin(&ret);
	while (*choices) {
		char *end;
		unsigned at = (unsigned)strtoul(choices, &end, 10), run = 1;

		if (*end == '*')
			run = (unsigned)strtoul(end + 1, &end, 10);
		while (run-- > 0 && given < EXPLORE_CHOICES)
			list[given++].at = (uint8_t)at;
		choices = *end ? end + 1 : end;
	}
	execute(s, &decider, true);
}
