// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The program beside others, by libxdp's dispatcher: added, exchanged and taken away with
 * nobody else's touched; and where the kernel refuses the dispatcher, nothing is left of the
 * attempt. Which of the two this kernel does is found out by libxdp alone, with a program of its
 * own, and each test holds the product against that. Real veths in a namespace of the test's own.
 * FEW=1 leaves out what tests/vm/case_dispatcher.sh or any kernel sees as well.
 */
#include <dirent.h>
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
#include <cmocka.h>
#include <linux/if_link.h>
#include <xdp/libxdp.h>

#include "net/fastpath_private.h"
#include "pins.h"
#include "veths.h"

#define OTHER NETNS_BPFFS "/xdhcp_other"

static bool possible; /* libxdp's dispatcher, on this kernel */

static struct fastpath_options options_of(const char *pins, uint32_t slots)
{
	return (struct fastpath_options){.pin_path = pins,
					 .slots = slots,
					 .templates = 64,
					 .dispatcher = true,
					 .priority = 30};
}

static struct fastpath *open_dispatcher(enum fastpath_found expected)
{
	struct fastpath_options options = options_of(PINS, 256);

	return open_options(&options, expected);
}

/* --- what is there --- */

/* The programs of the interface's dispatcher that are called `name`; *ret_id: the first one's. */
static unsigned behind(uint32_t ifindex, const char *name, uint32_t *ret_id, uint32_t *ret_priority)
{
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);
	struct xdp_program *program = NULL;
	unsigned n = 0;

	if (libxdp_get_error(all) || !all)
		return 0;
	while ((program = xdp_multiprog__next_prog(program, all))) {
		if (strcmp(xdp_program__name(program), name) != 0)
			continue;
		if (n++ > 0)
			continue;
		if (ret_id)
			*ret_id = xdp_program__id(program);
		if (ret_priority)
			*ret_priority = xdp_program__run_prio(program);
		for (unsigned action = XDP_ABORTED; action <= XDP_REDIRECT; action++)
			assert_int_equal(xdp_program__chain_call_enabled(program, action),
					 action == XDP_PASS);
	}
	xdp_multiprog__close(all);
	return n;
}

static void assert_one(uint32_t ifindex, uint32_t *ret_id)
{
	uint32_t priority = 0, id = 0;

	assert_int_equal(behind(ifindex, "xdhcp", &id, &priority), 1);
	assert_int_equal(priority, 30);
	assert_int_equal(fastpath_answers(ifindex), 1);
	if (ret_id)
		*ret_id = id;
}

static bool has_pin(uint32_t ifindex)
{
	char name[64];

	snprintf(name, sizeof(name), "dispatcher_%u", ifindex);
	return is_pinned(name);
}

/* Directories of libxdp's for an interface. */
static unsigned libxdp_pins(uint32_t ifindex)
{
	DIR *dir = opendir(NETNS_BPFFS "/xdp");
	struct dirent *entry;
	unsigned n = 0, of;

	while (dir && (entry = readdir(dir)))
		n += sscanf(entry->d_name, "dispatch-%u-", &of) == 1 && of == ifindex;
	if (dir)
		closedir(dir);
	return n;
}

static unsigned open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Somebody else's program, by libxdp: its id. */
static uint32_t attach_other(uint32_t ifindex, enum xdp_attach_mode mode)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .find_filename = "xdp-dispatcher.o",
			    .prog_name = "xdp_pass");
	struct xdp_program *program = xdp_program__create(&opts);
	uint32_t id;

	assert_non_null(program);
	assert_int_equal(xdp_program__set_run_prio(program, 10), 0);
	assert_int_equal(xdp_program__attach(program, (int)ifindex, mode, 0), 0);
	id = xdp_program__id(program);
	xdp_program__close(program);
	return id;
}

static void detach_all(uint32_t ifindex)
{
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);

	if (libxdp_get_error(all) || !all)
		return;
	assert_int_equal(xdp_multiprog__detach(all), 0);
	xdp_multiprog__close(all);
}

static void assert_other(uint32_t ifindex, uint32_t id)
{
	uint32_t is = 0;

	assert_int_equal(behind(ifindex, "xdp_pass", &is, NULL), 1);
	assert_int_equal(is, id);
}

