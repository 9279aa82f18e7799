// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The maps as plain memory, and the way from an address to its slot.
 *
 * A /24 has 256 consecutive slots, given in the order in which addresses are
 * first used. This process's index of them (one load a level, no system call)
 * never goes stale: it has the lock, and so is the only one that gives. meta.slots_used is
 * raised before the block is inserted: a crash between the two wastes 256 slots, where the
 * other order would give the same ones twice. The same goes for a block that is moved: the old /24
 * loses it first. Where the directory has no place for a /24, it has no slots, and the daemon
 * answers its clients.
 *
 * What survives a crash: all but the index, which is read back from `blocks`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <endian.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "directory.h"
#include "fastpath_private.h"
#include "slots.h"

#define HARVEST_HEADER_LEN 32

_Static_assert(XDHCP_GRANT_OFFSET + 8 == HARVEST_HEADER_LEN, "ends with the grant");

int map_info(int fd, struct bpf_map_info *ret_info)
{
	uint32_t len = sizeof(*ret_info);

	memset(ret_info, 0, sizeof(*ret_info));
	return bpf_obj_get_info_by_fd(fd, ret_info, &len) < 0 ? -errno : 0;
}

int region_map(int fd, bool writable, struct region *ret_region)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct bpf_map_info info;
	struct region region = {0};
	void *base;
	int r = map_info(fd, &info);

	if (r < 0)
		return r;
	if (info.type != BPF_MAP_TYPE_ARRAY || !(info.map_flags & BPF_F_MMAPABLE))
		return -EMEDIUMTYPE;
	/* arrays keep their values on multiples of eight */
	region.stride = (info.value_size + 7) & ~7u;
	region.n = info.max_entries;
	region.len = ((size_t)region.stride * region.n + page - 1) / page * page;
	base = mmap(NULL, region.len, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	region.base = base;
	*ret_region = region;
	return 0;
}

void region_unmap(struct region *region)
{
	if (region->base)
		munmap(region->base, region->len);
	memset(region, 0, sizeof(*region));
}

/* As ABI version 1 has its blocks: a hash from a /24 to the number of its first slot. */
static bool is_hashed(int fd)
{
	struct bpf_map_info info;

	return map_info(fd, &info) == 0 && info.type == BPF_MAP_TYPE_HASH &&
	       info.key_size == sizeof(uint32_t) && info.value_size == sizeof(uint32_t);
}

/*
 * Of a foreign set: what harvesting needs (blocks are of this layout in every ABI version from 2
 * on), and meta, whose beginning is every version's.
 */
static int map_foreign(struct fastpath *fp)
{
	struct bpf_map_info info;
	int r;

	if (fp->maps[MAP_LEASES] >= 0) {
		r = region_map(fp->maps[MAP_LEASES], false, &fp->leases_map);
		if (r < 0)
			return r;
		if (fp->leases_map.stride < HARVEST_HEADER_LEN)
			return -EBADMSG;
	}
	if (fp->maps[MAP_BLOCKS] >= 0 && !is_hashed(fp->maps[MAP_BLOCKS])) {
		r = region_map(fp->maps[MAP_BLOCKS], false, &fp->blocks_map);
		if (r < 0)
			return r;
		if (fp->blocks_map.stride != sizeof(struct block))
			return -EBADMSG;
	}
	if (fp->maps[MAP_META] >= 0 && map_info(fp->maps[MAP_META], &info) == 0 &&
	    info.value_size >= XDHCP_META_FROZEN)
		(void)region_map(fp->maps[MAP_META], true, &fp->meta_map); /* or it is none */
	return 0;
}

int memory_map(struct fastpath *fp)
{
	int r;

	if (fp->found == FASTPATH_FOREIGN)
		return map_foreign(fp);
	r = region_map(fp->maps[MAP_LEASES], true, &fp->leases_map);
	if (r == 0)
		r = region_map(fp->maps[MAP_BLOCKS], true, &fp->blocks_map);
	if (r == 0)
		r = region_map(fp->maps[MAP_TEMPLATES], true, &fp->templates_map);
	if (r == 0)
		r = region_map(fp->maps[MAP_POLICY], true, &fp->policy_map);
	if (r == 0)
		r = region_map(fp->maps[MAP_META], true, &fp->meta_map);
	if (r < 0)
		memory_unmap(fp);
	return r;
}

