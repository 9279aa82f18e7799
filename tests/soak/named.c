// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * named PIN-PATH: what stands in the pinned maps, daemon or not. Prints how many slots are
 * open, and how many templates their forms name, no template twice. Exit: 0, or 2 if it
 * cannot read them or a slot names what is no template.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "abi.h"
#include "form.h"

static bool is_named[1u << XDHCP_TEMPLATE_BITS];

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "named: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int open_map(const char *dir, const char *name, uint32_t *ret_entries)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		die(path);
	*ret_entries = info.max_entries;
	return fd;
}

int main(int argc, char **argv)
{
	uint32_t n, templates, open = 0, named = 0;
	const struct slot *slots;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: named PIN-PATH\n");
		return 2;
	}
	open_map(argv[1], "templates", &templates);
	fd = open_map(argv[1], "leases", &n);
	slots = mmap(NULL, (size_t)n * sizeof(*slots), PROT_READ, MAP_SHARED, fd, 0);
	if (slots == MAP_FAILED)
		die("leases");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t addr = __atomic_load_n((const uint32_t *)slots[i].addr, __ATOMIC_ACQUIRE);

		open += addr != 0;
		for (unsigned f = 0; addr && f < XDHCP_FORMS; f++) {
			uint64_t word = __atomic_load_n(&slots[i].forms[f], __ATOMIC_RELAXED);
			uint32_t at = form_template(word);

			if (word && (at < 1 || at >= templates)) {
				fprintf(stderr, "named: slot %u names template %u\n", i, at);
				return 2;
			}
			named += word && !is_named[at];
			is_named[at] |= word != 0;
		}
	}
	printf("%u %u\n", open, named);
	return 0;
}