static void refused(struct fastpath *fp, enum fastpath_attach_mode mode)
{
	assert_int_equal(fastpath_attach(fp, v0, mode, why, sizeof(why)), -EPROTONOSUPPORT);
	assert_non_null(strstr(why, "v0: the kernel refuses libxdp's dispatcher"));
	assert_non_null(strstr(why, "set fast-path.attach: link"));
	assert_null(strchr(why, '\n'));
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	assert_int_equal(fastpath_answers(v0), 0);
	assert_false(has_pin(v0));
}

/* --- attached --- */

static void attached_in(enum fastpath_attach_mode mode, uint8_t kernels)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	uint32_t first, second;

	if (!possible) {
		refused(fp, mode);
		refused(fp, mode); /* again: libxdp says less then */
		fastpath_close(fp);
		return;
	}
	attach(fp, v0, mode);
	assert_runs(v0, kernels, "xdp_dispatcher");
	assert_one(v0, &first);
	assert_true(has_pin(v0));
	attach(fp, v0, mode); /* for another link on it */
	assert_one(v0, &second);
	assert_int_equal(first, second);
	assert_int_equal(fastpath_give_again(fp, v0), 0); /* an exchange */
	assert_one(v0, &second);
	assert_int_not_equal(first, second);
	assert_int_equal(libxdp_pins(v0), 1);
	fastpath_close(fp);

	/* it stays when its daemon goes, and the next one's takes its place */
	assert_one(v0, &first);
	assert_int_equal(first, second);
	fp = open_dispatcher(FASTPATH_ADOPTED);
	assert_one(v0, &second);
	assert_int_equal(first, second);
	attach(fp, v0, mode);
	assert_one(v0, &second);
	assert_int_not_equal(first, second);
	assert_runs(v0, kernels, "xdp_dispatcher");
	assert_int_equal(fastpath_detach(fp, v0), 0);
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	assert_false(has_pin(v0));
	assert_int_equal(libxdp_pins(v0), 0);
	fastpath_close(fp);
}

static void test_native(void **state)
{
	(void)state;
	attached_in(FASTPATH_NATIVE, XDP_ATTACHED_DRV);
}

static void test_generic(void **state)
{
	(void)state;
	attached_in(FASTPATH_GENERIC, XDP_ATTACHED_SKB);
}

static void test_beside_another(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	uint32_t other, id, again;

	(void)state;
	if (!possible) {
		refused(fp, FASTPATH_NATIVE);
		fastpath_close(fp);
		return;
	}
	other = attach_other(v0, XDP_MODE_NATIVE);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, &id);
	assert_other(v0, other);
	assert_int_equal(fastpath_give_again(fp, v0), 0);
	assert_one(v0, &again);
	assert_int_not_equal(id, again);
	assert_other(v0, other);
	/* the other mode is not to be had while it is there */
	assert_int_equal(fastpath_attach(fp, v0, FASTPATH_GENERIC, why, sizeof(why)), -EBUSY);
	assert_non_null(strstr(why, "fast-path.mode: native"));
	assert_other(v0, other);
	assert_int_equal(fastpath_answers(v0), 0);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, NULL);
	assert_int_equal(fastpath_prune(fp, NULL, 0), 1);
	assert_int_equal(fastpath_answers(v0), 0);
	assert_other(v0, other);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_int_equal(fastpath_prune(fp, &v0, 1), 0);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(fastpath_answers(v0), 0);
	assert_other(v0, other);
	assert_int_equal(access(PINS, F_OK), -1);
	fastpath_close(fp);
	detach_all(v0);
}

/* What comes later takes ours with it into a dispatcher of its own. */
static void test_another_comes_and_goes(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	uint32_t other, id, is;

	(void)state;
	if (!possible) {
		refused(fp, FASTPATH_NATIVE);
		fastpath_close(fp);
		return;
	}
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, &id);
	other = attach_other(v0, XDP_MODE_NATIVE);
	assert_one(v0, &is);
	assert_int_equal(is, id);
	fastpath_close(fp);
	fp = open_dispatcher(FASTPATH_ADOPTED);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, NULL);
	assert_other(v0, other);
	assert_int_equal(fastpath_give_again(fp, v0), 0);
	assert_one(v0, NULL);
	/* taken away by hand, all of it: noticed, and attached anew */
	assert_int_equal(fastpath_has(fp, v0), 1);
	detach_all(v0);
	assert_int_equal(fastpath_has(fp, v0), 0);
	assert_int_equal(fastpath_prune(fp, &v0, 1), 1);
	assert_false(has_pin(v0));
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, NULL);
	fastpath_close(fp);
}

