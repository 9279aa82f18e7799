/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * DHCP clients, as actors use them: each sends what its actor says and remembers the newest reply.
 * Client n has the MAC 02:00:00:00:00:n+1 and no client id, unless its look says otherwise.
 */
#ifndef XDHCP_TESTS_MODEL_CLIENTS_H
#define XDHCP_TESTS_MODEL_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENTS 16
#define CLIENT_SERVER_MAC           \
	{                           \
		2, 0, 0, 0, 0, 0xfe \
	}

/* What its next messages say beside who it is. */
struct client_look {
	uint32_t lifetime;    /* option 51; 0: absent */
	const char *id;	      /* option 61; NULL: absent */
	const char *hostname; /* option 12; NULL: absent */
	uint16_t max_size;    /* option 57; 0: absent; no part of the form */
	unsigned cpu;	      /* that its REQUESTs arrive at */
};

struct client_reply {
	uint8_t type; /* 0: none since it last sent */
	uint32_t yiaddr, lifetime;
	bool by_xdp; /* not known of replies alone; the oracle says */
};

void clients_reset(void);
struct client_look *client_look(unsigned n);

/* Each sends one message and goes on at once. */
void client_discover(unsigned n);
void client_select(unsigned n, uint32_t addr); /* REQUEST with server id */
void client_reboot(unsigned n, uint32_t addr); /* REQUEST with option 50 alone */
void client_renew(unsigned n, uint32_t addr);  /* unicast, ciaddr */
void client_rebind(unsigned n, uint32_t addr); /* broadcast, ciaddr */
void client_release(unsigned n, uint32_t addr);
void client_decline(unsigned n, uint32_t addr);

/* Awaits the reply to what was sent last, or that nothing more can happen now. */
struct client_reply client_await(unsigned n);
/* DISCOVER and REQUEST. The address; 0: it got none. */
uint32_t client_lease(unsigned n);
/* The same of the reply to a renewal: was it an ACK? */
bool client_renews(unsigned n, uint32_t addr);

/* A frame that client n sent: its number (xid), the newest last. */
void client_hears(const uint8_t *frame, size_t len); /* world.c: a server's frame */
void client_mac(unsigned n, uint8_t ret_mac[6]);
int client_by_mac(const uint8_t mac[6]); /* -1: none */

#endif
