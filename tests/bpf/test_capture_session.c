// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Captures on the pins: one at a time; what a second one, a dead one and other maps do to
 * it, and who takes away the ring of one that was killed.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "net/capture.h"
#include "net/fastpath.h"
#include "pins.h"

static const struct capture all = {.sample = 1, .snaplen = 65535};

static char why[512];
static struct fastpath *fp; /* one for all: loading the program takes its time on a slow machine */

static void open_maps(void)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 256, .templates = 8};
	enum fastpath_found found;

	if (fastpath_open(&options, &fp, &found, why, sizeof(why)) < 0)
		fail_msg("fastpath_open: %s", why);
}

static struct capture_session *begin(void)
{
	struct capture_session *session = NULL;

	if (capture_begin(PINS, &all, NULL, &session, why, sizeof(why)) < 0)
		fail_msg("capture_begin: %s", why);
	return session;
}

static int refused(const char *interface)
{
	struct capture_session *session = NULL;

	why[0] = '\0';
	return capture_begin(PINS, &all, interface, &session, why, sizeof(why));
}

/* The id of the ring; 0: none. */
static uint32_t ring_id(void)
{
	uint32_t zero = 0, id = 0;
	int fd = pinned("captures");

	assert_true(fd >= 0);
	if (bpf_map_lookup_elem(fd, &zero, &id) < 0)
		id = 0;
	close(fd);
	return id;
}

static uint32_t until(void)
{
	return fastpath_policy(fp)[XDHCP_POLICY_GATES].capture_until;
}

static void what_it_leaves(void **state)
{
	struct capture_session *session = begin();

	(void)state;
	assert_int_not_equal(ring_id(), 0);
	assert_int_equal(until(), 0); /* not before it is wanted */
	assert_int_equal(capture_go_on(session, 1000), 0);
	assert_int_equal(until(), 1002);
	assert_int_equal(capture_lost(session), 0);
	capture_stop(session);
	assert_int_equal(ring_id(), 0);
	assert_int_equal(until(), 0);
	capture_end(session);
}

static void its_filter(void **state)
{
	struct policy *link = &fastpath_policy(fp)[XDHCP_POLICY_LINKS + 77];
	struct capture_session *session = NULL;
	struct capture found, wanted = all;
	uint32_t zero = 0;
	int fd = pinned("capture");

	(void)state;
	wanted.n_macs = 1;
	wanted.macs[0][5] = 7;
	wanted.link = 99; /* left out */
	*link = (struct policy){.kind = XDHCP_POLICY_LINK, .link = 5, .name = "eth0"};
	assert_int_equal(refused("eth1"), -ENOENT);
	assert_non_null(strstr(why, "eth1"));
	assert_int_equal(ring_id(), 0);
	assert_int_equal(capture_begin(PINS, &wanted, "eth0", &session, why, sizeof(why)), 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &zero, &found), 0);
	wanted.link = 5;
	assert_memory_equal(&found, &wanted, sizeof(found));
	capture_end(session);
	session = begin();
	assert_int_equal(bpf_map_lookup_elem(fd, &zero, &found), 0);
	assert_memory_equal(&found, &all, sizeof(found));
	capture_end(session);
	close(fd);
}

static void one_at_a_time(void **state)
{
	struct capture_session *session = begin();
	uint32_t id = ring_id();
	char pid[32];

	(void)state;
	assert_int_equal(capture_go_on(session, 1000), 0);
	assert_int_equal(refused(NULL), -EBUSY);
	snprintf(pid, sizeof(pid), "(pid %d)", (int)getpid());
	assert_non_null(strstr(why, pid));
	/* nor is anything changed of the first */
	assert_int_equal(ring_id(), id);
	assert_int_equal(until(), 1002);
	capture_end(session);
	capture_end(begin());
}

/* A capture in a process of its own, up to 1002; it goes on until it is killed, or the test ends.
 */
static pid_t in_a_process(void)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();

	if (child == 0) {
		struct capture_session *session = NULL;

		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
		    capture_begin(PINS, &all, NULL, &session, why, sizeof(why)) < 0 ||
		    capture_go_on(session, 1000) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void kill_it(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void the_daemon_tidies_up(void **state)
{
	pid_t child = in_a_process();

	(void)state;
	/* it lives, however long it has given no sign */
	fastpath_capture_tidy(fp, 5000);
	assert_int_not_equal(ring_id(), 0);
	assert_int_equal(until(), 1002);
	kill_it(child);
	/* its time has not passed */
	fastpath_capture_tidy(fp, 1001);
	assert_int_not_equal(ring_id(), 0);
	fastpath_capture_tidy(fp, 1002);
	assert_int_equal(ring_id(), 0);
	assert_int_equal(until(), 0);
	capture_end(begin());
}

static void the_next_capture_tidies_up(void **state)
{
	(void)state; /* nobody is home who would tidy up */
	kill_it(in_a_process());
	uint32_t left = ring_id();

	assert_int_not_equal(left, 0);
	struct capture_session *session = begin();

	assert_int_not_equal(ring_id(), left);
	capture_end(session);
	assert_int_equal(ring_id(), 0);
}

static void adoption_keeps_it(void **state)
{
	struct capture_session *session = begin();
	uint32_t id = ring_id();

	(void)state;
	fastpath_close(fp);
	open_maps();
	assert_int_equal(ring_id(), id);
	assert_int_equal(capture_go_on(session, 1000), 0);
	assert_int_equal(until(), 1002);
	capture_end(session);
}

static void other_maps(void **state)
{
	struct capture_session *session = begin();

	(void)state;
	fastpath_close(fp);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(capture_go_on(session, 1000), -ESTALE);
	assert_int_equal(refused(NULL), -ENOENT);
	assert_int_equal(mkdir(PINS, 0700), 0);
	open_maps();
	assert_int_equal(capture_go_on(session, 1000), -ESTALE);
	assert_int_equal(until(), 0);
	capture_end(session);
	/* of another ABI */
	fastpath_meta(fp)->abi++;
	assert_int_equal(refused(NULL), -EPROTO);
	fastpath_meta(fp)->abi--;
}

static int set_up(void **state)
{
	if (pins_set_up(state) < 0)
		return -1;
	open_maps();
	return 0;
}

static int tear_down(void **state)
{
	fastpath_close(fp);
	return pins_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_leaves),
		cmocka_unit_test(its_filter),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(the_daemon_tidies_up),
		cmocka_unit_test(the_next_capture_tidies_up),
		cmocka_unit_test(adoption_keeps_it),
		cmocka_unit_test(other_maps),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("capture session", tests, set_up, tear_down);
}