/* The two ways exclude each other; the configuration may change from one to the other. */
static void test_from_link_and_back(void **state)
{
	struct fastpath *fp = open_as(FASTPATH_FRESH);

	(void)state;
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	fp = open_dispatcher(FASTPATH_ADOPTED);
	if (possible) {
		attach(fp, v0, FASTPATH_NATIVE);
		assert_one(v0, NULL);
		assert_runs(v0, XDP_ATTACHED_DRV, "xdp_dispatcher");
	} else {
		refused(fp, FASTPATH_NATIVE);
	}
	fastpath_close(fp);
	fp = open_as(FASTPATH_ADOPTED);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
	assert_false(has_pin(v0));
	assert_int_equal(libxdp_pins(v0), 0);
	fastpath_close(fp);
	fastpath_close(open_as(FASTPATH_ADOPTED));
}

static void test_change_of_mode(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);

	(void)state;
	if (possible) {
		attach(fp, v0, FASTPATH_GENERIC);
		attach(fp, v0, FASTPATH_NATIVE);
		assert_runs(v0, XDP_ATTACHED_DRV, "xdp_dispatcher");
		assert_one(v0, NULL);
	} else {
		refused(fp, FASTPATH_GENERIC);
		refused(fp, FASTPATH_NATIVE);
	}
	fastpath_close(fp);
}

/* --- nobody else's --- */

static void test_foreign_without_dispatcher(void **state)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, none);
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	int foreign = foreign_program();
	uint32_t before, after;

	(void)state;
	assert_int_equal(bpf_xdp_attach(v0, foreign, XDP_FLAGS_DRV_MODE, &none), 0);
	runs(v0, &before);
	for (int mode = FASTPATH_NATIVE; mode <= FASTPATH_GENERIC; mode++) {
		assert_int_equal(fastpath_attach(fp, v0, mode, why, sizeof(why)), -EBUSY);
		assert_non_null(strstr(why, "v0: another XDP program"));
		assert_non_null(strstr(why, "without libxdp's dispatcher"));
	}
	assert_false(has_pin(v0));
	assert_int_equal(fastpath_detach(fp, v0), 0);
	assert_int_equal(fastpath_prune(fp, NULL, 0), 0);
	assert_int_equal(runs(v0, &after), XDP_ATTACHED_DRV);
	assert_int_equal(before, after);
	assert_int_equal(bpf_xdp_detach(v0, XDP_FLAGS_DRV_MODE, &none), 0);
	close(foreign);
	fastpath_close(fp);
}

/* Another daemon's, over other maps: seen, and neither joined nor detached. */
static void test_another_xdhcp(void **state)
{
	struct fastpath_options options = options_of(OTHER, 256);
	struct fastpath *other, *fp;
	uint32_t id, is;

	(void)state;
	assert_int_equal(mkdir(OTHER, 0700), 0);
	other = open_options(&options, FASTPATH_FRESH);
	fp = open_dispatcher(FASTPATH_FRESH);
	if (possible) {
		attach(other, v0, FASTPATH_NATIVE);
		assert_one(v0, &id);
		assert_int_equal(fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why)),
				 -EBUSY);
		assert_non_null(strstr(why, "another xdhcp's program"));
		assert_int_equal(fastpath_detach(fp, v0), 0);
		assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
		assert_one(v0, &is);
		assert_int_equal(is, id);
	} else {
		refused(fp, FASTPATH_NATIVE);
	}
	assert_int_equal(fastpath_remove(OTHER, why, sizeof(why)), 0);
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	fastpath_close(other);
	fastpath_close(fp);
}

/* --- what a crash leaves --- */

/* Killed after libxdp has attached the program alone and before that was undone. */
static void test_left_alone(void **state)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, none);
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), PINS "/dispatcher_%u", v0);
	for (int dispatcher = 0; dispatcher < 2; dispatcher++) {
		assert_int_equal(bpf_obj_pin(fp->maps[MAP_POLICY], path), 0);
		assert_int_equal(bpf_xdp_attach(v0, fp->program, XDP_FLAGS_DRV_MODE, &none), 0);
		fastpath_close(fp);
		fp = dispatcher ? open_dispatcher(FASTPATH_ADOPTED) : open_as(FASTPATH_ADOPTED);
		if (!dispatcher) {
			attach(fp, v0, FASTPATH_NATIVE);
			assert_runs(v0, XDP_ATTACHED_DRV, "xdhcp");
			assert_int_equal(fastpath_detach(fp, v0), 0);
		} else if (possible) {
			attach(fp, v0, FASTPATH_NATIVE);
			assert_one(v0, NULL);
		} else {
			refused(fp, FASTPATH_NATIVE);
		}
		if (!dispatcher) {
			fastpath_close(fp);
			fp = open_dispatcher(FASTPATH_ADOPTED);
		}
	}
	fastpath_close(fp);
}

