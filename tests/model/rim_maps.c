// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * user/net/fastpath.h over plain memory. One map set is pinned at most; one that is replaced or
 * lost may still be read by programs that run, so sets take turns. Sizes are small, so that
 * capacity and templates run out soon. What is pinned outlives the process, and no reboot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "inside.h"
#include "net/directory.h"
#include "net/fastpath.h"

#define SETS	      3
#define SLOTS_MAX     (MAPS_BLOCKS * XDHCP_BLOCK_SLOTS)
#define TEMPLATES_MAX 16u

struct fastpath {
	struct maps *maps;
	enum fastpath_found found;
	uint32_t wanted;
};

static struct maps sets[SETS];
static struct maps *attached;
static bool on_link; /* some program of ours, be it one that only passes */
static unsigned failing_barriers, turn;

struct maps *maps_attached(void)
{
	return attached;
}

struct maps *maps_pinned(void)
{
	for (unsigned i = 0; i < SETS; i++) {
		if (sets[i].pinned)
			return &sets[i];
	}
	return NULL;
}

/* What a set may ever have used is cleared; of policy that is in its first part. */
static void clear(struct maps *maps)
{
	struct maps keep = *maps;

	memset(keep.slots, 0, SLOTS_MAX * sizeof(*keep.slots));
	memset(keep.templates, 0, TEMPLATES_MAX * sizeof(*keep.templates));
	for (unsigned i = 0; i < XDHCP_POLICY_SCOPES + 64; i++) {
		if (keep.policy[i].kind)
			memset(&keep.policy[i], 0, sizeof(*keep.policy));
	}
	*maps = (struct maps){
		.slots = keep.slots, .templates = keep.templates, .policy = keep.policy};
}

struct slot *maps_slot(struct maps *maps, uint32_t addr)
{
	for (uint32_t i = 0; i < maps->capacity / XDHCP_BLOCK_SLOTS; i++) {
		if (maps->blocks[i] && maps->blocks[i] == (addr & 0xffffff00))
			return &maps->slots[i * XDHCP_BLOCK_SLOTS + (addr & 0xff)];
	}
	return NULL;
}

uint32_t maps_addr(const struct maps *maps, const struct slot *slot)
{
	size_t at;

	if (!maps || slot < maps->slots || slot >= maps->slots + maps->capacity)
		return 0;
	at = (size_t)(slot - maps->slots);
	return maps->blocks[at / XDHCP_BLOCK_SLOTS] | (uint32_t)(at % XDHCP_BLOCK_SLOTS);
}

uint64_t maps_hash(void)
{
	const struct maps *maps = maps_pinned();
	uint64_t hash = 14695981039346656037ull;

	for (uint32_t i = 0; maps && i < maps->meta.slots_used; i++) {
		const struct slot *slot = &maps->slots[i];

		if (!slot->generation)
			continue;
		hash = (hash ^ *(const uint32_t *)slot->addr) * 1099511628211ull;
		hash = (hash ^ slot->generation ^ (uint64_t)slot->ack_until << 32) *
		       1099511628211ull;
		hash = (hash ^ slot->last ^ (uint64_t)slot->granted_until << 32) * 1099511628211ull;
		hash = (hash ^ slot->forms[0] ^ slot->forms[1]) * 1099511628211ull;
	}
	return hash;
}

/* --- opening --- */

static struct maps *make_set(uint32_t capacity, bool operator_closed)
{
	struct maps *maps = &sets[turn++ % SETS];

	clear(maps);
	maps->capacity = capacity;
	maps->n_templates = world.options.templates ? world.options.templates : TEMPLATES_MAX;
	maps->policy[XDHCP_POLICY_GATES].kind = XDHCP_POLICY_GATE;
	maps->policy[XDHCP_POLICY_GATES].closed = operator_closed;
	maps->meta = (struct meta){
		.abi = XDHCP_ABI_VERSION, .slots = capacity, .hash_key = {0x1234567, 0x89abcdef}};
	directory_places(capacity, &maps->meta.block_shift);
	memcpy(maps->meta.boot_id, &world.boot, sizeof(world.boot));
	return maps;
}

static bool left(void *arg)
{
	return world_left(*(uint64_t *)arg);
}

/* Programs that began before this have left. */
static void barrier(void)
{
	uint64_t mark = world_mark();

	if (fault_is(FAULT_BARRIER_AT_ONCE))
		return;
	world_wait("the barrier", left, &mark);
}

int fastpath_lock(const char *pin_path, int *ret_lock, int *ret_holder, char *why, size_t why_len)
{
	(void)pin_path, (void)ret_holder, (void)why, (void)why_len;
	*ret_lock = -1;
	return 0;
}