void memory_unmap(struct fastpath *fp)
{
	region_unmap(&fp->leases_map);
	region_unmap(&fp->blocks_map);
	region_unmap(&fp->templates_map);
	region_unmap(&fp->policy_map);
	region_unmap(&fp->meta_map);
}

struct meta *fastpath_meta(struct fastpath *fp)
{
	return (struct meta *)fp->meta_map.base;
}

struct policy *fastpath_policy(struct fastpath *fp)
{
	return (struct policy *)fp->policy_map.base;
}

struct template *fastpath_templates(struct fastpath *fp, uint32_t *ret_n)
{
	*ret_n = fp->templates_map.n;
	return (struct template *)fp->templates_map.base;
}

uint32_t fastpath_capacity(const struct fastpath *fp)
{
	return fp->leases_map.n;
}

uint32_t fastpath_slots_used(const struct fastpath *fp)
{
	return fp->meta_map.base ? ((const struct meta *)fp->meta_map.base)->slots_used : 0;
}

const char *fastpath_map_name(unsigned i)
{
	return i < MAP_COUNT ? net_map_names[i] : NULL;
}

uint32_t fastpath_map_id(const struct fastpath *fp, const char *map)
{
	struct bpf_map_info info;

	for (unsigned i = 0; i < MAP_COUNT; i++)
		if (strcmp(net_map_names[i], map) == 0)
			return map_info(fp->maps[i], &info) < 0 ? 0 : info.id;
	return 0;
}

uint64_t fastpath_map_bytes(const struct fastpath *fp)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < MAP_COUNT; i++) {
		unsigned long long bytes;
		char path[40], line[80];
		FILE *info;

		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fp->maps[i]);
		info = fopen(path, "re");
		while (info && fgets(line, sizeof(line), info)) {
			if (sscanf(line, "memlock: %llu", &bytes) == 1)
				sum += bytes;
		}
		if (info)
			fclose(info);
	}
	return sum;
}

/* --- blocks --- */

static uint32_t *blocks_entry(struct block_index *blocks, uint32_t addr, bool make)
{
	uint32_t **of_16 = &blocks->of_16[addr >> 16];

	if (!*of_16 && make)
		*of_16 = calloc(256, sizeof(**of_16));
	return *of_16 ? &(*of_16)[addr >> 8 & 0xff] : NULL;
}

void blocks_free(struct block_index *blocks)
{
	if (!blocks)
		return;
	for (unsigned i = 0; i < 65536; i++)
		free(blocks->of_16[i]);
	free(blocks);
}

static int blocks_read_all(const struct region *places, uint32_t slots, bool lenient,
			   struct block_index *blocks)
{
	for (uint32_t i = 0; i < places->n; i++) {
		const uint8_t *at = places->base + (size_t)i * places->stride;
		struct block block;
		uint32_t prefix, *entry;

		memcpy(&block, at, sizeof(block));
		memcpy(&prefix, block.prefix, sizeof(prefix));
		if (prefix == 0 || prefix == UINT32_MAX) /* empty, or given away */
			continue;
		if (block.prefix[3] != 0 || block.first % XDHCP_BLOCK_SLOTS != 0 ||
		    block.first > slots - XDHCP_BLOCK_SLOTS) {
			if (lenient)
				continue;
			return -EBADMSG;
		}
		entry = blocks_entry(blocks, be32toh(prefix), true);
		if (!entry)
			return -ENOMEM;
		*entry = block.first + 1;
	}
	return 0;
}

int blocks_read(const struct region *places, uint32_t slots, bool lenient,
		struct block_index **ret_blocks)
{
	struct block_index *blocks = calloc(1, sizeof(*blocks));
	int r = 0;

	if (!blocks)
		return -ENOMEM;
	if (places && places->base && slots >= XDHCP_BLOCK_SLOTS)
		r = blocks_read_all(places, slots, lenient, blocks);
	if (r < 0) {
		blocks_free(blocks);
		return r;
	}
	*ret_blocks = blocks;
	return 0;
}

