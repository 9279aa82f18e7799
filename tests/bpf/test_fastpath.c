// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fast path's maps and pins as the daemon finds them: made, adopted, set
 * aside and replaced; the lock; slots of addresses; what works without a
 * daemon. Real maps in a bpffs of the test's own. The lock is in test_pins.c, links are
 * in test_attach.c.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "net/fastpath.h"
#include "net/slots.h"
#include "pins.h"

#define ADDR 0xc0000205u /* 192.0.2.5 */

static const char *const map_names[] = {
#define X(id, name) #name,
	XDHCP_MAPS(X)
#undef X
};
#define N_MAPS (sizeof(map_names) / sizeof(map_names[0]))

static char why[512];

static struct fastpath *open_sized(uint32_t slots, uint32_t templates, enum fastpath_found expected)
{
	struct fastpath_options options = {
		.pin_path = PINS, .slots = slots, .templates = templates};
	struct fastpath *fp = NULL;
	enum fastpath_found found;
	int r;

	why[0] = '\0';
	r = fastpath_open(&options, &fp, &found, why, sizeof(why));
	if (r < 0)
		fail_msg("fastpath_open: %d: %s", r, why);
	assert_int_equal(found, expected);
	return fp;
}

static struct fastpath *open_as(enum fastpath_found expected)
{
	return open_sized(1024, 64, expected);
}

/* An open slot with a grant in it, as the daemon and XDP would have left it. */
static struct slot *grant(struct fastpath *fp, uint32_t addr, uint32_t generation)
{
	struct slot_identity identity = {.addr = addr,
					 .chaddr = {2, 0, 0, 0, 0, (uint8_t)addr},
					 .link = 7,
					 .generation = generation};
	struct slot_tail tail = {0};
	struct slot *slot = fastpath_slot(fp, addr, true, NULL);

	assert_non_null(slot);
	slot_open(slot, &identity, &tail, 9000 + addr % 256, 0x100001);
	slot->last = 1000 + addr % 256;
	slot->granted_until = 4600 + addr % 256;
	slot->hits = 3;
	return slot;
}

/* --- fresh and adopted --- */

