/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * loadgen: DHCP clients by the thousand on one interface, and an oracle that
 * believes nothing: every reply is taken apart and checked by code of its own,
 * which shares only include/wire.h with the server.
 *
 * A client is its index: MAC 02:PREFIX:index. What it holds is kept in a
 * state file, a line a client, from one run to the next.
 *
 * Addresses are in host order; times are nanoseconds of CLOCK_BOOTTIME.
 */
#ifndef LOADGEN_H
#define LOADGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "wire.h"

#define FRAME_MAX 1514
#define BATCH	  64

enum mode { /* RFC 2131 4.3.2, and the messages that are none of those states */
	    MODE_RENEW,
	    MODE_REBIND,
	    MODE_REBOOT,
	    MODE_SELECT,
	    MODE_DISCOVER,
	    MODE_RELEASE,
	    MODE_DECLINE,
	    MODE_INFORM,
	    MODE_COUNT,
};

struct form;

struct client {
	uint32_t index;
	const struct form *form;
	uint8_t mac[6];
	uint8_t server_mac[6];
	uint32_t addr, server_id; /* 0: none yet */
	uint32_t lease;		  /* seconds */
	/* of the exchange under way, or of the last one */
	uint32_t xid;
	uint64_t first_sent, sent;
	uint8_t mode;
	bool in_flight;
	unsigned tries;
	struct client *earlier, *later; /* in the queue of those in flight */
};

/* --- forms.c: what kinds of clients add to their messages --- */

const struct form *form_by_name(const char *name); /* NULL: unknown */
const char *form_name(const struct form *form);
const char *form_names(void);
/* Appends what the client's form adds to this message at p (room for 512). Returns its length. */
size_t form_options(const struct client *client, uint8_t *p);
/* The client id that the form sends; 0: none. */
size_t form_client_id(const struct client *client, uint8_t id[32]);

/* --- frame.c: requests out, replies checked --- */

/* A whole frame for client->mode. Returns its length. */
size_t frame_build(const struct client *client, bool broadcast, uint8_t frame[FRAME_MAX]);

struct reply {
	uint8_t type; /* enum dhcp_type */
	uint8_t eth_src[6], eth_dst[6];
	uint32_t ip_src, ip_dst;
	uint32_t xid, ciaddr, yiaddr, giaddr;
	uint16_t flags;
	uint8_t chaddr[16];
	uint32_t server_id, lease, t1, t2;
	bool has_server_id, has_lease, has_t1, has_t2;
	const uint8_t *client_id;
	uint8_t client_id_len;
	size_t len; /* of the BOOTP message */
	bool no_checksum;
};

/*
 * Takes a frame apart. NULL: sound in itself (lengths, IP and UDP checksums,
 * header, options). Else what is wrong with it; `ret_reply` is filled as far as it went.
 */
const char *reply_parse(const uint8_t *frame, size_t len, struct reply *ret_reply);

/* NULL: what this client may be sent in answer to its exchange; else what is wrong. */
struct options;
const char *reply_check(const struct reply *reply, const struct client *client,
			const struct options *o, bool any_lease);

uint16_t ones_complement(uint32_t sum, const void *data, size_t len);
uint32_t ones_add(uint32_t sum, const void *data, size_t len);

/* --- io.c: one AF_PACKET socket --- */

struct io;
int io_open(const char *interface, struct io **ret_io); /* says itself what went wrong */
void io_close(struct io *io);
uint8_t *io_frame(struct io *io); /* room for the next frame, flushing if need be; NULL: error */
void io_push(struct io *io, size_t len);
int io_flush(struct io *io);
/* Up to BATCH frames, without waiting. Returns how many, or negative errno. */
int io_receive(struct io *io, void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg);
void io_wait(struct io *io, uint64_t until);
uint64_t io_now(void);
uint64_t io_drops(struct io *io);

/* --- state.c --- */

void client_init(struct client *client, uint32_t index, uint8_t prefix, const struct form *form);
uint32_t client_index(const uint8_t mac[6]);
/* Returns the number of clients, at most max (0: all), from index `first` on, in the order of
 * their indices; -1: said why. */
int state_read(const char *file, uint32_t first, uint32_t max, struct client **ret_clients);
int state_write(const char *file, const struct client *clients, size_t n);

/* --- run.c --- */

struct options {
	const char *interface;
	const char *state_in, *state_out, *log;
	const struct form *form; /* NULL: as the state file says, else dhclient's */
	enum mode mode;
	uint32_t clients, first, rounds; /* rounds 0: until `seconds` have passed */
	uint32_t window;
	uint32_t rate; /* frames a second; 0: as the window lets */
	uint32_t timeout_ms, retries;
	uint32_t seconds; /* bound of the whole run; 0: none but the counts */
	uint8_t prefix;
	uint64_t seed;
	bool broadcast, any_lease, lenient;
};

struct stats {
	uint64_t sent, resent, offers, acked, nak, lost, bad, duplicates, foreign;
	uint64_t started, ended;
	uint64_t rtt[32 * 8]; /* histogram: eight steps an octave of microseconds */
	uint64_t rtt_max;
};

/* Exchanges: each waits for its reply. 0, or -1: said why. */
int run_exchanges(struct io *io, const struct options *o, struct client *clients, size_t n,
		  struct stats *stats);
/* Messages that nobody answers, or whose answers are not followed. */
int run_one_way(struct io *io, const struct options *o, struct client *clients, size_t n,
		struct stats *stats);
int run_flood(struct io *io, const struct options *o, struct stats *stats);
extern volatile int stop_requested;

#endif
