/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a request to the answer that the daemon has decided for it, or to the
 * reason why there is none: state, gates, slot, form, template, credit, and last of
 * all the grant. Writes nothing but the slot's grant word, and what police.h keeps there.
 *
 * The directory says where an address' slot is. It may just have changed, so a slot counts only if
 * its own address word says the same. That is read first; what it guards (identity, tail) was
 * written before it and changes only after it has been zero and a barrier has waited for this very
 * run (abi.h), so reading it once is enough.
 */
#ifndef XDHCP_BPF_LEASE_H
#define XDHCP_BPF_LEASE_H

#include "clock.h"
#include "form.h"
#include "parse.h"
#include "police.h"

#define GRANT_TRIES 4

/* What is answered. `ack` is the verdict if all goes well. */
struct answer {
	struct slot *slot;
	const struct template *template;
	__u64 form; /* the slot's word that is the request's form */
	__u32 form_at;
	__u32 addr;	/* as in the packet */
	__u32 captured; /* the request was */
	const struct policy *gates;
	enum xdhcp_verdict ack;
};

static __always_inline enum xdhcp_verdict check_type(const struct request *r)
{
	switch (r->type) {
	case DHCP_REQUEST:
		return GO_ON;
	case 0:
		return XDHCP_VERDICT_pass_no_type;
	case DHCP_DISCOVER:
		return XDHCP_VERDICT_pass_discover;
	case DHCP_DECLINE:
		return XDHCP_VERDICT_pass_decline;
	case DHCP_RELEASE:
		return XDHCP_VERDICT_pass_release;
	case DHCP_INFORM:
		return XDHCP_VERDICT_pass_inform;
	default:
		return XDHCP_VERDICT_pass_other_type;
	}
}

/* With ciaddr. */
static __always_inline enum xdhcp_verdict renewing(const struct request *r)
{
	return r->to_our_addr && r->way != WAY_RELAYED ? XDHCP_VERDICT_ack_renewing
						       : XDHCP_VERDICT_ack_rebinding;
}

/*
 * RFC 2131 4.3.2, table 4: SELECTING: server identifier and requested address,
 * ciaddr zero. INIT-REBOOT: requested address only. RENEWING, REBINDING: ciaddr only; what a relay
 * has brought the client has broadcast. Which of them it was the verifier forgets, or it would look
 * at all that follows four times.
 */
static __always_inline enum xdhcp_verdict check_state(const struct request *r, struct answer *a)
{
	__u64 ack;

	if (r->ciaddr != 0) {
		if (r->has_asked || r->has_server_id)
			return XDHCP_VERDICT_pass_state;
		a->addr = r->ciaddr;
		ack = renewing(r);
	} else {
		if (!r->has_asked || r->asked == 0)
			return XDHCP_VERDICT_pass_state;
		a->addr = r->asked;
		ack = r->has_server_id ? XDHCP_VERDICT_ack_selecting
				       : XDHCP_VERDICT_ack_init_reboot;
	}
	a->ack = ack ^ unknown_zero(r->xid);
	return GO_ON;
}

/* The slot's number; NO_SLOT: its /24 has none. The word of a place is read once: one block's. */
#define NO_SLOT 0xffffffff
static __always_inline __u32 slot_number(__u32 addr, __u32 shift)
{
	__u32 host = bpf_ntohl(addr), at = block_place(host, shift);
	__u32 prefix = addr & bpf_htonl(0xffffff00);

	for (__u32 i = 0; i < XDHCP_BLOCK_PROBES; i++, at += XDHCP_BLOCK_GROUP) {
		const struct block *block = bpf_map_lookup_elem(&blocks, &at);
		__u64 word = block ? *(const volatile word64 *)block : 0;

		if (word == 0)
			break;
		if ((__u32)word == prefix)
			return (word >> 32) + (host & 0xff);
	}
	return NO_SLOT;
}

/* NULL: none, or closed. Address 0 has none. */
static __always_inline struct slot *find_slot(__u32 addr, __u32 shift)
{
	__u32 at = slot_number(addr, shift);
	struct slot *slot = bpf_map_lookup_elem(&leases, &at);

	if (!slot)
		return NULL;
	__u32 open = *(const volatile word32 *)slot->addr;

	return open == addr && addr != 0 ? READ_AFTER(slot, open) : NULL;
}