int blocks_read_hashed(int fd, uint32_t slots, struct block_index *blocks)
{
	uint32_t prefix, next, first, *entry;
	int r;

	if (fd < 0 || slots < XDHCP_BLOCK_SLOTS || !is_hashed(fd))
		return 0;
	for (r = bpf_map_get_next_key(fd, NULL, &next); r == 0;
	     r = bpf_map_get_next_key(fd, &prefix, &next)) {
		prefix = next;
		if (bpf_map_lookup_elem(fd, &prefix, &first) < 0)
			return -errno;
		if ((be32toh(prefix) & 0xff) != 0 || first % XDHCP_BLOCK_SLOTS != 0 ||
		    first > slots - XDHCP_BLOCK_SLOTS)
			continue;
		entry = blocks_entry(blocks, be32toh(prefix), true);
		if (!entry)
			return -ENOMEM;
		*entry = first + 1;
	}
	return errno == ENOENT ? 0 : -errno;
}

static struct slot *slot_at(const struct fastpath *fp, uint32_t at)
{
	return (struct slot *)(fp->leases_map.base + (size_t)at * fp->leases_map.stride);
}

static struct block *places(struct fastpath *fp)
{
	return (struct block *)fp->blocks_map.base;
}

/* Gives a /24 its slots. Negative errno: -ENOSPC, -EINVAL. */
static int block_make(struct fastpath *fp, uint32_t prefix, uint32_t *entry)
{
	struct meta *meta = fastpath_meta(fp);
	uint32_t first = meta->slots_used;
	int r;

	if (first > fp->leases_map.n || fp->leases_map.n - first < XDHCP_BLOCK_SLOTS)
		return -ENOSPC;
	__atomic_store_n(&meta->slots_used, first + XDHCP_BLOCK_SLOTS, __ATOMIC_SEQ_CST);
	r = directory_add(places(fp), meta->block_shift, prefix, first);
	if (r < 0) {
		/* not inserted, so nobody knows of these slots */
		__atomic_store_n(&meta->slots_used, first, __ATOMIC_SEQ_CST);
		return r;
	}
	*entry = first + 1;
	return 0;
}

int fastpath_block_next(const struct fastpath *fp, uint32_t prefix, uint32_t *ret_prefix)
{
	uint32_t low = prefix >> 8 & 0xff;

	for (uint32_t high = prefix >> 16; high < 65536; high++, low = 0) {
		const uint32_t *of_16 = fp->blocks->of_16[high];

		for (; of_16 && low < 256; low++) {
			if (of_16[low]) {
				*ret_prefix = high << 16 | low << 8;
				return 0;
			}
		}
	}
	return -ENOENT;
}

/*
 * A program that has found the block under its old /24 compares the address word, which
 * will be another's. Nobody's answer changes when nobody has an open slot there.
 */
int fastpath_block_move(struct fastpath *fp, uint32_t from, uint32_t to)
{
	uint32_t *old = blocks_entry(fp->blocks, from, false);
	uint32_t *new = blocks_entry(fp->blocks, to, true);
	uint32_t shift, first;
	int r;

	if (!new)
		return -ENOMEM;
	if (fp->found == FASTPATH_FOREIGN || !old || !*old || *new)
		return -EINVAL;
	first = *old - 1;
	for (uint32_t i = 0; i < XDHCP_BLOCK_SLOTS; i++) {
		if (slot_is_open(slot_at(fp, first + i)))
			return -EBUSY;
	}
	shift = fastpath_meta(fp)->block_shift;
	if (!directory_has_room(places(fp), shift, to))
		return -ENOSPC;
	r = directory_remove(places(fp), shift, from);
	if (r < 0)
		return r;
	*old = 0;
	memset(slot_at(fp, first), 0, (size_t)fp->leases_map.stride * XDHCP_BLOCK_SLOTS);
	r = directory_add(places(fp), shift, to, first);
	if (r < 0)
		return r;
	*new = first + 1;
	return 0;
}

struct slot *fastpath_slot(struct fastpath *fp, uint32_t addr, bool make, uint32_t *ret_index)
{
	uint32_t *entry, at;

