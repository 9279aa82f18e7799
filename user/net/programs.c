// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What runs on an interface: which program, whether it is an xdhcp one, over
 * which maps; and behind a dispatcher such as libxdp's, whose program calls others.
 *
 * Those others are found by what the kernel says of its links: each replaces a function of
 * the dispatcher (freplace), and its link names the dispatcher. So they are found whichever bpffs
 * they are pinned on, and whether or not their pins can be seen from here. Reads only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "fastpath_private.h"

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

int program_uses_maps(uint32_t program, const uint32_t *ids, unsigned n)
{
	uint32_t *used = NULL;
	unsigned found = 0;
	int r = program_maps(program, &used);

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

int program_is_xdhcp(uint32_t program)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);
	int fd, r;

	if (!program)
		return 0;
	fd = bpf_prog_get_fd_by_id(program);
	if (fd < 0)
		return errno == ENOENT ? 0 : -EPERM;
	r = bpf_obj_get_info_by_fd(fd, &info, &len) < 0 ? -EPERM : !strcmp(info.name, "xdhcp");
	close(fd);
	return r;
}

int interface_runs(uint32_t ifindex, enum fastpath_attach_mode *ret_mode, uint32_t *ret_program)
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

/* Of one link: the program with which it replaces a function of `dispatcher`; 0: it does not. */
static int behind(uint32_t link, uint32_t dispatcher, uint32_t *ret_program)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	int fd = bpf_link_get_fd_by_id(link), r = 0;

	if (fd < 0)
		return errno == ENOENT || errno == EAGAIN ? 0 : -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		r = -errno;
	close(fd);
	if (r < 0 || info.type != BPF_LINK_TYPE_TRACING || info.tracing.target_obj_id != dispatcher)
		return r;
	*ret_program = info.prog_id;
	return 1;
}

int programs_behind(uint32_t dispatcher, int (*fn)(void *arg, uint32_t program), void *arg)
{
	uint32_t link = 0, program = 0;

	if (!dispatcher)
		return 0;
	while (bpf_link_get_next_id(link, &link) == 0) {
		int r = behind(link, dispatcher, &program);

		if (r == 1)
			r = fn(arg, program);
		if (r)
			return r;
	}
	return errno == ENOENT ? 0 : -errno;
}

static int is_xdhcp(void *arg, uint32_t program)
{
	(void)arg;
	return program_is_xdhcp(program);
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
		int one = program_is_xdhcp(ids[i]);

		if (one == 0)
			one = programs_behind(ids[i], is_xdhcp, NULL);
		if (one)
			r = one < 0 ? -EPERM : one;
	}
	return r;
}
