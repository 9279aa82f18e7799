// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a committed ACK to an open slot. Called only after the commit that
 * covers the ACK's promise and the slot's credit (I1). Identity and tail of a slot
 * change only while it is closed and after a barrier: where they must, the slot is
 * closed now and opened again when programs have left (quiesce.c); until then the
 * client is served by the daemon. What an ACK makes untrue is closed before its commit. A crash
 * leaves the slot closed, or open, whole and as the store has it.
 *
 * The forms of a slot are answered from one lease, but not all from the same of it. A relay's word
 * is in the form of what it relays; what goes past it is judged by what the lease has stored of it
 * (identity.c in engine/). So when that changes, and with a pair of relays it does with every
 * second message, only the forms without a relay's word go, and the slot stays open.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/memo.h"
#include "form.h"
#include "proto/form.h"

#define TWIN_SECONDS 3

void set_published(struct daemon *d, struct lease *lease, bool published)
{
	d->published += published;
	d->published -= lease->published;
	lease->published = published;
	if (published)
		sweep_look_soon(d, lease);
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

/*
 * Takes out the forms that say all of a relay themselves, or the others, whose answers are, or from
 * now on would be, made of what the lease has stored of one.
 */
static void remove_forms(struct daemon *d, __u64 forms[XDHCP_FORMS], bool relayed)
{
	const struct template *templates;
	uint32_t n;

	templates = fastpath_templates(d->fp, &n);
	for (unsigned i = 0; i < XDHCP_FORMS; i++) {
		if (forms[i] && !templates[form_template(forms[i])].relayed == !relayed)
			forms_remove(forms, i);
	}
}

static void withdraw_forms(struct daemon *d, const struct lease *lease, bool relayed)
{
	struct slot *slot = d->fp ? fastpath_slot(d->fp, lease->addr, false, NULL) : NULL;
	struct reopen *waiting = quiesce_reopen(d, lease->addr);

	if (slot && slot_is_open(slot))
		remove_forms(d, slot->forms, relayed);
	if (waiting)
		remove_forms(d, waiting->forms, relayed);
}

void withdraw_relayed(struct daemon *d, const struct lease *lease)
{
	withdraw_forms(d, lease, true);
}

/*
 * The tail that other forms of this very lease are still sending, or will when the slot is opened
 * again.
 */
static bool tail_in_use(struct daemon *d, const struct lease_row *row, struct slot_tail *ret)
{
	const struct slot *slot = fastpath_slot(d->fp, row->addr, false, NULL);
	const struct reopen *waiting = quiesce_reopen(d, row->addr);

	if (waiting && waiting->identity.generation == (uint32_t)row->generation &&
	    !memcmp(waiting->identity.chaddr, row->client.chaddr, sizeof(slot->chaddr))) {
		*ret = waiting->tail;
		return true;
	}
	if (!slot || !slot_is_open(slot) || slot->generation != (uint32_t)row->generation ||
	    memcmp(slot->chaddr, row->client.chaddr, sizeof(slot->chaddr)))
		return false;
	memcpy(ret->data, slot->tail, sizeof(ret->data));
	memcpy(ret->end, slot->tail_end, sizeof(ret->end));
	memcpy(ret->sum, slot->tail_sum, sizeof(ret->sum));
	return true;
}

/* Did this ACK change what all other forms' answers are made of? */
static bool answer_changed(const struct change *change)
{
	const struct lease_row *a = &change->before, *b = &change->row;

	return a->generation != b->generation || strcmp(a->hostname, b->hostname) ||
	       a->client.client_id_len != b->client.client_id_len ||
	       memcmp(a->client.client_id, b->client.client_id, a->client.client_id_len);
}

/*
 * Did it change what renewals past the relay are judged by? That is the stored option 82, and
 * whether a relay had set giaddr, too. Which relay is nothing to them: so the two of a pair, by
 * which one client may ask in turns, agree.
 */
static bool recalled_changed(const struct change *change)
{
	const struct lease_row *a = &change->before, *b = &change->row;

	return a->agent_len != b->agent_len || memcmp(a->agent, b->agent, a->agent_len) ||
	       (a->agent_len && !a->giaddr != !b->giaddr);
}

void publish_prepare(struct daemon *d, const struct change *change)
{
	struct lease *lease = lease_at(d->leases, change->row.addr);

	/* The slot of another generation was closed when that ended. */
	if (!lease || change->before.generation != change->row.generation)
		return;
	if (answer_changed(change))
		withdraw(d, lease);
	else if (recalled_changed(change))
		withdraw_forms(d, lease, false);
}

/*
 * Does the lease still say what the answer was made of? A later message of the batch may have
 * changed it, whose forms are the ones to publish then. Of a pair of relays each may have stored
 * its own information, which is nothing to what they have relayed.
 */
static bool is_current(const struct lease *lease, const struct lease_row *row, bool relayed)
{
	const struct client *client = &row->client;

	return lease->generation == row->generation &&
	       !strcmp(lease_hostname(lease), row->hostname) &&
	       lease->client_id_len == client->client_id_len &&
	       !memcmp(lease_client_id(lease), client->client_id, client->client_id_len) &&
	       (relayed || (lease->agent_len == row->agent_len &&
			    !memcmp(lease_agent(lease), row->agent, row->agent_len) &&
			    (!row->agent_len || !lease->giaddr == !row->giaddr)));
}

/* Open, and such that forms can be added. */
static bool is_as(const struct slot *slot, const struct reopen *memo)
{
	return slot_is_open(slot) && slot_same_identity(slot, &memo->identity) &&
	       slot_same_tail(slot, &memo->tail);
}

/*
 * A slot is of one link: where its client was heard last. What a relay or a router brings by
 * another one says less of that than it seems: two relays may forward one message by two of our
 * links, and who can reach us can forge it. So it does not take the slot from where XDP has
 * answered the client within a lifetime, or from where the daemon has just now.
 */
static bool is_at_home(const struct slot *slot, const struct dhcp_msg *msg,
		       const struct change *change)
{
	const struct lease_row *before = &change->before, *row = &change->row;
	uint32_t last, granted_until;

	if ((!msg->giaddr && !dhcp_is_routed(msg)) || !slot_is_open(slot) ||
	    slot->link == msg->in.link || slot->generation != (uint32_t)row->generation)
		return false;
	slot_grant(slot, &last, &granted_until);
	if (last && row->cltt < (uint64_t)last + row->lifetime)
		return true;
	return before->generation == row->generation &&
	       row->cltt < (uint64_t)before->cltt + TWIN_SECONDS;
}

static void write_slot(struct daemon *d, struct lease *lease, struct slot *slot,
		       const struct reopen *memo)
{
	uint32_t addr = memo->identity.addr;

	if (is_as(slot, memo)) {
		slot_credit(slot, memo->ack_until);
		slot_add_form(slot, memo->forms[0], (unsigned)d->count.commits % XDHCP_FORMS);
	} else if (slot_is_open(slot) || quiesce_waits(d, addr)) {
		if (quiesce_slot(d, addr, unpublish(d, lease), memo) < 0)
			log_error("out of memory");
		return;
	} else {
		slot_open(slot, &memo->identity, &memo->tail, memo->ack_until, memo->forms[0]);
		set_published(d, lease, true);
	}
	if (memo->forms[1])
		forms_add_spare(slot->forms, memo->forms[1]);
}

static uint64_t form_of(struct daemon *d, const struct dhcp_msg *msg)
{
	const struct meta *meta = fastpath_meta(d->fp);
	const uint64_t key[2] = {meta->hash_key[0], meta->hash_key[1]};

	return dhcp_form(msg, key);
}

/*
 * The form of an answered request with its template, and the tail of the slot that it fits. 0: not
 * to be published. `old`: the tail in use, or NULL.
 */
static uint64_t make_form(struct daemon *d, const struct dhcp_msg *msg,
			  const struct decision *decision, const struct slot_tail *old,
			  struct slot_tail *ret_tail)
{
	uint32_t gate = gate_of(d, decision->change.row.subnet_id), index;
	struct template t;
	int64_t number;
	uint64_t form;

	if (!decision->memoise || !gate || !msg->in.link || !(form = form_of(d, msg)) ||
	    !memo_template(msg, &decision->reply, gate, &t) ||
	    !memo_tail(&decision->reply, &t, old, ret_tail) ||
	    !capacity_slot(d, decision->change.row.addr, &index) ||
	    (number = collect_template(d, &t, index)) < 0)
		return 0;
	return form_word(form, (uint32_t)number);
}

/*
 * The form in which a relayed client will renew past its relay. 0: it is not to be known, or known
 * already, or its answer is none that this slot can hold beside `memo`.
 */
static uint64_t predict_form(struct daemon *d, const struct dhcp_msg *relayed,
			     const struct slot *slot, const struct reopen *memo)
{
	static struct prediction p;
	struct slot_tail its;
	uint64_t form;

	if (!predict_renewal(relayed, memo->identity.addr, &p))
		return 0;
	if (is_as(slot, memo) && forms_have(slot->forms, form_word(form_of(d, &p.msg), 0)))
		return 0;
	if (!predict_answer(d, &p) || answer_changed(&p.decision.change) ||
	    recalled_changed(&p.decision.change))
		return 0;
	form = make_form(d, &p.msg, &p.decision, &memo->tail, &its);
	return form && slot_tails_same(&its, &memo->tail) ? form : 0;
}

void publish_ack(struct daemon *d, const struct dhcp_msg *msg, const struct decision *decision)
{
	const struct change *change = &decision->change;
	const struct lease_row *row = &change->row;
	struct lease *lease = lease_at(d->leases, row->addr);
	struct reopen memo = {.ack_until = row->ack_until};
	struct slot_tail old;
	struct slot *slot;
	bool had;

	if (!d->fp || !decision->has_change || !lease || lease->state != LEASE_BOUND ||
	    !is_current(lease, row, memo_is_relayed(msg)))
		return;
	had = !answer_changed(change) && tail_in_use(d, row, &old);
	memo.forms[0] = make_form(d, msg, decision, had ? &old : NULL, &memo.tail);
	if (!memo.forms[0]) {
		/* Not published; what was must not outlive what made it true. */
		if (answer_changed(change))
			withdraw(d, lease);
		return;
	}
	memo.identity = (struct slot_identity){
		.addr = row->addr, .link = msg->in.link, .generation = (uint32_t)row->generation};
	memcpy(memo.identity.chaddr, row->client.chaddr, sizeof(memo.identity.chaddr));
	slot = fastpath_slot(d->fp, row->addr, false, NULL);
	if (is_at_home(slot, msg, change))
		return;
	memo.forms[1] = predict_form(d, msg, slot, &memo);
	write_slot(d, lease, slot, &memo);
}