	if (fp->found == FASTPATH_FOREIGN)
		return NULL;
	entry = blocks_entry(fp->blocks, addr, make);
	if (!entry)
		return NULL;
	if (*entry == 0 && (!make || block_make(fp, addr & ~0xffu, entry) < 0))
		return NULL;
	at = *entry - 1 + (addr & 0xff);
	if (ret_index)
		*ret_index = at;
	return slot_at(fp, at);
}

/* --- harvest --- */

/* By the harvest header alone: it is at the same place in every ABI version. */
static bool read_grant(const struct region *leases, uint32_t at, struct fastpath_grant *ret_grant)
{
	const uint8_t *base = leases->base + (size_t)at * leases->stride;
	const struct slot *slot = (const struct slot *)base;
	uint64_t word;
	uint32_t halves[2];

	if (slot->generation == 0)
		return false;
	ret_grant->open = __atomic_load_n((const uint32_t *)(uintptr_t)slot->addr,
					  __ATOMIC_ACQUIRE) != 0;
	memcpy(ret_grant->chaddr, slot->chaddr, sizeof(ret_grant->chaddr));
	ret_grant->link = slot->link;
	ret_grant->generation = slot->generation;
	ret_grant->ack_until = __atomic_load_n(&slot->ack_until, __ATOMIC_RELAXED);
	word = __atomic_load_n((const uint64_t *)(base + XDHCP_GRANT_OFFSET), __ATOMIC_ACQUIRE);
	memcpy(halves, &word, sizeof(halves));
	ret_grant->last = halves[0];
	ret_grant->granted_until = halves[1];
	return true;
}

static int harvest_block(const struct region *leases, uint32_t prefix, uint32_t first,
			 int (*fn)(void *arg, const struct fastpath_grant *grant), void *arg)
{
	for (uint32_t i = 0; i < XDHCP_BLOCK_SLOTS; i++) {
		struct fastpath_grant grant = {.addr = prefix | i};
		int r;

		if (!read_grant(leases, first + i, &grant))
			continue;
		r = fn(arg, &grant);
		if (r < 0)
			return r;
	}
	return 0;
}

int fastpath_harvest(struct fastpath *fp, int (*fn)(void *arg, const struct fastpath_grant *grant),
		     void *arg)
{
	if (!fp->leases_map.base)
		return 0;
	for (uint32_t high = 0; high < 65536; high++) {
		const uint32_t *of_16 = fp->blocks->of_16[high];

		for (uint32_t low = 0; of_16 && low < 256; low++) {
			int r = of_16[low] == 0
					? 0
					: harvest_block(&fp->leases_map, high << 16 | low << 8,
							of_16[low] - 1, fn, arg);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* --- counters --- */

int verdicts_sum(int fd, struct verdicts *ret_sum)
{
	int cpus = libbpf_num_possible_cpus();
	struct verdicts *each;
	uint64_t *sum = (uint64_t *)ret_sum;
	uint32_t zero = 0;

	if (cpus < 0)
		return cpus;
	each = calloc(cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, each) < 0) {
		int r = -errno;

		free(each);
		return r;
	}
	memset(ret_sum, 0, sizeof(*ret_sum));
	for (int cpu = 0; cpu < cpus; cpu++)
		for (unsigned i = 0; i < XDHCP_VERDICT_COUNT; i++)
			sum[i] += ((const uint64_t *)&each[cpu])[i];
	free(each);
	return 0;
}

int fastpath_verdicts(const struct fastpath *fp, struct verdicts *ret_sum)
{
	if (fp->found == FASTPATH_FOREIGN)
		return -EPROTO;
	return verdicts_sum(fp->maps[MAP_VERDICTS], ret_sum);
}

static uint64_t sum_from(const struct verdicts *sum, unsigned first, unsigned end)
{
	uint64_t n = 0;

	for (unsigned i = first; i < end; i++)
		n += ((const uint64_t *)sum)[i];
	return n;
}

uint64_t fastpath_acks(const struct verdicts *sum)
{
	return sum_from(sum, 0, XDHCP_VERDICT_FIRST_PASS);
}

uint64_t fastpath_drops(const struct verdicts *sum)
{
	return sum_from(sum, XDHCP_VERDICT_FIRST_DROP, XDHCP_VERDICT_COUNT);
}