static void test_fresh(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	struct policy *policy = fastpath_policy(fp);
	struct meta *meta = fastpath_meta(fp);
	uint8_t zero[16] = {0};
	struct verdicts sum;
	char text[40], hex[40];
	uint32_t n;
	FILE *file;

	(void)state;
	for (unsigned i = 0; i < N_MAPS; i++) {
		assert_true(is_pinned(map_names[i]));
		assert_int_not_equal(fastpath_map_id(fp, map_names[i]), 0);
	}
	for (unsigned i = 0; i <= N_MAPS; i++)
		assert_int_equal(fastpath_map_name(i) != NULL, i < N_MAPS);
	assert_true(is_pinned("leases_txt"));
	assert_int_equal(fastpath_map_id(fp, "nonsense"), 0);
	assert_int_equal(fastpath_capacity(fp), 1024);
	assert_int_equal(fastpath_slots_used(fp), 0);
	/* slots, and what else there is */
	assert_in_range(fastpath_map_bytes(fp), 1024 * sizeof(struct slot) + 1, 64 << 20);
	assert_non_null(fastpath_templates(fp, &n));
	assert_int_equal(n, 64);

	assert_int_equal(meta->abi, XDHCP_ABI_VERSION);
	assert_int_equal(meta->slots, 1024);
	assert_memory_not_equal(meta->hash_key, zero, 16);
	assert_memory_equal(meta->store_uuid, zero, 16);
	assert_int_equal(meta->newest_commit, 0);
	file = fopen("/proc/sys/kernel/random/boot_id", "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	n = 0;
	for (unsigned i = 0; i < 16; i++)
		n += sprintf(hex + n, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			     meta->boot_id[i]);
	assert_memory_equal(text, hex, 36);

	assert_int_equal(policy[XDHCP_POLICY_GATES].kind, XDHCP_POLICY_GATE);
	assert_int_equal(policy[XDHCP_POLICY_GATES].closed, 0);
	assert_int_equal(policy[XDHCP_POLICY_GATES].daemon_closed, 0);
	assert_string_equal(policy[XDHCP_POLICY_GATES].name, "gates");
	/* nothing is answered before the daemon says until when */
	assert_int_equal(policy[XDHCP_POLICY_GATES].answer_until, 0);

	assert_int_equal(fastpath_verdicts(fp, &sum), 0);
	assert_int_equal(fastpath_acks(&sum), 0);
	fastpath_close(fp);
	for (unsigned i = 0; i < N_MAPS; i++)
		assert_true(is_pinned(map_names[i]));
	assert_true(is_pinned("leases_txt"));
}

static void test_two_sets_have_two_keys(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint64_t key[2];

	(void)state;
	memcpy(key, fastpath_meta(fp)->hash_key, sizeof(key));
	fastpath_close(fp);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(mkdir(PINS, 0700), 0);
	fp = open_as(FASTPATH_FRESH);
	assert_memory_not_equal(key, fastpath_meta(fp)->hash_key, sizeof(key));
	fastpath_close(fp);
}

static void test_adopted(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t ids[N_MAPS], index, again, n;
	struct template *templates;
	struct meta meta;
	struct slot slot;

	(void)state;
	for (unsigned i = 0; i < N_MAPS; i++)
		ids[i] = fastpath_map_id(fp, map_names[i]);
	grant(fp, 0x0a000001, 1);
	slot = *grant(fp, ADDR, 7);
	fastpath_slot(fp, ADDR, false, &index);
	fastpath_meta(fp)->newest_commit = 99;
	meta = *fastpath_meta(fp);
	fastpath_policy(fp)[XDHCP_POLICY_GATES].answer_until = 12345;
	fastpath_policy(fp)[XDHCP_POLICY_LINKS].kind = XDHCP_POLICY_LINK;
	templates = fastpath_templates(fp, &n);
	templates[5].lifetime = 3600;
	fastpath_close(fp);

	/* what is there may be larger than what is wanted now */
	fp = open_sized(256, 16, FASTPATH_ADOPTED);
	for (unsigned i = 0; i < N_MAPS; i++)
		assert_int_equal(fastpath_map_id(fp, map_names[i]), ids[i]);
	assert_int_equal(fastpath_capacity(fp), 1024);
	assert_int_equal(fastpath_slots_used(fp), 512);
	assert_memory_equal(fastpath_meta(fp), &meta, sizeof(meta));
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].answer_until, 12345);
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_LINKS].kind, XDHCP_POLICY_LINK);
	templates = fastpath_templates(fp, &n);
	assert_int_equal(n, 64);
	assert_int_equal(templates[5].lifetime, 3600);
	assert_memory_equal(fastpath_slot(fp, ADDR, false, &again), &slot, sizeof(slot));
	assert_int_equal(again, index);
	/* a further /24 goes behind those that are there */
	assert_non_null(fastpath_slot(fp, 0x0b000000, true, &again));
	assert_int_equal(again, 512);
	fastpath_close(fp);
}

/* --- addresses and slots --- */

/* The first slot of an address' /24 as the XDP program finds it; -1: none. */
static int64_t pinned_block(struct fastpath *fp, uint32_t addr)
{
	uint32_t at = block_place(addr, fastpath_meta(fp)->block_shift), prefix;
	int fd = pinned("blocks");
	int64_t first = -1;

	for (unsigned i = 0; i < XDHCP_BLOCK_PROBES; i++, at += XDHCP_BLOCK_GROUP) {
		const struct block empty = {0};
		struct block block;

		assert_int_equal(bpf_map_lookup_elem(fd, &at, &block), 0);
		if (!memcmp(&block, &empty, sizeof(block)))
			break;
		memcpy(&prefix, block.prefix, 4);
		if (be32toh(prefix) == (addr & ~0xffu))
			first = block.first;
	}
	close(fd);
	return first;
}

