// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * forms: clients that ask for what they have in ever new forms.
 *
 *   forms IF CLIENTS FORMS
 *
 * CLIENTS clients (chaddr 02:00:00:01:xx:xx) get a lease each, then each repeats its REQUEST
 * FORMS times, no two of all with the same order of the parameter request list. Every
 * request is repeated until it is answered, so that the daemon has seen each. Exit: 0, or
 * 2 if an answer did not come.
 */
#include <poll.h>

#include "wire.h"

#define WINDOW	    64	/* requests under way */
#define WAIT_MS	    500 /* until those without an answer are sent again */
#define TRIES	    20
#define CLIENTS_MAX 4096

enum step { DISCOVER, SELECT, REPEAT };

struct client {
	uint32_t addr, server;
};

static struct client clients[CLIENTS_MAX];
static unsigned forms;

/* Request number `n` of a step: of client n, or of client n / forms. */
static size_t build(enum step step, uint32_t n, uint8_t *frame)
{
	struct wire_request r = {.type = step == DISCOVER ? WIRE_DISCOVER : WIRE_REQUEST,
				 .chaddr = {2, 0, 0, 1},
				 .xid = n,
				 .dst = 0xffffffff,
				 .broadcast = true};
	uint32_t who = step == REPEAT ? n / forms : n;

	wire_put16(r.chaddr + 4, (uint16_t)who);
	memcpy(r.smac, r.chaddr, 6);
	memset(r.dmac, 0xff, 6);
	r.prl_len = wire_order(step == REPEAT ? n + 1 : 0, r.prl);
	r.requested = clients[who].addr;
	r.server_id = step == SELECT ? clients[who].server : 0;
	return wire_build(&r, frame);
}

/* Reads what has come; returns how many of `answered`, from `first`, it answers newly. */
static unsigned receive(const struct wire *w, enum step step, uint32_t first, unsigned n,
			bool *answered)
{
	struct wire_reply reply;
	uint8_t frame[2048];
	unsigned got = 0;
	ssize_t len;

	while ((len = recv(w->fd, frame, sizeof(frame), 0)) > 0) {
		if (!wire_parse(frame, (size_t)len, &reply) || reply.xid - first >= n ||
		    reply.type != (step == DISCOVER ? WIRE_OFFER : WIRE_ACK) ||
		    answered[reply.xid - first])
			continue;
		answered[reply.xid - first] = true;
		got++;
		if (step == DISCOVER)
			clients[reply.xid] = (struct client){reply.yiaddr, reply.server_id};
	}
	return got;
}

static void window(const struct wire *w, enum step step, uint32_t first, unsigned n)
{
	bool answered[WINDOW] = {false};
	uint8_t frame[WIRE_MAX];
	unsigned got = 0;

	for (unsigned try = 0; try < TRIES && got < n; try++) {
		double until = wire_now() + WAIT_MS / 1e3;

		for (unsigned i = 0; i < n; i++) {
			size_t len = answered[i] ? 0 : build(step, first + i, frame);

			if (len && send(w->fd, frame, len, 0) < 0)
				wire_die("send", strerror(errno));
		}
		while (got < n && wire_now() < until) {
			struct pollfd pfd = {.fd = w->fd, .events = POLLIN};

			poll(&pfd, 1, WAIT_MS / 10);
			got += receive(w, step, first, n, answered);
		}
	}
	if (got < n)
		wire_die("no answer", wire_types[step == DISCOVER ? WIRE_DISCOVER : WIRE_REQUEST]);
}

static void all(const struct wire *w, enum step step, uint32_t n)
{
	for (uint32_t at = 0; at < n; at += WINDOW)
		window(w, step, at, n - at < WINDOW ? n - at : WINDOW);
}

int main(int argc, char **argv)
{
	struct wire w;
	unsigned n;
	int r;

	if (argc != 4)
		wire_die("usage", "forms IF CLIENTS FORMS");
	n = (unsigned)atoi(argv[2]);
	forms = (unsigned)atoi(argv[3]);
	if (n < 1 || n > CLIENTS_MAX || forms < 1)
		wire_die("out of range", argv[2]);
	r = wire_open(&w, argv[1]);
	if (r < 0)
		wire_die(argv[1], strerror(-r));
	all(&w, DISCOVER, n);
	all(&w, SELECT, n);
	all(&w, REPEAT, n * forms);
	return 0;
}
