// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a binding (I5): begin makes the lease CLOSING in
 * memory, finish says what becomes of it once its slot is closed, running
 * programs have left and the last grant is known. A crash in between forgets the
 * ending: the store still has the binding.
 */
#include <string.h>

#include "private.h"

void engine_begin_end(struct engine *engine, struct lease *lease, enum lease_end end)
{
	struct lease_row row;

	lease_row(lease, &row);
	record_set(engine, lease, &row, LEASE_CLOSING, (uint8_t)end);
}

struct lease *engine_unbound(struct engine *engine, uint32_t addr)
{
	struct lease *lease = lease_at(engine->leases, addr);
	struct offer *offer;

	if (lease && lease->state != LEASE_FREE)
		return NULL;
	if (!lease) {
		areas_unfile(engine, addr);
		lease = table_make(engine->leases, addr);
		areas_file(engine, addr);
	}
	offer = lease ? offer_at(engine, addr) : NULL;
	if (offer)
		offer_drop(engine, offer);
	return lease;
}

static void free_row(struct lease_row *row, uint8_t end, uint32_t ended_at)
{
	row->state = LEASE_FREE;
	row->end = end;
	row->promised = row->ack_until = ended_at; /* what the queue of free ones goes by */
	if (row->granted_until > ended_at)
		row->granted_until = ended_at; /* given up by its holder */
}

static void hold_row(struct lease_row *row, uint8_t state, uint8_t end, uint32_t until)
{
	row->state = state;
	row->end = end;
	row->promised = row->ack_until = until;
}

/*
 * XDP may have answered a renewal that the client sent after the RELEASE or
 * DECLINE (or that another sent in its name) if its last grant is not earlier
 * than the packet's receive time less a second.
 */
static bool crossed(uint32_t last, uint32_t granted_until, uint32_t received_after, uint32_t now)
{
	return granted_until > now && (uint64_t)last + 1 >= received_after;
}

static void expired(struct lease_row *row, uint32_t now)
{
	uint32_t until = later(row->promised, row->granted_until);

	if (until > now)
		return; /* promised still: as it was */
	/* A quarantine is over without forgetting what it was for. */
	free_row(row,
		 row->state == LEASE_DECLINED ? LEASE_END_DECLINED
		 : row->state == LEASE_HELD   ? row->end
					      : LEASE_END_EXPIRED,
		 until);
}

static void declined(struct engine *engine, struct lease_row *row, bool held, uint32_t now)
{
	uint32_t until = now + 1 + engine->config.model->decline_probation;

	/* What it was held for may still be promised, also if the quarantine is ended early. */
	if (row->state == LEASE_HELD) {
		row->granted_until = later(row->promised, row->granted_until);
		until = later(until, row->granted_until);
	}
	if (row->state ==
	    LEASE_FREE) { /* declined while it was only offered: not by its last client */
		const struct subnet *subnet = model_subnet_of(engine->config.model, row->addr);

		lease_row_forget_client(row);
		row->subnet_id = subnet ? subnet->id : 0;
		row->cltt = now;
		row->lifetime = row->granted_until = 0;
		row->generation = table_generation(engine->leases);
	}
	hold_row(row, LEASE_DECLINED, LEASE_END_DECLINED,
		 held ? later(until, row->granted_until) : until);
}

/*
 * Whoever ends a quarantine knows that the stranger has gone, and not what the last client was
 * promised. It has said that it does not use the address; but a grant may have crossed that.
 */
static void released_early(struct lease_row *row, uint32_t now)
{
	if (row->granted_until > now)
		hold_row(row, LEASE_HELD, LEASE_END_DECLINED, row->granted_until);
	else
		free_row(row, LEASE_END_DECLINED, now);
}

void engine_finish_end(struct engine *engine, struct lease *lease, uint32_t last,
		       uint32_t granted_until, uint32_t received_after, uint32_t now,
		       struct change *ret_change)
{
	struct lease_row row;
	bool held;

	*ret_change = (struct change){.before_state = lease->state,
				      .before_closing_to = lease->closing_to};
	lease_row(lease, &ret_change->before);
	row = ret_change->before;
	row.granted_until = later(row.granted_until, granted_until);
	row.cltt = later(row.cltt, last);
	/* A slot that is gone leaves the sweep's word on when it last granted. */
	held = crossed(granted_until ? last : row.cltt, row.granted_until, received_after, now);
	switch (lease->closing_to) {
	case LEASE_END_RELEASED:
		if (row.state == LEASE_DECLINED)
			released_early(&row, now);
		else if (held)
			hold_row(&row, LEASE_HELD, LEASE_END_RELEASED, row.granted_until);
		else
			free_row(&row, LEASE_END_RELEASED, now);
		break;
	case LEASE_END_DECLINED:
		declined(engine, &row, held, now);
		break;
	default:
		expired(&row, now);
		break;
	}
	ret_change->row = row;
	record_set(engine, lease, &row, row.state, LEASE_END_NONE);
}
