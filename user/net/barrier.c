// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Waiting for running programs. The kernel promises, and its own users rely on it, that an
 * update of a map-in-map from userspace returns only after every program that
 * may have seen the old inner map has left: it waits for a grace period. Which
 * map it was does not matter, so a private one is as good as the pinned one.
 *
 * No state of its own; nothing to survive a crash.
 */
#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fastpath_private.h"

/* The inner one fits both the private outer one and the `barrier` of bpf/maps.h. */
int barrier_make(int *ret_inner, int *ret_outer)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int inner, outer, error;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xdhcp_inner", sizeof(uint32_t),
			       sizeof(uint32_t), 1, NULL);
	if (inner < 0)
		return -errno;
	opts.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "xdhcp_barrier", sizeof(uint32_t),
			       sizeof(uint32_t), 1, &opts);
	if (outer < 0) {
		error = -errno;
		close(inner);
		return error;
	}
	*ret_inner = inner;
	*ret_outer = outer;
	return 0;
}

int barrier_wait(int outer, int inner)
{
	uint32_t zero = 0;

	/* A full barrier between our stores before and the programs that start after: the grace
	 * period is one for every processor. */
	return bpf_map_update_elem(outer, &zero, &inner, BPF_ANY) < 0 ? -errno : 0;
}

int fastpath_barrier(struct fastpath *fp)
{
	return barrier_wait(atomic_load(&fp->barrier_outer), fp->barrier_inner);
}
