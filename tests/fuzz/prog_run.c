// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The corpus of fuzz_packet, and seeded mutations of it, with the kernel's XDP program beside the
 * one that is compiled for this machine (tests/dry), over the same maps: both must come to the same
 * (BPF_PROG_TEST_RUN). So all that the oracle says of the one holds of the other: a passed frame is
 * untouched (I4, I7), an answered one gets the daemon's answer (I2), within the credit (I1).
 *
 * Only the clocks differ: the kernel's is real and does not move with an exchange. Where our
 * program passes for want of credit, the kernel's may still answer; what it then sends is not
 * compared, and its grant ends before the one that would have been too long.
 *
 * ROUNDS and SEED in the environment replace the numbers below. Further arguments are files, or
 * directories of files: exchanges that once broke something. Needs root.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../common/environment.h"
#include "../common/random.h"
#include "../common/require.h"
#include "../dry/dry.h"
#include "exchange.h"
#include "exchanges.h"
#include "fuzz.h"
#include "net/directory.h"
#include "net/fastpath_private.h"
#include "xdhcp.skel.h"

#define ROUNDS	  10000
#define SEED	  20261122
#define SLOTS	  2048
#define TEMPLATES 64
#define SEEDS	  512
#define LEN_MAX	  2048

struct seed {
	uint8_t data[LEN_MAX];
	size_t len;
};

static struct seed seeds[SEEDS];
static unsigned n_seeds;
static struct xdhcp_bpf *skel;
static unsigned long runs, answers, out_of_credit;

/* In place of the doubles: the test's maps are the kernel's, whatever the linker says. */
int __real_bpf_prog_test_run_opts(int fd, struct bpf_test_run_opts *opts);

static void ran(const uint8_t *frame, size_t len, uint32_t action, const uint8_t *out,
		size_t out_len)
{
	static uint8_t kernels[4096];
	static uint64_t credit_before;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = kernels, .data_size_out = sizeof(kernels), .repeat = 1);
	bool no_credit = dry_maps.verdicts.pass_credit != credit_before;

	credit_before = dry_maps.verdicts.pass_credit;
	if (len < 14) /* the kernel runs nothing shorter than an Ethernet header */
		return;
	require(__real_bpf_prog_test_run_opts(bpf_program__fd(skel->progs.xdhcp), &opts) == 0);
	runs++;
	answers += opts.retval == XDP_TX;
	if (no_credit && opts.retval == XDP_TX) {
		out_of_credit++;
		return;
	}
	if (opts.retval != action || opts.data_size_out != out_len || memcmp(kernels, out, out_len))
		wrong("the kernel's program: action %u, %u bytes; ours: %u, %zu", opts.retval,
		      opts.data_size_out, action, out_len);
}

static void load_program(void)
{
	static struct dry_memory memory = {.n_slots = SLOTS, .n_templates = TEMPLATES};
	struct region leases, blocks, templates, policy, meta;
	uint32_t shift;

	skel = xdhcp_bpf__open();
	require(skel && !bpf_map__set_max_entries(skel->maps.leases, SLOTS) &&
		!bpf_map__set_max_entries(skel->maps.templates, TEMPLATES) &&
		!bpf_map__set_max_entries(skel->maps.blocks, directory_places(SLOTS, &shift)));
	if (xdhcp_bpf__load(skel))
		wrong("the program is not loaded (this test needs root): %s", strerror(errno));
	require(region_map(bpf_map__fd(skel->maps.leases), true, &leases) == 0);
	require(region_map(bpf_map__fd(skel->maps.blocks), true, &blocks) == 0);
	require(region_map(bpf_map__fd(skel->maps.templates), true, &templates) == 0);
	require(region_map(bpf_map__fd(skel->maps.policy), true, &policy) == 0);
	require(region_map(bpf_map__fd(skel->maps.data_meta), true, &meta) == 0);
	require(leases.stride == sizeof(struct slot) &&
		templates.stride == sizeof(struct template));
	memory.slots = (struct slot *)leases.base;
	memory.blocks = (struct block *)blocks.base;
	memory.templates = (struct template *)templates.base;
	memory.policy = (struct policy *)policy.base;
	memory.meta = (struct meta *)meta.base;
	memory.ran = ran;
	dry_memory = &memory;
}

/* --- exchanges --- */

static void add(const char *name, const uint8_t *data, size_t len)
{
	struct seed *seed = &seeds[n_seeds++];

	(void)name;
	require(n_seeds <= SEEDS && len <= LEN_MAX);
	memcpy(seed->data, data, len);
	seed->len = len;
}

static void add_file(const char *path)
{
	uint8_t data[LEN_MAX];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f)
		wrong("%s: %s", path, strerror(errno));
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	add(path, data, len);
}

static void add_files(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[1024];

	if (!dir) {
		add_file(path);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		add_file(name);
	}
	closedir(dir);
}

/* The kernel's second is never later than ours. */
static void run(const struct seed *seed)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	exchange_start = ((uint64_t)now.tv_sec + 2) * DRY_SECOND + DRY_SECOND / 2;
	LLVMFuzzerTestOneInput(seed->data, seed->len);
}

static void mutate_once(struct seed *s)
{
	const struct seed *other = &seeds[random_below(n_seeds)];
	size_t at = random_below((uint32_t)s->len), n = 1 + random_below(24), from;

	switch (random_below(5)) {
	case 0: /* a byte, small or any */
		s->data[at] = (uint8_t)random_below(random_below(2) ? 16 : 256);
		break;
	case 1:
		s->data[at] ^= (uint8_t)(1u << random_below(8));
		break;
	case 2: /* some are missing */
		n = n < s->len - at ? n : s->len - at - 1;
		memmove(s->data + at, s->data + at + n, s->len - at - n);
		s->len -= n;
		break;
	default: /* a piece of another exchange */
		from = random_below((uint32_t)other->len);
		n = n < other->len - from ? n : other->len - from;
		if (s->len + n > LEN_MAX)
			return;
		memmove(s->data + at + n, s->data + at, s->len - at);
		memcpy(s->data + at, other->data + from, n);
		s->len += n;
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds = from_environment("ROUNDS", ROUNDS),
		      seed = from_environment("SEED", SEED);

	exchanges_each(add);
	for (int i = 1; i < argc; i++)
		add_files(argv[i]);
	load_program();
	random_seed(seed | 1);
	printf("SEED=%lu ROUNDS=%lu\n", seed, rounds);
	for (unsigned i = 0; i < n_seeds; i++)
		run(&seeds[i]);
	for (unsigned long i = 0; i < rounds; i++) {
		struct seed s = seeds[random_below(n_seeds)];

		for (unsigned n = 1 + random_below(4); n > 0; n--)
			mutate_once(&s);
		run(&s);
	}
	printf("%u exchanges, %lu mutated: %lu runs of the kernel's program, %lu answered, %lu of "
	       "them beyond our clock's "
	       "credit\n",
	       n_seeds, rounds, runs, answers, out_of_credit);
	/* or there was nothing to compare */
	require(runs > 10 * rounds && answers > runs / 50 && out_of_credit < answers / 2);
	xdhcp_bpf__destroy(skel);
	return 0;
}
