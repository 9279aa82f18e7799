// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a committed ACK to an open slot. Called only after the commit that
 * covers the ACK's promise and the slot's credit (I1). Identity and tail of a slot
 * change only while it is closed and after a barrier: where they must, the slot is
 * closed now and opened again when programs have left (quiesce.c); until then the
 * client is served by the daemon. What an ACK makes untrue is closed before its commit. A crash
 * leaves the slot closed, or open, whole and as the store has it.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/memo.h"
#include "form.h"
#include "proto/form.h"

void set_published(struct daemon *d, struct lease *lease, bool published)
{
	d->published += published;
	d->published -= lease->published;
	lease->published = published;
}

uint64_t unpublish(struct daemon *d, struct lease *lease)
{
	struct slot *slot = d->fp ? fastpath_slot(d->fp, lease->addr, false, NULL) : NULL;

	set_published(d, lease, false);
	if (!slot || !slot_is_open(slot))
		return 0;
	slot_close(slot);
	return quiesce_request(d);
}

void withdraw(struct daemon *d, struct lease *lease)
{
	uint64_t epoch = unpublish(d, lease);

	if (epoch || quiesce_waits(d, lease->addr))
		quiesce_slot(d, lease->addr, epoch, NULL);
}

/* The tail that other forms of this very lease may still be sending. */
static bool tail_in_slot(const struct slot *slot, const struct lease_row *row,
			 struct slot_tail *ret)
{
	if (slot->generation != (uint32_t)row->generation ||
	    memcmp(slot->chaddr, row->client.chaddr, sizeof(slot->chaddr)))
		return false;
	memcpy(ret->data, slot->tail, sizeof(ret->data));
	memcpy(ret->end, slot->tail_end, sizeof(ret->end));
	memcpy(ret->sum, slot->tail_sum, sizeof(ret->sum));
	return true;
}

/*
 * Did this ACK change what other forms' answers are made of? By the stored option 82 unicast
 * renewals are judged; no answer is made of the stored giaddr, in which the two forms of one
 * client behind a pair of relays differ.
 */
static bool answer_changed(const struct change *change)
{
	const struct lease_row *a = &change->before, *b = &change->row;

	return a->generation != b->generation || strcmp(a->hostname, b->hostname) ||
	       a->client.client_id_len != b->client.client_id_len ||
	       memcmp(a->client.client_id, b->client.client_id, a->client.client_id_len) ||
	       a->agent_len != b->agent_len || memcmp(a->agent, b->agent, a->agent_len);
}

void publish_prepare(struct daemon *d, const struct change *change)
{
	struct lease *lease = lease_at(d->leases, change->row.addr);

	/* The slot of another generation was closed when that ended. */
	if (lease && change->before.generation == change->row.generation && answer_changed(change))
		withdraw(d, lease);
}

/*
 * Does the lease still say what the answer was made of? A later message of the batch may have
 * changed it, whose forms are the ones to publish then.
 */
static bool is_current(const struct lease *lease, const struct lease_row *row)
{
	const struct client *client = &row->client;

	return lease->generation == row->generation &&
	       !strcmp(lease_hostname(lease), row->hostname) &&
	       lease->client_id_len == client->client_id_len &&
	       !memcmp(lease_client_id(lease), client->client_id, client->client_id_len) &&
	       lease->agent_len == row->agent_len &&
	       !memcmp(lease_agent(lease), row->agent, row->agent_len);
}

static void write_slot(struct daemon *d, struct lease *lease, struct slot *slot,
		       const struct reopen *memo)
{
	uint32_t addr = memo->identity.addr;

	if (slot_is_open(slot) && slot_same_identity(slot, &memo->identity) &&
	    slot_same_tail(slot, &memo->tail)) {
		slot_credit(slot, memo->ack_until);
		slot_add_form(slot, memo->form, (unsigned)d->count.commits % XDHCP_FORMS);
		return;
	}
	if (slot_is_open(slot) || quiesce_waits(d, addr)) {
		if (quiesce_slot(d, addr, unpublish(d, lease), memo) < 0)
			log_error("out of memory");
		return;
	}
	slot_open(slot, &memo->identity, &memo->tail, memo->ack_until, memo->form);
	set_published(d, lease, true);
}

static uint64_t form_of(struct daemon *d, const struct dhcp_msg *msg)
{
	const struct meta *meta = fastpath_meta(d->fp);
	const uint64_t key[2] = {meta->hash_key[0], meta->hash_key[1]};

	return dhcp_form(msg, key);
}

void publish_ack(struct daemon *d, const struct dhcp_msg *msg, const struct decision *decision)
{
	const struct change *change = &decision->change;
	const struct lease_row *row = &change->row;
	struct lease *lease = lease_at(d->leases, row->addr);
	struct reopen memo = {.ack_until = row->ack_until};
	struct slot_tail old;
	struct template t;
	uint64_t form = 0;
	struct slot *slot;
	int64_t number;
	uint32_t gate, index;
	bool had;

	if (!d->fp || !decision->has_change || !lease || lease->state != LEASE_BOUND ||
	    !is_current(lease, row))
		return;
	gate = gate_of(d, row->subnet_id);
	if (decision->memoise && gate && msg->in.link)
		form = form_of(d, msg);
	slot = fastpath_slot(d->fp, row->addr, false, NULL);
	had = slot && !answer_changed(change) && tail_in_slot(slot, row, &old);
	if (!form || !memo_template(&decision->reply, gate, &t) ||
	    !memo_tail(&decision->reply, &t, had ? &old : NULL, &memo.tail) ||
	    !(slot = capacity_slot(d, row->addr, &index)) ||
	    (number = collect_template(d, &t, index)) < 0) {
		/* Not published; what was must not outlive what made it true. */
		if (answer_changed(change))
			withdraw(d, lease);
		return;
	}
	memo.identity = (struct slot_identity){
		.addr = row->addr, .link = msg->in.link, .generation = (uint32_t)row->generation};
	memcpy(memo.identity.chaddr, row->client.chaddr, sizeof(memo.identity.chaddr));
	memo.form = form_word(form, (uint32_t)number);
	write_slot(d, lease, slot, &memo);
}
