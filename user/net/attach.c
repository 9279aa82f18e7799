// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Links: the program on its interfaces. One pinned bpf_link an interface, so
 * that the program stays when this process goes, and so that the next one exchanges the
 * program in place, with no moment without one and no reset of the NIC.
 *
 * An ifindex is a number of one network namespace and is used again there. A
 * pinned link counts as the link of an interface only if the kernel says that
 * this interface, seen from here, runs that very program; else it is stale.
 *
 * What survives a crash: a link is there from bpf_link_create() on, but outlives this
 * process only once it is pinned; a crash between the two detaches it.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "fastpath_private.h"

#define LINK_NAME_LEN 24

static void link_name(char buf[LINK_NAME_LEN], uint32_t ifindex)
{
	snprintf(buf, LINK_NAME_LEN, PIN_LINK_PREFIX "%u", ifindex);
}

static int link_info(int fd, struct bpf_link_info *ret_info)
{
	uint32_t len = sizeof(*ret_info);

	memset(ret_info, 0, sizeof(*ret_info));
	return bpf_obj_get_info_by_fd(fd, ret_info, &len) < 0 ? -errno : 0;
}

/* The ids of the maps a program uses; *ret_ids malloc'ed. Returns how many or negative errno. */
static int program_maps(uint32_t program_id, uint32_t **ret_ids)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info), n;
	uint32_t *ids = NULL;
	int fd, r = 0;

	fd = bpf_prog_get_fd_by_id(program_id);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		r = -errno;
	n = info.nr_map_ids;
	if (r == 0 && n > 0) {
		ids = calloc(n, sizeof(*ids));
		memset(&info, 0, sizeof(info));
		info.nr_map_ids = n;
		info.map_ids = (uintptr_t)ids;
		len = sizeof(info);
		if (!ids)
			r = -ENOMEM;
		else if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
			r = -errno;
	}
	close(fd);
	if (r < 0) {
		free(ids);
		return r;
	}
	*ret_ids = ids;
	return n;
}

int link_uses_maps(int link_fd, const uint32_t *ids, unsigned n)
{
	struct bpf_link_info info;
	uint32_t *used = NULL;
	unsigned found = 0;
	int r = link_info(link_fd, &info);

	if (r < 0)
		return r;
	r = program_maps(info.prog_id, &used);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < n; i++)
		for (int j = 0; j < r; j++)
			if (used[j] == ids[i]) {
				found++;
				break;
			}
	free(used);
	return found == n;
}

/* What runs on an interface, as seen from this namespace. */
static int attached(uint32_t ifindex, enum fastpath_attach_mode *ret_mode, uint32_t *ret_program)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int r = bpf_xdp_query(ifindex, 0, &query);

	if (r < 0)
		return r;
	switch (query.attach_mode) {
	case XDP_ATTACHED_DRV:
		*ret_mode = FASTPATH_NATIVE;
		break;
	case XDP_ATTACHED_SKB:
		*ret_mode = FASTPATH_GENERIC;
		break;
	default: /* none, on the NIC itself, or several: no link of ours */
		return -ENOENT;
	}
	*ret_program = query.prog_id;
	return 0;
}

static int is_xdhcp(uint32_t id)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);
	int fd, r;

	if (!id)
		return 0;
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return errno == ENOENT ? 0 : -EPERM;
	r = bpf_obj_get_info_by_fd(fd, &info, &len) < 0 ? -EPERM : !strcmp(info.name, "xdhcp");
	close(fd);
	return r;
}

int fastpath_answers(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	uint32_t ids[4];
	int r = 0;

	if (bpf_xdp_query(ifindex, 0, &query) < 0)
		return 0;
	ids[0] = query.prog_id;
	ids[1] = query.drv_prog_id;
	ids[2] = query.skb_prog_id;
	ids[3] = query.hw_prog_id;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && r != 1; i++) {
		int one = is_xdhcp(ids[i]);

		if (one)
			r = one;
	}
	return r;
}

/* Gives the pinned link our program. -ENOENT: it is stale, or of the other mode. */
static int link_update(int link_fd, uint32_t ifindex, enum fastpath_attach_mode mode, int program)
{
	enum fastpath_attach_mode is_mode;
	struct bpf_link_info info;
	uint32_t runs;

	if (link_info(link_fd, &info) < 0 || info.type != BPF_LINK_TYPE_XDP ||
	    info.xdp.ifindex != ifindex)
		return -ENOENT;
	if (attached(ifindex, &is_mode, &runs) < 0 || is_mode != mode || runs != info.prog_id)
		return -ENOENT;
	return bpf_link_update(link_fd, program, NULL) < 0 ? -errno : 0;
}

static int link_create(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		       const char *name)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = mode == FASTPATH_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	char path[PATH_MAX];
	int fd, r;

	r = pins_path(path, fp->pin_path, name);
	if (r < 0)
		return r;
	fd = bpf_link_create(fp->program, ifindex, BPF_XDP, &opts);
	if (fd < 0) {
		char unused[IF_NAMESIZE];

		r = -errno;
		if (r == -EEXIST) /* one in the other mode */
			return -EBUSY;
		/* to the kernel a missing interface is just a wrong number */
		return r == -EINVAL && !if_indextoname(ifindex, unused) ? -ENODEV : r;
	}
	r = bpf_obj_pin(fd, path) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int why_not_attached(int error, uint32_t ifindex, enum fastpath_attach_mode mode, char *why,
			    size_t why_len)
{
	const char *kind = mode == FASTPATH_NATIVE ? "native" : "generic";
	enum fastpath_attach_mode other;
	char name[IF_NAMESIZE];
	uint32_t program = 0;

	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "#%u", ifindex);
	switch (error) {
	case -EBUSY:
		attached(ifindex, &other, &program);
		return net_why(why, why_len, error,
			       "%s: another XDP program (id %u) is attached and is left alone",
			       name, program);
	case -EOPNOTSUPP:
		return net_why(why, why_len, error, "%s: its driver cannot do %s XDP", name, kind);
	case -ENODEV:
		return net_why(why, why_len, error, "%s: no such interface", name);
	case -EPERM:
		return net_why_errno(why, why_len, error, name);
	default:
		return net_why(
			why, why_len, error,
			"%s: the kernel or driver refuses %s XDP (%s; the kernel log may say "
			"more)",
			name, kind, strerror(-error));
	}
}