/* Left alone, and not served any more; the pin alone, with nothing attached. */
static void test_left_alone_and_removed(void **state)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, none);
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), PINS "/dispatcher_%u", v0);
	assert_int_equal(bpf_obj_pin(fp->maps[MAP_POLICY], path), 0);
	assert_int_equal(bpf_xdp_attach(v0, fp->program, XDP_FLAGS_SKB_MODE, &none), 0);
	assert_int_equal(fastpath_prune(fp, NULL, 0), 1);
	assert_int_equal(runs(v0, NULL), XDP_ATTACHED_NONE);
	assert_false(has_pin(v0));
	assert_int_equal(bpf_obj_pin(fp->maps[MAP_POLICY], path), 0);
	assert_int_equal(fastpath_remove(PINS, why, sizeof(why)), 0);
	assert_int_equal(access(PINS, F_OK), -1);
	fastpath_close(fp);
}

/* Maps of which the attached program uses none any more are not taken over. */
static void test_other_maps(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	struct fastpath_options larger = options_of(PINS, 512);
	struct region policy;
	char path[128];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), PINS "/dispatcher_%u", v0);
	if (possible)
		attach(fp, v0, FASTPATH_NATIVE);
	else
		assert_int_equal(bpf_obj_pin(fp->maps[MAP_POLICY], path), 0);
	fastpath_close(fp);
	fp = open_options(&larger, FASTPATH_FOREIGN);
	/* nobody answers, but the interface keeps XDP, so that a NIC need not reset */
	assert_int_equal(runs(v0, NULL), possible ? XDP_ATTACHED_DRV : XDP_ATTACHED_NONE);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(region_map(fd, false, &policy), 0);
	assert_int_equal(((struct policy *)policy.base)[XDHCP_POLICY_GATES].daemon_closed, 1);
	assert_int_equal(((struct policy *)policy.base)[XDHCP_POLICY_GATES].closed, 0);
	region_unmap(&policy);
	close(fd);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	fastpath_close(fp);
	/* killed here: the pin still is of the older maps */
	fp = open_options(&larger, FASTPATH_FOREIGN);
	assert_int_equal(fastpath_replace(fp, why, sizeof(why)), 0);
	if (possible) {
		attach(fp, v0, FASTPATH_NATIVE);
		assert_one(v0, NULL);
	} else {
		refused(fp, FASTPATH_NATIVE);
	}
	fastpath_close(fp);
	fastpath_close(open_options(&larger, FASTPATH_ADOPTED));
}

/* Up to ABI version 3 the daemon's gate was the second record's: such a program is shut, too. */
static void test_older_gate(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	const struct {
		uint32_t kind, closed;
	} * gate;
	struct fastpath_options larger = options_of(PINS, 512);
	struct region policy;
	char path[128];
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy", 4, 160, 64, &opts);

	(void)state;
	assert_true(fd >= 0);
	fastpath_close(open_dispatcher(FASTPATH_FRESH));
	snprintf(path, sizeof(path), PINS "/dispatcher_%u", v0);
	assert_int_equal(bpf_obj_pin(fd, path), 0);
	fastpath_close(open_options(&larger, FASTPATH_FOREIGN));
	assert_int_equal(region_map(fd, false, &policy), 0);
	gate = (const void *)policy.base;
	assert_int_equal(gate->closed, 0); /* the operator's */
	gate = (const void *)(policy.base + 160);
	assert_int_equal(gate->closed, 1);
	region_unmap(&policy);
	close(fd);
}

/* --- devices come and go --- */

static void test_device_gone(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	uint32_t gone = v0;

	(void)state;
	if (!possible) {
		refused(fp, FASTPATH_NATIVE);
		fastpath_close(fp);
		return;
	}
	attach(fp, v0, FASTPATH_NATIVE);
	assert_int_equal(netns_run("ip link del v0"), 0);
	fastpath_close(fp);
	fp = open_dispatcher(FASTPATH_ADOPTED);
	assert_int_equal(fastpath_prune(fp, &gone, 1), 1);
	assert_false(has_pin(gone));
	assert_int_equal(libxdp_pins(gone), 0);
	/* another with its number */
	assert_int_equal(netns_run("ip link add v0 index %u type veth peer name v1", gone), 0);
	attach(fp, v0, FASTPATH_NATIVE);
	assert_one(v0, NULL);
	fastpath_close(fp);
}

