// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The disk: rows as they are on stable storage, and a store in memory with the very contract of
 * user/store/store.h behind the store's own front. With a real store it is the mirror of what
 * that one has acknowledged, and must say the same at every load.
 *
 * What survives: `disk`. A process that is gone leaves nothing else; no commit is ever halfway.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "faults.h"
#include "heap.h"
#include "inside.h"
#include "oracle.h"
#include "store/backend.h"

#define ROWS_MAX  64
#define BOOTS_MAX 64
#define MAYBE_MAX 16

struct disk_row {
	struct lease_row row;
	unsigned boot; /* number, from 1 */
};

struct boot {
	uint8_t id[16];
	uint32_t start, newest;
};

struct disk {
	struct disk_row rows[ROWS_MAX]; /* by address */
	unsigned n_rows;
	struct boot boots[BOOTS_MAX]; /* [number - 1] */
	unsigned n_boots;
	uint64_t newest_commit;
	uint8_t uuid[16];
};

struct model_store {
	struct store base;
	struct store *real; /* NULL: none beside it */
	uint8_t boot_id[16];
	uint32_t start;
	unsigned boot; /* number of this boot */
};

static struct disk disk, copy;
/*
 * What a real store may have instead: with the commit that is under way, or with one of those that
 * did not return well since the last that did.
 */
static struct disk maybe[MAYBE_MAX];
static unsigned n_maybe;
static bool changed; /* it was put in the place of another */
static struct model_store *opened;
static bool inside; /* a call of the store */
static bool shared; /* another server has written since it was opened */
static unsigned failing;
static int failing_with;

int __real_store_sqlite_open(const struct store_options *options, struct store **ret_store,
			     int *ret_holder, char *why, size_t why_len);
int __wrap_store_sqlite_open(const struct store_options *options, struct store **ret_store,
			     int *ret_holder, char *why, size_t why_len);

/* --- rows --- */

static struct disk_row *find(uint32_t addr)
{
	for (unsigned i = 0; i < disk.n_rows; i++) {
		if (disk.rows[i].row.addr == addr)
			return &disk.rows[i];
	}
	return NULL;
}

static struct disk_row *insert(uint32_t addr)
{
	unsigned at = disk.n_rows;

	if (disk.n_rows == ROWS_MAX)
		abort();
	for (; at > 0 && disk.rows[at - 1].row.addr > addr; at--)
		disk.rows[at] = disk.rows[at - 1];
	disk.n_rows++;
	return &disk.rows[at];
}

/* Which boot is this one, and when did it first open the store? */
static unsigned boot_number(const uint8_t id[16], uint32_t now, uint32_t *ret_start)
{
	const struct boot *newest = disk.n_boots ? &disk.boots[disk.n_boots - 1] : NULL;

	if (newest && !memcmp(newest->id, id, sizeof(newest->id))) {
		*ret_start = newest->start;
		return disk.n_boots;
	}
	*ret_start = now;
	return disk.n_boots + 1;
}

/* What has surely passed since boot `number` began, on its own clock, when boot `now` began. */
static uint64_t elapsed(unsigned number, unsigned now)
{
	uint64_t sum = disk.boots[number - 1].newest;

	for (unsigned i = number; i + 1 < now; i++)
		if (disk.boots[i].newest > disk.boots[i].start)
			sum += disk.boots[i].newest - disk.boots[i].start - 1;
	return sum;
}

static uint32_t carry(uint32_t t, uint64_t passed, uint32_t start)
{
	uint64_t carried;

	if (t == XDHCP_FOREVER)
		return t;
	if (t <= passed)
		return 0;
	carried = start + 1 + (t - passed);
	return carried < XDHCP_FOREVER ? (uint32_t)carried : XDHCP_FOREVER - 1;
}

/* As it is loaded in boot `now`, which opened the store at `start`. */
static void rebase(const struct disk_row *from, unsigned now, uint32_t start,
		   struct lease_row *ret_row)
{
	struct lease_row row = from->row;
	uint64_t passed;
	uint32_t until = row.promised;

	*ret_row = row;
	if (from->boot == now)
		return;
	passed = elapsed(from->boot, now);
	if (row.state == LEASE_BOUND || row.state == LEASE_HELD)
		until = later(until, row.granted_until);
	if (row.state == LEASE_BOUND)
		until = row.ack_until = later(until, row.ack_until);
	if (fault_is(FAULT_REBASE_FORGETS)) {
		until = row.ack_until = from->row.promised;
		row.granted_until = 0;
	}
	ret_row->promised = carry(until, passed, start);
	ret_row->granted_until = carry(row.granted_until, passed, start);
	ret_row->ack_until = carry(row.ack_until, passed, start);
	ret_row->cltt = 0;
}

