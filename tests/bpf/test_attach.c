// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The program on interfaces: attached natively and generically, exchanged in
 * place at adoption and replacement, never over anybody else's, and gone where it
 * should be. Real veths in a namespace of the test's own.
 */
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <cmocka.h>
#include <linux/if_link.h>

#include "net/fastpath.h"
#include "pins.h"
#include "veths.h"

static int pinned_link(uint32_t ifindex)
{
	char path[128];

	snprintf(path, sizeof(path), PINS "/link_%u", ifindex);
	return bpf_obj_get(path);
}

/* The id of the pinned link of an interface; 0: none. */
static uint32_t link_id(uint32_t ifindex)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	int fd = pinned_link(ifindex);

	if (fd < 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	close(fd);
	return info.id;
}

/* --- attaching --- */

static void test_native(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t link, program, again;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	runs(v0, &program);
	link = link_id(v0);
	assert_int_not_equal(link, 0);
	attach(fp, v0, FASTPATH_NATIVE); /* idempotent */
	assert_int_equal(link_id(v0), link);
	fastpath_close(fp);
	/* it stays when its daemon goes */
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	assert_int_equal(link_id(v0), link);

	/* an adopter loads its own, which runs only once it is attached */
	fp = open_as(FASTPATH_ADOPTED);
	runs(v0, &again);
	assert_int_equal(again, program);
	attach(fp, v0, FASTPATH_NATIVE);
	runs(v0, &again);
	assert_int_not_equal(again, program);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	assert_int_equal(link_id(v0), link);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

static void test_two_links_one_updated(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	attach(fp, v1, FASTPATH_NATIVE);
	fastpath_close(fp);
	/* killed between the two: both programs use the same maps */
	fp = open_as(FASTPATH_ADOPTED);
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

static void test_change_of_mode(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t link;

	(void)state;
	attach(fp, v0, FASTPATH_GENERIC);
	assert_runs(v0, XDP_ATTACHED_SKB, "xdhcp");
	link = link_id(v0);
	attach(fp, v0, FASTPATH_GENERIC);
	assert_int_equal(link_id(v0), link);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	attach(fp, v0, FASTPATH_GENERIC);
	assert_runs(v0, XDP_ATTACHED_SKB, "xdhcp");
	fastpath_close(fp);
}

static void test_detach(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	int held;

	(void)state;
	assert_int_equal(fastpath_detach(fp, v0), 0);
	assert_int_equal(fastpath_has(fp, v0), 0);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_int_equal(fastpath_has(fp, v0), 1);
	held = pinned_link(v0); /* another process may hold it open */
	assert_true(held >= 0);
	assert_int_equal(fastpath_detach(fp, v0), 0);
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	assert_int_equal(link_id(v0), 0);
	close(held);
	attach(fp, v0, FASTPATH_NATIVE);
	held = pinned_link(v0);
	assert_int_equal(bpf_link_detach(held), 0); /* somebody else may do that */
	assert_int_equal(fastpath_has(fp, v0), 0);
	close(held);
	fastpath_close(fp);
}

static void test_remove_detaches(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	attach(fp, v1, FASTPATH_GENERIC);
	/* with the daemon still there */
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	assert_int_equal(runs(v1, NULL), XDP_ATTACHED_NONE);
	assert_int_equal(access(PINS, F_OK), -1);
	fastpath_close(fp);
}

/* --- what cannot be --- */

/* With all that loading and attaching needs, but not what adopting a running program does. */
static void test_adopting_needs_more(void **state)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = 256, .templates = 64};
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	enum fastpath_found found;
	int status, r;
	pid_t child;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	child = fork();
	if (child == 0) {
		capng_clear(CAPNG_SELECT_BOTH);
		capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_BPF, CAP_NET_ADMIN,
			      CAP_PERFMON, -1);
		if (capng_apply(CAPNG_SELECT_BOTH) < 0)
			_exit(2);
		r = fastpath_open(&options, &fp, &found, why, sizeof(why));
		_exit(r == -EPERM && strstr(why, "CAP_SYS_ADMIN") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
}

static void test_foreign_program_native(void **state)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, none);
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	int foreign = foreign_program();

	(void)state;
	assert_int_equal(bpf_xdp_attach(v0, foreign, XDP_FLAGS_DRV_MODE, &none), 0);
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why)), -EBUSY);
	assert_non_null(strstr(why, "v0: another XDP program"));
	assert_runs(v0, XDP_ATTACHED_DRV, "foreign");
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_GENERIC, why, sizeof(why)), -EBUSY);
	assert_runs(v0, XDP_ATTACHED_DRV, "foreign");
	assert_int_equal(link_id(v0), 0);
	/* neither detaching nor pruning is about theirs */
	assert_int_equal(fastpath_detach(fp, v0), 0);
	assert_int_equal(fastpath_prune(fp, NULL, 0), 0);
	assert_runs(v0, XDP_ATTACHED_DRV, "foreign");
	assert_int_equal(bpf_xdp_detach(v0, XDP_FLAGS_DRV_MODE, &none), 0);
	attach(fp, v0, FASTPATH_NATIVE);
	close(foreign);
	fastpath_close(fp);
}

