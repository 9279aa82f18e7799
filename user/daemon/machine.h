/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this process may use of the machine: see machine.c. As of the start; a limit that is changed
 * later is found at the next.
 */
#ifndef XDHCP_MACHINE_H
#define XDHCP_MACHINE_H

#include <stddef.h>
#include <stdint.h>

struct machine {
	uint64_t memory, memory_limit; /* bytes: there are, a cgroup allows; 0: unknown, no limit */
	unsigned cpus, cpu_limit; /* it may run on, in hundredths it may use of them; 0: no limit */
};

/* `root` stands before /proc and /sys: "" but in tests. */
void machine_look(const char *root, struct machine *ret);
/* Bytes that what is sized by memory goes by; UINT64_MAX: unknown. */
uint64_t machine_memory(const struct machine *machine);
/* "3914 MiB of memory (its cgroup allows 256), 2 CPUs (its cgroup allows 0.50)" */
void machine_text(const struct machine *machine, char *buf, size_t len);

#endif