int fastpath_attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		    char *why, size_t why_len)
{
	char name[LINK_NAME_LEN];
	int fd, r;

	if (fp->program < 0)
		return net_why(why, why_len, -EPROTO, "the maps have not been replaced yet");
	link_name(name, ifindex);
	fd = pins_get(fp->pin_path, name);
	if (fd >= 0) {
		r = link_update(fd, ifindex, mode, fp->program);
		if (r == 0) {
			close(fd);
			return 0;
		}
		r = pins_remove_link(fp->pin_path, name, fd);
	} else {
		r = fd == -ENOENT ? 0 : fd;
	}
	if (r == 0)
		r = link_create(fp, ifindex, mode, name);
	return r < 0 ? why_not_attached(r, ifindex, mode, why, why_len) : 0;
}

int fastpath_detach(struct fastpath *fp, uint32_t ifindex)
{
	char name[LINK_NAME_LEN];
	int fd;

	link_name(name, ifindex);
	fd = pins_get(fp->pin_path, name);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return pins_remove_link(fp->pin_path, name, fd);
}

struct prune {
	struct fastpath *fp;
	const uint32_t *keep;
	size_t n;
	int pruned;
};

static int prune_one(void *arg, const char *name, uint32_t ifindex)
{
	struct prune *prune = arg;
	struct bpf_link_info info;
	bool wanted = false;
	int fd, r;

	for (size_t i = 0; i < prune->n; i++)
		wanted |= prune->keep[i] == ifindex;
	fd = pins_get(prune->fp->pin_path, name);
	if (fd < 0)
		return fd;
	/* a link whose device is gone says so by ifindex 0 */
	if (wanted && link_info(fd, &info) == 0 && info.type == BPF_LINK_TYPE_XDP &&
	    info.xdp.ifindex == ifindex) {
		close(fd);
		return 0;
	}
	r = pins_remove_link(prune->fp->pin_path, name, fd);
	if (r == 0)
		prune->pruned++;
	return r;
}

int fastpath_prune(struct fastpath *fp, const uint32_t *keep, size_t n)
{
	struct prune prune = {.fp = fp, .keep = keep, .n = n};
	int r = pins_each_link(fp->pin_path, prune_one, &prune);

	return r < 0 ? r : prune.pruned;
}

/* XDP_PASS and nothing else. */
static int pass_program(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP,
		    .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "xdhcp_pass", "Dual BSD/GPL", pass,
			       sizeof(pass) / sizeof(pass[0]), &opts);

	return fd < 0 ? -errno : fd;
}

struct neutralise {
	struct fastpath *fp;
	int program;
};

static int neutralise_one(void *arg, const char *name, uint32_t ifindex)
{
	struct neutralise *n = arg;
	int fd = pins_get(n->fp->pin_path, name);

	(void)ifindex;
	if (fd < 0)
		return fd;
	if (bpf_link_update(fd, n->program, NULL) < 0)
		return pins_remove_link(n->fp->pin_path, name, fd);
	close(fd);
	return 0;
}

int links_neutralise(struct fastpath *fp)
{
	struct neutralise n = {.fp = fp, .program = pass_program()};
	int r;

	if (n.program < 0)
		return n.program;
	r = pins_each_link(fp->pin_path, neutralise_one, &n);
	close(n.program);
	return r < 0 ? r : 0;
}

int fastpath_give_again(struct fastpath *fp, uint32_t ifindex)
{
	char name[LINK_NAME_LEN];
	int fd, pass, r;

	link_name(name, ifindex);
	fd = pins_get(fp->pin_path, name);
	if (fd < 0)
		return fd;
	/* To the kernel a link's own program is no news and does not reach the driver: another
	 * goes first. */
	pass = pass_program();
	r = pass;
	if (pass >= 0) {
		r = bpf_link_update(fd, pass, NULL) < 0 ||
				    bpf_link_update(fd, fp->program, NULL) < 0
			    ? -errno
			    : 0;
		close(pass);
	}
	if (r == 0 || r == -ENOLINK) { /* its device is gone */
		close(fd);
		return 0;
	}
	pins_remove_link(fp->pin_path, name, fd);
	return r;
}

int leases_txt_pin(struct fastpath *fp, int program)
{
	union bpf_iter_link_info which = {.map = {.map_fd = fp->maps[MAP_LEASES]}};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &which,
		    .iter_info_len = sizeof(which));
	char fresh[PATH_MAX], path[PATH_MAX];
	int link, r;

	r = pins_path(fresh, fp->pin_path, PIN_LEASES_TXT_NEW);
	if (r == 0)
		r = pins_path(path, fp->pin_path, PIN_LEASES_TXT);
	if (r == 0)
		r = pins_remove(fp->pin_path, PIN_LEASES_TXT_NEW);
	if (r < 0)
		return r;
	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return -errno;
	/* whoever opens it at any moment finds the old one or the new one */
	if (bpf_obj_pin(link, fresh) < 0 || rename(fresh, path) < 0)
		r = -errno;
	close(link);
	return r;
}
