/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What CPU time others have used: tasks by name, as the scheduler counts it (ns,
 * all threads of a process; what interrupts them is counted as theirs), and how long a CPU was not
 * idle, whoever used it. A snapshot is exact while the tasks sleep: take it before the load and
 * after it.
 */
#ifndef XDHCP_BENCH_ACCOUNT_H
#define XDHCP_BENCH_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#define ACCOUNT_GROUPS 4
#define ACCOUNT_PIDS   16

struct account {
	struct {
		char name[16];
		int pids[ACCOUNT_PIDS];
		unsigned n;
	} groups[ACCOUNT_GROUPS];
	unsigned n;
	int cpu;     /* -1: none */
	int program; /* id of a BPF program; 0: none */
};

struct usage {
	uint64_t ns[ACCOUNT_GROUPS];
	uint64_t busy_ns;	   /* of the CPU */
	uint64_t bpf_ns, bpf_runs; /* 0 unless BPF statistics are on */
};

/* "name=pid,pid...": 0, or -1: not that. */
int account_add(struct account *account, const char *text);
/* 0, or -1: said why (a task has gone). */
int account_read(const struct account *account, struct usage *ret_usage);
/* What was used between the two, for so many renewals. */
json_t *account_json(const struct account *account, const struct usage *before,
		     const struct usage *after, uint64_t renewals);

#endif
