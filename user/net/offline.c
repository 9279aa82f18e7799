// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fast path without its daemon: what xdhcpctl reads and writes on the pins
 * alone. Takes no lock, since it also serves beside a living daemon; the one word that is written
 * here, the operator's gate, has no other writer.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fastpath_private.h"

int pins_open(const char *pin_path, enum net_map map, char *why, size_t why_len)
{
	int fd = pins_get(pin_path, net_map_names[map]);

	if (fd == -ENOENT)
		return net_why(why, why_len, fd, "no fast path is pinned under %s", pin_path);
	return fd < 0 ? net_why_errno(why, why_len, fd, pin_path) : fd;
}

int pins_map(const char *pin_path, enum net_map map, bool writable, struct region *ret_region,
	     char *why, size_t why_len)
{
	int fd = pins_open(pin_path, map, why, why_len), r;

	if (fd < 0)
		return fd;
	r = region_map(fd, writable, ret_region);
	close(fd);
	return r < 0 ? net_why_errno(why, why_len, r, pin_path) : 0;
}

int pins_why_abi(const char *pin_path, uint32_t abi, char *why, size_t why_len)
{
	return net_why(why, why_len, -EPROTO,
		       "the maps under %s have ABI version %u, this program knows %u", pin_path,
		       abi, XDHCP_ABI_VERSION);
}

/* No program that began before the gate was closed answers after this. */
static int wait_closed(char *why, size_t why_len)
{
	int inner, outer, r;

	r = barrier_make(&inner, &outer);
	if (r == 0) {
		r = barrier_wait(outer, inner);
		close(inner);
		close(outer);
	}
	return r < 0 ? net_why_errno(why, why_len, r,
				     "the gate is closed, but packets under way were not awaited")
		     : 0;
}

int fastpath_operator_gate(const char *pin_path, bool closed, char *why, size_t why_len)
{
	struct region policy;
	int r = pins_map(pin_path, MAP_POLICY, true, &policy, why, why_len);

	if (r < 0)
		return r;
	/* where that is, is the same in every ABI version */
	__atomic_store_n(&((struct policy *)policy.base)[XDHCP_POLICY_GATES].closed, closed,
			 __ATOMIC_SEQ_CST);
	region_unmap(&policy);
	return closed ? wait_closed(why, why_len) : 0;
}

static int count_link(void *arg, const char *name, uint32_t ifindex)
{
	struct fastpath_offline *status = arg;

	(void)name;
	if (status->n_links < FASTPATH_OFFLINE_LINKS)
		status->links[status->n_links] = ifindex;
	status->n_links++;
	return 0;
}

int fastpath_status_offline(const char *pin_path, struct fastpath_offline *ret_status, char *why,
			    size_t why_len)
{
	struct fastpath_offline status = {0};
	struct region meta = {0}, policy = {0};
	struct bpf_map_info info;
	int fd, r;

	r = pins_map(pin_path, MAP_META, false, &meta, why, why_len);
	if (r < 0)
		return r;
	status.abi = ((const struct meta *)meta.base)->abi;
	r = status.abi == XDHCP_ABI_VERSION
		    ? pins_map(pin_path, MAP_POLICY, false, &policy, why, why_len)
		    : pins_why_abi(pin_path, status.abi, why, why_len);
	if (r == 0) {
		const struct policy *gates = (const struct policy *)policy.base +
					     XDHCP_POLICY_GATES;

		status.capacity = ((const struct meta *)meta.base)->slots;
		status.slots_used = ((const struct meta *)meta.base)->slots_used;
		status.operator_closed = gates->closed;
		status.daemon_closed = gates->daemon_closed;
		status.answer_until = gates->answer_until;
	}
	region_unmap(&policy);
	region_unmap(&meta);
	if (r < 0)
		return r;

	fd = pins_open(pin_path, MAP_VERDICTS, why, why_len);
	if (fd < 0)
		return fd;
	r = map_info(fd, &info);
	if (r == 0 && info.value_size != sizeof(status.verdicts))
		r = -EPROTO;
	if (r == 0)
		r = verdicts_sum(fd, &status.verdicts);
	close(fd);
	if (r == 0)
		r = pins_each_link(pin_path, count_link, &status);
	if (r >= 0)
		r = pins_each(pin_path, PIN_DISPATCHER, count_link, &status);
	if (r < 0)
		return net_why_errno(why, why_len, r, pin_path);
	*ret_status = status;
	return 0;
}