int fastpath_open(const struct fastpath_options *options, struct fastpath **ret_fastpath,
		  enum fastpath_found *ret_found, char *why, size_t why_len)
{
	struct fastpath *fp = calloc(1, sizeof(*fp));
	struct maps *maps = maps_pinned();

	if (options->slots > SLOTS_MAX) {
		snprintf(why, why_len, "the model has %u slots at most", SLOTS_MAX);
		return -EINVAL;
	}
	world_step("open maps");
	fp->wanted = options->slots;
	if (!maps) {
		fp->maps = make_set(options->slots, false);
		fp->maps->pinned = true;
		fp->found = FASTPATH_FRESH;
	} else if (!maps->other_abi && maps->capacity >= options->slots &&
		   (!attached || attached == maps)) {
		fp->maps = maps;
		fp->found = FASTPATH_ADOPTED;
	} else {
		if (!fault_is(FAULT_FOREIGN_ANSWERS)) {
			attached = NULL;
			barrier();
		}
		fp->maps = maps;
		fp->found = FASTPATH_FOREIGN;
	}
	*ret_fastpath = fp;
	*ret_found = fp->found;
	return 0;
}

int fastpath_replace(struct fastpath *fp, char *why, size_t why_len)
{
	struct maps *old = fp->maps;

	if (fp->found != FASTPATH_FOREIGN) {
		snprintf(why, why_len, "the maps are ours already");
		return -EPROTO;
	}
	world_step("replace maps");
	fp->maps = make_set(fp->wanted, old->policy[XDHCP_POLICY_GATES].closed);
	old->pinned = false;
	fp->maps->pinned = true;
	fp->found = FASTPATH_FRESH;
	world_step("maps replaced");
	return 0;
}

void fastpath_close(struct fastpath *fp)
{
	free(fp);
}

int fastpath_remove(const char *pin_path, char *why, size_t why_len)
{
	struct maps *maps = maps_pinned();

	(void)pin_path, (void)why, (void)why_len;
	world_step("remove pins");
	attached = NULL;
	on_link = false;
	if (maps)
		maps->pinned = false;
	return 0;
}

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	if (strncmp(path, WORLD_PINS, strlen(WORLD_PINS)) != 0)
		return __real_access(path, mode);
	errno = ENOENT;
	return maps_pinned() ? 0 : -1;
}

/* --- links --- */

int fastpath_attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		    char *why, size_t why_len)
{
	(void)ifindex, (void)mode, (void)why, (void)why_len;
	world_step("attach");
	attached = fp->maps;
	on_link = true;
	return 0;
}

int fastpath_give_again(struct fastpath *fp, uint32_t ifindex)
{
	(void)fp, (void)ifindex;
	return 0;
}

int fastpath_has(struct fastpath *fp, uint32_t ifindex)
{
	(void)fp, (void)ifindex;
	return 1;
}

int fastpath_detach(struct fastpath *fp, uint32_t ifindex)
{
	(void)fp, (void)ifindex;
	world_step("detach");
	attached = NULL;
	on_link = false;
	return 0;
}

int fastpath_answers(uint32_t ifindex)
{
	(void)ifindex;
	return attached != NULL;
}

int fastpath_prune(struct fastpath *fp, const uint32_t *keep, size_t n)
{
	(void)keep;
	if (n == 0 && on_link)
		fastpath_detach(fp, WORLD_IFINDEX);
	return 0;
}

/* --- maps as memory --- */

struct meta *fastpath_meta(struct fastpath *fp)
{
	if (fault_is(FAULT_NEWEST_NOT_KNOWN))
		fp->maps->meta.newest_commit = 0;
	return &fp->maps->meta;
}

struct policy *fastpath_policy(struct fastpath *fp)
{
	world_step("daemon: policy");
	return fp->maps->policy;
}

struct template *fastpath_templates(struct fastpath *fp, uint32_t *ret_n)
{
	*ret_n = fp->maps->n_templates;
	return fp->maps->templates;
}

uint32_t fastpath_capacity(const struct fastpath *fp)
{
	return fp->maps->capacity;
}

uint32_t fastpath_slots_used(const struct fastpath *fp)
{
	return fp->maps->meta.slots_used;
}

struct slot *fastpath_slot(struct fastpath *fp, uint32_t addr, bool make, uint32_t *ret_index)
{
	struct maps *maps = fp->maps;
	struct slot *slot = maps_slot(maps, addr);
	uint32_t at = maps->meta.slots_used / XDHCP_BLOCK_SLOTS;

	if (!slot && make && at < maps->capacity / XDHCP_BLOCK_SLOTS) {
		maps->meta.slots_used += XDHCP_BLOCK_SLOTS;
		maps->blocks[at] = addr & 0xffffff00;
		if (directory_add(maps->directory, maps->meta.block_shift, addr,
				  at * XDHCP_BLOCK_SLOTS) < 0)
			abort();
		slot = maps_slot(maps, addr);
	}
	if (slot && ret_index)
		*ret_index = (uint32_t)(slot - maps->slots);
	return slot;
}

