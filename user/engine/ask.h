/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One message being decided: what is known of the client and its subnet, and
 * the questions that every kind of message asks. Private to engine/; lives on the
 * stack of engine_decide().
 */
#ifndef XDHCP_ASK_H
#define XDHCP_ASK_H

#include "classes.h"
#include "name.h"
#include "private.h"

/* The subnets of the client's link: these, and the others of their shared networks. */
struct candidates {
	const struct subnet *const *v;
	size_t n;
	const struct subnet *one[XDHCP_LINK_ADDRS];
};

struct ask {
	struct engine *engine;
	const struct engine_link *link;
	const struct dhcp_msg *msg;
	uint32_t now;
	struct decision *decision;

	/* locate.c */
	struct candidates link_subnets;
	bool link_named;      /* by the message, not by the way that it came */
	uint32_t relay_there; /* by RFC 3527 the relay's address on that link; 0: not named */
	bool routed;	      /* not relayed, and sent on by a router: the client is elsewhere */
	const struct subnet *subnet;
	uint32_t source;       /* our address, of the link or as the message has it; 0: none */
	uint32_t server_id;    /* what option 54 says: source, or what the relay wants (RFC 5107) */
	struct {	       /* in the other subnets of its network; of a REQUEST only */
		bool reserved; /* an address for it, and to be had */
		bool may_be_reserved; /* there is one for it, or would be, were it a clone or none
				       */
		bool bound;	      /* it has an address that it may keep */
	} elsewhere;

	struct membership *classes; /* classes.c; NULL: the model has none */

	/* identity.c */
	struct client client;
	struct identity identity; /* points into client */
	/* The relay information it is judged by: the message's option 82, else what the lease
	 * stored (stash-agent-options). */
	struct dhcp_opt agent;
	uint8_t stored_agent[255];
	bool recalled; /* agent is what the lease stored: true of a unicast renewal alone */
	bool by_relay; /* agent is a relay's word: it came, now or then, with giaddr */
	struct identifiers ids;	  /* point into client, message, agent and flex_id */
	uint8_t flex_id[1 + 255]; /* more than 255 bytes: too long for an identifier */
	bool fleeting; /* of what it is made no form and no slot knows: not to be memoised */
	const struct reservation *reservation;
	uint32_t reserved;		 /* its address, if that lies in this subnet; 0: none */
	const struct reservation *by_id; /* the one by its client id, also if it is not for it */
	struct lease
		*own; /* its lease in this subnet: bound, else held, else the last one; or NULL */
	enum reason refused;		   /* why no address was allocated; -EDQUOT */
	bool closing;			   /* one of its leases here is CLOSING */
	bool cloned;			   /* its client id is another's here, on another MAC */
	struct fqdn fqdn;		   /* option 81 as it was sent */
	char hostname[MODEL_NAME_MAX + 1]; /* as it was sent there, else in 12; empty: none */
};

/* May the client have this address at all, whoever has it now? */
enum permit {
	PERMIT_OK,
	PERMIT_RESERVED, /* for another */
	PERMIT_OUTSIDE,	 /* neither reserved nor in a pool */
	PERMIT_CLASSES,	 /* in a pool that is for other classes */
};

/* Whose is an address now, seen from the client? */
enum holder {
	HOLDER_NOBODY,	     /* free, and not lately the client's */
	HOLDER_LAST,	     /* free, the client had it last */
	HOLDER_MINE,	     /* bound to it */
	HOLDER_MINE_HELD,    /* no binding, but promised to it */
	HOLDER_MINE_CLOSING, /* its, being closed */
	HOLDER_OTHER,	     /* promised to another, or being closed */
	HOLDER_OFFERED,	     /* free, but offered to another */
	HOLDER_DECLINED,
};

/*
 * locate.c: finds the subnet and identifies the client there. false: the message is not answered,
 * the decision says why.
 */
