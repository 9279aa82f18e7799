// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * frameflood: odd frames by the thousand, and whether they come through as they were sent.
 *
 *   frameflood send|giants IF CLIENT-MAC CLIENT-ADDRESS SERVER-MAC SERVER-ADDRESS ROUNDS
 *   frameflood watch IF MAC
 *
 * `send`: in each round the corpus of malformed frames, a REQUEST cut off at every length, and
 * giants (BIG bytes: one that is only padded, one that says so), all from CLIENT-MAC. `watch`:
 * listens behind the XDP program of IF until SIGTERM. Both print {"frames":N,"sum":S} of the frames
 * whose source is the MAC; the sum does not depend on their order. A tag that the kernel has
 * stripped is put back. Exit: 0, or 2 for errors.
 */
#include <poll.h>
#include <signal.h>

#include "../common/malformed.h"
#include "wire.h"

#define BIG	   3000 /* native XDP on a veth takes no more than about 3,500 */
#define FRAME_SIZE 4096
#define PAUSE_AT   64 /* frames between two pauses of a millisecond */

struct sum {
	uint8_t mac[6];
	uint64_t frames, sum;
};

struct run {
	struct wire wire;
	struct packet_host client, server;
	struct sum sum;
	uint64_t sent;
};

static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

/* FNV-1a of length and bytes, summed up. */
static void add(struct sum *sum, const uint8_t *frame, size_t len)
{
	uint64_t h = 0xcbf29ce484222325 ^ len;

	if (len < 14 || memcmp(frame + 6, sum->mac, 6))
		return;
	for (size_t i = 0; i < len; i++)
		h = (h ^ frame[i]) * 0x100000001b3;
	sum->sum += h;
	sum->frames++;
}

static void print(const struct sum *sum)
{
	printf("{\"frames\":%lu,\"sum\":\"%016lx\"}\n", sum->frames, sum->sum);
}

static void transmit(struct run *run, const uint8_t *frame, size_t len)
{
	if (len < 14) /* no frame to the kernel */
		return;
	while (send(run->wire.fd, frame, len, 0) != (ssize_t)len) {
		if (errno != ENOBUFS && errno != EAGAIN)
			wire_die("send", strerror(errno));
		usleep(1000);
	}
	add(&run->sum, frame, len);
	if (++run->sent % PAUSE_AT == 0)
		usleep(1000);
}

static void send_malformed(void *ctx, const struct malformed *m)
{
	transmit(ctx, m->frame, m->len);
}

/* What the client would send to keep its address. */
static size_t rebinding(const struct run *run, uint8_t *frame)
{
	struct wire_request r = {.type = WIRE_REQUEST,
				 .dst = 0xffffffff,
				 .src = run->client.addr,
				 .ciaddr = run->client.addr,
				 .xid = 7}; /* each round the same frames */

	memset(r.dmac, 0xff, 6);
	memcpy(r.smac, run->client.mac, 6);
	memcpy(r.chaddr, run->client.mac, 6);
	return wire_build(&r, frame);
}

static void send_giants(struct run *run)
{
	uint8_t frame[FRAME_SIZE] = {0};

	rebinding(run, frame);
	transmit(run, frame, BIG);
	wire_put16(frame + 16, BIG - 14); /* the IP length, and its sum */
	memset(frame + 24, 0, 2);
	wire_put16(frame + 24, wire_fold(wire_sum(0, frame + 14, 20)));
	transmit(run, frame, BIG);
}

static void send_round(struct run *run)
{
	uint8_t frame[FRAME_SIZE];
	size_t len;

	malformed_each(&run->client, &run->server, send_malformed, run);
	len = rebinding(run, frame);
	for (size_t n = 14; n < len; n++)
		transmit(run, frame, n);
	send_giants(run);
}

static void watch(struct run *run)
{
	struct sockaddr_ll all = {.sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)run->wire.ifindex};
	int on = 1;

	if (setsockopt(run->wire.fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    bind(run->wire.fd, (struct sockaddr *)&all, sizeof(all)) < 0)
		wire_die("cannot watch", strerror(errno));
	printf("watching\n");
	fflush(stdout);
	for (;;) {
		uint8_t frame[FRAME_SIZE], control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct pollfd pfd = {.fd = run->wire.fd, .events = POLLIN};
		struct iovec iov = {frame + 4, sizeof(frame) - 4};
		struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
		uint8_t *at = frame + 4;
		struct tpacket_auxdata aux;
		ssize_t n;

		msg.msg_controllen = sizeof(control);
		n = recvmsg(run->wire.fd, &msg, 0);
		if (n < 0 && stopped) /* and nothing waits */
			return;
		if (n < 0) {
			poll(&pfd, 1, 50);
			continue;
		}
		if (!CMSG_FIRSTHDR(&msg))
			wire_die("recvmsg", "no auxiliary data");
		memcpy(&aux, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID) {
			at = frame;
			memmove(frame, frame + 4, 12);
			wire_put16(frame + 12, aux.tp_vlan_tpid);
			wire_put16(frame + 14, aux.tp_vlan_tci);
			n += 4;
		}
		add(&run->sum, at, (size_t)n);
	}
}

int main(int argc, char **argv)
{
	struct run run = {0};
	bool giants = argc == 8 && !strcmp(argv[1], "giants");
	bool sending = giants || (argc == 8 && !strcmp(argv[1], "send"));
	int r;

	if (!(sending || (argc == 4 && !strcmp(argv[1], "watch"))) ||
	    !wire_parse_mac(argv[3], run.sum.mac))
		wire_die("usage", "frameflood send|watch IF MAC ...");
	r = wire_open(&run.wire, argv[2]);
	if (r < 0)
		wire_die(argv[2], strerror(-r));
	signal(SIGTERM, stop);
	if (!sending) {
		watch(&run);
	} else {
		memcpy(run.client.mac, run.sum.mac, 6);
		if (!wire_parse_ip(argv[4], &run.client.addr) ||
		    !wire_parse_mac(argv[5], run.server.mac) ||
		    !wire_parse_ip(argv[6], &run.server.addr))
			wire_die("usage", "not an address");
		for (int i = atoi(argv[7]); i > 0; i--)
			(giants ? send_giants : send_round)(&run);
	}
	print(&run.sum);
	return 0;
}