/* One pin directory, one daemon: what it left in another namespace is taken out of its dispatcher.
 */
static void test_another_namespace(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	int status;
	pid_t child;

	(void)state;
	if (!possible) {
		refused(fp, FASTPATH_NATIVE);
		fastpath_close(fp);
		return;
	}
	attach(fp, v0, FASTPATH_NATIVE);
	fastpath_close(fp);
	child = fork();
	if (child == 0)
		_exit(unshare(CLONE_NEWNET) < 0 || fastpath_remove(PINS, why, sizeof(why)) < 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(fastpath_answers(v0), 0);
	assert_int_equal(access(PINS, F_OK), -1);
	netns_run("ip link set v0 xdp off");
}

static void test_no_such_interface(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);

	(void)state;
	assert_int_equal(fastpath_attach(fp, 9999, FASTPATH_NATIVE, why, sizeof(why)), -ENODEV);
	assert_string_equal(why, "#9999: no such interface");
	assert_int_equal(fastpath_give_again(fp, v0), -ENOENT); /* to nobody */
	fastpath_close(fp);
}

static void test_no_driver_support(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	uint32_t lo = if_nametoindex("lo");

	(void)state;
	assert_int_equal(fastpath_attach(fp, lo, FASTPATH_NATIVE, why, sizeof(why)), -EOPNOTSUPP);
	assert_string_equal(why, "lo: its driver cannot do native XDP");
	assert_false(has_pin(lo));
	fastpath_close(fp);
}

/* --- --- */

/* What libxdp leaves open is closed. */
static void test_no_file_stays_open(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	unsigned before;

	(void)state;
	fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why));
	before = open_files();
	for (int i = 0; i < 3; i++) {
		fastpath_attach(fp, v0, FASTPATH_NATIVE, why, sizeof(why));
		fastpath_give_again(fp, v0);
		fastpath_detach(fp, v0);
	}
	assert_int_equal(open_files(), before);
	fastpath_close(fp);
}

static void test_status_counts(void **state)
{
	struct fastpath *fp = open_dispatcher(FASTPATH_FRESH);
	struct fastpath_offline status;

	(void)state;
	if (possible)
		attach(fp, v0, FASTPATH_NATIVE);
	else
		refused(fp, FASTPATH_NATIVE);
	fastpath_close(fp);
	assert_int_equal(fastpath_status_offline(PINS, &status, why, sizeof(why)), 0);
	assert_int_equal(status.n_links, possible);
	if (possible)
		assert_int_equal(status.links[0], v0);
}

static int quiet(enum libxdp_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void find_out(void)
{
	void *state = NULL;
	struct xdp_multiprog *all;

	assert_int_equal(set_up(&state), 0);
	attach_other(v0, XDP_MODE_NATIVE);
	all = xdp_multiprog__get_from_ifindex((int)v0);
	assert_non_null(all);
	possible = !xdp_multiprog__is_legacy(all);
	xdp_multiprog__close(all);
	detach_all(v0);
	assert_int_equal(tear_down(&state), 0);
	printf("libxdp's dispatcher is %s by this kernel\n", possible ? "taken" : "refused");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest seen_in_vm[] = {
		TEST(test_native),
		TEST(test_beside_another),
		TEST(test_from_link_and_back),
		TEST(test_foreign_without_dispatcher),
		TEST(test_no_such_interface),
		TEST(test_no_driver_support),
		TEST(test_status_counts),
	};
	const struct CMUnitTest tests[] = {
		TEST(test_generic),
		TEST(test_another_comes_and_goes),
		TEST(test_change_of_mode),
		TEST(test_another_xdhcp),
		TEST(test_left_alone),
		TEST(test_left_alone_and_removed),
		TEST(test_other_maps),
		TEST(test_older_gate),
		TEST(test_device_gone),
		TEST(test_another_namespace),
		TEST(test_no_file_stays_open),
	};
	int failed = 0;

	if (netns_enter() < 0)
		return 1;
	libbpf_set_print(NULL);
	libxdp_set_print(quiet);
	find_out();
	/* loading the program takes emulated machines seconds */
	if (!getenv("FEW"))
		failed = cmocka_run_group_tests_name("dispatcher", seen_in_vm, NULL, NULL);
	return failed + cmocka_run_group_tests_name("dispatcher, rare", tests, NULL, NULL);
}
