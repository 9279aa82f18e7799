// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * badframes: sends the corpus of malformed frames to a running daemon, as one client.
 *
 *   badframes IF CLIENT-MAC CLIENT-ADDRESS SERVER-MAC SERVER-ADDRESS KEEP
 *
 * Behind each frame go an INFORM and a DISCOVER of another client, and nothing more until both are
 * answered: the server decides what completes an exchange before what begins one, and each kind in
 * its order. So every frame before them was received and decided, and the one that silences the
 * server is named.
 * KEEP 1 leaves out what would end the client's lease.
 *
 * Prints one JSON object: how many frames were `sent`, how many were `answered`, and as `refused`
 * what the server must have counted by reason. Not in it: runts, which the kernel does not send;
 * what the server's packet filter keeps out (see shown()); and requests whose only fault is the UDP
 * checksum, if they were answered: the XDP program did that, which does not verify it. Exit: 0; 1:
 * a refused frame was answered, or an INFORM or DISCOVER was not; 2: usage.
 */
#include <poll.h>

#include "../common/malformed.h"
#include "wire.h"

#define WAIT 5 /* seconds */

struct run {
	struct wire wire;
	struct packet_host client, server;
	struct wire_request fences[2]; /* one of each kind */
	bool keep;
	unsigned sent, answered, runts;
	unsigned refused[DHCP_DECODE_COUNT];
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "badframes: %s: %s\n", what, why);
	exit(1);
}

static bool is_tag(const uint8_t type[2])
{
	return wire_be16(type) == ETH_P_8021Q || wire_be16(type) == ETH_P_8021AD;
}

/*
 * Does the server's packet socket get it? IPv4 behind at most two tags, UDP, no later fragment, and
 * 67 where the header's length says that the port is: of the frame's bytes, whatever its lengths
 * say.
 */
static bool shown(const uint8_t *frame, size_t len)
{
	size_t at = 12, port;

	for (int tags = 0; tags < 2 && at + 2 <= len && is_tag(frame + at); tags++)
		at += 4;
	if (at + 2 + 10 > len || wire_be16(frame + at) != ETH_P_IP)
		return false;
	at += 2;
	port = at + 4u * (frame[at] & 15) + 2;
	return frame[at + 9] == 17 && !(wire_be16(frame + at + 6) & 0x1fff) && port + 2 <= len &&
	       wire_be16(frame + port) == 67;
}

/* What ends a lease: left out if it is to be kept. */
static bool ends_a_lease(const char *name)
{
	return !strncmp(name, "RELEASE", 7) || !strncmp(name, "DECLINE", 7) ||
	       !strcmp(name, "message type 4") || !strcmp(name, "message type 7");
}

/* Reads until both are answered. Returns how many replies to others came before. */
static unsigned collect(struct run *run, const char *name)
{
	double deadline = wire_now() + WAIT;
	struct pollfd pfd = {.fd = run->wire.fd, .events = POLLIN};
	struct wire_reply reply;
	uint8_t frame[2048];
	bool answered[2] = {false, false};
	unsigned got = 0;
	ssize_t n;

	while (wire_now() < deadline) {
		poll(&pfd, 1, 100);
		while ((n = recv(run->wire.fd, frame, sizeof(frame), 0)) > 0) {
			if (!wire_parse(frame, (size_t)n, &reply))
				continue;
			if (reply.xid == run->fences[0].xid)
				answered[0] = true;
			else if (reply.xid == run->fences[1].xid)
				answered[1] = true;
			else
				got++;
			if (answered[0] && answered[1])
				return got;
		}
	}
	die(name, "the server does not answer after it");
}

static void send_one(void *ctx, const struct malformed *m)
{
	struct run *run = ctx;
	uint8_t frame[WIRE_MAX];
	unsigned replies;

	if (run->keep && ends_a_lease(m->name))
		return;
	if (m->len < 14) { /* no more is a frame to the kernel */
		run->runts++;
		return;
	}
	if (send(run->wire.fd, m->frame, m->len, 0) != (ssize_t)m->len)
		die(m->name, strerror(errno));
	run->sent++;
	for (unsigned i = 0; i < 2; i++) {
		run->fences[i].xid++;
		if (send(run->wire.fd, frame, wire_build(&run->fences[i], frame), 0) < 0)
			die(i ? "DISCOVER" : "INFORM", strerror(errno));
	}
	replies = collect(run, m->name);
	run->answered += replies != 0;
	if (m->result == DHCP_DECODE_ok || !shown(m->frame, m->len))
		return;
	if (!replies)
		run->refused[m->result]++;
	else if (m->result != DHCP_DECODE_udp_checksum)
		die(m->name, "is answered");
}

static void print(const struct run *run)
{
	const char *comma = "";

	printf("{\"sent\":%u,\"runts\":%u,\"answered\":%u,\"refused\":{", run->sent, run->runts,
	       run->answered);
	for (int i = 1; i < DHCP_DECODE_COUNT; i++) {
		printf("%s\"%s\":%u", comma, dhcp_decode_name(i), run->refused[i]);
		comma = ",";
	}
	printf("}}\n");
}

int main(int argc, char **argv)
{
	struct run run = {.fences = {{.type = WIRE_INFORM, .dst = 0xffffffff},
				     {.type = WIRE_DISCOVER, .dst = 0xffffffff, .xid = 1u << 31}}};
	int r;

	if (argc != 7 || !wire_parse_mac(argv[2], run.client.mac) ||
	    !wire_parse_ip(argv[3], &run.client.addr) || !wire_parse_mac(argv[4], run.server.mac) ||
	    !wire_parse_ip(argv[5], &run.server.addr)) {
		fprintf(stderr, "usage: badframes IF MAC ADDRESS MAC ADDRESS KEEP\n");
		return 2;
	}
	run.keep = atoi(argv[6]);
	r = wire_open(&run.wire, argv[1]);
	if (r < 0)
		die(argv[1], strerror(-r));
	for (unsigned i = 0; i < 2; i++) {
		memset(run.fences[i].dmac, 0xff, 6);
		memcpy(run.fences[i].smac, run.wire.mac, 6);
		memcpy(run.fences[i].chaddr, run.wire.mac, 6);
	}
	run.fences[0].ciaddr = run.fences[0].src = run.server.addr + 1;
	malformed_each(&run.client, &run.server, send_one, &run);
	print(&run);
	return 0;
}
