// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Groups of leases: pairing heaps (as in heap.c: two-pass, without recursion), whose first ones are
 * chained in the buckets of a hash index. A subnet is known by its prefix; addresses that
 * lie in none are all in one, which nobody asks for. Nothing here survives the process.
 *
 * The buckets become more one by one (linear hashing, Litwin 1980), so that no message pays for
 * all the others' groups to be hashed again.
 */
#include "groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "records.h"
#include "table.h"

#define FIRST_BUCKETS 64
#define PER_GROUP     2 /* buckets: most that a stranger is looked for in are empty */

/* --- records --- */

static struct lease *at(struct groups *groups, uint32_t number)
{
	if (!number)
		return NULL;
	groups->visited++;
	return records_at(groups->records, number);
}

static struct group_link *link_of(const struct groups *groups, struct lease *lease)
{
	return groups->exact ? &lease->by_identity : &lease->by_client_id;
}

static struct group_link *link_at(struct groups *groups, uint32_t number)
{
	return link_of(groups, at(groups, number));
}

static uint64_t hash_of(const struct groups *groups, const struct identity *identity,
			const struct subnet *subnet)
{
	uint32_t prefix = subnet ? subnet->prefix : 0;
	uint64_t hash = groups->exact ? identity_hash(groups->seed, identity)
				      : index_hash(groups->seed, identity->client_id,
						   identity->client_id_len);

	return index_hash(hash, &prefix, sizeof(prefix));
}

static bool is_of(const struct groups *groups, const struct lease *lease,
		  const struct identity *identity, const struct subnet *subnet)
{
	bool there = subnet ? subnet_contains(subnet, lease->addr)
			    : !table_subnet(groups->table, lease->addr);

	return there && (groups->exact ? lease_is(lease, identity) : lease_has_id(lease, identity));
}

/* Generations are given once; loaded rows may say anything. */
static bool before(const struct lease *a, const struct lease *b)
{
	if (a->generation == b->generation)
		return a->addr < b->addr;
	return (a->generation < b->generation) != (a->kind == KIND_FREE);
}

/* --- heaps: of numbers; 0: empty --- */

static uint32_t meld(struct groups *groups, uint32_t a, uint32_t b)
{
	struct lease *x = at(groups, a), *y = at(groups, b);
	struct group_link *above, *below;

	if (!x || !y)
		return x ? a : b;
	if (before(y, x)) {
		struct lease *t = x;
		uint32_t n = a;

		x = y;
		y = t;
		a = b;
		b = n;
	}
	above = link_of(groups, x);
	below = link_of(groups, y);
	below->prev = a;
	below->next = above->child;
	if (below->next)
		link_at(groups, below->next)->prev = b;
	above->child = b;
	return a;
}

/* Melds a list of siblings pairwise from the left, then the pairs from the right. */
static uint32_t meld_siblings(struct groups *groups, uint32_t first)
{
	uint32_t pairs = 0, whole = 0;

	while (first) {
		uint32_t a = first, b = link_at(groups, a)->next, pair;

		first = b ? link_at(groups, b)->next : 0;
		link_at(groups, a)->next = link_at(groups, a)->prev = 0;
		if (b)
			link_at(groups, b)->next = link_at(groups, b)->prev = 0;
		pair = meld(groups, a, b);
		link_at(groups, pair)->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		uint32_t pair = pairs;

		pairs = link_at(groups, pair)->next;
		link_at(groups, pair)->next = 0;
		whole = meld(groups, whole, pair);
	}
	return whole;
}

/* --- buckets --- */