static void test_slots_of_addresses(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t index = 77;

	(void)state;
	assert_null(fastpath_slot(fp, ADDR, false, &index));
	assert_int_equal(index, 77);
	assert_non_null(fastpath_slot(fp, 0x0a000000, true, &index));
	assert_int_equal(index, 0);
	assert_non_null(fastpath_slot(fp, ADDR, true, &index));
	assert_int_equal(index, 256 + 5);
	assert_int_equal(fastpath_slots_used(fp), 512);
	/* neighbours share the block, in order */
	assert_ptr_equal(fastpath_slot(fp, ADDR + 1, false, &index),
			 fastpath_slot(fp, ADDR, false, NULL) + 1);
	assert_int_equal(index, 256 + 6);
	assert_non_null(fastpath_slot(fp, 0xc00002ff, false, &index));
	assert_int_equal(index, 511);
	assert_null(fastpath_slot(fp, 0xc0000300, false, NULL));

	/* as the XDP program will find it */
	assert_int_equal(pinned_block(fp, ADDR), 256);

	/* no host's, and its word would be that of an empty place */
	assert_null(fastpath_slot(fp, 0x00000000, true, NULL));
	assert_int_equal(fastpath_slots_used(fp), 512);
	assert_non_null(fastpath_slot(fp, 0xffffffff, true, NULL));
	assert_non_null(fastpath_slot(fp, 0x00000100, true, NULL));
	assert_int_equal(fastpath_slots_used(fp), 1024);
	/* full: those that are there stay, no other gets any */
	assert_null(fastpath_slot(fp, 0x0b000000, true, NULL));
	assert_int_equal(fastpath_slots_used(fp), 1024);
	assert_non_null(fastpath_slot(fp, ADDR, true, NULL));
	fastpath_close(fp);
}

/* Killed between raising slots_used and inserting the block: the slots are lost, never shared. */
static void test_crash_while_making_a_block(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t index;

	(void)state;
	fastpath_slot(fp, 0x0a000000, true, NULL);
	fastpath_meta(fp)->slots_used += 256;
	fastpath_close(fp);
	fp = open_as(FASTPATH_ADOPTED);
	assert_null(fastpath_slot(fp, ADDR, false, NULL));
	assert_non_null(fastpath_slot(fp, ADDR, true, &index));
	assert_int_equal(index, 512 + 5);
	/* and count as used: `blocks` has room for one more than `leases` */
	assert_non_null(fastpath_slot(fp, 0x0b000000, true, &index));
	assert_int_equal(index, 768);
	assert_null(fastpath_slot(fp, 0x0c000000, true, &index));
	assert_int_equal(fastpath_slots_used(fp), 1024);
	fastpath_close(fp);
}

/* The slots of one /24 go to another: nothing of the first is left in them, for whoever looks. */
static void test_moving_a_block(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	const struct slot zero = {0};
	uint32_t prefix, index;
	struct slot *slot;

	(void)state;
	assert_int_equal(fastpath_block_next(fp, 0, &prefix), -ENOENT);
	grant(fp, 0x0a000001, 1);
	slot = grant(fp, ADDR, 7);
	assert_int_equal(fastpath_block_next(fp, 0, &prefix), 0);
	assert_int_equal(prefix, 0x0a000000);
	assert_int_equal(fastpath_block_next(fp, 0x0a000100, &prefix), 0);
	assert_int_equal(prefix, 0xc0000200);
	assert_int_equal(fastpath_block_next(fp, 0xc0000300, &prefix), -ENOENT);

	assert_int_equal(fastpath_block_move(fp, 0xc0000200, 0xcb007105), -EBUSY);
	assert_true(slot_is_open(slot));
	slot_close(slot);
	assert_int_equal(fastpath_block_move(fp, 0xc0000200, 0x0a000000), -EINVAL);
	assert_int_equal(fastpath_block_move(fp, 0xc0000300, 0xcb007105), -EINVAL);
	assert_int_equal(fastpath_block_move(fp, 0xc0000200, 0xcb007105), 0);
	assert_null(fastpath_slot(fp, ADDR, false, NULL));
	assert_ptr_equal(fastpath_slot(fp, 0xcb007100 | (ADDR & 0xff), false, &index), slot);
	assert_int_equal(index, 256 + 5);
	assert_memory_equal(slot, &zero, sizeof(zero));
	assert_int_equal(fastpath_slots_used(fp), 512);

	/* as the XDP program, and the next daemon, will find it */
	assert_int_equal(pinned_block(fp, ADDR), -1);
	assert_int_equal(pinned_block(fp, 0xcb007105), 256);
	fastpath_close(fp);
	fp = open_as(FASTPATH_ADOPTED);
	assert_null(fastpath_slot(fp, ADDR, false, NULL));
	assert_non_null(fastpath_slot(fp, 0xcb007105, false, &index));
	assert_int_equal(index, 256 + 5);
	assert_non_null(fastpath_slot(fp, ADDR, true, &index));
	assert_int_equal(index, 512 + 5);
	fastpath_close(fp);
}

