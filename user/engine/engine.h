/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engine: (leases, model, message, now) -> decision. Pure: no
 * I/O, no clock, no globals, no logging. A decision's change is applied to the
 * leases at once, so that the next message of the same batch sees it; it
 * is either confirmed after the commit or undone if the commit failed or
 * refused it. Nothing may be transmitted before the confirmation (I1).
 */
#ifndef XDHCP_ENGINE_H
#define XDHCP_ENGINE_H

#include "lease.h"
#include "model.h"
#include "proto/message.h"
#include "proto/reply.h"
#include "reasons.h"

/*
 * The version of the answers. Raise it whenever an answer for the same configuration and request
 * changes: memos that an older daemon left are then asked for anew once.
 */
#define ENGINE_ANSWERS 2

/* What the daemon knows of the link that a message came in by. */
struct engine_link {
	char name[MODEL_IFNAME];
	uint32_t addrs[XDHCP_LINK_ADDRS]; /* our addresses on it, host order; 0: unused */
	uint32_t masks[XDHCP_LINK_ADDRS];
	const uint32_t *host; /* our addresses on all links; borrowed */
	size_t n_host;
};

enum decision_kind {
	DECISION_SILENT, /* nothing is sent; `reason` says why */
	DECISION_REPLY,
	DECISION_DEFER, /* an address of this client is CLOSING: ask again once that is done */
	DECISION_END,	/* RELEASE or DECLINE accepted: close `end_addr`, see engine_begin_end() */
};

/*
 * A change of one lease: applied in memory, to be committed. `before` restores
 * it. `row` is what the store shall hold, conditional on its holding
 * `before.generation` (which is row.generation unless this is a new binding).
 */
struct change {
	struct lease_row row;
	struct lease_row before; /* before.generation 0: there was no record */
	uint8_t before_state;	 /* enum lease_state in memory */
	uint8_t before_closing_to;
	bool before_absent;	       /* there was no record, also none without a generation */
	uint32_t before_offered_until; /* of the OFFER that this binding used up; 0: none */
	uint64_t before_offer_number;
};

struct decision {
	enum decision_kind kind;
	enum reason reason; /* why silent, NAKed or without an address */
	bool has_change;
	bool memoise;	      /* an ACK whose answer depends only on what form and slot hold */
	const char *fleeting; /* why an ACK is not to be memoised; NULL: it is, or is none */
	bool cloned;	      /* a client id was seen on a second MAC: to be logged */
	char hostname[MODEL_NAME_MAX + 1]; /* for the log; empty: none */
	uint32_t end_addr;		   /* kind END */
	enum lease_end end;
	struct dhcp_reply reply; /* kind REPLY */
	struct change change;	 /* last: not set unless has_change */
};

struct engine;

struct engine_config {
	const struct model *model; /* borrowed; must outlive its use */
	/* Credit horizon as a multiple of the lifetime; 0: fast path off, ack_until = promised. */
	double horizon;
	/* Told now and then how many leases are filed under the model; NULL: nobody. */
	void (*filed)(void *arg, size_t n);
	void *arg;
};

/* The engine borrows the table and the model. */
struct engine *engine_new(struct lease_table *leases);
void engine_free(struct engine *engine);
/*
 * Sets or replaces the model (a reload): pools and free queues are rebuilt, outstanding OFFERs are
 * dropped (a REQUEST for one is ACKed all the same if the address went to nobody else). Afterwards
 * nothing refers to the old model. -ENOMEM: everything is as it was. Call it before the first
 * engine_decide(), with all leases loaded.
 */
int engine_configure(struct engine *engine, const struct engine_config *config);

/*
 * Who wants to know, for people: after each engine_decide() `members` is told the classes that the
 * sender is a member of, by their numbers, as they were joined.
 */
void engine_watch(struct engine *engine,
		  void (*members)(void *arg, const uint16_t *classes, size_t n), void *arg);
/* What comes of it, in a word or two of the log: "DHCPACK", "released", "no answer". */
const char *decision_outcome(const struct dhcp_msg *msg, const struct decision *decision);

void engine_decide(struct engine *engine, const struct engine_link *link,
		   const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision);

/*
 * Fetches into the caches what engine_decide() will look at. In ENGINE_AHEAD steps, each made for
 * all messages of a batch before the next; `ahead` is the message's own.
 */
#define ENGINE_AHEAD 3
struct engine_ahead {
	uint64_t exact, by_id;
	uint32_t addr;
	bool has_id;
};
void engine_look_ahead(const struct engine *engine, const struct engine_link *link,
		       const struct dhcp_msg *msg, unsigned step, struct engine_ahead *ahead);

/*
 * The commit held (confirm) or did not (undo; call in reverse order of the decisions). Undo
 * restores lease, indexes, queues and OFFER, and cannot fail; what XDP granted meanwhile
 * stays, and so does an ending that began meanwhile.
 */
void engine_confirm(struct engine *engine, const struct change *change);
void engine_undo(struct engine *engine, const struct change *change);

/* ack_until for a lease that is promised until `promised` with `lifetime` at `now`. */
uint32_t engine_credit(const struct engine *engine, uint32_t now, uint32_t lifetime,
		       uint32_t promised);

/*
 * The end of a binding, in two steps. begin: the lease is
 * CLOSING, neither offered nor ACKed; the caller closes the slot and waits for the
 * barrier. finish: with the harvested grant {last, granted_until} (0 if never
 * published) makes the change to commit: FREE, HELD until granted_until where a grant
 * crossed the RELEASE or DECLINE (last + 1 >= received_after), or DECLINED.
 * A harvested grant that outlives an expiry puts the lease back to BOUND.
 * A quarantine may be ended before its time, as if its address were RELEASEd: FREE, or HELD
 * for what XDP has granted of it.
 */
void engine_begin_end(struct engine *engine, struct lease *lease, enum lease_end end);
void engine_finish_end(struct engine *engine, struct lease *lease, uint32_t last,
		       uint32_t granted_until, uint32_t received_after, uint32_t now,
		       struct change *ret_change);
/*
 * An address that nobody has of us is found in use by a stranger: withdraws an OFFER of it, and
 * returns its record, made if there is none, to be ended as DECLINED. NULL: it is not free, or
 * there is no memory.
 */
struct lease *engine_unbound(struct engine *engine, uint32_t addr);

/* Counters by subnet, for statistics. */
struct engine_usage {
	uint32_t subnet_id;
	uint64_t total; /* addresses in pools, without those that are excluded */
	uint64_t assigned, declined, free_fresh, free_used;
};
void engine_usage(const struct engine *engine, const struct subnet *subnet,
		  struct engine_usage *ret_usage);

#endif
