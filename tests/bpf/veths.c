// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See veths.h. */
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>
#include <linux/if_link.h>

#include "pins.h"
#include "veths.h"

char why[512];
uint32_t v0, v1;

struct fastpath *open_options(const struct fastpath_options *options, enum fastpath_found expected)
{
	struct fastpath *fp = NULL;
	enum fastpath_found found;
	int r;

	r = fastpath_open(options, &fp, &found, why, sizeof(why));
	if (r < 0)
		fail_msg("fastpath_open: %d: %s", r, why);
	assert_int_equal(found, expected);
	return fp;
}

struct fastpath *open_sized(uint32_t slots, enum fastpath_found expected)
{
	struct fastpath_options options = {.pin_path = PINS, .slots = slots, .templates = 64};

	return open_options(&options, expected);
}

struct fastpath *open_as(enum fastpath_found expected)
{
	return open_sized(256, expected);
}

void attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode)
{
	int r = fastpath_attach(fp, ifindex, mode, why, sizeof(why));

	if (r < 0)
		fail_msg("fastpath_attach: %d: %s", r, why);
}

int set_up(void **state)
{
	if (pins_set_up(state) < 0 || netns_run("ip link add v0 type veth peer name v1") != 0 ||
	    netns_run("ip link set v0 up && ip link set v1 up") != 0)
		return -1;
	v0 = if_nametoindex("v0");
	v1 = if_nametoindex("v1");
	return 0;
}

int tear_down(void **state)
{
	int r = pins_tear_down(state);

	if (if_nametoindex("v0"))
		r |= netns_run("ip link del v0");
	return r;
}

uint8_t runs(uint32_t ifindex, uint32_t *ret_program)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	assert_int_equal(bpf_xdp_query(ifindex, 0, &query), 0);
	if (ret_program)
		*ret_program = query.prog_id;
	return query.attach_mode;
}

void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	close(fd);
}

void assert_runs(uint32_t ifindex, uint8_t mode, const char *program)
{
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id;

	assert_int_equal(runs(ifindex, &id), mode);
	program_name(id, name);
	assert_string_equal(name, program);
}

int foreign_program(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass, 2, NULL);

	assert_true(fd >= 0);
	return fd;
}