/* --- foreign --- */

#define MAX_GRANTS 16
struct harvest {
	struct fastpath_grant grants[MAX_GRANTS];
	unsigned n;
	int answer;
};

static int collect(void *arg, const struct fastpath_grant *grant)
{
	struct harvest *harvest = arg;

	assert_true(harvest->n < MAX_GRANTS);
	harvest->grants[harvest->n++] = *grant;
	return harvest->answer;
}

static void assert_grant(const struct fastpath_grant *grant, uint32_t addr, uint32_t generation,
			 bool open)
{
	uint8_t chaddr[6] = {2, 0, 0, 0, 0, (uint8_t)addr};

	assert_int_equal(grant->addr, addr);
	assert_int_equal(grant->open, open);
	assert_int_equal(grant->generation, generation);
	assert_memory_equal(grant->chaddr, chaddr, 6);
	assert_int_equal(grant->link, 7);
	assert_int_equal(grant->ack_until, 9000 + addr % 256);
	assert_int_equal(grant->last, 1000 + addr % 256);
	assert_int_equal(grant->granted_until, 4600 + addr % 256);
}

static void fill(struct fastpath *fp)
{
	grant(fp, ADDR, 7);
	slot_close(grant(fp, ADDR + 1, 8));
	grant(fp, 0x0a0000ff, 1);
	fastpath_slot(fp, ADDR + 9, true, NULL); /* never had a lease */
}

static void assert_filled(struct fastpath *fp)
{
	struct harvest harvest = {0};

	assert_int_equal(fastpath_harvest(fp, collect, &harvest), 0);
	assert_int_equal(harvest.n, 3);
	assert_grant(&harvest.grants[0], 0x0a0000ff, 1, true);
	assert_grant(&harvest.grants[1], ADDR, 7, true);
	assert_grant(&harvest.grants[2], ADDR + 1, 8, false);
	/* fn ends the walk */
	harvest = (struct harvest){.answer = -ECANCELED};
	assert_int_equal(fastpath_harvest(fp, collect, &harvest), -ECANCELED);
	assert_int_equal(harvest.n, 1);
}

static void test_harvest_of_adopted(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	fill(fp);
	assert_filled(fp);
	fastpath_close(fp);
	fp = open_as(FASTPATH_ADOPTED);
	assert_filled(fp);
	fastpath_close(fp);
}

static void test_growth(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	struct harvest harvest = {0};
	uint32_t ids[N_MAPS];

	(void)state;
	for (unsigned i = 0; i < N_MAPS; i++)
		ids[i] = fastpath_map_id(fp, map_names[i]);
	fill(fp);
	fastpath_meta(fp)->newest_commit = 99;
	fastpath_policy(fp)[XDHCP_POLICY_GATES].closed = 1;
	fastpath_close(fp);

	fp = open_sized(2048, 64, FASTPATH_FOREIGN);
	assert_int_equal(fastpath_meta(fp)->newest_commit, 99);
	assert_null(fastpath_slot(fp, ADDR, false, NULL));
	assert_null(fastpath_slot(fp, ADDR, true, NULL));
	assert_int_equal(fastpath_barrier(fp), 0);
	assert_filled(fp);
	for (unsigned i = 0; i < N_MAPS; i++) /* nothing is lost by dying here */
		assert_int_equal(fastpath_map_id(fp, map_names[i]), ids[i]);

	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	for (unsigned i = 0; i < N_MAPS; i++)
		assert_int_not_equal(fastpath_map_id(fp, map_names[i]), ids[i]);
	assert_int_equal(fastpath_capacity(fp), 2048);
	assert_int_equal(fastpath_slots_used(fp), 0);
	assert_int_equal(fastpath_meta(fp)->newest_commit, 0);
	assert_int_equal(fastpath_harvest(fp, collect, &harvest), 0);
	assert_int_equal(harvest.n, 0);
	/* the operator's word outlives the maps */
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].closed, 1);
	assert_int_equal(fastpath_barrier(fp), 0);
	assert_true(fastpath_replace(fp, why, sizeof(why)) < 0);
	grant(fp, ADDR, 9);
	for (unsigned i = 0; i < N_MAPS; i++)
		ids[i] = fastpath_map_id(fp, map_names[i]);
	fastpath_close(fp);

	fp = open_sized(2048, 64, FASTPATH_ADOPTED);
	for (unsigned i = 0; i < N_MAPS; i++)
		assert_int_equal(fastpath_map_id(fp, map_names[i]), ids[i]);
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].closed, 1);
	assert_int_equal(fastpath_slot(fp, ADDR, false, NULL)->generation, 9);
	fastpath_close(fp);
}

