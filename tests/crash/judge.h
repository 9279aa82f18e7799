/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The judge of replies: holds each against what was asked, against the configurations that may be
 * in force, and against the promises that the oracle knows of.
 *
 *  - A reply is whole, and says what a configuration that may have been in force says.
 *  - The holder of a promise is never told no, unless such a configuration has the address in no
 *    pool. A NAK ends no promise: only RELEASE and DECLINE do.
 *  - Nobody is offered an address for a while after a DECLINE that this very daemon has taken: it
 *    has answered what was asked after it.
 *
 * Clients are numbers here, which stand in their MACs. Times are seconds of CLOCK_BOOTTIME.
 */
#ifndef XDHCP_TESTS_JUDGE_H
#define XDHCP_TESTS_JUDGE_H

#include "../e2e/wire.h"
#include "oracle.h"

#define VARIANTS_MAX 8

enum op { OP_NONE, OP_DISCOVER, OP_SELECT, OP_RENEW, OP_REBIND, OP_REBOOT, OP_AUDIT };

/* What a client has asked for. */
struct asked {
	int client;
	uint32_t xid, addr, ciaddr;
	enum op op;
	double sent;
	unsigned life; /* of the daemon then ready; 0: none was */
};

/* What one configuration says. */
struct variant {
	char file[108];
	uint32_t lifetime, router, first, last;
	unsigned slots; /* that it makes the daemon want */
};

struct judge {
	struct oracle oracle;
	uint32_t server;		       /* 0: no reply yet */
	uint8_t seed;			       /* second byte of the clients' MACs */
	struct variant variants[VARIANTS_MAX]; /* none: lifetimes and pools are not judged */
	unsigned n_variants;
	unsigned may, might; /* sets of variants: for requests sent from `since` on, and before */
	double since;
	double quarantine; /* seconds; 0: not judged */
	struct judge_decline {
		uint32_t addr;
		double sent;
		unsigned life;
	} declines[ORACLE_HOLDERS]; /* the last of each address */
};

extern struct judge judge;

__attribute__((format(printf, 1, 2))) void violation(const char *format, ...);

void judge_mac(int client, uint8_t ret_mac[6]);
int judge_client(const uint8_t mac[6]); /* -1: no client of ours */
bool judge_holds(int client, uint32_t addr, double at);

/* The configuration may be in force from now on. */
void judge_may(unsigned variant);
/* It surely is, alone, for whatever is asked from now on. */
void judge_settled(unsigned variant, double now);
/* May a server under a configuration of that time have the address in no pool? */
bool judge_may_lack(uint32_t addr, double sent);

/* Whatever its type: is the reply to `asked` whole? */
void judge_reply(const struct asked *asked, const struct wire_reply *r);
void judge_decline(uint32_t addr, double sent, unsigned life);
void judge_nak(const struct asked *asked, double at);

#endif
