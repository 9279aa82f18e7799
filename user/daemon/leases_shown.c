// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Leases as the control room has them: what the daemon knows, and what XDP has granted since. Wall
 * times are made here, from CLOCK_BOOTTIME, for display. Reads only.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/inspect.h"
#include "proto/relay.h"

/* Kea's lease states. */
static uint32_t kea_state(const struct lease *lease)
{
	if (lease->state == LEASE_DECLINED)
		return 1;
	if (lease->state == LEASE_FREE || lease->state == LEASE_HELD)
		return lease->end == LEASE_END_RELEASED ? 3 : 2;
	return 0;
}

static struct control_bytes suboption(const struct dhcp_opt *agent, uint8_t code)
{
	struct dhcp_opt sub = {0};

	relay_suboption(agent, code, &sub);
	return (struct control_bytes){sub.data, sub.len};
}

static void show_relay(const struct lease *lease, struct control_lease *ret)
{
	const struct dhcp_opt agent = {lease_agent(lease), lease->agent_len};

	ret->giaddr = lease->giaddr;
	if (!agent.len)
		return;
	ret->agent = (struct control_bytes){agent.data, agent.len};
	ret->remote_id = suboption(&agent, RELAY_REMOTE_ID);
	ret->relay_id = suboption(&agent, RELAY_ID);
}

static void show(struct daemon *d, const struct lease *lease, struct control_lease *ret)
{
	uint32_t last = lease->cltt, until = lease_deadline(lease), granted, granted_last,
		 index = 0;
	struct slot *slot = d->fp ? fastpath_slot(d->fp, lease->addr, false, &index) : NULL;

	*ret = (struct control_lease){.addr = lease->addr,
				      .subnet_id = lease->subnet_id,
				      .client_id = lease_client_id(lease),
				      .client_id_len = lease->client_id_len,
				      .hostname = lease_hostname(lease),
				      .valid_lft = lease->lifetime,
				      .state = kea_state(lease),
				      .slot = -1};
	memcpy(ret->hw, lease->chaddr, sizeof(ret->hw));
	show_relay(lease, ret);
	if (slot && slot->generation == (uint32_t)lease->generation) {
		slot_grant(slot, &granted_last, &granted);
		last = later(last, granted_last);
		until = later(until, granted);
		ret->slot = slot_is_open(slot) ? (int64_t)index : -1;
		ret->hits = slot->hits;
	}
	ret->cltt = boot_to_wall(last);
	ret->expire = boot_to_wall(until);
	ret->ack_until = boot_to_wall(lease->ack_until);
}

void show_leases(struct daemon *d, uint32_t from,
		 bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	struct lease *lease = lease_next(d->leases, from);

	for (; lease; lease = lease_after(d->leases, lease)) {
		struct control_lease shown;

		if (lease->state != LEASE_FREE) {
			show(d, lease, &shown);
			if (!fn(ctx, &shown))
				return;
		}
	}
}

bool show_lease(struct daemon *d, uint32_t addr, struct control_lease *ret_lease)
{
	const struct lease *lease = lease_at(d->leases, addr);

	if (!lease || lease->state == LEASE_FREE)
		return false;
	show(d, lease, ret_lease);
	return true;
}
