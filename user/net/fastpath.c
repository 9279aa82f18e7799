// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Opening: what lies under the pins is made (FRESH), taken over (ADOPTED) or
 * set aside (FOREIGN).
 *
 * Maps are adopted only if an address's slot means the same to us, to them
 * and to every program that is running: same types, sizes and flags, same
 * ABI, large enough, and each pinned link's program uses these very maps.
 * A set is whole once meta is pinned, which is last; anything less is foreign.
 *
 * What survives a crash here: a FRESH set that is not whole is foreign and
 * empty at the next start. A FOREIGN one is as it was, but answers nothing, until
 * fastpath_replace() has loaded its successor; from then on it has been harvested.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "directory.h"
#include "fastpath_private.h"
#include "xdhcp.skel.h"

#define SLOTS_MAX	  (1u << 27) /* 24 GiB; block.first and lengths stay far from overflow */
#define TEMPLATES_DEFAULT 8192u

/* --- the object --- */

static struct bpf_map *skeleton_map(struct fastpath *fp, enum net_map map)
{
	/* that of a variable has its section's name */
	return map == MAP_META
		       ? fp->skeleton->maps.data_meta
		       : bpf_object__find_map_by_name(fp->skeleton->obj, net_map_names[map]);
}

static int object_size(struct fastpath *fp)
{
	uint32_t shift, places = directory_places(fp->slots, &shift);
	int r = 0;

	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map *map = skeleton_map(fp, i);

		if (!map)
			return -ENOENT;
		bpf_map__set_pin_path(map, NULL);
	}
	r = r < 0 ? r : bpf_map__set_max_entries(skeleton_map(fp, MAP_LEASES), fp->slots);
	r = r < 0 ? r : bpf_map__set_max_entries(skeleton_map(fp, MAP_BLOCKS), places);
	r = r < 0 ? r : bpf_map__set_max_entries(skeleton_map(fp, MAP_TEMPLATES), fp->templates);
	return r;
}

/* The program as it is in this binary, sized as wanted, not yet in the kernel. */
static int object_open(struct fastpath *fp, char *why, size_t why_len)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	int r;

	fp->verifier_log = malloc(VERIFIER_LOG_LEN);
	if (!fp->verifier_log)
		return net_why_errno(why, why_len, -ENOMEM, "the XDP program");
	fp->verifier_log[0] = '\0';
	opts.kernel_log_buf = fp->verifier_log;
	opts.kernel_log_size = VERIFIER_LOG_LEN;
	fp->skeleton = xdhcp_bpf__open_opts(&opts);
	r = fp->skeleton ? object_size(fp) : -errno;
	return r < 0 ? net_why_errno(why, why_len, r, "the XDP program") : 0;
}

const char *verifier_refusal(char *log)
{
	const char *said = "";

	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (*line && strncmp(line, "processed ", 10) != 0 &&
		    strncmp(line, "verification time ", 18) != 0 &&
		    strncmp(line, "stack depth ", 12) != 0)
			said = line;
	return said;
}

static int object_load(struct fastpath *fp, char *why, size_t why_len)
{
	int r = xdhcp_bpf__load(fp->skeleton);

	if (r < 0) {
		const char *said = verifier_refusal(fp->verifier_log);

		if (*said)
			return net_why(why, why_len, r,
				       "the kernel refuses the XDP program: %s (%s)", said,
				       strerror(-r));
		if (r == -ENOMEM || r == -E2BIG)
			return net_why(why, why_len, r,
				       "no memory for a lease cache of %u addresses (%zu MiB): "
				       "lower fast-path.max-entries",
				       fp->slots, (fp->slots * sizeof(struct slot)) >> 20);
		return net_why_errno(why, why_len, r, "loading the XDP program and its maps");
	}
	free(fp->verifier_log);
	fp->verifier_log = NULL;
	fp->program = bpf_program__fd(fp->skeleton->progs.xdhcp);
	return 0;
}

/* --- a fresh set --- */

static int read_boot_id(uint8_t ret_id[16])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	uint8_t id[16];
	unsigned n = 0;

	if (!file)
		return -errno;
	while (n < 16 && fscanf(file, "%2hhx", &id[n]) == 1) {
		int c = fgetc(file);

		n++;
		if (c != '-' && c != EOF)
			ungetc(c, file);
	}
	fclose(file);
	if (n != 16)
		return -EBADMSG;
	memcpy(ret_id, id, 16);
	return 0;
}

