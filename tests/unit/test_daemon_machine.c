// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What cgroups of either version allow, from files as the kernel has them, below a directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/machine.h"

static char root[64];

static void put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *c = full + strlen(root) + 1; (c = strchr(c, '/')); c++) {
		*c = '\0';
		mkdir(full, 0755);
		*c = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int begin(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/xdhcp-machine.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void check(uint64_t memory, unsigned cpu)
{
	struct machine m;

	machine_look(root, &m);
	assert_int_equal(m.memory_limit, memory);
	assert_int_equal(m.cpu_limit, cpu);
	assert_true(m.memory > 0 && m.cpus > 0);
}

static void nothing_is_no_limit(void **state)
{
	(void)state;
	check(0, 0);
	put("/proc/self/cgroup", "0::/a/b\n");
	check(0, 0);
	put("/sys/fs/cgroup/a/b/memory.max", "max\n");
	put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
	check(0, 0);
	put("/sys/fs/cgroup/a/b/memory.max", "");
	put("/sys/fs/cgroup/a/b/cpu.max", "nonsense\n");
	check(0, 0);
}

static void version_2(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/system.slice/xdhcpd.service\n");
	put("/sys/fs/cgroup/system.slice/xdhcpd.service/memory.max", "268435456\n");
	put("/sys/fs/cgroup/system.slice/xdhcpd.service/cpu.max", "50000 100000\n");
	check(256 << 20, 50);
}

static void those_above_limit_it_too(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/a/b/c\n");
	put("/sys/fs/cgroup/a/b/c/memory.max", "536870912\n");
	put("/sys/fs/cgroup/a/b/c/cpu.max", "30000 100000\n");
	put("/sys/fs/cgroup/a/b/memory.max", "1073741824\n");
	check(512 << 20, 30);
	put("/sys/fs/cgroup/a/memory.max", "134217728\n");
	put("/sys/fs/cgroup/a/cpu.max", "70000 100000\n");
	check(128 << 20, 30);
	/* a container's own, where its root is mounted */
	put("/sys/fs/cgroup/memory.max", "67108864\n");
	put("/sys/fs/cgroup/cpu.max", "2000 10000\n");
	check(64 << 20, 20);
}

static void a_path_that_is_not_here_is_the_mount(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/docker/0123\n");
	put("/sys/fs/cgroup/memory.max", "67108864\n");
	check(64 << 20, 0);
	put("/proc/self/cgroup", "0::/\n");
	check(64 << 20, 0);
}

static void version_1(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/y/z\n1:name=systemd:/\n");
	put("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "33554432\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("/sys/fs/cgroup/cpu,cpuacct/y/z/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cgroup/cpu,cpuacct/y/z/cpu.cfs_period_us", "100000\n");
	check(32 << 20, 0);
	put("/sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_quota_us", "25000\n");
	put("/sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_period_us", "50000\n");
	check(32 << 20, 50);
}

static void both_versions_at_once(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "5:memory:/x\n0::/x\n");
	put("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "33554432\n");
	put("/sys/fs/cgroup/unified/x/memory.max", "16777216\n");
	check(16 << 20, 0);
}

static void more_than_there_is_is_no_limit(void **state)
{
	struct machine m;

	(void)state;
	put("/proc/self/cgroup", "5:memory:/\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	check(0, 0);
	put("/proc/self/cgroup", "0::/\n");
	put("/sys/fs/cgroup/cpu.max", "409600000 100000\n");
	put("/sys/fs/cgroup/memory.max", "1152921504606846975\n");
	machine_look(root, &m);
	assert_int_equal(m.cpu_limit, 0);
	assert_int_equal(machine_memory(&m), m.memory);
}

static void what_is_gone_by(void **state)
{
	const struct machine none = {0}, free = {.memory = 100}, less = {100, 40, 2, 0},
			     unknown = {0, 40, 2, 0};

	(void)state;
	assert_true(machine_memory(&none) == UINT64_MAX);
	assert_int_equal(machine_memory(&free), 100);
	assert_int_equal(machine_memory(&less), 40);
	assert_int_equal(machine_memory(&unknown), 40);
}

static void what_is_said(void **state)
{
	const struct machine limited = {UINT64_C(3914) << 20, 256 << 20, 2, 50},
			     free = {UINT64_C(8192) << 20, 0, 1, 0};
	char text[128];

	(void)state;
	machine_text(&limited, text, sizeof(text));
	assert_string_equal(text, "3914 MiB of memory (its cgroup allows 256), 2 CPUs (its cgroup "
				  "allows 0.50)");
	machine_text(&free, text, sizeof(text));
	assert_string_equal(text, "8192 MiB of memory, 1 CPU");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(nothing_is_no_limit),
		CASE(version_2),
		CASE(those_above_limit_it_too),
		CASE(a_path_that_is_not_here_is_the_mount),
		CASE(version_1),
		CASE(both_versions_at_once),
		CASE(more_than_there_is_is_no_limit),
		CASE(what_is_gone_by),
		CASE(what_is_said),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
