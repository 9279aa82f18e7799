/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A world of its own for a test that needs interfaces or pins: a network
 * namespace and a mount namespace with an empty bpffs. All that is made in them ends with the
 * process, however it ends.
 */
#ifndef XDHCP_TESTS_NETNS_H
#define XDHCP_TESTS_NETNS_H

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define NETNS_BPFFS "/sys/fs/bpf"

/* Runs a shell command; returns its status (0: success). */
__attribute__((format(printf, 1, 2))) static inline int netns_run(const char *fmt, ...)
{
	char command[512];
	va_list args;
	int r;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	r = system(command);
	if (r != 0)
		fprintf(stderr, "failed (%d): %s\n", r, command);
	return r;
}

/* 0, or -1 with a message: needs root. */
static inline int netns_enter(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
		fprintf(stderr, "a network namespace of its own: %s (these tests need root)\n",
			strerror(errno));
		return -1;
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", NETNS_BPFFS, "bpf", 0, NULL) < 0) {
		fprintf(stderr, "a bpffs of its own: %s\n", strerror(errno));
		return -1;
	}
	return netns_run("ip link set lo up");
}

#endif
