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

int link_uses_maps(int link_fd, const uint32_t *ids, unsigned n)
{
	struct bpf_link_info info;
	int r = link_info(link_fd, &info);

	return r < 0 ? r : program_uses_maps(info.prog_id, ids, n);
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
	if (interface_runs(ifindex, &is_mode, &runs) < 0 || is_mode != mode || runs != info.prog_id)
		return -ENOENT;
	return bpf_link_update(link_fd, program, NULL) < 0 ? -errno : 0;
}

/* -EBUSY: by another program's; -ENOTEMPTY: by that of a device above it. */
static int who_is_there(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int r = bpf_xdp_query(ifindex, 0, &query);

	return r == 0 && query.attach_mode == XDP_ATTACHED_NONE ? -ENOTEMPTY : -EBUSY;
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
		if (r == -EEXIST || r == -EBUSY) /* -EEXIST: also one in the other mode */
			return who_is_there(ifindex);
		/* to the kernel a missing interface is just a wrong number */
		return r == -EINVAL && !if_indextoname(ifindex, unused) ? -ENODEV : r;
	}
	r = bpf_obj_pin(fd, path) < 0 ? -errno : 0;
	close(fd);
	return r;
}

int why_not_attached(int error, uint32_t ifindex, enum fastpath_attach_mode mode, char *why,
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
		interface_runs(ifindex, &other, &program);
		return net_why(why, why_len, error,
			       "%s: another XDP program (id %u) is attached and is left alone",
			       name, program);
	case -ENOTEMPTY:
		return net_why(
			why, why_len, error,
			"%s: a device above it (VLAN, bridge ...) has an XDP program, beside "
			"which the kernel takes none here",
			name);
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
	if (fp->dispatcher)
		return dispatcher_attach(fp, ifindex, mode, why, why_len);
	r = dispatcher_detach(fp->pin_path, ifindex);
	if (r < 0)
		return why_not_attached(r, ifindex, mode, why, why_len);
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

int link_detach(const char *pin_path, uint32_t ifindex)
{
	char name[LINK_NAME_LEN];
	int fd;

	link_name(name, ifindex);
	fd = pins_get(pin_path, name);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return pins_remove_link(pin_path, name, fd);
}

int fastpath_has(struct fastpath *fp, uint32_t ifindex)
{
	enum fastpath_attach_mode mode;
	struct bpf_link_info info;
	char name[LINK_NAME_LEN];
	int fd, r;

	if (fp->dispatcher)
		return dispatcher_has(fp, ifindex, &mode);
	link_name(name, ifindex);
	fd = pins_get(fp->pin_path, name);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = link_info(fd, &info);
	close(fd);
	return r < 0 ? r : info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == ifindex;
}

int fastpath_detach(struct fastpath *fp, uint32_t ifindex)
{
	int r = link_detach(fp->pin_path, ifindex);

	return r < 0 ? r : dispatcher_detach(fp->pin_path, ifindex);
}

struct prune {
	struct fastpath *fp;
	const uint32_t *keep;
	size_t n;
	int pruned;
};

static bool is_kept(const struct prune *prune, uint32_t ifindex)
{
	bool kept = false;

	for (size_t i = 0; i < prune->n; i++)
		kept |= prune->keep[i] == ifindex;
	return kept;
}

static int prune_one(void *arg, const char *name, uint32_t ifindex)
{
	struct prune *prune = arg;
	struct bpf_link_info info;
	int fd, r;

	fd = pins_get(prune->fp->pin_path, name);
	if (fd < 0)
		return fd;
	/* a link whose device is gone says so by ifindex 0 */
	if (is_kept(prune, ifindex) && link_info(fd, &info) == 0 &&
	    info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == ifindex) {
		close(fd);
		return 0;
	}
	r = pins_remove_link(prune->fp->pin_path, name, fd);
	if (r == 0)
		prune->pruned++;
	return r;
}

static int prune_dispatched(void *arg, const char *name, uint32_t ifindex)
{
	struct prune *prune = arg;
	int r;

	if (is_kept(prune, ifindex)) {
		r = dispatcher_runs(prune->fp->pin_path, name, ifindex);
		if (r)
			return r < 0 ? r : 0;
	}
	r = dispatcher_detach(prune->fp->pin_path, ifindex);
	if (r == 0)
		prune->pruned++;
	return r;
}

int fastpath_prune(struct fastpath *fp, const uint32_t *keep, size_t n)
{
	struct prune prune = {.fp = fp, .keep = keep, .n = n};
	int r = pins_each_link(fp->pin_path, prune_one, &prune);

	if (r >= 0)
		r = pins_each(fp->pin_path, PIN_DISPATCHER, prune_dispatched, &prune);

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

	if (fp->dispatcher)
		return dispatcher_give_again(fp, ifindex);
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
