// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pinned maps, looked at with the daemon dead or alive. Of slots only the harvest header is
 * read, whose place is the same in every ABI.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../e2e/wire.h"
#include "subject.h"
#include "verdicts.h"

static const char *const map_names[PINNED_MAPS] = {
#define X(id, name) #name,
	XDHCP_MAPS(X)
#undef X
};

static int pinned_fd(const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", subject.pins, name);
	return bpf_obj_get(path);
}

static void read_verdicts(int fd, struct pinned *p)
{
	static const unsigned acks[] = {XDHCP_VERDICT_ack_selecting, XDHCP_VERDICT_ack_init_reboot,
					XDHCP_VERDICT_ack_renewing, XDHCP_VERDICT_ack_rebinding};
	static uint64_t counts[1024 * XDHCP_VERDICT_COUNT];
	uint32_t zero = 0;
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0 || cpus > 1024 || bpf_map_lookup_elem(fd, &zero, counts) < 0)
		return;
	for (int cpu = 0; cpu < cpus; cpu++) {
		const uint64_t *of = counts + (size_t)cpu * XDHCP_VERDICT_COUNT;

		for (unsigned i = 0; i < sizeof(acks) / sizeof(acks[0]); i++)
			p->acks += of[acks[i]];
		p->internal += of[XDHCP_VERDICT_drop_internal];
	}
}

void subject_pinned(struct pinned *ret_pinned)
{
	struct pinned p = {.whole = true};

	for (unsigned i = 0; i < PINNED_MAPS; i++) {
		int fd = pinned_fd(map_names[i]);
		struct bpf_map_info info = {0};
		uint32_t len = sizeof(info), zero = 0;
		uint8_t meta[1024];

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0) {
			p.whole = false;
			if (fd >= 0)
				close(fd);
			continue;
		}
		p.ids[i] = info.id;
		if (i == 0)
			p.slots = info.max_entries;
		if (!strcmp(map_names[i], "verdicts"))
			read_verdicts(fd, &p);
		/* its ABI version is its first word in all of them */
		if (!strcmp(map_names[i], "meta") && info.value_size <= sizeof(meta) &&
		    bpf_map_lookup_elem(fd, &zero, meta) == 0)
			memcpy(&p.abi, meta, sizeof(p.abi));
		close(fd);
	}
	*ret_pinned = p;
}

size_t subject_slots(struct pinned_slot *ret_slots, size_t max)
{
	int fd = pinned_fd("leases");
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info), stride;
	const uint8_t *base;
	size_t n = 0;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		return 0;
	stride = (info.value_size + 7) & ~7u;
	base = mmap(NULL, (size_t)stride * info.max_entries, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (base == MAP_FAILED)
		return 0;
	for (uint32_t i = 0; i < info.max_entries && n < max; i++) {
		const uint8_t *slot = base + (size_t)i * stride;
		struct pinned_slot *s = &ret_slots[n];

		s->addr = wire_be32(slot);
		memcpy(s->chaddr, slot + 4, 6);
		memcpy(&s->generation, slot + 12, 4);
		memcpy(&s->ack_until, slot + 16, 4);
		memcpy(&s->granted_until, slot + 28, 4);
		n += s->addr != 0;
	}
	munmap((void *)(uintptr_t)base, (size_t)stride * info.max_entries);
	return n;
}
