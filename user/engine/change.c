// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Making and undoing changes: the only code that writes lease records while
 * the engine decides. An address is taken out of its queues, its record set, and
 * filed again; where it is filed follows from its record, so restoring the record
 * restores everything. What survives a crash is what the caller commits.
 */
#include <errno.h>
#include <string.h>

#include "private.h"

bool identity_by_hw(const struct subnet *subnet, uint8_t client_id_len)
{
	return !client_id_len || (subnet && !subnet->match_client_id);
}

struct identity identity_of_client(const struct client *client, const struct subnet *subnet)
{
	return (struct identity){.chaddr = client->chaddr,
				 .client_id = client->client_id,
				 .client_id_len = client->client_id_len,
				 .by_hw = identity_by_hw(subnet, client->client_id_len)};
}

static void note_before(const struct lease *lease, bool absent, const struct offer *offer,
			struct change *ret_change)
{
	ret_change->before = (struct lease_row){0};
	if (!absent)
		lease_row(lease, &ret_change->before);
	ret_change->before_absent = absent;
	ret_change->before_state = lease->state;
	ret_change->before_closing_to = lease->closing_to;
	ret_change->before_offered_until = offer ? offer->until : 0;
	ret_change->before_offer_number = offer ? offer->number : 0;
}

void record_set(struct engine *engine, struct lease *lease, const struct lease_row *row,
		uint8_t state, uint8_t closing_to)
{
	const struct subnet *subnet = model_subnet_of(engine->config.model, row->addr);

	areas_unfile(engine, lease->addr);
	if (row->generation != lease->generation)
		lease->published = false;
	table_set(engine->leases, lease, row, state, closing_to,
		  identity_by_hw(subnet, row->client.client_id_len));
	areas_file(engine, lease->addr);
}

int change_make(struct engine *engine, const struct lease_row *row, struct offer *offer,
		struct change *ret_change)
{
	struct lease *lease = lease_at(engine->leases, row->addr);
	bool absent = !lease;

	if (absent)
		lease = table_make(engine->leases, row->addr);
	if (!lease)
		return -ENOMEM;
	if (table_reserve(engine->leases, lease, row) < 0 ||
	    quota_reserve(&engine->quota, engine->leases) < 0) {
		if (absent)
			table_drop(engine->leases, lease);
		return -ENOMEM;
	}
	note_before(lease, absent, offer, ret_change);
	ret_change->row = *row;
	if (offer)
		offer_drop(engine, offer);
	record_set(engine, lease, row, row->state, LEASE_END_NONE);
	return 0;
}

void engine_confirm(struct engine *engine, const struct change *change)
{
	(void)engine; /* applied at the decision; nothing is kept for the undoing */
	(void)change;
}

static void restore(struct engine *engine, struct lease *lease, const struct change *change)
{
	struct lease_row row = change->before;
	uint8_t state = change->before_state, closing_to = change->before_closing_to;

	if (row.generation == lease->generation) {
		/* What XDP was seen to grant meanwhile stands, and so does an ending begun. */
		if (lease->granted_until > row.granted_until)
			row.granted_until = lease->granted_until;
		if (lease->state == LEASE_CLOSING) {
			state = LEASE_CLOSING;
			closing_to = lease->closing_to;
		}
	}
	record_set(engine, lease, &row, state, closing_to);
}

void engine_undo(struct engine *engine, const struct change *change)
{
	uint32_t addr = change->row.addr;
	struct lease *lease = lease_at(engine->leases, addr);
	struct identity identity;
	struct offer *offer;

	if (!lease)
		return;
	if (change->before_absent) {
		areas_unfile(engine, addr);
		table_drop(engine->leases, lease);
		areas_file(engine, addr);
		lease = NULL;
	} else {
		restore(engine, lease, change);
	}

	/* Made while the address seemed free; its REQUEST will be refused. */
	if (lease && lease->state != LEASE_FREE && (offer = offer_at(engine, addr)))
		offer_drop(engine, offer);
	identity = identity_of_client(&change->row.client,
				      model_subnet_of(engine->config.model, addr));
	if (change->before_offered_until)
		offer_make(engine, addr, &identity, change->before_offered_until,
			   change->before_offer_number);
}