static __always_inline enum xdhcp_verdict check_client(const struct request *r,
						       const struct slot *slot)
{
	__u64 chaddr = AT64(r->data + BOOTP_FIELD(chaddr)); /* padding is zero */
	__u64 its = AT64(slot->chaddr);			    /* and its link */

	if (its == (chaddr | (__u64)r->link->link << 48))
		return GO_ON;
	return mac_word(its ^ chaddr) ? XDHCP_VERDICT_pass_chaddr : XDHCP_VERDICT_pass_moved;
}

/* The form that has this hash; 0: not answered before. */
static __always_inline void find_form(const struct slot *slot, __u64 hash, struct answer *a)
{
	a->form = 0;
	for (int i = 0; i < XDHCP_FORMS; i++) {
		__u64 word = READ_ONCE(slot->forms[i]);

		if (form_hash(word) == hash) {
			a->form = word;
			a->form_at = i;
		}
	}
}

/*
 * As which server the daemon has answered: who selects names it; a client's on another link is the
 * address that relay or router has sent to, as RFC 2131 4.1 asks for one that it can reach.
 */
static __always_inline enum xdhcp_verdict check_server(const struct request *r,
						       const struct template *t)
{
	__u32 server_id = AT32(t->server_id);

	if (r->has_server_id && r->server_id != server_id)
		return XDHCP_VERDICT_pass_server_id;
	if (r->way != WAY_DIRECT && r->ip_dst != server_id)
		return r->giaddr ? XDHCP_VERDICT_pass_relayed : XDHCP_VERDICT_pass_routed;
	return GO_ON;
}

/*
 * Raises {last, granted_until}: both halves only rise, and neither changes
 * without the other being looked at, hence the compare-and-exchange.
 */
static __always_inline bool grant(struct slot *slot, __u32 last, __u32 until)
{
	word64 *word = (word64 *)((__u8 *)slot + XDHCP_GRANT_OFFSET);
	__u64 old = *(volatile word64 *)word;

	for (int i = 0; i < GRANT_TRIES; i++) {
		__u64 new_last = (__u32)old > last ? (__u32)old : last;
		__u64 new_until = old >> 32 > until ? old >> 32 : until;
		__u64 new = new_until << 32 | new_last;

		if (new == old)
			return true;
		__u64 found = __sync_val_compare_and_swap(word, old, new);

		if (found == old)
			return true;
		old = found;
	}
	return false;
}

/*
 * I1: no second beyond the durable credit. The promise ends no earlier than the
 * client's lease, so it counts from a time that is rounded up. The lifetime is never clipped.
 */
static __always_inline enum xdhcp_verdict promise(const struct answer *a, const struct clock *clock)
{
	__u32 lifetime = a->template->lifetime;
	__u32 credit = READ_ONCE(a->slot->ack_until);
	__u64 until = (__u64)clock->later + lifetime;

	if (lifetime == XDHCP_FOREVER || until > XDHCP_FOREVER)
		until = XDHCP_FOREVER;
	if (until > credit)
		return XDHCP_VERDICT_pass_credit;
	if (!client_may(a->slot, a->gates, clock))
		return XDHCP_VERDICT_drop_client_rate;
	return grant(a->slot, clock->now, until) ? GO_ON : XDHCP_VERDICT_pass_contended;
}

/* From what the walk has found to the form. */
static __always_inline enum xdhcp_verdict find_answer(const struct request *r,
						      const struct clock *clock, struct answer *a)
{
	enum xdhcp_verdict v = check_type(r);

	if (v == GO_ON)
		v = check_state(r, a);
	if (v == GO_ON)
		v = check_gates(clock->now, &a->gates);
	if (v != GO_ON)
		return v;
	a->slot = find_slot(a->addr, READ_ONCE(meta.block_shift));
	if (!a->slot)
		return XDHCP_VERDICT_pass_no_slot;
	v = check_client(r, a->slot);
	if (v != GO_ON)
		return v;
	find_form(a->slot, r->form, a);
	return GO_ON;
}

/* And on to the template, and whether it may be used. */
static __always_inline enum xdhcp_verdict find_template(const struct request *r, struct answer *a)
{
	__u32 at = form_template(a->form);
	enum xdhcp_verdict v;

	a->template = at ? bpf_map_lookup_elem(&templates, &at) : NULL;
	if (!a->template)
		return XDHCP_VERDICT_pass_form;
	v = check_server(r, a->template);
	if (v != GO_ON)
		return v;
	const struct policy *scope = policy_at(a->template->gate);

	if (!scope || scope->kind != XDHCP_POLICY_SCOPE || READ_ONCE(scope->closed))
		return XDHCP_VERDICT_pass_gate_scope;
	return GO_ON;
}

#endif
