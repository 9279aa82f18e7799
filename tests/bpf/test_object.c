// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The object: what the verifier spends on it, that every map can be shown with
 * named fields and be mapped as memory, that replacing the barrier's map works, and what
 * `cat leases_txt` prints. Pins lie in a bpffs of the test's own, which ends with it.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "world.h"

#define VERIFIED_MAX 250000

static struct world world;

static void verifier_work(void **state)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	(void)state;
	assert_int_equal(bpf_obj_get_info_by_fd(world.prog, &info, &len), 0);
	print_message("xdhcp: %u instructions verified, %u bytes of BPF, %u of machine code\n",
		      info.verified_insns, info.xlated_prog_len, info.jited_prog_len);
	assert_in_range(info.verified_insns, 1, VERIFIED_MAX);
	assert_int_equal(info.type, BPF_PROG_TYPE_XDP);
}

static void maps_have_names_and_types(void **state)
{
	static const struct {
		const char *name, *value;
		uint32_t size;
		bool memory;
	} expected[] = {
		{"leases", "slot", sizeof(struct slot), true},
		{"blocks", "block", sizeof(struct block), true},
		{"templates", "template", sizeof(struct template), true},
		{"policy", "policy", sizeof(struct policy), true},
		{"verdicts", "verdicts", sizeof(struct verdicts), false},
		{"budgets", "link_budgets", sizeof(struct link_budgets), false},
		{"capture", "capture", sizeof(struct capture), true},
		{".data.meta", ".data.meta", sizeof(struct meta),
		 true}, /* of one variable, `meta` */
	};
	const struct btf *btf = bpf_object__btf(world.skel->obj);

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(world.skel->obj,
								   expected[i].name);

		assert_non_null(map);
		const struct btf_type *type = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));

		assert_non_null(type);
		assert_string_equal(btf__name_by_offset(btf, type->name_off), expected[i].value);
		assert_int_equal(bpf_map__value_size(map), expected[i].size);
		assert_int_equal(!!(bpf_map__map_flags(map) & BPF_F_MMAPABLE), expected[i].memory);
	}
}

static void barrier_is_replaced(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	uint32_t key = 0;

	(void)state;
	int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, &opts);

	assert_true(inner >= 0);
	assert_int_equal(bpf_map__update_elem(world.skel->maps.barrier, &key, sizeof(key), &inner,
					      sizeof(inner), BPF_ANY),
			 0);
	close(inner);
}

/* --- leases_txt --- */

#define HEADER "slot address mac link generation last granted_until ack_until hits\n"

static void make_bpffs(char dir[32])
{
	strcpy(dir, "/tmp/xdhcp-test-XXXXXX");
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(dir) || mount("bpf", dir, "bpf", 0, NULL))
		fail_msg("a bpffs of its own");
}

static void end_bpffs(const char *dir)
{
	umount(dir);
	rmdir(dir);
}

static size_t cat(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	assert_true(fd >= 0);
	while (len < cap - 1 && (n = read(fd, text + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = 0;
	return len;
}

static void leases_as_text(void **state)
{
	struct world *w = &world;
	union bpf_iter_link_info info = {.map.map_fd = (uint32_t)bpf_map__fd(w->skel->maps.leases)};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	char dir[32], path[64], text[4096];

	(void)state;
	world_reset(w);
	make_bpffs(dir);
	struct bpf_link *link = bpf_program__attach_iter(w->skel->progs.leases_txt, &opts);

	assert_non_null(link);
	snprintf(path, sizeof(path), "%s/leases_txt", dir);
	assert_int_equal(bpf_link__pin(link, path), 0);

	memset(w->slot->addr, 0, 4);
	cat(path, text, sizeof(text));
	assert_string_equal(text, HEADER);

	packet_put32(w->slot->addr, WORLD_ADDR);
	w->slot->generation = 4000000000u;
	w->slot->last = 11;
	w->slot->granted_until = 22;
	w->slot->ack_until = 33;
	w->slot->hits = 12345678901ull;
	packet_put32(w->slots[0].addr, PACKET_ADDR(255, 0, 0, 1));
	packet_put32(w->slots[WORLD_SLOTS - 1].addr, PACKET_ADDR(10, 20, 30, 255));
	cat(path, text, sizeof(text));
	assert_string_equal(text, HEADER
			    "0 255.0.0.1 00:00:00:00:00:00 0 0 0 0 0 0\n"
			    "266 192.0.2.10 02:00:00:11:22:33 7 4000000000 11 22 33 12345678901\n"
			    "511 10.20.30.255 00:00:00:00:00:00 0 0 0 0 0 0\n");
	unlink(path);
	bpf_link__destroy(link);
	end_bpffs(dir);
}

/* More text than the kernel's buffer holds: no line is lost or printed twice. */
static void leases_all_open(void **state)
{
	struct world *w = &world;
	union bpf_iter_link_info info = {.map.map_fd = (uint32_t)bpf_map__fd(w->skel->maps.leases)};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	static char text[128 * WORLD_SLOTS];
	unsigned number, a, b, c, d;
	size_t len = 0;
	ssize_t n;

	(void)state;
	world_reset(w);
	for (uint32_t i = 0; i < WORLD_SLOTS; i++)
		packet_put32(w->slots[i].addr, PACKET_ADDR(10, 0, 0, 0) + i);
	struct bpf_link *link = bpf_program__attach_iter(w->skel->progs.leases_txt, &opts);

	assert_non_null(link);
	int fd = bpf_iter_create(bpf_link__fd(link));

	assert_true(fd >= 0);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	bpf_link__destroy(link);
	char *line = strtok(text, "\n");

	for (uint32_t i = 0; i < WORLD_SLOTS; i++) {
		line = strtok(NULL, "\n");
		assert_non_null(line);
		assert_int_equal(sscanf(line, "%u %u.%u.%u.%u ", &number, &a, &b, &c, &d), 5);
		assert_int_equal(number, i);
		assert_int_equal(PACKET_ADDR(a, b, c, d), PACKET_ADDR(10, 0, 0, 0) + i);
	}
	assert_null(strtok(NULL, "\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifier_work),       cmocka_unit_test(maps_have_names_and_types),
		cmocka_unit_test(barrier_is_replaced), cmocka_unit_test(leases_as_text),
		cmocka_unit_test(leases_all_open),
	};

	world_open(&world);
	int r = cmocka_run_group_tests_name("object", tests, NULL, NULL);

	world_close(&world);
	return r;
}
