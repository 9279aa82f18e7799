// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The doubles of what user/net asks the kernel for (dry.h): the maps are memory, a barrier has
 * passed at once, since no program runs meanwhile. Slots, blocks and templates
 * are kept by user/net itself.
 */
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "../common/require.h"
#include "daemon/daemon.h"
#include "dry.h"
#include "net/directory.h"
#include "net/fastpath_private.h"

#define TEMPLATES 1024

int __wrap_fastpath_lock(const char *pin_path, int *ret_lock, int *ret_holder, char *why,
			 size_t why_len);
int __wrap_fastpath_open(const struct fastpath_options *options, struct fastpath **ret_fastpath,
			 enum fastpath_found *ret_found, char *why, size_t why_len);
void __wrap_fastpath_close(struct fastpath *fp);
int __wrap_fastpath_remove(const char *pin_path, char *why, size_t why_len);
int __wrap_fastpath_barrier(struct fastpath *fp);
int __wrap_fastpath_verdicts(const struct fastpath *fp, struct verdicts *ret_sum);
int __wrap_bpf_prog_test_run_opts(int fd, struct bpf_test_run_opts *opts);
uint32_t __wrap_boot_seconds(void);
int64_t __wrap_monotonic_microseconds(void);
void __wrap_wait_microseconds(int64_t us);

/* Kept from one fast path to the next: a fuzzer opens a thousand a second. */
static struct policy policy_records[XDHCP_POLICY_ENTRIES];
static struct block_index *block_index;

static struct region region_of(void *base, size_t stride, uint32_t n)
{
	require(base != NULL);
	return (struct region){.base = base, .len = n * stride, .stride = stride, .n = n};
}

static struct region region(size_t stride, uint32_t n)
{
	return region_of(calloc(n, stride), stride, n);
}

/* No /24 has slots any more. */
static void forget_blocks(void)
{
	for (uint32_t i = 0; i < dry_maps.n_places; i++) {
		const uint8_t *prefix = dry_maps.blocks[i].prefix;
		unsigned high = (unsigned)prefix[0] << 8 | prefix[1];

		free(block_index->of_16[high]);
		block_index->of_16[high] = NULL;
	}
}

static void own(struct fastpath *fp, uint32_t slots, uint32_t places, uint32_t templates)
{
	fp->leases_map = region(sizeof(struct slot), slots);
	fp->blocks_map = region(sizeof(struct block), places);
	fp->templates_map = region(sizeof(struct template), templates);
	memset(policy_records, 0, sizeof(policy_records));
	fp->policy_map = region_of(policy_records, sizeof(struct policy), XDHCP_POLICY_ENTRIES);
	fp->meta_map = region(sizeof(struct meta), 1);
}

static void borrow(struct fastpath *fp, uint32_t slots, uint32_t places, uint32_t templates)
{
	const struct dry_memory *m = dry_memory;

	require(slots <= m->n_slots && templates <= m->n_templates);
	memset(m->slots, 0, slots * sizeof(*m->slots));
	memset(m->blocks, 0, places * sizeof(*m->blocks));
	memset(m->templates, 0, templates * sizeof(*m->templates));
	memset(m->policy, 0, XDHCP_POLICY_ENTRIES * sizeof(*m->policy));
	fp->leases_map = region_of(m->slots, sizeof(*m->slots), slots);
	fp->blocks_map = region_of(m->blocks, sizeof(*m->blocks), places);
	fp->templates_map = region_of(m->templates, sizeof(*m->templates), templates);
	fp->policy_map = region_of(m->policy, sizeof(*m->policy), XDHCP_POLICY_ENTRIES);
	fp->meta_map = region_of(m->meta, sizeof(*m->meta), 1);
}

int __wrap_fastpath_lock(const char *pin_path, int *ret_lock, int *ret_holder, char *why,
			 size_t why_len)
{
	(void)pin_path, (void)ret_holder, (void)why, (void)why_len;
	*ret_lock = -1;
	return 0;
}

int __wrap_fastpath_open(const struct fastpath_options *options, struct fastpath **ret_fastpath,
			 enum fastpath_found *ret_found, char *why, size_t why_len)
{
	struct fastpath *fp = calloc(1, sizeof(*fp));
	uint32_t templates = options->templates ? options->templates : TEMPLATES;
	uint32_t places, shift;

	(void)why, (void)why_len;
	require(fp && !dry_maps.slots); /* one at a time */
	fp->found = FASTPATH_FRESH;
	fp->program = -1;
	places = directory_places(options->slots, &shift);
	if (dry_memory)
		borrow(fp, options->slots, places, templates);
	else
		own(fp, options->slots, places, templates);
	require(block_index || blocks_read(NULL, 0, false, &block_index) == 0);
	fp->blocks = block_index;
	dry_maps = (struct dry_maps){
		.slots = (struct slot *)fp->leases_map.base,
		.templates = (struct template *)fp->templates_map.base,
		.policy = (struct policy *)fp->policy_map.base,
		.meta = (struct meta *)fp->meta_map.base,
		.blocks = (struct block *)fp->blocks_map.base,
		.n_slots = options->slots,
		.n_places = places,
		.n_templates = templates,
	};
	*dry_maps.meta = (struct meta){.abi = XDHCP_ABI_VERSION,
				       .slots = options->slots,
				       .block_shift = shift,
				       .hash_key = {0x0123456789abcdef, 0xfedcba9876543210}};
	*ret_fastpath = fp;
	*ret_found = FASTPATH_FRESH;
	return 0;
}

void __wrap_fastpath_close(struct fastpath *fp)
{
	forget_blocks();
	if (!dry_memory) {
		free(fp->leases_map.base);
		free(fp->blocks_map.base);
		free(fp->templates_map.base);
		free(fp->meta_map.base);
	}
	free(fp);
	dry_maps = (struct dry_maps){0};
}

int __wrap_fastpath_remove(const char *pin_path, char *why, size_t why_len)
{
	(void)pin_path, (void)why, (void)why_len;
	return 0;
}

int __wrap_fastpath_barrier(struct fastpath *fp)
{
	(void)fp;
	return 0;
}

int __wrap_fastpath_verdicts(const struct fastpath *fp, struct verdicts *ret_sum)
{
	(void)fp;
	*ret_sum = dry_maps.verdicts;
	return 0;
}

int __wrap_bpf_prog_test_run_opts(int fd, struct bpf_test_run_opts *opts)
{
	size_t len;

	(void)fd;
	opts->retval = dry_xdp(opts->data_in, opts->data_size_in, opts->data_out,
			       opts->data_size_out, &len);
	opts->data_size_out = (__u32)len;
	return 0;
}

int64_t dry_microseconds = 1000000;
void (*dry_wait)(int64_t us);

int64_t __wrap_monotonic_microseconds(void)
{
	static int64_t now;

	return now += dry_microseconds;
}

void __wrap_wait_microseconds(int64_t us)
{
	if (!dry_wait)
		abort();
	dry_wait(us);
}

uint32_t __wrap_boot_seconds(void)
{
	return (uint32_t)(dry_clock / DRY_SECOND);
}