bool disk_row(uint32_t addr, struct lease_row *ret_row)
{
	const struct disk_row *row = find(addr);
	uint8_t id[16] = {0};
	uint32_t start;
	unsigned now;

	if (!row)
		return false;
	memcpy(id, &world.boot, sizeof(world.boot));
	now = boot_number(id, world_seconds(), &start);
	rebase(row, now, start, ret_row);
	return true;
}

uint64_t disk_hash(void)
{
	uint64_t hash = disk.newest_commit;

	for (unsigned i = 0; i < disk.n_rows; i++) {
		const struct lease_row *row = &disk.rows[i].row;

		hash = (hash ^ row->generation ^ (uint64_t)row->state << 32) * 1099511628211ull;
		hash = (hash ^ row->promised ^ (uint64_t)row->granted_until << 32) *
		       1099511628211ull;
		hash = (hash ^ row->ack_until ^ (uint64_t)disk.rows[i].boot << 32) *
		       1099511628211ull;
	}
	return hash;
}

/* --- the contract --- */

static void apply(struct store_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct store_change *change = entries[i].change;
		struct disk_row *row = find(change->row->addr);
		uint64_t there = row ? row->row.generation : 0;

		if ((store_entry_follows_refused(entries, i) ||
		     there != change->expected_generation) &&
		    !fault_is(FAULT_COMMIT_UNCONDITIONAL)) {
			entries[i].refused = true;
			world.refusals++;
			/* Nobody but this process has written: it knows something else than it. */
			if (!shared && !world.violation[0])
				world_violated("refused: the store has .%u in generation %llu, and "
					       "the daemon believes %llu",
					       change->row->addr & 0xff, (unsigned long long)there,
					       (unsigned long long)change->expected_generation);
			continue;
		}
		if (!row)
			row = insert(change->row->addr);
		*row = (struct disk_row){.row = *change->row, .boot = opened->boot};
		if (fault_is(FAULT_PROMISED_NOT_STORED) && row->row.state == LEASE_BOUND)
			row->row.promised = 0;
	}
}

static void head(uint32_t now)
{
	struct boot *boot = &disk.boots[opened->boot - 1];

	if (opened->boot > BOOTS_MAX)
		abort();
	if (disk.n_boots < opened->boot) {
		disk.n_boots = opened->boot;
		*boot = (struct boot){.start = opened->start, .newest = opened->start};
		memcpy(boot->id, opened->boot_id, sizeof(boot->id));
	}
	if (now > boot->newest)
		boot->newest = now;
	disk.newest_commit++;
}

/* The disk may have it, or not, when it is looked at next. */
static void doubt(struct store_entry *entries, size_t n, uint32_t now)
{
	static struct disk former;

	former = disk;
	head(now);
	apply(entries, n);
	if (n_maybe == MAYBE_MAX)
		memmove(maybe, maybe + 1, --n_maybe * sizeof(*maybe));
	maybe[n_maybe++] = disk;
	disk = former;
}

/* Whoever is interrupted in it, or fails, leaves all of it or nothing. */
static int commit_real(struct store_entry *entries, size_t n, uint32_t now, uint64_t wall)
{
	struct store_entry theirs[256];
	int r;

	if (n > sizeof(theirs) / sizeof(*theirs))
		abort();
	memcpy(theirs, entries, n * sizeof(*theirs));
	doubt(entries, n, now);
	heap_leave();
	r = opened->real->ops->commit(opened->real, theirs, n, now, wall);
	heap_return();
	if (r < 0) {
		memcpy(opened->base.error, opened->real->error, sizeof(opened->base.error));
		return r;
	}
	disk = maybe[n_maybe - 1];
	n_maybe = 0;
	for (size_t i = 0; i < n; i++) {
		if (entries[i].refused != theirs[i].refused)
			world_violated("the model's store and SQLite's refuse different changes");
	}
	return 0;
}

