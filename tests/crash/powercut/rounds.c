// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rounds of a machine whose power fails; see rounds.h. */
#include "rounds.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../common/disk.h"
#include "../../common/environment.h"
#include "../../common/random.h"
#include "store/store.h"

struct sqlite_plan sqlite_plan;

uint32_t rnd(uint32_t below)
{
	return below ? random_below(below) : 0;
}

static uint64_t the_seed(void)
{
	static uint64_t seed;

	if (!seed)
		seed = from_environment("SEED", 1);
	return seed = seed ? seed : 1;
}

/* So that neighbouring chains have nothing in common. */
static void seed_chain(uint64_t chain)
{
	uint64_t z = random_mix(the_seed() * RANDOM_STRIDE + chain * 0xbf58476d1ce4e5b9u);

	random_seed(z ? z : 1);
}

void rounds_reset(void)
{
	seed_chain(0);
}

unsigned rounds_run(unsigned how_many, bool (*fn)(void *arg, unsigned *round, unsigned end),
		    void *arg)
{
	const char *rounds = getenv("ROUNDS"), *only = getenv("ROUND");
	unsigned round = 0, first;

	if (rounds && how_many)
		how_many = (unsigned)strtoul(rounds, NULL, 10);
	if (only) {
		how_many = (unsigned)strtoul(only, NULL, 10) + 1;
		round = (how_many - 1) / CHAIN * CHAIN;
	}
	printf("SEED=%llu, %u rounds\n", (unsigned long long)the_seed(), how_many);
	fflush(stdout);
	for (first = round; round < how_many;) {
		unsigned end = round + CHAIN < how_many ? round + CHAIN : how_many;

		seed_chain(round / CHAIN);
		if (!fn(arg, &round, end)) {
			printf("again: SEED=%llu ROUND=%u\n", (unsigned long long)the_seed(),
			       round < end ? round : end - 1);
			break;
		}
	}
	return round - first;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void wipe(const char *path)
{
	nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void make(const char *path)
{
	if (mkdir(path, 0750) < 0)
		abort();
}

void disk_dirs_make(struct disk_dirs *dirs)
{
	snprintf(dirs->top, sizeof(dirs->top), "/tmp/test-powercut-XXXXXX");
	if (!mkdtemp(dirs->top))
		abort();
	snprintf(dirs->disk, sizeof(dirs->disk), "%s/disk", dirs->top);
	snprintf(dirs->next, sizeof(dirs->next), "%s/next", dirs->top);
	make(dirs->disk);
	make(dirs->next);
	disk_start(dirs->disk);
}

void disk_dirs_remove(struct disk_dirs *dirs)
{
	wipe(dirs->top);
}

void disk_dirs_empty(struct disk_dirs *dirs)
{
	wipe(dirs->disk);
	wipe(dirs->next);
	make(dirs->disk);
	make(dirs->next);
	disk_start(dirs->disk);
}

void disk_dirs_swap(struct disk_dirs *dirs)
{
	wipe(dirs->disk);
	if (rename(dirs->next, dirs->disk) < 0)
		abort();
	make(dirs->next);
	disk_start(dirs->disk);
}

void store_leave(struct store *store)
{
	bool dead = disk_is_dead();

	disk_set_dead(true);
	store_close(store);
	disk_set_dead(dead);
}

/* --- what is planted in SQLite --- */

int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
			void *arg, char **error);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
			void *arg, char **error);

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
			void *arg, char **error)
{
	int rc = __real_sqlite3_exec(db, sql, fn, arg, error);
	char more[160];

	if (rc != SQLITE_OK || !strstr(sql, "PRAGMA synchronous"))
		return rc;
	if (sqlite_plan.autocheckpoint) {
		snprintf(more, sizeof(more),
			 "PRAGMA wal_autocheckpoint = %u; PRAGMA journal_size_limit = %u",
			 sqlite_plan.autocheckpoint, sqlite_plan.size_limit);
		rc = __real_sqlite3_exec(db, more, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK && sqlite_plan.synchronous_off)
		rc = __real_sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (rc == SQLITE_OK && sqlite_plan.more)
		rc = __real_sqlite3_exec(db, sqlite_plan.more, NULL, NULL, NULL);
	return rc;
}
