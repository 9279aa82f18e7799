// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What this process may use: the machine's memory and CPUs, and what its cgroup and those above it
 * leave of them; in a container the machine's own figures promise what is not there. Version 2
 * (memory.max, cpu.max, under /sys/fs/cgroup or, beside version 1, /sys/fs/cgroup/unified) and
 * version 1 (memory.limit_in_bytes, cpu.cfs_quota_us), both where both are; the least holds.
 *
 * By memory are sized the default of fast-path.max-entries (the kernel charges maps to the cgroup
 * that makes them), the sockets' buffers and the queue. By CPUs nothing is: one thread does the
 * work, and XDP runs wherever packets come in; what the cgroup allows of them is said at the start
 * for who wonders what a daemon could carry that stands still for half of each tenth of a second.
 *
 * What cannot be read is no limit.
 */
#include "daemon/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define PATH_LEN 4096
#define NO_LIMIT (UINT64_C(1) << 60) /* version 1 says "none" by a number of this size */

static bool read_line(const char *dir, const char *file, char *line, size_t len)
{
	char path[PATH_LEN + 64];
	FILE *f;
	bool is;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	is = fgets(line, (int)len, f) != NULL;
	fclose(f);
	return is;
}

static void allow_memory(struct machine *m, uint64_t bytes)
{
	if (bytes && bytes < NO_LIMIT && (!m->memory_limit || bytes < m->memory_limit))
		m->memory_limit = bytes;
}

static void allow_cpu(struct machine *m, int64_t quota, int64_t period)
{
	int64_t hundredths;

	if (quota <= 0 || period <= 0 || quota > INT64_MAX / 100)
		return;
	hundredths = quota * 100 / period;
	if (hundredths < 1)
		hundredths = 1;
	if (hundredths / 100 >= m->cpus) /* it has no more */
		return;
	if (!m->cpu_limit || hundredths < m->cpu_limit)
		m->cpu_limit = (unsigned)hundredths;
}

/* One cgroup's own limits, of either version. */
static void look_at(struct machine *m, const char *dir)
{
	char line[128], period[128];
	int64_t a, b;

	if (read_line(dir, "memory.max", line, sizeof(line)) ||
	    read_line(dir, "memory.limit_in_bytes", line, sizeof(line)))
		allow_memory(m, strtoull(line, NULL, 10)); /* "max": 0 */
	if (read_line(dir, "cpu.max", line, sizeof(line)) &&
	    sscanf(line, "%" SCNd64 " %" SCNd64, &a, &b) == 2)
		allow_cpu(m, a, b);
	if (read_line(dir, "cpu.cfs_quota_us", line, sizeof(line)) &&
	    read_line(dir, "cpu.cfs_period_us", period, sizeof(period)))
		allow_cpu(m, strtoll(line, NULL, 10), strtoll(period, NULL, 10));
}

/*
 * The cgroup at `path` and those above it, up to the mount's own. A container that sees the host's
 * paths has but its own cgroup mounted: then that is it.
 */
static void look_up(struct machine *m, const char *mount, const char *path)
{
	size_t top = strlen(mount);
	char dir[PATH_LEN];

	if (access(mount, F_OK) < 0)
		return;
	if ((size_t)snprintf(dir, sizeof(dir), "%s%s", mount, path) >= sizeof(dir) ||
	    access(dir, F_OK) < 0)
		dir[top] = '\0';
	for (;;) {
		char *last;

		look_at(m, dir);
		last = strrchr(dir, '/');
		if (strlen(dir) <= top || !last)
			return;
		*last = '\0';
	}
}

/* A line of /proc/self/cgroup: hierarchy:controllers:path. Version 2 has no controllers there. */
static void look_by_line(struct machine *m, const char *root, char *line)
{
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	char mount[PATH_LEN];

	if (!path)
		return;
	controllers++;
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (!*controllers) {
		snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/unified", root);
		if (access(mount, F_OK) < 0)
			snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup", root);
		look_up(m, mount, path);
		return;
	}
	snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/%s", root, controllers);
	look_up(m, mount, path);
}

static unsigned cpus_here(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? (unsigned)get_nprocs()
							   : (unsigned)CPU_COUNT(&set);
}

void machine_look(const char *root, struct machine *ret)
{
	struct machine m = {.cpus = cpus_here()};
	char path[PATH_LEN], line[PATH_LEN];
	struct sysinfo info;
	FILE *f;

	if (!sysinfo(&info))
		m.memory = (uint64_t)info.totalram * info.mem_unit;
	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		look_by_line(&m, root, line);
	if (f)
		fclose(f);
	*ret = m;
}

uint64_t machine_memory(const struct machine *m)
{
	if (!m->memory && !m->memory_limit)
		return UINT64_MAX;
	return m->memory && (!m->memory_limit || m->memory < m->memory_limit) ? m->memory
									      : m->memory_limit;
}

void machine_text(const struct machine *m, char *buf, size_t len)
{
	char memory[64] = "", cpu[64] = "";

	if (m->memory_limit)
		snprintf(memory, sizeof(memory), " (its cgroup allows %" PRIu64 ")",
			 m->memory_limit >> 20);
	if (m->cpu_limit)
		snprintf(cpu, sizeof(cpu), " (its cgroup allows %u.%02u)", m->cpu_limit / 100,
			 m->cpu_limit % 100);
	snprintf(buf, len, "%" PRIu64 " MiB of memory%s, %u CPU%s%s", m->memory >> 20, memory,
		 m->cpus, m->cpus == 1 ? "" : "s", cpu);
}