static int model_commit(struct store *store, struct store_entry *entries, size_t n, uint32_t now,
			uint64_t wall)
{
	int r = 0;

	world_step("commit");
	inside = true;
	if (failing) {
		failing--;
		inside = false;
		if (!opened->real)
			doubt(entries, n, now);
		return store_fail(store, failing_with, "the test says so");
	}
	if (opened->real) {
		r = commit_real(entries, n, now, wall);
	} else {
		head(now);
		apply(entries, n);
		n_maybe = 0;
	}
	inside = false;
	if (r < 0)
		return r;
	store->info.newest_commit = disk.newest_commit;
	store->info.rows = disk.n_rows;
	world.commits++;
	world_say("commit %llu of %zu rows", (unsigned long long)disk.newest_commit, n);
	oracle_committed();
	world_step("committed");
	return 0;
}

struct loading {
	unsigned at;
	bool differs;
	int (*fn)(void *arg, const struct lease_row *row); /* NULL: only whether it differs */
	void *arg;
};

static bool same_row(const struct lease_row *a, const struct lease_row *b)
{
	return a->addr == b->addr && a->generation == b->generation && a->state == b->state &&
	       a->end == b->end && a->cltt == b->cltt && a->lifetime == b->lifetime &&
	       a->promised == b->promised && a->granted_until == b->granted_until &&
	       a->ack_until == b->ack_until &&
	       !memcmp(a->client.chaddr, b->client.chaddr, sizeof(a->client.chaddr)) &&
	       a->client.client_id_len == b->client.client_id_len &&
	       !memcmp(a->client.client_id, b->client.client_id, a->client.client_id_len);
}

static void say_difference(const struct lease_row *ours, const struct lease_row *theirs)
{
	world_violated("SQLite's store loads %08x as state %d gen %llu promised %u granted %u ack "
		       "%u; the model's: %08x %d %llu %u %u %u",
		       theirs->addr, theirs->state, (unsigned long long)theirs->generation,
		       theirs->promised, theirs->granted_until, theirs->ack_until, ours->addr,
		       ours->state, (unsigned long long)ours->generation, ours->promised,
		       ours->granted_until, ours->ack_until);
}

static int compare_row(void *arg, const struct lease_row *theirs)
{
	struct loading *l = arg;
	struct lease_row ours = {0};

	if (l->at < disk.n_rows)
		rebase(&disk.rows[l->at++], opened->boot, opened->start, &ours);
	/* That fault is planted in the model's rows alone: they stand for what a store would say.
	 */
	if (fault_is(FAULT_REBASE_FORGETS) && l->fn)
		return l->fn(l->arg, &ours);
	if (!same_row(&ours, theirs)) {
		l->differs = true;
		if (l->fn)
			say_difference(&ours, theirs);
	}
	return l->fn ? l->fn(l->arg, theirs) : 0;
}

static int model_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row),
		      void *arg)
{
	struct loading l = {.fn = fn, .arg = arg};
	int r = 0;

	(void)store;
	world_step("load");
	if (opened->real) {
		r = opened->real->ops->load(opened->real, compare_row, &l);
		if (r == 0 && l.at != disk.n_rows)
			world_violated("SQLite's store has lost rows: %u of %u", l.at, disk.n_rows);
		return r;
	}
	for (unsigned i = 0; r >= 0 && i < disk.n_rows; i++) {
		struct lease_row row;

		rebase(&disk.rows[i], opened->boot, opened->start, &row);
		r = fn(arg, &row);
	}
	return r < 0 ? r : 0;
}

/* --- what a real store has been left with --- */

static bool has_disk(struct model_store *s, uint32_t now)
{
	struct loading l = {0};

	s->boot = boot_number(s->boot_id, now, &s->start);
	if (s->real->info.newest_commit != disk.newest_commit || s->real->info.rows != disk.n_rows)
		return false;
	return s->real->ops->load(s->real, compare_row, &l) == 0 && !l.differs;
}

static int learn_row(void *arg, const struct lease_row *row)
{
	struct model_store *s = arg;

	*insert(row->addr) = (struct disk_row){.row = *row, .boot = s->boot};
	return 0;
}

/* As it is; its older boots' rows become this one's, which says the same. */
static void learn(struct model_store *s, uint32_t now)
{
	s->boot = boot_number(s->boot_id, now, &s->start);
	disk.n_rows = 0;
	n_maybe = 0;
	disk.newest_commit = s->real->info.newest_commit;
	if (s->real->ops->load(s->real, learn_row, s) < 0)
		world_violated("SQLite's store cannot be read: %s", s->real->error);
}

