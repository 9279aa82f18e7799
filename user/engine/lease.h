/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Leases in memory: one record an address that has ever been used, found by
 * address and by identity, with a deadline heap; the engine adds, per pool, the queue
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
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"
#include "groups.h"
#include "heap.h"
#include "model.h"

enum lease_state {
	LEASE_FREE, /* nobody's; remembers its last client */
	LEASE_BOUND,
	LEASE_CLOSING,	/* in memory only: the store still says what it was */
	LEASE_HELD,	/* no binding, but promises to its last client run until `promised` */
	LEASE_DECLINED, /* quarantined until `promised` */
};

/* Why a FREE or CLOSING lease ended: it decides whether its last client may come back for it, and
 * is Kea's lease state. */
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

/* Of two times; XDHCP_FOREVER is the latest. */
static inline uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

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
	char hostname[MODEL_NAME_MAX + 1]; /* reserved, else the client's own, sanitised */
	/* Of the relay that its last relayed ACK went through (stash-agent-options). */
	uint32_t giaddr;    /* 0: none */
	uint8_t agent_len;  /* 0: none */
	uint8_t agent[255]; /* option 82's data */
	/* Seconds of this boot's CLOCK_BOOTTIME; the store says which boot. */
	uint32_t cltt;	   /* last transaction, by the daemon or (as of the last look) XDP */
	uint32_t lifetime; /* as last granted */
	uint32_t promised; /* the latest expiry the daemon itself has ACKed; or the end of HELD,
			      DECLINED */
	uint32_t granted_until; /* the latest XDP has, as of the last look or harvest */
	uint32_t ack_until;	/* XDP may promise up to here; = promised when never published */
};

/* It is another's from here on: nothing of its former client is left. */
static inline void lease_row_forget_client(struct lease_row *row)
{
	row->client = (struct client){0};
	row->hostname[0] = '\0';
	row->giaddr = row->agent_len = 0;
}

struct lease_table;

/*
 * A lease record: the row, held compactly (a million of them shall fit in
 * 200 MB), and its places in the indexes. Fields are read freely; they change
 * only through lease_* and engine_* calls, except `published`. lease_row() gives the
 * row as the store knows it. Records keep their place in memory as long as they live.
 */
struct lease {
	uint64_t generation; /* 0: never bound; only while an OFFER of it is being declined */
	uint32_t addr;
	uint32_t subnet_id;
	uint32_t cltt, lifetime, promised, granted_until, ack_until; /* as in struct lease_row */
	uint8_t state;						     /* CLOSING too */
	uint8_t stored;	    /* enum lease_state: as state; what the store says while CLOSING */
	uint8_t end;	    /* enum lease_end */
	uint8_t closing_to; /* enum lease_end while CLOSING */
	uint8_t chaddr[DHCP_CHADDR_LEN];
	uint8_t client_id_len;
	uint8_t hostname_len;
	uint8_t agent_len;
	bool published : 1; /* daemon/ says: its slot is open for this generation */

	/* private to engine/ */
	bool by_hw : 1;	   /* chaddr is the identity, whatever client id was sent */
	bool indexed : 1;  /* by client */
	bool timed : 1;	   /* in the deadline heap */
	bool spare : 1;	   /* in its pool's heap of free addresses */
	uint8_t kind : 3;  /* enum lease_kind: in which groups of its client */
	uint16_t text_cap; /* text belongs to records.c */
	uint32_t giaddr;
	uint8_t *text; /* client id, agent, then hostname and NUL; never shrinks, so that undo
			  cannot fail */
	struct heap_node at_heap;
	struct group_link by_identity, by_client_id;
};

/* The row of a lease. While CLOSING: as the store has it. */
void lease_row(const struct lease *lease, struct lease_row *ret_row);
/* Valid until the lease's next change. Never NULL; the name ends in NUL. */
const uint8_t *lease_client_id(const struct lease *lease);
const char *lease_hostname(const struct lease *lease);
const uint8_t *lease_agent(const struct lease *lease); /* agent_len bytes */

struct lease_table *lease_table_new(void);
void lease_table_free(struct lease_table *table);
/*
 * Loads a stored row at start, before engine_configure() (which files it under
 * its pool). -EEXIST, -EINVAL (no address, or a state that is none), -ENOMEM.
 */
int lease_load(struct lease_table *table, const struct lease_row *row);
struct lease *lease_at(const struct lease_table *table, uint32_t addr); /* NULL: never used */
size_t lease_count(const struct lease_table *table);
/* Walks in address order: the first lease with an address >= addr, or NULL. */
struct lease *lease_next(const struct lease_table *table, uint32_t addr);
/* The next one in the walk; NULL: that was the last. */
struct lease *lease_after(const struct lease_table *table, const struct lease *lease);

/* When the lease's promises end as far as memory knows: max(promised, granted_until). */
uint32_t lease_deadline(const struct lease *lease);
/*
 * The lease whose deadline is the earliest and <= now, among BOUND, HELD and
 * DECLINED; NULL: none. The caller looks at the slot, then either raises
 * the grant (lease_granted) or begins to close.
 */
struct lease *lease_due(struct lease_table *table, uint32_t now);

/*
 * XDP's grant as harvested or swept: raises granted_until and cltt, re-arms
 * the deadline. Nothing of it is committed. A FREE lease has no grant: no effect.
 */
void lease_granted(struct lease_table *table, struct lease *lease, uint32_t last,
		   uint32_t granted_until);
/* Sets ack_until to what was committed for it, by the sweep or at an orderly stop. BOUND only. */
void lease_credit(struct lease *lease, uint32_t ack_until);

#endif