/* Of the gates' record: nothing is answered, as answer_until is 0. */
static void init_gates(struct policy *gates)
{
	gates->kind = XDHCP_POLICY_GATE;
	strncpy(gates->name, "gates", sizeof(gates->name) - 1);
}

/* Before the set is pinned and before any program runs on it. */
static int init_set(struct fastpath *fp, bool operator_closed)
{
	struct policy *gates = fastpath_policy(fp) + XDHCP_POLICY_GATES;
	struct meta *meta = fastpath_meta(fp);
	int r;

	init_gates(gates);
	gates->closed = operator_closed;

	meta->abi = XDHCP_ABI_VERSION;
	meta->slots = fp->leases_map.n;
	directory_places(fp->slots, &meta->block_shift);
	r = read_boot_id(meta->boot_id);
	if (r < 0)
		return r;
	if (getrandom(meta->hash_key, sizeof(meta->hash_key), 0) != sizeof(meta->hash_key))
		return -errno;
	return 0;
}

static int pin_set(struct fastpath *fp)
{
	char path[PATH_MAX];
	int r;

	for (int i = 0; i < MAP_COUNT; i++) {
		r = pins_path(path, fp->pin_path, net_map_names[i]);
		if (r == 0)
			r = pins_remove(fp->pin_path, net_map_names[i]);
		if (r < 0)
			return r;
		if (bpf_obj_pin(fp->maps[i], path) < 0)
			return -errno;
	}
	return 0;
}

static void close_maps(struct fastpath *fp)
{
	memory_unmap(fp);
	blocks_free(fp->blocks);
	fp->blocks = NULL;
	for (int i = 0; i < MAP_COUNT; i++) {
		if (fp->maps[i] >= 0)
			close(fp->maps[i]);
		fp->maps[i] = -1;
	}
}

/*
 * Was the operator's gate closed in a set of whatever ABI? It is at the same place in all of
 * them.
 */
static bool operator_closed(const struct fastpath *fp)
{
	struct region policy;
	bool closed;

	if (fp->maps[MAP_POLICY] < 0 || region_map(fp->maps[MAP_POLICY], false, &policy) < 0)
		return false;
	closed = policy.n > 0 && policy.stride >= 2 * sizeof(uint32_t) &&
		 ((const struct policy *)policy.base)->closed != 0;
	region_unmap(&policy);
	return closed;
}

/* Loads, initialises and pins a new set. What was pinned goes only when the new one is loaded. */
static int make_set(struct fastpath *fp, char *why, size_t why_len)
{
	bool closed = operator_closed(fp);
	int r = object_load(fp, why, why_len);

	if (r < 0)
		return r;
	close_maps(fp);
	fp->found = FASTPATH_FRESH;
	for (int i = 0; r == 0 && i < MAP_COUNT; i++) {
		fp->maps[i] = fcntl(bpf_map__fd(skeleton_map(fp, i)), F_DUPFD_CLOEXEC, 3);
		if (fp->maps[i] < 0)
			r = -errno;
	}
	if (r == 0)
		r = memory_map(fp);
	if (r == 0)
		r = blocks_read(NULL, 0, false, &fp->blocks);
	if (r == 0)
		r = init_set(fp, closed);
	/* first of all, so that an interrupted set is never whole */
	if (r == 0)
		r = pins_remove(fp->pin_path, net_map_names[MAP_META]);
	if (r == 0)
		r = leases_txt_pin(fp, bpf_program__fd(fp->skeleton->progs.leases_txt));
	if (r == 0)
		r = pin_set(fp);
	if (r < 0)
		return net_why_errno(why, why_len, r, fp->pin_path);
	atomic_store(&fp->barrier_outer, fp->maps[MAP_BARRIER]);
	return 0;
}

/* --- what is pinned --- */

/* Returns how many of our maps are pinned. */
static int open_pinned(struct fastpath *fp)
{
	int n = 0;

	for (int i = 0; i < MAP_COUNT; i++) {
		int fd = pins_get(fp->pin_path, net_map_names[i]);

		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return fd;
		fp->maps[i] = fd;
		n++;
	}
	return n;
}

