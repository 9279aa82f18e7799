// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Is the daemon's boottime clock the kernel's? Decided from /proc/self, of which these cases have
 * one of their own; and how times are shown while the wall clock is not set.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi.h"
#include "daemon/daemon.h"

#define INITIAL "time:[4026531834]"
#define OTHER	"time:[4026532247]"

static char proc[] = "/tmp/test_daemon_clock.XXXXXX";
static char why[128];

static time_t wall, boot; /* 0: as it is */
static long wall_ns, boot_ns;

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ts);

	if (clock == CLOCK_REALTIME && wall)
		*ts = (struct timespec){wall, wall_ns};
	if (clock == CLOCK_BOOTTIME && boot)
		*ts = (struct timespec){boot, boot_ns};
	return r;
}

static const char *at(const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	return path;
}

/* NULL: it is not there. */
static void make_proc(const char *own, const char *children, const char *offsets)
{
	FILE *f;

	unlink(at("ns/time"));
	unlink(at("ns/time_for_children"));
	unlink(at("timens_offsets"));
	why[0] = '\0';
	if (own)
		assert_int_equal(symlink(own, at("ns/time")), 0);
	if (children)
		assert_int_equal(symlink(children, at("ns/time_for_children")), 0);
	if (!offsets)
		return;
	f = fopen(at("timens_offsets"), "w");
	assert_non_null(f);
	fputs(offsets, f);
	fclose(f);
}

static int is_kernels(void)
{
	return clock_is_kernels(proc, why, sizeof(why));
}

static void a_kernel_without_time_namespaces(void **state)
{
	(void)state;
	make_proc(NULL, NULL, NULL);
	assert_int_equal(is_kernels(), 0);
}

static void the_initial_namespace_whatever_its_children_get(void **state)
{
	(void)state;
	make_proc(INITIAL, INITIAL, "monotonic 0 0\nboottime 0 0\n");
	assert_int_equal(is_kernels(), 0);
	make_proc(INITIAL, OTHER, "monotonic           0         0\nboottime         1000 0\n");
	assert_int_equal(is_kernels(), 0);
}

static void a_namespace_without_an_offset(void **state)
{
	(void)state;
	make_proc(OTHER, OTHER,
		  "monotonic           0         0\nboottime            0         0\n");
	assert_int_equal(is_kernels(), 0);
}

static void a_monotonic_offset_decides_nothing(void **state)
{
	(void)state;
	make_proc(OTHER, OTHER,
		  "monotonic       86400         0\nboottime            0         0\n");
	assert_int_equal(is_kernels(), 0);
}

static void any_boottime_offset_is_refused(void **state)
{
	(void)state;
	make_proc(OTHER, OTHER,
		  "monotonic           0         0\nboottime         1000         0\n");
	assert_int_equal(is_kernels(), -EXDEV);
	assert_non_null(strstr(why, "1000 s"));
	make_proc(OTHER, OTHER,
		  "monotonic           0         0\nboottime         -86400         0\n");
	assert_int_equal(is_kernels(), -EXDEV);
	assert_non_null(strstr(why, "-86400 s"));
	make_proc(OTHER, OTHER,
		  "monotonic           0         0\nboottime            0 500000000\n");
	assert_int_equal(is_kernels(), -EXDEV);
}

/* unshare(2) without a fork: the file tells of the children's, which may even have none. */
static void an_offset_that_cannot_be_seen_is_refused(void **state)
{
	(void)state;
	make_proc(OTHER, "time:[4026532300]", "monotonic 0 0\nboottime 0 0\n");
	assert_int_equal(is_kernels(), -EXDEV);
	make_proc(OTHER, OTHER, NULL);
	assert_int_equal(is_kernels(), -ENOENT);
	make_proc(OTHER, OTHER, "monotonic 0 0\n");
	assert_int_equal(is_kernels(), -EINVAL);
	make_proc(OTHER, OTHER, "boottime much\n");
	assert_int_equal(is_kernels(), -EINVAL);
	make_proc(OTHER, NULL, "monotonic 0 0\nboottime 0 0\n");
	assert_int_equal(is_kernels(), -ENOENT);
}

static void this_very_machine(void **state)
{
	char link[64] = "";

	(void)state;
	if (readlink("/proc/self/ns/time", link, sizeof(link) - 1) < 0)
		assert_int_equal(errno, ENOENT);
	assert_int_equal(clock_is_kernels("/proc/self", why, sizeof(why)), 0);
}

static void times_are_shown_by_the_wall_clock_of_now(void **state)
{
	(void)state;
	boot = 1000;
	wall = 1800000000;
	assert_int_equal(boot_to_wall(1000), 1800000000);
	assert_int_equal(boot_to_wall(900), 1799999900);
	assert_int_equal(boot_to_wall(4600), 1800003600);
	wall = 100000000; /* set back */
	assert_int_equal(boot_to_wall(4600), 100003600);
	assert_int_equal(boot_to_wall(XDHCP_FOREVER), 0);
}

/* The seconds of the two clocks begin at different moments. */
static void a_time_is_shown_as_the_same_whenever_it_is_asked_for(void **state)
{
	uint64_t shown;

	(void)state;
	boot = 1000, boot_ns = 300000000;
	wall = 1800000000, wall_ns = 900000000;
	shown = boot_to_wall(4600);
	boot_ns += 500000000;
	wall++, wall_ns -= 500000000;
	assert_int_equal(boot_to_wall(4600), shown);
	boot++, boot_ns -= 500000000;
	wall_ns += 500000000;
	assert_int_equal(boot_to_wall(4600), shown);
	boot_ns = wall_ns = 0;
}

static void times_before_1970_are_shown_as_its_start(void **state)
{
	(void)state;
	boot = 1000;
	wall = 5; /* not set yet */
	assert_int_equal(boot_to_wall(4600), 3605);
	assert_int_equal(boot_to_wall(996), 1);
	assert_int_equal(boot_to_wall(995), 1); /* 0 would be never */
	assert_int_equal(boot_to_wall(0), 1);
	assert_int_equal(boot_to_wall(XDHCP_FOREVER), 0);
}

static int make_dirs(void **state)
{
	(void)state;
	return mkdtemp(proc) && mkdir(at("ns"), 0700) == 0 ? 0 : -1;
}

static int remove_dirs(void **state)
{
	(void)state;
	make_proc(NULL, NULL, NULL);
	rmdir(at("ns"));
	return rmdir(proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_without_time_namespaces),
		cmocka_unit_test(the_initial_namespace_whatever_its_children_get),
		cmocka_unit_test(a_namespace_without_an_offset),
		cmocka_unit_test(a_monotonic_offset_decides_nothing),
		cmocka_unit_test(any_boottime_offset_is_refused),
		cmocka_unit_test(an_offset_that_cannot_be_seen_is_refused),
		cmocka_unit_test(this_very_machine),
		cmocka_unit_test(times_are_shown_by_the_wall_clock_of_now),
		cmocka_unit_test(a_time_is_shown_as_the_same_whenever_it_is_asked_for),
		cmocka_unit_test(times_before_1970_are_shown_as_its_start),
	};

	return cmocka_run_group_tests(tests, make_dirs, remove_dirs);
}