static void test_died_before_replacing(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	fill(fp);
	fastpath_close(fp);
	fastpath_close(open_sized(2048, 64, FASTPATH_FOREIGN));
	/* whoever comes next finds it as it was */
	fp = open_sized(2048, 64, FASTPATH_FOREIGN);
	assert_filled(fp);
	fastpath_close(fp);
	fp = open_as(FASTPATH_ADOPTED);
	assert_filled(fp);
	fastpath_close(fp);
}

static void test_more_templates(void **state)
{
	(void)state;
	fastpath_close(open_as(FASTPATH_FRESH));
	fastpath_close(open_sized(1024, 65, FASTPATH_FOREIGN));
}

static void test_other_abi(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	fill(fp);
	fastpath_meta(fp)->abi = XDHCP_ABI_VERSION + 1;
	fastpath_meta(fp)->newest_commit = 99;
	fastpath_close(fp);
	fp = open_as(FASTPATH_FOREIGN);
	assert_int_equal(fastpath_meta(fp)->newest_commit, 99); /* whatever else is meant by it */
	assert_filled(fp);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	assert_int_equal(fastpath_meta(fp)->abi, XDHCP_ABI_VERSION);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

/* Slots of another size, as a later ABI may have them: the header is where it was. */
static void test_other_slot_size(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	struct slot slots[3];
	uint8_t wide[260];
	uint32_t at[3];
	int fd;

	(void)state;
	fill(fp);
	slots[0] = *fastpath_slot(fp, ADDR, false, &at[0]);
	slots[1] = *fastpath_slot(fp, ADDR + 1, false, &at[1]);
	slots[2] = *fastpath_slot(fp, 0x0a0000ff, false, &at[2]);
	fastpath_close(fp);

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "leases", 4, sizeof(wide), 1024, &opts);
	assert_true(fd >= 0);
	for (unsigned i = 0; i < 3; i++) {
		memset(wide, 0xee, sizeof(wide));
		memcpy(wide, &slots[i], 32);
		assert_int_equal(bpf_map_update_elem(fd, &at[i], wide, BPF_ANY), 0);
	}
	assert_int_equal(unlink(PINS "/leases"), 0);
	assert_int_equal(bpf_obj_pin(fd, PINS "/leases"), 0);
	close(fd);
	fp = open_as(FASTPATH_FOREIGN);
	assert_filled(fp);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	fastpath_close(fp);
}

/* ABI version 1 had its blocks in a hash; an upgrade from there forgets no grant either. */
static void test_abi_1(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t prefixes[] = {ADDR & ~0xffu, 0x0a000000, 0xc6336400}, first[3];
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "blocks", 4, 4, 64, &opts);

	(void)state;
	assert_true(fd >= 0);
	fill(fp);
	for (unsigned i = 0; i < 2; i++)
		assert_non_null(fastpath_slot(fp, prefixes[i], false, &first[i]));
	first[2] = 1u << 30; /* points outside */
	fastpath_meta(fp)->abi = 1;
	fastpath_close(fp);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t key = htobe32(prefixes[i]);

		assert_int_equal(bpf_map_update_elem(fd, &key, &first[i], BPF_ANY), 0);
	}
	assert_int_equal(unlink(PINS "/blocks"), 0);
	assert_int_equal(bpf_obj_pin(fd, PINS "/blocks"), 0);
	close(fd);
	fp = open_as(FASTPATH_FOREIGN);
	assert_filled(fp);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

static void test_incomplete(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_MAPS; i++) {
		char path[256];
		struct fastpath *fp;

		fastpath_close(open_as(i == 0 ? FASTPATH_FRESH : FASTPATH_ADOPTED));
		snprintf(path, sizeof(path), PINS "/%s", map_names[i]);
		assert_int_equal(unlink(path), 0);
		fp = open_as(FASTPATH_FOREIGN);
		assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
		fastpath_close(fp);
	}
}