static bool map_fits(struct fastpath *fp, enum net_map i, uint32_t *ret_id)
{
	const struct bpf_map *ours = skeleton_map(fp, i);
	struct bpf_map_info info;

	if (map_info(fp->maps[i], &info) < 0)
		return false;
	*ret_id = info.id;
	return info.type == bpf_map__type(ours) && info.key_size == bpf_map__key_size(ours) &&
	       info.value_size == bpf_map__value_size(ours) &&
	       info.map_flags == bpf_map__map_flags(ours) &&
	       info.max_entries >= bpf_map__max_entries(ours);
}

struct uses {
	struct fastpath *fp;
	uint32_t ids[2];
};

/* 0: this link's program uses our maps. -ESTALE: it does not. */
static int link_uses(void *arg, const char *name, uint32_t ifindex)
{
	struct uses *uses = arg;
	int fd = pins_get(uses->fp->pin_path, name), r;

	(void)ifindex;
	if (fd < 0)
		return fd;
	r = link_uses_maps(fd, uses->ids, 2);
	close(fd);
	return r < 0 ? r : r == 0 ? -ESTALE : 0;
}

static int dispatched_uses(void *arg, const char *name, uint32_t ifindex)
{
	struct uses *uses = arg;

	return dispatcher_uses(uses->fp->pin_path, name, ifindex, uses->ids);
}

/* 1: adoptable, with the memory mapped and blocks read. 0: foreign. Negative errno. */
static int adoptable(struct fastpath *fp, int pinned)
{
	struct uses uses = {.fp = fp};
	uint32_t ids[MAP_COUNT];
	const struct meta *meta;
	int r;

	if (pinned != MAP_COUNT)
		return 0;
	for (int i = 0; i < MAP_COUNT; i++)
		if (!map_fits(fp, i, &ids[i]))
			return 0;
	uses.ids[0] = ids[MAP_LEASES];
	uses.ids[1] = ids[MAP_POLICY];
	r = pins_each_link(fp->pin_path, link_uses, &uses);
	if (r >= 0)
		r = pins_each(fp->pin_path, PIN_DISPATCHER, dispatched_uses, &uses);
	if (r < 0)
		return r == -ESTALE ? 0 : r;

	fp->found = FASTPATH_ADOPTED;
	r = memory_map(fp);
	if (r < 0)
		return r;
	meta = fastpath_meta(fp);
	r = meta->abi == XDHCP_ABI_VERSION && meta->slots == fp->leases_map.n &&
			    fp->blocks_map.n == directory_places_of(meta->block_shift)
		    ? 1
		    : 0;
	if (r == 1) {
		r = blocks_read(&fp->blocks_map, fp->leases_map.n, false, &fp->blocks);
		r = r == 0 ? 1 : r == -EBADMSG ? 0 : r;
	}
	if (r == 0)
		memory_unmap(fp);
	return r;
}

static int adopt(struct fastpath *fp, char *why, size_t why_len)
{
	int r = 0;

	for (int i = 0; r == 0 && i < MAP_COUNT; i++)
		r = bpf_map__reuse_fd(skeleton_map(fp, i), fp->maps[i]);
	if (r < 0)
		return net_why_errno(why, why_len, r, "taking over the pinned maps");
	r = object_load(fp, why, why_len);
	if (r < 0)
		return r;
	/* `closed` is the operator's and stays as it is */
	init_gates(fastpath_policy(fp) + XDHCP_POLICY_GATES);
	r = leases_txt_pin(fp, bpf_program__fd(fp->skeleton->progs.leases_txt));
	if (r < 0)
		return net_why_errno(why, why_len, r, "leases_txt");
	atomic_store(&fp->barrier_outer, fp->maps[MAP_BARRIER]);
	return 0;
}

static int set_aside(struct fastpath *fp, char *why, size_t why_len)
{
	uint32_t slots;
	int r;

	fp->found = FASTPATH_FOREIGN;
	r = links_neutralise(fp);
	if (r == 0)
		r = dispatchers_neutralise(fp->pin_path);
	if (r == 0)
		r = fastpath_barrier(fp);
	if (r < 0)
		return net_why_errno(why, why_len, r, "stopping the program that is attached");
	r = memory_map(fp);
	slots = fp->leases_map.n;
	if (r == 0)
		r = blocks_read(&fp->blocks_map, slots, true, &fp->blocks);
	if (r == 0)
		r = blocks_read_hashed(fp->maps[MAP_BLOCKS], slots, fp->blocks);
	if (r < 0)
		return net_why(why, why_len, r,
			       "what is pinned under %s is not a lease cache (%s): remove it, or "
			       "set another fast-path.pin-path",
			       fp->pin_path, strerror(-r));
	return 0;
}

