/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The pin directory of a test in its own bpffs (netns.h): made before each
 * test, removed with all that is ours after it.
 */
#ifndef XDHCP_TESTS_PINS_H
#define XDHCP_TESTS_PINS_H

#include <stdbool.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "net/fastpath.h"
#include "netns.h"

#define PINS NETNS_BPFFS "/xdhcp_test"

/* What is pinned under this name: a file descriptor, the caller's, or a negative errno. */
static inline int pinned(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), PINS "/%s", name);
	return bpf_obj_get(path);
}

static inline bool is_pinned(const char *name)
{
	int fd = pinned(name);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static inline int pins_set_up(void **state)
{
	(void)state;
	return mkdir(PINS, 0700);
}

static inline int pins_tear_down(void **state)
{
	char why[512];

	(void)state;
	return fastpath_remove(PINS, why, sizeof(why));
}

#endif