/* A block that points outside is nothing to build on; what can be read of the rest is harvested. */
static void test_bad_block(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	const struct block block = {.prefix = {198, 51, 100, 0}, .first = 1024};
	uint32_t key = block_place(0xc6336400, fastpath_meta(fp)->block_shift);
	int fd = pinned("blocks");

	(void)state;
	fill(fp);
	assert_int_equal(bpf_map_update_elem(fd, &key, &block, BPF_ANY), 0);
	close(fd);
	fastpath_close(fp);
	fp = open_as(FASTPATH_FOREIGN);
	assert_filled(fp);
	fastpath_close(fp);
}

/* A directory of another size than meta says: the program would search beside it. */
static void test_bad_directory(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	fill(fp);
	fastpath_meta(fp)->block_shift--;
	fastpath_close(fp);
	fp = open_as(FASTPATH_FOREIGN);
	assert_filled(fp);
	fastpath_close(fp);
}

static void test_not_a_lease_cache(void **state)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 256};
	struct fastpath *fp = NULL;
	enum fastpath_found found;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "leases", 8, 8, 10, NULL);

	(void)state;
	assert_int_equal(bpf_obj_pin(fd, PINS "/leases"), 0);
	close(fd);
	assert_true(fastpath_open(&options, &fp, &found, why, sizeof(why)) < 0);
	assert_null(fp);
	assert_non_null(strstr(why, "is not a lease cache"));
	assert_true(is_pinned("leases"));
}

/* --- counters, barrier, iterator, gate --- */

static void count_verdicts(void)
{
	int cpus = libbpf_num_possible_cpus(), fd = pinned("verdicts");
	struct verdicts *each = calloc(cpus, sizeof(*each));
	uint32_t zero = 0;

	assert_non_null(each);
	for (int i = 0; i < cpus; i++) {
		each[i].ack_renewing = 10 + i;
		each[i].ack_selecting = 1;
		each[i].pass_form = 5;
		each[i].drop_internal = 1000;
	}
	assert_int_equal(bpf_map_update_elem(fd, &zero, each, BPF_ANY), 0);
	free(each);
	close(fd);
}

static void test_verdicts(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	unsigned cpus = libbpf_num_possible_cpus();
	struct verdicts sum;

	(void)state;
	count_verdicts();
	assert_int_equal(fastpath_verdicts(fp, &sum), 0);
	assert_int_equal(sum.ack_renewing, 10 * cpus + cpus * (cpus - 1) / 2);
	assert_int_equal(sum.pass_form, 5 * cpus);
	assert_int_equal(sum.ack_rebinding, 0);
	assert_int_equal(fastpath_acks(&sum), sum.ack_renewing + cpus);
	fastpath_close(fp);
}

static void *barriers(void *arg)
{
	struct fastpath *fp = arg;
	intptr_t failed = 0;

	for (unsigned i = 0; i < 20; i++)
		failed |= fastpath_barrier(fp);
	return (void *)failed;
}

static void test_barrier_from_another_thread(void **state)
{
	struct fastpath *fp;
	pthread_t thread;
	void *failed;

	(void)state;
	fastpath_close(open_as(FASTPATH_FRESH));
	fp = open_sized(65536, 64, FASTPATH_FOREIGN);
	assert_int_equal(pthread_create(&thread, NULL, barriers, fp), 0);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	for (uint32_t i = 0; i < 200; i++)
		grant(fp, (i + 1) << 8, i + 1);
	assert_int_equal(fastpath_barrier(fp), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	fastpath_close(fp);
}

/* Whole of leases_txt. */
static void read_leases_txt(char *buf, size_t cap)
{
	FILE *file = fopen(PINS "/leases_txt", "r");
	size_t len;

	assert_non_null(file);
	len = fread(buf, 1, cap - 1, file);
	buf[len] = '\0';
	fclose(file);
}

/* The id of the program behind leases_txt. */
static uint32_t iterator_program(void)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	int fd = pinned("leases_txt");

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	close(fd);
	return info.prog_id;
}

