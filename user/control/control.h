/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control channel: Kea's framing and commands on an AF_UNIX socket. One
 * JSON map in (its end found by the parser, not by newline), one map out, then the server
 * closes. Results: 0 ok, 1 error, 2 unsupported, 3 empty or not found, 4 conflict. Idle
 * timeout 10 s; a request is at most CONTROL_REQUEST_MAX bytes and CONTROL_DEPTH_MAX deep; a slow
 * client blocks nobody.
 */
#ifndef XDHCP_CONTROL_H
#define XDHCP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <jansson.h>

#define CONTROL_REQUEST_MAX (4u << 20)
#define CONTROL_DEPTH_MAX   64
#define CONTROL_CLIENTS_MAX 64

enum control_result {
	CONTROL_OK = 0,
	CONTROL_ERROR = 1,
	CONTROL_UNSUPPORTED = 2,
	CONTROL_EMPTY = 3,
	CONTROL_CONFLICT = 4,
};

struct control_bytes { /* borrowed */
	const uint8_t *data;
	size_t len; /* 0: there are none */
};

/* A lease as commands show it (Kea's field names are made from it in leases.c). */
struct control_lease {
	uint32_t addr;
	uint32_t subnet_id;
	uint8_t hw[6];
	const uint8_t *client_id;
	uint8_t client_id_len;
	const char *hostname;
	uint32_t giaddr;	    /* of the relay of its last relayed ACK; 0: none */
	struct control_bytes agent; /* option 82's data */
	struct control_bytes remote_id, relay_id; /* of it */
	uint64_t cltt; /* wall clock, seconds; from the slot if that is newer */
	uint32_t valid_lft;
	uint64_t expire;    /* wall clock; 0: never */
	uint32_t state;	    /* Kea's: 0 default, 1 declined, 2 expired-reclaimed, 3 released */
	int64_t slot;	    /* number in `leases`; -1: not in the fast path */
	uint64_t hits;	    /* of the slot */
	uint64_t ack_until; /* wall clock; 0: never ends */
};

struct control_stat {
	const char *name; /* Kea's, e.g. "pkt4-ack-sent", "subnet[1].total-addresses" */
	int64_t value;
};

/* What became of a lease that was to be deleted. */
enum control_deleted {
	CONTROL_DELETED,      /* its address is free */
	CONTROL_DELETED_HELD, /* the lease is over; XDP has promised the address for a while yet */
	CONTROL_DELETED_NONE, /* there is none */
	CONTROL_DELETED_ENDS, /* it is over already, and its address is not free yet */
	CONTROL_DELETED_FAILED, /* no memory, or the daemon stops */
};

/* What the daemon answers with. Every call returns quickly and owns its arguments' memory. */
struct control_ops {
	const char *version; /* "0.1.0" */
	/* Arguments of status-get (pid, uptime, reload, fast-path ...). New reference. */
	json_t *(*status)(void *arg);
	/* The configuration in force, under "Dhcp4". New reference. */
	json_t *(*config)(void *arg);
	/* Its text, with the files it comes from (config_source()). New reference. */
	json_t *(*config_source)(void *arg);
	/* Test a configuration ({"Dhcp4": ...}). 0, or negative with every error in *ret_text
	 * (malloc'ed; NULL: no memory for it). */
	int (*config_test)(void *arg, const json_t *config, char **ret_text);
	/* Re-read the file and apply it. 0, or negative with *ret_text (malloc'ed); then nothing
	 * changed. */
	int (*config_reload)(void *arg, char **ret_text);
	/* Calls fn for each statistic. */
	void (*statistics)(void *arg, void (*fn)(void *ctx, const struct control_stat *stat),
			   void *ctx);
	/* Counts begin anew: that of this name, or all (NULL). 0; -ENOENT: there is none; -EINVAL:
	 * it is no count; -ENOMEM. */
	int (*statistics_reset)(void *arg, const char *name);
	/* Calls fn for each lease that is not free (those being closed, held or declined too), from
	 * `from` upward in address order; fn false ends it. */
	void (*leases)(void *arg, uint32_t from,
		       bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx);
	bool (*lease)(void *arg, uint32_t addr, struct control_lease *ret_lease);
	/* Ends it. Calls done once: when it is committed, or why not; within the call, or later. */
	void (*lease_delete)(void *arg, uint32_t addr,
			     void (*done)(void *ctx, enum control_deleted outcome), void *ctx);
};

struct control;

/*
 * Listens on `path` (made with mode 0660, its directory 0750; a stale socket is
 * replaced, a live one is -EADDRINUSE, what is no socket -EEXIST). Sets SIGPIPE to be ignored where
 * it is at its default. An operation must not call control_close() itself: it returns first.
 */
int control_open(struct event_base *base, const char *path, const struct control_ops *ops,
		 void *arg, struct control **ret_control, char *why, size_t why_len);
void control_close(struct control *control);

/* One command, without a socket, its reply whole: what the tests call. New reference, never NULL.
 */
json_t *control_execute(const struct control_ops *ops, void *arg, const json_t *request);

#endif