int groups_init(struct groups *groups, struct lease_table *table, const struct records *records,
		bool exact, uint64_t seed)
{
	uint32_t *buckets = calloc(FIRST_BUCKETS, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	*groups = (struct groups){.table = table,
				  .records = records,
				  .exact = exact,
				  .seed = seed,
				  .buckets = buckets,
				  .n_buckets = FIRST_BUCKETS,
				  .room = FIRST_BUCKETS};
	return 0;
}

void groups_destroy(struct groups *groups)
{
	free(groups->buckets);
	groups->buckets = NULL;
}

/* Room for so many; a power of two. What is new in it holds anything. */
static bool make_room(struct groups *groups, size_t room)
{
	uint32_t *buckets = reallocarray(groups->buckets, room, sizeof(*buckets));

	if (!buckets)
		return false;
	records_advise(buckets, room * sizeof(*buckets));
	groups->buckets = buckets;
	groups->room = room;
	return true;
}

void groups_clear(struct groups *groups, size_t expected)
{
	size_t wanted = PER_GROUP * expected, room = groups->room;

	while (room < wanted)
		room *= 2;
	if (wanted > groups->n_buckets && (room == groups->room || make_room(groups, room)))
		groups->n_buckets = wanted;
	memset(groups->buckets, 0, groups->n_buckets * sizeof(*groups->buckets));
	groups->n = 0;
}

static uint64_t hash_of_lease(struct groups *groups, const struct lease *lease)
{
	const struct identity identity = lease_identity(lease);

	return hash_of(groups, &identity, table_subnet(groups->table, lease->addr));
}

/* A bucket that is not there yet is still part of the one that it will be split off. */
static uint32_t *bucket_at(const struct groups *groups, uint64_t hash)
{
	size_t i = hash & (groups->room - 1);

	return &groups->buckets[i < groups->n_buckets ? i : i - groups->room / 2];
}

/* One bucket more: of the chain that it belongs to so far, it gets what is its. */
static void split(struct groups *groups)
{
	uint32_t *old, *new, number, next;

	if (groups->n_buckets == groups->room && !make_room(groups, 2 * groups->room))
		return;
	old = &groups->buckets[groups->n_buckets - groups->room / 2];
	new = &groups->buckets[groups->n_buckets++];
	number = *old;
	*old = *new = 0;
	for (; number; number = next) {
		struct lease *lease = at(groups, number);
		uint32_t *bucket = bucket_at(groups, hash_of_lease(groups, lease));

		next = link_of(groups, lease)->next;
		link_of(groups, lease)->next = *bucket;
		*bucket = number;
	}
}

/*
 * The records that the next groups_insert() will hash again were used long ago: fetched until then.
 * Where there is no room left nothing is known of what is split next.
 */
static void fetch_next_split(const struct groups *groups)
{
	for (size_t i = 0; i < PER_GROUP && groups->n_buckets + i < groups->room; i++) {
		uint32_t number = groups->buckets[groups->n_buckets + i - groups->room / 2];
		struct lease *lease;

		if (!number)
			continue;
		lease = records_at(groups->records, number);
		__builtin_prefetch(lease->chaddr);
		__builtin_prefetch(link_of(groups, lease));
	}
}

/* Where the first of the lease's group is chained; at the chain's end if there is none. */
static uint32_t *chained(struct groups *groups, const struct lease *lease)
{
	const struct identity identity = lease_identity(lease);
	const struct subnet *subnet = table_subnet(groups->table, lease->addr);
	uint32_t *place = bucket_at(groups, hash_of(groups, &identity, subnet));

	while (*place) {
		struct lease *first = at(groups, *place);

		if (first->kind == lease->kind && is_of(groups, first, &identity, subnet))
			break;
		place = &link_of(groups, first)->next;
	}
	return place;
}

void groups_insert(struct groups *groups, struct lease *lease)
{
	uint32_t *place, first, next;

	for (int i = 0; i < PER_GROUP && groups->n_buckets <= PER_GROUP * groups->n; i++)
		split(groups);
	fetch_next_split(groups);
	*link_of(groups, lease) = (struct group_link){0};
	place = chained(groups, lease);
	first = *place;
	if (!first) {
		*place = record_number(lease);
		groups->n++;
		return;
	}
	next = link_at(groups, first)->next;
	link_at(groups, first)->next = 0;
	first = meld(groups, first, record_number(lease));
	link_at(groups, first)->next = next;
	*place = first;
}

void groups_remove(struct groups *groups, struct lease *lease)
{
	uint32_t *place = chained(groups, lease);
	struct group_link *its = link_of(groups, lease), *first = link_at(groups, *place);
	uint32_t children = meld_siblings(groups, its->child), next = first->next, whole;

	if (its == first) {
		whole = children;
	} else {
		struct group_link *left = link_at(groups, its->prev);

		if (left->child == record_number(lease))
			left->child = its->next;
		else
			left->next = its->next;
		if (its->next)
			link_at(groups, its->next)->prev = its->prev;
		first->next = 0;
		whole = meld(groups, *place, children);
	}
	if (whole) {
		link_at(groups, whole)->prev = 0;
		link_at(groups, whole)->next = next;
		*place = whole;
	} else {
		*place = next;
		groups->n--;
	}
	*its = (struct group_link){0};
}

struct lease_firsts groups_find(struct groups *groups, const struct identity *identity,
				const struct subnet *subnet)
{
	uint64_t hash = hash_of(groups, identity, subnet);
	struct lease_firsts firsts = {0};
	struct lease *lease = at(groups, *bucket_at(groups, hash));

	for (; lease; lease = at(groups, link_of(groups, lease)->next)) {
		if (is_of(groups, lease, identity, subnet))
			firsts.of[lease->kind] = lease;
	}
	return firsts;
}

uint64_t groups_hash(const struct groups *groups, const struct identity *identity,
		     const struct subnet *subnet)
{
	return hash_of(groups, identity, subnet);
}

void groups_look_ahead(const struct groups *groups, uint64_t hash, unsigned step)
{
	const uint32_t *bucket = bucket_at(groups, hash);
	struct lease *lease;

	if (step == 0) {
		__builtin_prefetch(bucket);
		return;
	}
	if (!*bucket)
		return;
	lease = records_at(groups->records, *bucket);
	if (step == 1) {
		__builtin_prefetch(lease->chaddr);
		__builtin_prefetch(link_of(groups, lease));
	} else if (lease->text) {
		__builtin_prefetch(lease->text);
	}
}

struct lease *groups_after(struct groups *groups, const struct lease *lease)
{
	uint32_t number = record_number(lease);
	const struct group_link *its = link_at(groups, number);

	if (its->child)
		return at(groups, its->child);
	while (its->prev) {
		const struct group_link *left;

		if (its->next)
			return at(groups, its->next);
		/* up: leftwards through the siblings to the parent */
		for (;;) {
			uint32_t prev = its->prev;

			left = link_at(groups, prev);
			if (left->child == number) {
				number = prev;
				its = left;
				break;
			}
			number = prev;
			its = left;
		}
	}
	return NULL;
}