int fastpath_block_next(const struct fastpath *fp, uint32_t prefix, uint32_t *ret_prefix)
{
	const struct maps *maps = fp->maps;
	uint32_t best = 0;

	for (uint32_t i = 0; i < maps->capacity / XDHCP_BLOCK_SLOTS; i++) {
		if (maps->blocks[i] && maps->blocks[i] >= (prefix & 0xffffff00) &&
		    (!best || maps->blocks[i] < best))
			best = maps->blocks[i];
	}
	if (!best)
		return -ENOENT;
	*ret_prefix = best;
	return 0;
}

int fastpath_block_move(struct fastpath *fp, uint32_t from, uint32_t to)
{
	struct maps *maps = fp->maps;
	struct slot *slots = maps_slot(maps, from & 0xffffff00);
	uint32_t *block;

	if (!slots || maps_slot(maps, to))
		return -EINVAL;
	for (unsigned i = 0; i < XDHCP_BLOCK_SLOTS; i++) {
		if (*(const uint32_t *)slots[i].addr)
			return -EBUSY;
	}
	block = &maps->blocks[(slots - maps->slots) / XDHCP_BLOCK_SLOTS];
	*block = 0;
	directory_remove(maps->directory, maps->meta.block_shift, from);
	world_step("a block is taken");
	memset(slots, 0, XDHCP_BLOCK_SLOTS * sizeof(*slots));
	world_step("a block is wiped");
	*block = to & 0xffffff00;
	return directory_add(maps->directory, maps->meta.block_shift, to,
			     (uint32_t)(slots - maps->slots));
}

int fastpath_harvest(struct fastpath *fp, int (*fn)(void *arg, const struct fastpath_grant *grant),
		     void *arg)
{
	struct maps *maps = fp->maps;

	for (uint32_t i = 0; i < maps->meta.slots_used; i++) {
		const struct slot *slot = &maps->slots[i];
		struct fastpath_grant grant;
		int r;

		if (!slot->generation)
			continue;
		world_step("harvest");
		grant = (struct fastpath_grant){
			.addr = maps->blocks[i / XDHCP_BLOCK_SLOTS] | (i & 0xff),
			.open = *(const uint32_t *)slot->addr != 0,
			.link = slot->link,
			.generation = slot->generation,
			.ack_until = slot->ack_until,
			.last = slot->last,
			.granted_until = slot->granted_until,
		};
		memcpy(grant.chaddr, slot->chaddr, sizeof(grant.chaddr));
		r = fn(arg, &grant);
		if (r < 0)
			return r;
	}
	return 0;
}

void fastpath_capture_tidy(struct fastpath *fp, uint32_t now)
{
	(void)fp, (void)now; /* nobody captures */
}

int fastpath_barrier(struct fastpath *fp)
{
	(void)fp;
	world_step("barrier begins");
	if (failing_barriers) {
		failing_barriers--;
		return -EBUSY;
	}
	barrier();
	return 0;
}

int fastpath_verdicts(const struct fastpath *fp, struct verdicts *ret_sum)
{
	(void)fp;
	memset(ret_sum, 0, sizeof(*ret_sum));
	return 0;
}

uint64_t fastpath_acks(const struct verdicts *sum)
{
	(void)sum;
	return 0;
}

/* --- the whole --- */

void world_barriers_fail(unsigned n)
{
	failing_barriers = n;
}

void world_maps_of_other_abi(void)
{
	struct maps *maps = maps_pinned();

	if (maps)
		maps->other_abi = true;
	world_step("another ABI");
}

void world_maps_lost(void)
{
	struct maps *maps = maps_pinned();

	attached = NULL;
	on_link = false;
	if (maps)
		maps->pinned = false;
	world_step("maps lost");
}

/* An upgrade that a crash interrupted leaves the pinned set and whatever is attached. */
void maps_process_gone(void)
{
	failing_barriers = 0;
}

void maps_interface_gone(void)
{
	attached = NULL;
	on_link = false;
}

void maps_reboot(void)
{
	attached = NULL;
	on_link = false;
	for (unsigned i = 0; i < SETS; i++)
		sets[i].pinned = false;
}

void maps_reset(void)
{
	for (unsigned i = 0; i < SETS && !sets[i].slots; i++) {
		sets[i].slots = calloc(SLOTS_MAX, sizeof(struct slot));
		sets[i].templates = calloc(TEMPLATES_MAX, sizeof(struct template));
		sets[i].policy = calloc(XDHCP_POLICY_ENTRIES, sizeof(struct policy));
	}
	maps_process_gone();
	maps_reboot();
	turn = 0;
}