static void test_foreign_link(void **state)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	int foreign = foreign_program(), link;

	(void)state;
	link = bpf_link_create(foreign, v0, BPF_XDP, &opts);
	assert_true(link >= 0);
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_GENERIC, why, sizeof(why)), -EBUSY);
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why)), -EBUSY);
	assert_runs(v0, XDP_ATTACHED_SKB, "foreign");
	close(link);
	close(foreign);
	fastpath_close(fp);
}

static void test_no_driver_support(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t lo = if_nametoindex("lo");

	(void)state;
	assert_int_equal(fastpath_attach(fp, lo, FASTPATH_NATIVE, why, sizeof(why)), -EOPNOTSUPP);
	assert_string_equal(why, "lo: its driver cannot do native XDP");
	assert_int_equal(link_id(lo), 0);
	assert_int_equal(fastpath_attach(fp, 9999, FASTPATH_NATIVE, why, sizeof(why)), -ENODEV);
	assert_string_equal(why, "#9999: no such interface");
	fastpath_close(fp);
}

/* --- devices come and go --- */

static void test_prune(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t keep[2] = {v0, v1}, lo = if_nametoindex("lo");

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	attach(fp, v1, FASTPATH_NATIVE);
	attach(fp, lo, FASTPATH_GENERIC);
	assert_int_equal(fastpath_prune(fp, keep, 2), 1); /* no longer configured */
	assert_int_equal(runs(lo, NULL), XDP_ATTACHED_NONE);
	assert_int_equal(link_id(lo), 0);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	assert_int_equal(fastpath_prune(fp, keep, 2), 0);
	assert_int_equal(netns_run("ip link del v0"), 0); /* and v1 with it */
	assert_int_not_equal(link_id(v0), 0);
	assert_int_equal(fastpath_prune(fp, keep, 2), 2);
	assert_int_equal(link_id(v0) | link_id(v1), 0);
	fastpath_close(fp);
}

/* Link and program are the same before and after; that a driver gets it is seen in tests/vm only.
 */
static void test_given_again(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t lo = if_nametoindex("lo"), link, program, after;

	(void)state;
	assert_int_equal(fastpath_give_again(fp, v0), -ENOENT); /* to nobody */
	attach(fp, v0, FASTPATH_NATIVE);
	attach(fp, lo, FASTPATH_GENERIC);
	link = link_id(v0);
	runs(v0, &program);
	assert_int_equal(fastpath_give_again(fp, v0), 0);
	assert_int_equal(fastpath_give_again(fp, lo), 0);
	assert_int_equal(link_id(v0), link);
	assert_int_equal(runs(v0, &after), XDP_ATTACHED_DRV);
	assert_int_equal(after, program);
	assert_runs(lo, XDP_ATTACHED_SKB, "xdhcp");
	/* one whose device is gone is not to be attached anew */
	assert_int_equal(netns_run("ip link del v0"), 0);
	assert_int_equal(fastpath_give_again(fp, v0), 0);
	fastpath_close(fp);
}

static int updates_until_failure = -1; /* -1: none fails */

int __real_bpf_link_update(int fd, int program, const struct bpf_link_update_opts *opts);
int __wrap_bpf_link_update(int fd, int program, const struct bpf_link_update_opts *opts);
int __wrap_bpf_link_update(int fd, int program, const struct bpf_link_update_opts *opts)
{
	if (updates_until_failure == 0) {
		errno = ENOMEM;
		return -1;
	}
	updates_until_failure -= updates_until_failure > 0;
	return __real_bpf_link_update(fd, program, opts);
}

