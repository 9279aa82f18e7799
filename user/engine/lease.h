/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Leases in memory: one record an address that has ever been used, indexed by
 * address, chaddr and client id, with a deadline heap and, per pool, the queue
 * of free addresses by age. Everything is O(1) or O(log n). Pure; times come
 * in as arguments. What survives a crash is in the store and the slots; this
 * is rebuilt from both.
 *
 *            ACK                    RELEASE, DECLINE, expiry
 *   FREE ─────────▶ BOUND ────────────────────────────▶ CLOSING
 *    ▲                ▲ any ACK: generation as it was       │ slot closed, barrier,
 *    │                                                      │ grant harvested, end committed
 *    ├───────── nothing promised any more ──────────────────┤
 *    └── deadline ── HELD (a grant outlives the binding) ◀──┤
 *    └── deadline ── DECLINED (quarantine) ◀────────────────┘
 *
 * Only a FREE address is ever offered or ACKed to anybody else (I5).
 */
#ifndef XDHCP_LEASE_H
#define XDHCP_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/message.h"
#include "model.h"

enum lease_state {
	LEASE_FREE, /* nobody's; remembers its last client */
	LEASE_BOUND,
	LEASE_CLOSING,	/* in memory only: the store still says what it was */
	LEASE_HELD,	/* no binding, but promises to its last client run until `promised` */
	LEASE_DECLINED, /* quarantined until `promised` */
};

/* Why a FREE or CLOSING lease ended; kept for display and Kea's lease states. */
enum lease_end {
	LEASE_END_NONE,
	LEASE_END_RELEASED,
	LEASE_END_DECLINED,
	LEASE_END_EXPIRED,
};

struct client { /* who: the identity a lease is bound to */
	uint8_t chaddr[DHCP_CHADDR_LEN];
	uint8_t client_id_len; /* 0: none (then chaddr is the identity) */
	uint8_t client_id[255];
};

/*
 * A lease as it is stored: the store's row, and the value a change carries.
 * Plain data; owns nothing.
 */
struct lease_row {
	uint32_t addr;
	uint32_t subnet_id;
	uint64_t generation; /* raised at every new binding of the address */
	uint8_t state;	     /* enum lease_state, never CLOSING */
	uint8_t end;	     /* enum lease_end */
	struct client client;
	char hostname[MODEL_NAME_MAX + 1];
	/* Seconds of this boot's CLOCK_BOOTTIME; the store says which boot. */
	uint32_t cltt;	   /* last transaction, by the daemon or (as of the last sweep) XDP */
	uint32_t lifetime; /* as last granted */
	uint32_t promised; /* the latest expiry the daemon itself has ACKed; or the end of HELD,
			      DECLINED */
	uint32_t granted_until; /* the latest XDP has, as of the last sweep or harvest */
	uint32_t ack_until;	/* XDP may promise up to here; = promised when never published */
};

struct lease_table;

/* A lease record. Fields are read freely; they change only through lease_* and engine_* calls. */
struct lease {
	struct lease_row *row;	/* current value; owned by the table */
	uint8_t state;		/* as row->state, or CLOSING */
	uint8_t closing_to;	/* enum lease_end while CLOSING */
	uint32_t offered_until; /* FREE or the client's own: an OFFER holds it; 0: none */
	bool published;		/* daemon/ says: its slot is open for this generation */
};

struct lease_table *lease_table_new(void);
void lease_table_free(struct lease_table *table);
/* Loads a stored row at start. -EEXIST, -ENOMEM. */
int lease_load(struct lease_table *table, const struct lease_row *row);
struct lease *lease_at(const struct lease_table *table, uint32_t addr); /* NULL: never used */
size_t lease_count(const struct lease_table *table);
/* Walks in address order: the first lease with an address >= addr, or NULL. */
struct lease *lease_next(const struct lease_table *table, uint32_t addr);

/* When the lease's promises end as far as memory knows: max(promised, granted_until). */
uint32_t lease_deadline(const struct lease *lease);
/*
 * The lease whose deadline is the earliest and <= now, among BOUND, HELD and
 * DECLINED; NULL: none. The caller looks at the slot, then either raises
 * the grant (lease_granted) or begins to close.
 */
struct lease *lease_due(struct lease_table *table, uint32_t now);
uint32_t lease_next_deadline(const struct lease_table *table); /* FOREVER: none */

/* XDP's grant as harvested or swept: raises granted_until and cltt, re-arms the deadline. */
void lease_granted(struct lease_table *table, struct lease *lease, uint32_t last,
		   uint32_t granted_until);

#endif