static int count_link(void *arg, const char *name, uint32_t ifindex)
{
	(void)arg;
	(void)name;
	(void)ifindex;
	return 0;
}

static int open_set(struct fastpath *fp, char *why, size_t why_len)
{
	int pinned, links, r;

	r = pins_check(fp->pin_path, why, why_len);
	if (r < 0)
		return r;
	r = object_open(fp, why, why_len);
	if (r < 0)
		return r;
	r = barrier_make(&fp->barrier_inner, &fp->barrier_private);
	if (r < 0)
		return net_why_errno(why, why_len, r, "making BPF maps");
	atomic_store(&fp->barrier_outer, fp->barrier_private);

	pinned = open_pinned(fp);
	links = pinned < 0 ? pinned : pins_each_link(fp->pin_path, count_link, NULL);
	if (links == 0)
		links = pins_each(fp->pin_path, PIN_DISPATCHER, count_link, NULL);
	if (links < 0)
		return net_why_errno(why, why_len, links, fp->pin_path);
	if (pinned == 0 && links == 0)
		return make_set(fp, why, why_len);
	r = adoptable(fp, pinned);
	if (r == -EPERM)
		return net_why(why, why_len, r,
			       "%s: seeing which maps the attached program uses needs "
			       "CAP_SYS_ADMIN: run as root",
			       fp->pin_path);
	if (r < 0)
		return net_why_errno(why, why_len, r, fp->pin_path);
	return r == 1 ? adopt(fp, why, why_len) : set_aside(fp, why, why_len);
}

/* --- the contract --- */

int fastpath_open(const struct fastpath_options *options, struct fastpath **ret_fastpath,
		  enum fastpath_found *ret_found, char *why, size_t why_len)
{
	libbpf_print_fn_t print;
	struct fastpath *fp;
	int r;

	if (options->slots > SLOTS_MAX || options->templates > 1u << XDHCP_TEMPLATE_BITS)
		return net_why(why, why_len, -EINVAL, "a lease cache of %u addresses is too large",
			       options->slots);
	fp = calloc(1, sizeof(*fp));
	if (!fp)
		return net_why_errno(why, why_len, -ENOMEM, options->pin_path);
	fp->program = fp->barrier_inner = fp->barrier_private = -1;
	for (int i = 0; i < MAP_COUNT; i++)
		fp->maps[i] = -1;
	fp->slots = (options->slots + XDHCP_BLOCK_SLOTS - 1) / XDHCP_BLOCK_SLOTS *
		    XDHCP_BLOCK_SLOTS;
	if (fp->slots == 0)
		fp->slots = XDHCP_BLOCK_SLOTS;
	fp->templates = options->templates ? options->templates : TEMPLATES_DEFAULT;
	fp->dispatcher = options->dispatcher;
	fp->priority = options->priority;
	fp->pin_path = strdup(options->pin_path);

	/* what libbpf has to say, `why` says */
	print = libbpf_set_print(NULL);
	r = fp->pin_path ? open_set(fp, why, why_len)
			 : net_why_errno(why, why_len, -ENOMEM, options->pin_path);
	libbpf_set_print(print);
	if (r < 0) {
		fastpath_close(fp);
		return r;
	}
	*ret_fastpath = fp;
	*ret_found = fp->found;
	return 0;
}

int fastpath_replace(struct fastpath *fp, char *why, size_t why_len)
{
	libbpf_print_fn_t print;
	int r;

	if (fp->found != FASTPATH_FOREIGN)
		return net_why(why, why_len, -EPROTO, "the maps are ours already");
	print = libbpf_set_print(NULL);
	r = make_set(fp, why, why_len);
	libbpf_set_print(print);
	return r;
}

void fastpath_close(struct fastpath *fp)
{
	if (!fp)
		return;
	close_maps(fp);
	if (fp->skeleton)
		xdhcp_bpf__destroy(fp->skeleton);
	if (fp->barrier_inner >= 0)
		close(fp->barrier_inner);
	if (fp->barrier_private >= 0)
		close(fp->barrier_private);
	free(fp->verifier_log);
	free(fp->dispatched);
	free(fp->pin_path);
	free(fp);
}