static void settle_doubt(struct model_store *s, uint32_t now)
{
	static struct disk former;

	if (changed)
		learn(s, now);
	changed = false;
	if (has_disk(s, now))
		return; /* and what did not return may yet come to light */
	former = disk;
	for (unsigned i = n_maybe; i-- > 0;) {
		disk = maybe[i];
		if (has_disk(s, now)) {
			n_maybe = 0;
			return;
		}
	}
	disk = former;
	if (s->real->info.newest_commit != disk.newest_commit)
		world_violated("the store's newest commit is %llu, and %llu were acknowledged",
			       (unsigned long long)s->real->info.newest_commit,
			       (unsigned long long)disk.newest_commit);
}

static void model_close(struct store *store)
{
	heap_leave();
	if (opened->real)
		store_close(opened->real);
	heap_return();
	opened = NULL;
	free(store);
}

static const struct store_ops model_ops = {
	.load = model_load,
	.commit = model_commit,
	.close = model_close,
};

int __wrap_store_sqlite_open(const struct store_options *options, struct store **ret_store,
			     int *ret_holder, char *why, size_t why_len)
{
	struct model_store *s = calloc(1, sizeof(*s));
	int r;

	world_step("open store");
	shared = false;
	s->base.ops = &model_ops;
	if (world.options.store == WORLD_STORE_REAL) {
		struct store_options theirs = *options;

		theirs.name = world.options.store_name;
		inside = true;
		heap_leave();
		r = __real_store_sqlite_open(&theirs, &s->real, ret_holder, why, why_len);
		heap_return();
		inside = false;
		if (r < 0) {
			free(s);
			return r;
		}
	}
	memcpy(s->boot_id, options->boot_id, sizeof(s->boot_id));
	opened = s;
	if (s->real)
		settle_doubt(s, options->now);
	s->boot = boot_number(s->boot_id, options->now, &s->start);
	memcpy(s->base.info.uuid, s->real ? s->real->info.uuid : disk.uuid,
	       sizeof(s->base.info.uuid));
	s->base.info.newest_commit = disk.newest_commit;
	s->base.info.rows = disk.n_rows;
	*ret_store = &s->base;
	return 0;
}

/* --- the whole --- */

void world_commits_fail(unsigned n, int error)
{
	failing = n;
	failing_with = error;
}

void world_store_copy(void)
{
	copy = disk;
	world_step("store copied");
}

void world_store_restore(void)
{
	if (world.alive || world.options.store == WORLD_STORE_REAL)
		abort();
	disk = copy;
	oracle_store_replaced();
	world_step("store restored");
}

void world_store_changed(void)
{
	changed = true;
	world_step("another store");
}

void world_store_bound_by_other(uint32_t addr, unsigned client, uint32_t lifetime)
{
	struct disk_row *there = find(addr);
	struct lease_row row = {
		.addr = addr,
		.subnet_id = 1,
		.generation = (there ? there->row.generation : 0) + 1000000,
		.state = LEASE_BOUND,
		.cltt = world_seconds(),
		.lifetime = lifetime,
	};

	if (there && there->row.state != LEASE_FREE)
		return;
	row.promised = row.ack_until = world_seconds() + 1 + lifetime;
	client_mac(client, row.client.chaddr);
	shared = true;
	if (!there)
		there = insert(addr);
	*there = (struct disk_row){.row = row, .boot = disk.n_boots ? disk.n_boots : 1};
	world_say("another server gives .%u to client %u", addr & 0xff, client);
	oracle_promised(client, addr, lifetime);
	world_step("bound by another");
}

bool disk_busy(void)
{
	return inside;
}

void disk_process_gone(void)
{
	struct store *real = opened ? opened->real : NULL;

	/* What failed may have come to the disk all the same, until a later one has. */
	if (n_maybe && world.options.store == WORLD_STORE_MEMORY &&
	    world_choose(2, "the failed commit is there")) {
		disk = maybe[n_maybe - 1];
		world_say("the failed commit is there");
	}
	if (world.options.store == WORLD_STORE_MEMORY)
		n_maybe = 0;
	opened = NULL;
	failing = 0;
	if (real && world.options.abandon_store)
		world.options.abandon_store(real, inside);
	else if (real)
		store_close(real);
	inside = false;
}

void disk_reset(void)
{
	n_maybe = 0;
	disk_process_gone();
	memset(&disk, 0, sizeof(disk));
	changed = false;
	memset(disk.uuid, 0xd1, sizeof(disk.uuid));
	copy = disk;
}