/* A program that only passes must not stay there under our name. */
static void test_not_given_again(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	for (int n = 0; n < 2; n++) {
		attach(fp, v0, FASTPATH_NATIVE);
		updates_until_failure = n;
		assert_int_equal(fastpath_give_again(fp, v0), -ENOMEM);
		updates_until_failure = -1;
		assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
		assert_int_equal(link_id(v0), 0);
		attach(fp, v0, FASTPATH_NATIVE);
		assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	}
	fastpath_close(fp);
}

static void test_adopted_without_its_device(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	assert_int_equal(netns_run("ip link del v0"), 0);
	fp = open_as(FASTPATH_ADOPTED);
	assert_int_equal(fastpath_prune(fp, &v0, 1), 1);
	fastpath_close(fp);
}

/* A new device may have the number of an old one. */
static void test_ifindex_again(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t old;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	old = link_id(v0);
	assert_int_equal(netns_run("ip link del v0"), 0);
	assert_int_equal(netns_run("ip link add v0 index %u type veth peer name v1", v0), 0);
	assert_int_equal(if_nametoindex("v0"), v0);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_int_not_equal(link_id(v0), old);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	fastpath_close(fp);
}

/* The pins may come from a daemon in another network namespace, where the number is another's. */
static void test_ifindex_of_another_namespace(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t old;
	int status;
	pid_t child;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	old = link_id(v0);
	fastpath_close(fp);
	child = fork();
	if (child == 0) {
		struct fastpath_options options = {.pin_path = PINS, .slots = 256, .templates = 64};
		enum fastpath_found found;

		if (unshare(CLONE_NEWNET) < 0 ||
		    netns_run("ip link add w0 index %u type veth peer name w1", v0) != 0 ||
		    fastpath_open(&options, &fp, &found, why, sizeof(why)) < 0 ||
		    fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why)) < 0 ||
		    runs(v0, NULL) != XDP_ATTACHED_DRV || link_id(v0) == old)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* one pin directory, one daemon: what it left behind is gone */
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
}

/* --- replacing --- */

static void test_replaced_in_place(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	uint32_t link;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	link = link_id(v0);
	fastpath_close(fp);
	fp = open_sized(512, FASTPATH_FOREIGN);
	/* nobody answers, but the interface keeps XDP, so that a NIC need not reset */
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp_pass");
	assert_int_equal(link_id(v0), link);
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why)), -EPROTO);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp_pass");
	attach(fp, v0, FASTPATH_NATIVE);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	assert_int_equal(link_id(v0), link);
	fastpath_close(fp);
	fastpath_close(open_sized(512, FASTPATH_ADOPTED));
}

/* A program that writes to other maps than those that are pinned: both are set aside. */
static void test_link_of_other_maps(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	static const char *const maps[] = {
#define X(id, name) #name,
		XDHCP_MAPS(X)
#undef X
	};

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	assert_int_equal(rename(PINS "/meta", PINS "/kept"), 0);
	for (unsigned i = 0; i + 1 < sizeof(maps) / sizeof(maps[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), PINS "/%s", maps[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(unlink(PINS "/kept"), 0);
	/* no map at all, but a link */
	fp = open_as(FASTPATH_FOREIGN);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	fastpath_close(fp);
	/* all maps as they should be, but the link's program (XDP_PASS now) does not use them */
	fp = open_as(FASTPATH_FOREIGN);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

/* A link that takes no other program of ours is detached instead. */
static void test_set_aside_without_device(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	assert_int_equal(netns_run("ip link del v0"), 0);
	fp = open_sized(512, FASTPATH_FOREIGN);
	assert_int_equal(link_id(v0), 0);
	fastpath_close(fp);
}

static void test_status_counts_links(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);
	struct fastpath_offline status;

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	assert_int_equal(fastpath_status_offline(PINS, &status, why, sizeof(why)), 0);
	assert_int_equal(status.n_links, 1);
	assert_int_equal(status.links[0], v0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_native),
		TEST(test_two_links_one_updated),
		TEST(test_change_of_mode),
		TEST(test_detach),
		TEST(test_remove_detaches),
		TEST(test_adopting_needs_more),
		TEST(test_foreign_program_native),
		TEST(test_foreign_link),
		TEST(test_no_driver_support),
		TEST(test_prune),
		TEST(test_given_again),
		TEST(test_not_given_again),
		TEST(test_adopted_without_its_device),
		TEST(test_ifindex_again),
		TEST(test_ifindex_of_another_namespace),
		TEST(test_replaced_in_place),
		TEST(test_link_of_other_maps),
		TEST(test_set_aside_without_device),
		TEST(test_status_counts_links),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
