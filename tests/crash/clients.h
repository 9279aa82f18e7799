/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Many DHCP clients doing everything at random: they get leases, renew, rebind, reboot, release
 * (and decline), fall silent and come back, send twice; some go on renewing what they have released
 * ("ghosts"). More clients than addresses make the addresses wander. One thread; what they send and
 * get goes to the judge and the oracle.
 *
 * Silence of the server is judged by what came after: a request that was sent while a daemon was
 * ready, and that is unanswered when the same daemon has answered a later one, was dropped by it.
 * Three such in a row of a holder of a lease, and the lease is forgotten. No answer of that kind
 * can be XDP's: it is an OFFER, a NAK, or the ACK of an audit.
 */
#ifndef XDHCP_TESTS_CLIENTS_H
#define XDHCP_TESTS_CLIENTS_H

#include "judge.h"

#define CLIENTS_MAX 4096

#define ASKED_MAX 8 /* requests of one client that may still be answered */

struct client {
	uint32_t addr; /* 0: none */
	double until;
	uint32_t lifetime;
	uint32_t ghost; /* address given up, which it still renews */
	double ghost_until;
	bool waits;		       /* for the answer to its newest request */
	uint32_t asks;		       /* requests so far */
	struct asked asked[ASKED_MAX]; /* by number */
	unsigned renewed;	       /* times in a row since the last clients_forget_renewals() */
	unsigned dropped;	       /* requests in a row */
};

/* A renewal that only the daemon can answer. */
struct audit {
	int client;
	uint32_t addr, xid;
	double sent;
	unsigned dropped;
	bool done;
};

struct clients {
	struct wire wire;
	struct client list[CLIENTS_MAX];
	unsigned n;
	bool decline;
	double patience; /* seconds until a request counts as lost */
	uint8_t server_mac[6];
	uint32_t server;

	unsigned life; /* of the daemon, while it is ready; else 0 */
	struct {
		unsigned life;
		double sent;
	} fence; /* the newest request that a daemon has surely taken in turn */
	struct audit audits[ORACLE_HOLDERS];
	size_t n_audits;

	double dead;			 /* since when no daemon runs; 0: one may */
	uint32_t credit[ORACLE_HOLDERS]; /* of the slots as it has left them; 0: not open */
	uint64_t hits_dead;
	/* renewals since then that XDP can and must answer: as it has before, well within the
	 * credit */
	uint64_t fast_sent, fast_answered;

	uint64_t sent, acked, nak, lost, unanswered, released, declined, ghosts, repeated, late,
		audited, audits_void;
};

extern struct clients clients;

/* 0, or negative errno. */
int clients_open(const char *ifname, unsigned n, unsigned seed);
/* Lets them act `rate` times a second, until `until`, or `done` says so. */
void clients_run(double until, unsigned rate, bool (*done)(void));
/* Takes what has arrived by now. */
void clients_receive(void);

void clients_forget_renewals(void);
bool clients_fast_answered(void); /* for clients_run(): XDP has, if it must */
/* Every running promise is renewed with the daemon, of those that nobody uses any more a part. */
void clients_audit(void);
bool clients_audited(void); /* nothing of it is open */

void clients_print(void); /* their figures, as the members of a JSON map */

#endif
