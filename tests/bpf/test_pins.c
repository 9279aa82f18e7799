// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pin directory: who may have it, where it may be, what is said where it
 * cannot be had, and that removing it leaves nothing of ours behind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cap-ng.h>
#include <cmocka.h>

#include "net/fastpath.h"
#include "pins.h"

static const char *const pin_names[] = {
#define X(id, name) #name,
	XDHCP_MAPS(X)
#undef X
		"leases_txt",
};
#define N_PINS (sizeof(pin_names) / sizeof(pin_names[0]))

static char why[512];

static void test_lock(void **state)
{
	int lock = -1, second = -1, holder = -1, status;
	struct stat st;
	int ready[2], done[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(rmdir(PINS), 0);
	assert_int_equal(fastpath_lock(PINS "/a/b", &lock, &holder, why, sizeof(why)), 0);
	assert_int_equal(stat(PINS "/a/b", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(lock);
	rmdir(PINS "/a/b");
	rmdir(PINS "/a");

	assert_int_equal(pipe(ready) | pipe(done), 0);
	child = fork();
	if (child == 0) {
		if (fastpath_lock(PINS, &lock, &holder, why, sizeof(why)) < 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(fastpath_lock(PINS, &second, &holder, why, sizeof(why)), -EBUSY);
	assert_int_equal(holder, child);
	assert_int_equal(second, -1);
	assert_non_null(strstr(why, PINS));
	assert_int_equal(write(done[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* it went with its holder */
	assert_int_equal(fastpath_lock(PINS, &second, &holder, why, sizeof(why)), 0);
	close(second);
	close(ready[0]);
	close(done[0]);
	close(done[1]);
}

static void test_bad_places(void **state)
{
	struct fastpath_options options = {.pin_path = "/tmp", .slots = 256};
	enum fastpath_found found;
	struct fastpath *fp = NULL;
	int lock = -1, holder = -1;

	(void)state;
	assert_int_equal(fastpath_lock("/tmp/xdhcp_nowhere", &lock, &holder, why, sizeof(why)),
			 -ENODEV);
	assert_string_equal(why, "/tmp/xdhcp_nowhere is not on a bpffs; mount one: "
				 "mount -t bpf bpf /sys/fs/bpf");
	assert_int_equal(access("/tmp/xdhcp_nowhere", F_OK), -1);
	assert_int_equal(fastpath_open(&options, &fp, &found, why, sizeof(why)), -ENODEV);
	assert_int_equal(fastpath_lock(PINS "/a.b", &lock, &holder, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "no dot"));
	assert_int_equal(fastpath_lock("relative", &lock, &holder, why, sizeof(why)), -EINVAL);
	assert_int_equal(lock, -1);
	assert_int_equal(fastpath_remove("/tmp/xdhcp_nowhere", why, sizeof(why)), 0);
	assert_int_equal(fastpath_remove("/tmp", why, sizeof(why)), -ENODEV);
}

static void test_too_large(void **state)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 1u << 31};
	enum fastpath_found found;
	struct fastpath *fp = NULL;

	(void)state;
	assert_int_equal(fastpath_open(&options, &fp, &found, why, sizeof(why)), -EINVAL);
	assert_null(fp);
	assert_false(is_pinned("meta"));
}

static void test_without_privilege(void **state)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 256};
	enum fastpath_found found;
	struct fastpath *fp = NULL;
	int status, r;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		capng_clear(CAPNG_SELECT_BOTH);
		if (capng_apply(CAPNG_SELECT_BOTH) < 0)
			_exit(2);
		r = fastpath_open(&options, &fp, &found, why, sizeof(why));
		fprintf(stderr, "%d: %s\n", r, why);
		_exit(r == -EPERM && strstr(why, "CAP_BPF") && !strchr(why, '\n') ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_remove(void **state)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 256};
	enum fastpath_found found;
	struct fastpath *fp;

	(void)state;
	assert_int_equal(fastpath_open(&options, &fp, &found, why, sizeof(why)), 0);
	fastpath_close(fp);
	for (unsigned i = 0; i < N_PINS; i++)
		assert_true(is_pinned(pin_names[i]));
	assert_int_equal(mkdir(PINS "/theirs", 0700), 0);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	for (unsigned i = 0; i < N_PINS; i++)
		assert_false(is_pinned(pin_names[i]));
	/* what is not ours stays */
	assert_int_equal(rmdir(PINS "/theirs"), 0);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(access(PINS, F_OK), -1);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pins_set_up, pins_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lock),      TEST(test_bad_places),
		TEST(test_too_large), TEST(test_without_privilege),
		TEST(test_remove),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("pins", tests, NULL, NULL);
}
