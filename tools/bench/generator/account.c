// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See account.h. */
#include "account.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

int account_add(struct account *account, const char *text)
{
	const char *at = strchr(text, '=');
	size_t len = at ? (size_t)(at - text) : 0;
	unsigned n = 0;

	if (!at || !len || account->n == ACCOUNT_GROUPS || len >= sizeof(account->groups[0].name))
		return -1;
	do {
		char *end;
		long pid = strtol(at + 1, &end, 10);

		if (pid <= 0 || (*end && *end != ',') || n == ACCOUNT_PIDS)
			return -1;
		account->groups[account->n].pids[n++] = (int)pid;
		at = end;
	} while (*at);
	memcpy(account->groups[account->n].name, text, len);
	account->groups[account->n++].n = n;
	return 0;
}

/* All threads of one process. */
static int process_ns(int pid, uint64_t *sum)
{
	char path[64], file[sizeof(path) + 300];
	const struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir) {
		fprintf(stderr, "%s: process %d: %s\n", program_invocation_short_name, pid,
			strerror(errno));
		return -1;
	}
	while ((entry = readdir(dir))) {
		uint64_t ns;
		FILE *f;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s/schedstat", path, entry->d_name);
		f = fopen(file, "re");
		if (!f)
			continue; /* a thread that has just ended */
		if (fscanf(f, "%" SCNu64, &ns) == 1)
			*sum += ns;
		fclose(f);
	}
	closedir(dir);
	return 0;
}

/* All but idle, waiting for a disk, and what the hypervisor took. */
static int busy_ns(int cpu, uint64_t *ret_ns)
{
	uint64_t user, nice, system, irq, softirq;
	char line[256], want[16];
	FILE *f = fopen("/proc/stat", "re");
	int r = -1;

	snprintf(want, sizeof(want), "cpu%d ", cpu);
	while (f && r < 0 && fgets(line, sizeof(line), f)) {
		if (strncmp(line, want, strlen(want)) != 0)
			continue;
		if (sscanf(line + strlen(want),
			   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %*u %*u %" SCNu64 " %" SCNu64,
			   &user, &nice, &system, &irq, &softirq) != 5)
			break;
		*ret_ns = (user + nice + system + irq + softirq) * 1000000000u /
			  (uint64_t)sysconf(_SC_CLK_TCK);
		r = 0;
	}
	if (f)
		fclose(f);
	if (r < 0)
		fprintf(stderr, "%s: /proc/stat: no CPU %d\n", program_invocation_short_name, cpu);
	return r;
}

static int bpf_usage(int id, struct usage *usage)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id((uint32_t)id), r;

	if (fd < 0) {
		fprintf(stderr, "%s: BPF program %d: %s\n", program_invocation_short_name, id,
			strerror(errno));
		return -1;
	}
	r = bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	usage->bpf_ns = info.run_time_ns;
	usage->bpf_runs = info.run_cnt;
	return r < 0 ? -1 : 0;
}

int account_read(const struct account *account, struct usage *ret_usage)
{
	struct usage usage = {0};

	for (unsigned g = 0; g < account->n; g++) {
		for (unsigned i = 0; i < account->groups[g].n; i++)
			if (process_ns(account->groups[g].pids[i], &usage.ns[g]) < 0)
				return -1;
	}
	if (account->cpu >= 0 && busy_ns(account->cpu, &usage.busy_ns) < 0)
		return -1;
	if (account->program && bpf_usage(account->program, &usage) < 0)
		return -1;
	*ret_usage = usage;
	return 0;
}

json_t *account_json(const struct account *account, const struct usage *before,
		     const struct usage *after, uint64_t renewals)
{
	json_t *json = json_object();
	double n = renewals ? (double)renewals : 1, sum = 0;
	uint64_t runs = after->bpf_runs - before->bpf_runs;

	for (unsigned g = 0; g < account->n; g++) {
		double us = (double)(after->ns[g] - before->ns[g]) / n / 1e3;

		json_object_set_new(json, account->groups[g].name, json_real(us));
		sum += us;
	}
	json_object_set_new(json, "all", json_real(sum));
	if (account->cpu >= 0)
		json_object_set_new(
			json, "cpu_busy",
			json_real((double)(after->busy_ns - before->busy_ns) / n / 1e3));
	if (runs)
		json_object_set_new(
			json, "bpf",
			json_real((double)(after->bpf_ns - before->bpf_ns) / (double)runs / 1e3));
	return json;
}