static void test_leases_txt(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	char text[4096];
	uint32_t before;

	(void)state;
	fill(fp);
	fastpath_close(fp); /* with no daemon */
	read_leases_txt(text, sizeof(text));
	assert_non_null(strstr(text, "192.0.2.5"));
	assert_non_null(strstr(text, "02:00:00:00:00:05"));
	assert_non_null(strstr(text, "10.0.0.255"));
	assert_null(strstr(text, "192.0.2.6")); /* closed */

	/* an adopter brings its own, also where there is none */
	before = iterator_program();
	fastpath_close(open_as(FASTPATH_ADOPTED));
	assert_int_not_equal(iterator_program(), before);
	assert_int_equal(unlink(PINS "/leases_txt"), 0);
	fastpath_close(open_as(FASTPATH_ADOPTED));
	read_leases_txt(text, sizeof(text));
	assert_non_null(strstr(text, "192.0.2.5"));

	/* of the new maps once they are replaced */
	fp = open_sized(2048, 64, FASTPATH_FOREIGN);
	read_leases_txt(text, sizeof(text));
	assert_non_null(strstr(text, "192.0.2.5"));
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	grant(fp, 0xc6336401, 1);
	read_leases_txt(text, sizeof(text));
	assert_null(strstr(text, "192.0.2.5"));
	assert_non_null(strstr(text, "198.51.100.1"));
	fastpath_close(fp);
	assert_false(is_pinned("leases_txt_new"));
}

static void test_operator_gate(void **state)
{
	struct fastpath *fp;

	(void)state;
	assert_int_equal(fastpath_operator_gate(PINS, true, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, PINS));
	fp = open_as(FASTPATH_FRESH);
	assert_int_equal(fastpath_operator_gate(PINS, true, why, sizeof(why)), 0);
	assert_int_not_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].closed, 0);
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].daemon_closed, 0);
	fastpath_close(fp);
	/* honoured at the next start */
	fp = open_as(FASTPATH_ADOPTED);
	assert_int_not_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].closed, 0);
	fastpath_close(fp);
	assert_int_equal(fastpath_operator_gate(PINS, false, why, sizeof(why)), 0);
	fp = open_as(FASTPATH_ADOPTED);
	assert_int_equal(fastpath_policy(fp)[XDHCP_POLICY_GATES].closed, 0);
	fastpath_close(fp);
}

static void test_status_offline(void **state)
{
	struct fastpath_offline status = {.abi = 77};
	struct fastpath *fp;

	(void)state;
	assert_int_equal(fastpath_status_offline(PINS, &status, why, sizeof(why)), -ENOENT);
	assert_int_equal(status.abi, 77);
	fp = open_as(FASTPATH_FRESH);
	grant(fp, ADDR, 1);
	fastpath_policy(fp)[XDHCP_POLICY_GATES].answer_until = 4711;
	fastpath_close(fp);
	count_verdicts();
	assert_int_equal(fastpath_operator_gate(PINS, true, why, sizeof(why)), 0);
	assert_int_equal(fastpath_status_offline(PINS, &status, why, sizeof(why)), 0);
	assert_int_equal(status.abi, XDHCP_ABI_VERSION);
	assert_int_equal(status.capacity, 1024);
	assert_int_equal(status.slots_used, 256);
	assert_true(status.operator_closed);
	assert_false(status.daemon_closed);
	assert_int_equal(status.answer_until, 4711);
	assert_int_equal(status.verdicts.pass_form, 5 * libbpf_num_possible_cpus());
	assert_int_equal(status.n_links, 0);

	fp = open_as(FASTPATH_ADOPTED);
	fastpath_meta(fp)->abi++;
	fastpath_close(fp);
	assert_int_equal(fastpath_status_offline(PINS, &status, why, sizeof(why)), -EPROTO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pins_set_up, pins_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fresh),
		TEST(test_two_sets_have_two_keys),
		TEST(test_adopted),
		TEST(test_slots_of_addresses),
		TEST(test_crash_while_making_a_block),
		TEST(test_moving_a_block),
		TEST(test_harvest_of_adopted),
		TEST(test_growth),
		TEST(test_died_before_replacing),
		TEST(test_more_templates),
		TEST(test_other_abi),
		TEST(test_other_slot_size),
		TEST(test_abi_1),
		TEST(test_incomplete),
		TEST(test_bad_block),
		TEST(test_bad_directory),
		TEST(test_not_a_lease_cache),
		TEST(test_verdicts),
		TEST(test_barrier_from_another_thread),
		TEST(test_leases_txt),
		TEST(test_operator_gate),
		TEST(test_status_offline),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("fastpath", tests, NULL, NULL);
}