bool ask_locate(struct ask *ask);
/* Makes it the subnet that the message is about. */
void ask_enter(struct ask *ask, const struct subnet *subnet);
/* Is ask->subnet for its classes? What it gives back is taken back all the same. */
bool ask_admitted(const struct ask *ask);
/* RFC 2131 4.3.2: is the address that the message is about on the right network? */
bool ask_on_network(const struct ask *ask, uint32_t addr);
bool ask_is_ours(const struct ask *ask, uint32_t server_id);
void ask_withdraw_offers(struct ask *ask); /* the client's, in all its network */

/* identity.c */
bool ask_client(struct ask *ask);   /* who, from the message alone. false: identifier too long */
void ask_identify(struct ask *ask); /* what it has in ask->subnet */
enum permit ask_permit(const struct ask *ask, uint32_t addr);
/* Is it an address that this message says to be its relay's? True of this message alone. */
bool ask_named_by_relay(const struct ask *ask, uint32_t addr);
enum holder ask_holder(struct ask *ask, uint32_t addr); /* drops a lapsed offer */
/* Free, and the client's last, which ended so lately that messages from before may still come. */
bool ask_lately_its(const struct ask *ask, uint32_t addr);
/* Its reserved address, if that is not `addr` and it could have it now; else 0. */
uint32_t ask_reserved_elsewhere(struct ask *ask, uint32_t addr);
/*
 * Is its reservation the same as long as it is bound to `addr`? Not where it depends on
 * what becomes of other machines with its client id.
 */
bool ask_reservation_lasts(const struct ask *ask, uint32_t addr);
/* Is an address of this subnet reserved for it, or would one be, were it a clone or no longer one?
 */
bool ask_may_be_reserved(const struct ask *ask);
/*
 * The name it is known by at `addr`: reserved, sent, or remembered, with the subnet's domain if it
 * is none with a domain of its own. Empty: none.
 */
void ask_name(const struct ask *ask, uint32_t addr, char ret_name[MODEL_NAME_MAX + 1]);

/* allocate.c: could the client have this address now? */
bool ask_obtainable(struct ask *ask, uint32_t addr);
/* Is the address reserved for it still being closed after its own last binding? */
bool ask_reserved_closing(struct ask *ask);
/*
 * An address for a DISCOVER, held by an offer if need be. If there is none in its subnet it
 * enters another one of the network that has. 0, -ENOENT, -EDQUOT (ask->refused says which limit),
 * -ENOMEM.
 */
int ask_allocate(struct ask *ask, uint32_t *ret_addr);

/* What is granted to it, by what it asks for in option 51. */
static inline uint32_t ask_lifetime(const struct ask *ask)
{
	struct lifetimes life = ask->subnet->life;

	classes_lifetimes(ask, &life);
	return lifetimes_grant(&life, ask->msg->has_lease_time ? ask->msg->lease_time : 0);
}

/* answer.c: fill decision->reply */
void answer_lease(struct ask *ask, uint8_t type, uint32_t addr, uint32_t lifetime);
/* An OFFER of none, with the options of the address that it might have been; 0: of none. */
void answer_no_address(struct ask *ask, uint32_t instead_of, enum reason reason);
/* `addr`: the client's, also where ciaddr does not say it. */
void answer_inform(struct ask *ask, uint32_t addr);
void answer_bootp(struct ask *ask, uint32_t addr);
void answer_nak(struct ask *ask, enum reason reason);

/* request.c */
void decide_request(struct ask *ask);
/*
 * ACKs, and makes the binding. `plain`: in one of the four states of RFC 2131 4.3.2 as it words
 * them, which is all that XDP answers.
 */
void decide_ack(struct ask *ask, uint32_t addr, bool plain);
/* Makes the binding that an answer promises; silent if there is no memory. Never memoised. */
void decide_bind(struct ask *ask, uint32_t addr, uint32_t lifetime);

/* bootp.c, decide.c */
void decide_bootp(struct ask *ask);
void decide_silent(struct ask *ask, enum reason reason);

#endif
