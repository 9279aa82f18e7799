// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Frames through AF_PACKET over a real veth: what the socket filter lets in, what comes with a
 * frame, what is lost and counted, and that nobody is told that port 67 is unreachable.
 *
 * Where a frame must not arrive, one that must is sent behind it: veth keeps
 * the order, so the first to arrive tells.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <cmocka.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "net/packet.h"
#include "netns.h"
#include "pair.h"

#define SERVER_MAC                  \
	{                           \
		2, 0, 0, 0, 0, 0xa0 \
	}
#define UDP_LEN	  (8 + 300)
#define FRAME_LEN (14 + 20 + UDP_LEN)

struct rig {
	uint32_t server_if, client_if;
	struct packet_socket *server;
	int client; /* raw socket on the other end */
	struct packet packets[PACKET_BATCH];
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	*state = rig;
	if (!rig || pair_make() < 0)
		return -1;
	rig->server_if = if_nametoindex("v0");
	rig->client_if = if_nametoindex("v1");
	rig->client = pair_raw_socket(rig->client_if);
	return packet_open(rig->server_if, PACKET_BEGINS, PACKET_BUFFER, &rig->server);
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	packet_close(rig->server);
	close(rig->client);
	free(rig);
	return pair_remove();
}

/* --- frames --- */

/* A broadcast DHCP datagram of 300 bytes behind n tags of {tpid, tci}. Returns its length. */
static size_t frame_tagged(uint8_t *frame, const uint16_t (*tags)[2], unsigned n, uint8_t mark)
{
	static const uint8_t macs[12] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 0xb0};
	static const uint8_t ip[20] = {
		0x45, 0, (20 + UDP_LEN) >> 8, (20 + UDP_LEN) & 255, 0, 0, 0, 0, 64, 17};
	static const uint8_t udp[8] = {0, 68, 0, 67, UDP_LEN >> 8, UDP_LEN & 255};
	uint8_t *p = frame;

	memcpy(p, macs, 12);
	p += 12;
	for (unsigned i = 0; i < n; i++) {
		uint16_t tag[2] = {htons(tags[i][0]), htons(tags[i][1])};

		memcpy(p, tag, 4);
		p += 4;
	}
	*p++ = 0x08;
	*p++ = 0x00;
	memcpy(p, ip, 20);
	memset(p + 16, 255, 4);
	memcpy(p + 20, udp, 8);
	memset(p + 28, mark, 300);
	return p + 28 + 300 - frame;
}

static size_t frame_plain(uint8_t *frame, uint8_t mark)
{
	return frame_tagged(frame, NULL, 0, mark);
}

static void client_sends(struct rig *rig, const uint8_t *frame, size_t len)
{
	assert_int_equal(send(rig->client, frame, len, 0), len);
}

static void client_marks(struct rig *rig, uint8_t mark)
{
	uint8_t frame[FRAME_LEN];

	client_sends(rig, frame, frame_plain(frame, mark));
}

/* The next frame that arrives. */
static const struct packet *server_receives(struct rig *rig)
{
	pair_wait(packet_fd(rig->server));
	assert_int_equal(packet_receive(rig->server, rig->packets, 1), 1);
	return rig->packets;
}

static void assert_marked(const struct packet *packet, uint8_t mark)
{
	assert_int_equal(packet->data[packet->len - 1], mark);
}

static void test_whole_frame(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[FRAME_LEN];
	const struct packet *packet;

	assert_int_equal(packet_receive(rig->server, rig->packets, PACKET_BATCH), 0);
	client_sends(rig, frame, frame_plain(frame, 7));
	packet = server_receives(rig);
	assert_int_equal(packet->len, FRAME_LEN);
	assert_memory_equal(packet->data, frame, FRAME_LEN);
	assert_int_equal(packet->vlan[0], 0);
	assert_int_equal(packet->vlan[1], 0);
	assert_false(packet->csum_not_ready);
	assert_int_equal(packet_receive(rig->server, rig->packets, PACKET_BATCH), 0);
}

static void test_batch(void **state)
{
	struct rig *rig = *state;
	unsigned next = 0;

	for (unsigned i = 0; i < 100; i++)
		client_marks(rig, i);
	while (next < 100) {
		int n;

		pair_wait(packet_fd(rig->server));
		n = packet_receive(rig->server, rig->packets, PACKET_BATCH);
		assert_in_range(n, 1, PACKET_BATCH);
		for (int i = 0; i < n; i++)
			assert_marked(&rig->packets[i], next++);
	}
	assert_int_equal(next, 100);
	assert_int_equal(packet_kernel_drops(rig->server), 0);
}

static void test_tags(void **state)
{
	static const uint16_t vlan[1][2] = {{ETH_P_8021Q, 0x6000 | 10}};
	static const uint16_t priority[1][2] = {{ETH_P_8021Q, 0xa000}};
	static const uint16_t qinq[2][2] = {{ETH_P_8021AD, 100}, {ETH_P_8021Q, 10}};
	struct rig *rig = *state;
	uint8_t frame[FRAME_LEN + 8], plain[FRAME_LEN];
	const struct packet *packet;

	frame_plain(plain, 1);
	client_sends(rig, frame, frame_tagged(frame, vlan, 1, 1));
	packet = server_receives(rig);
	assert_int_equal(packet->vlan[0], 10);
	assert_int_equal(packet->vlan[1], 0);
	assert_int_equal(packet->len, FRAME_LEN);
	assert_memory_equal(packet->data, plain, FRAME_LEN);

	client_sends(rig, frame, frame_tagged(frame, priority, 1, 1));
	packet = server_receives(rig);
	assert_int_equal(packet->vlan[0], 0);
	assert_int_equal(packet->len, FRAME_LEN);

	/* the outer one is stripped, the inner one stays in the frame */
	client_sends(rig, frame, frame_tagged(frame, qinq, 2, 1));
	packet = server_receives(rig);
	assert_int_equal(packet->vlan[0], 100);
	assert_int_equal(packet->len, FRAME_LEN + 4);
	assert_int_equal(packet->data[12] << 8 | packet->data[13], ETH_P_8021Q);
	assert_int_equal(packet->data[15], 10);

	/* and of a plain frame behind them nothing is left over */
	client_marks(rig, 2);
	assert_int_equal(server_receives(rig)->vlan[0], 0);
}

/* Changes one thing about a frame, sends it and a good one; the good one must come first. */
static void refuses(struct rig *rig, unsigned at, uint8_t value)
{
	static uint8_t mark = 100;
	uint8_t frame[FRAME_LEN];

	frame_plain(frame, 1);
	assert_int_not_equal(frame[at], value);
	frame[at] = value;
	client_sends(rig, frame, sizeof(frame));
	client_marks(rig, ++mark);
	assert_marked(server_receives(rig), mark);
}

static void test_filter(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[FRAME_LEN];

	refuses(rig, 14 + 20 + 3, 68); /* to another port */
	refuses(rig, 14 + 20 + 2, 1);
	refuses(rig, 14 + 9, 6);    /* TCP */
	refuses(rig, 14 + 7, 1);    /* a later fragment */
	refuses(rig, 14 + 6, 0x1f); /* also a late one */
	refuses(rig, 12, 0x86);	    /* not IPv4 */
	refuses(rig, 0, 0x02);	    /* another host's MAC */
	/* a tag in front, then not DHCP */
	frame_plain(frame, 1);
	memmove(frame + 16, frame + 12, sizeof(frame) - 16);
	frame[12] = 0x81;
	frame[13] = 0x00;
	frame[18 + 20 + 3] = 68;
	client_sends(rig, frame, sizeof(frame));
	client_marks(rig, 9);
	assert_marked(server_receives(rig), 9);

	/* a first fragment names its port; the decoder counts it */
	frame_plain(frame, 11);
	frame[14 + 6] = 0x20;
	client_sends(rig, frame, sizeof(frame));
	assert_marked(server_receives(rig), 11);
	/* IP options move the port */
	frame_plain(frame, 12);
	frame[14] = 0x46;
	memmove(frame + 38, frame + 34, sizeof(frame) - 38);
	client_sends(rig, frame, sizeof(frame));
	assert_marked(server_receives(rig), 12);
	/* to our own MAC */
	frame_plain(frame, 13);
	memcpy(frame, (uint8_t[])SERVER_MAC, 6);
	client_sends(rig, frame, sizeof(frame));
	assert_marked(server_receives(rig), 13);
}

/* Which of the two sockets gets it. Behind it comes one for each: it must not be in the other. */
static enum packet_kind kind_of(struct rig *rig, struct packet_socket *completes,
				const uint8_t *frame, size_t len, size_t stripped)
{
	static const uint8_t request[] = {53, 1, 3, 255};
	static uint8_t mark;
	struct packet_socket *sockets[PACKET_KINDS] = {
		[PACKET_COMPLETES] = completes, [PACKET_BEGINS] = rig->server};
	enum packet_kind found = PACKET_KINDS;
	uint8_t last[FRAME_LEN];

	mark = mark % 50 + 60; /* is no option 53 */
	client_sends(rig, frame, len);
	client_marks(rig, mark);
	frame_plain(last, mark);
	memcpy(last + 42 + 240, request, sizeof(request));
	client_sends(rig, last, sizeof(last));
	for (enum packet_kind kind = 0; kind < PACKET_KINDS; kind++) {
		const struct packet *p = rig->packets;

		do {
			pair_wait(packet_fd(sockets[kind]));
			assert_int_equal(packet_receive(sockets[kind], rig->packets, 1), 1);
			if (p->len == len - stripped &&
			    !memcmp(p->data + 12, frame + 12 + stripped, p->len - 12)) {
				assert_int_equal(found, PACKET_KINDS);
				found = kind;
			}
		} while (p->len != FRAME_LEN || p->data[FRAME_LEN - 1] != mark);
	}
	return found;
}

/* A frame whose options are these. */
static size_t frame_options(uint8_t *frame, unsigned tags, const void *options, size_t len)
{
	static const uint16_t qinq[3][2] = {
		{ETH_P_8021AD, 0}, {ETH_P_8021Q, 10}, {ETH_P_8021Q, 11}};
	size_t frame_len = frame_tagged(frame, qinq, tags, 0);

	memcpy(frame + frame_len - 60, options, len);
	return frame_len;
}

/* A BOOTREPLY from port 67 behind n tags; its length. */
static size_t frame_reply(uint8_t *frame, unsigned tags, uint8_t to)
{
	static const uint16_t qinq[2][2] = {{ETH_P_8021AD, 10}, {ETH_P_8021Q, 11}};
	size_t len = frame_tagged(frame, qinq, tags, 0);

	frame[len - 300 - 7] = 67; /* UDP: 8 bytes before */
	frame[len - 300 - 5] = to;
	frame[len - 300] = 2;
	return len;
}

static void test_replies(void **state)
{
	struct rig *rig = *state;
	struct packet_socket *replies;
	uint8_t frame[FRAME_LEN + 12];
	size_t len;

	assert_int_equal(packet_open(rig->server_if, PACKET_REPLIES, 1 << 16, &replies), 0);
	for (unsigned tags = 0; tags <= 2; tags++) {
		for (uint8_t to = 67; to <= 68; to++) {
			/* requests, and what comes from elsewhere, are not for it */
			len = frame_reply(frame, tags, to);
			frame[len - 300] = 1;
			client_sends(rig, frame, len);
			frame[len - 300] = 2;
			frame[len - 300 - 7] = 68;
			client_sends(rig, frame, len);
			len = frame_reply(frame, tags, to);
			frame[0] = 2; /* another host's */
			client_sends(rig, frame, len);
			pair_wait(packet_fd(replies));
			assert_int_equal(packet_receive(replies, rig->packets, PACKET_BATCH), 1);
			assert_int_equal(rig->packets[0].data[0], 2);
			assert_int_equal(rig->packets[0].data[rig->packets[0].len - 300], 2);
		}
	}
	packet_close(replies);
	/* none of those to port 68 is for the others */
	while (packet_receive(rig->server, rig->packets, 1) == 1)
		assert_int_equal(rig->packets[0].data[rig->packets[0].len - 305], 67);
}

static void test_who_completes(void **state)
{
	struct rig *rig = *state;
	struct packet_socket *completes;
	uint8_t frame[FRAME_LEN + 12], options[60];
	size_t len;

	assert_int_equal(packet_open(rig->server_if, PACKET_COMPLETES, PACKET_BUFFER, &completes),
			 0);
#define KIND(tags, ...)                                             \
	(len = frame_options(frame, tags, (uint8_t[]){__VA_ARGS__}, \
			     sizeof((uint8_t[]){__VA_ARGS__})),     \
	 kind_of(rig, completes, frame, len, (tags) ? 4 : 0))
	for (uint8_t type = 0; type < 20; type++) {
		bool is = type == 3 || type == 4 || type == 7 || type == 8;

		assert_int_equal(KIND(0, 53, 1, type), is ? PACKET_COMPLETES : PACKET_BEGINS);
	}
	/* the outer tag is stripped */
	for (unsigned tags = 1; tags <= 3; tags++) {
		assert_int_equal(KIND(tags, 53, 1, 3), PACKET_COMPLETES);
		assert_int_equal(KIND(tags, 53, 1, 1), PACKET_BEGINS);
	}
	/* behind others, and PADs */
	assert_int_equal(KIND(0, 61, 3, 53, 1, 1, 53, 1, 3), PACKET_COMPLETES);
	assert_int_equal(KIND(0, 61, 3, 53, 1, 3, 53, 1, 1), PACKET_BEGINS);
	assert_int_equal(KIND(0, 0, 0, 12, 0, 53, 1, 7), PACKET_COMPLETES);
	/* not beyond END; nor if it is of a wrong length, or cut off */
	assert_int_equal(KIND(0, 255, 1, 0, 53, 1, 3), PACKET_BEGINS);
	assert_int_equal(KIND(0, 53, 2, 3, 3), PACKET_BEGINS);
	assert_int_equal(KIND(0, 61, 255, 53, 1, 3), PACKET_BEGINS);
	/* so far, and no farther */
	memset(options, 0, sizeof(options));
	memcpy(options + 11, (uint8_t[]){53, 1, 3}, 3);
	len = frame_options(frame, 0, options, sizeof(options));
	assert_int_equal(kind_of(rig, completes, frame, len, 0), PACKET_COMPLETES);
	memcpy(options + 11, (uint8_t[]){0, 53, 1, 3}, 4);
	len = frame_options(frame, 0, options, sizeof(options));
	assert_int_equal(kind_of(rig, completes, frame, len, 0), PACKET_BEGINS);
	/* up to the last byte, and at each length before it */
	for (size_t cut = 0; cut < 60; cut++) {
		memset(options, 0, sizeof(options));
		memcpy(options, (uint8_t[]){12, 4, 0, 0, 0, 0, 53, 1, 3}, 9);
		len = frame_options(frame, 0, options, sizeof(options)) - cut;
		assert_int_equal(kind_of(rig, completes, frame, len, 0),
				 cut <= 51 ? PACKET_COMPLETES : PACKET_BEGINS);
	}
	/* IP options move all of it */
	len = frame_options(frame, 0, (uint8_t[]){53, 1, 3}, 3);
	frame[14] = 0x46;
	memmove(frame + 38, frame + 34, sizeof(frame) - 46);
	assert_int_equal(kind_of(rig, completes, frame, len, 0), PACKET_COMPLETES);
#undef KIND
	packet_close(completes);
}

static int send_one(struct packet_socket *socket, const uint8_t *data, size_t len)
{
	struct packet_frame frame = {.data = data, .len = len, .result = 1};

	packet_send(socket, &frame, 1);
	return frame.result;
}

static void test_sends(void **state)
{
	struct rig *rig = *state;
	struct packet_socket *second;
	uint8_t frame[FRAME_LEN], got[2048];

	frame_plain(frame, 21);
	assert_int_equal(send_one(rig->server, frame, sizeof(frame)), 0);
	pair_wait(rig->client);
	assert_int_equal(recv(rig->client, got, sizeof(got), 0), FRAME_LEN);
	assert_memory_equal(got, frame, FRAME_LEN);
	/* neither our own nor what another socket of this host sends comes back */
	assert_int_equal(packet_open(rig->server_if, PACKET_BEGINS, PACKET_BUFFER, &second), 0);
	assert_int_equal(send_one(second, frame, sizeof(frame)), 0);
	packet_close(second);
	client_marks(rig, 22);
	assert_marked(server_receives(rig), 22);
	assert_int_equal(send_one(rig->server, got, 9000), -EMSGSIZE);
}

/* More than one call takes, and some that the kernel refuses among them. */
static void test_sends_many(void **state)
{
	enum { MANY = PACKET_BATCH + 3 };
	static const unsigned refused[] = {0, 7, 8, PACKET_BATCH, MANY - 1};
	static uint8_t data[MANY][9000];
	struct packet_frame frames[MANY];
	struct rig *rig = *state;
	uint8_t got[2048];

	for (unsigned i = 0; i < MANY; i++) {
		frame_plain(data[i], (uint8_t)i);
		frames[i] = (struct packet_frame){.data = data[i], .len = FRAME_LEN, .result = 1};
	}
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		frames[refused[i]].len = sizeof(data[0]);
	packet_send(rig->server, frames, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(frames[i].result, frames[i].len == FRAME_LEN ? 0 : -EMSGSIZE);
		if (frames[i].result)
			continue;
		pair_wait(rig->client);
		assert_int_equal(recv(rig->client, got, sizeof(got), 0), FRAME_LEN);
		assert_memory_equal(got, data[i], FRAME_LEN);
	}
}

/* A frame that does not fit is cut, not swallowed: who decodes it counts it, or answers a datagram
 * that is whole. */
static void test_giant(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[4000] = {0};
	const struct packet *p;

	assert_int_equal(netns_run("ip link set v0 mtu 9000 && ip link set v1 mtu 9000"), 0);
	frame_plain(frame, 1);
	client_sends(rig, frame, sizeof(frame));
	client_marks(rig, 31);
	p = server_receives(rig);
	assert_int_equal(p->len, PACKET_FRAME);
	assert_memory_equal(p->data, frame, PACKET_FRAME);
	assert_marked(server_receives(rig), 31);
}

static void test_drops_are_counted(void **state)
{
	struct rig *rig = *state;
	uint64_t received = 0, drops;
	int small = 4096, n;

	assert_int_equal(setsockopt(packet_fd(rig->server), SOL_SOCKET, SO_RCVBUFFORCE, &small,
				    sizeof(small)),
			 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 100; i++)
			client_marks(rig, 1);
		pair_wait(packet_fd(rig->server));
		/* all have been through once a last one, for which there is room now, is here */
		do {
			n = packet_receive(rig->server, rig->packets, PACKET_BATCH);
			for (int i = 0; i < n; i++)
				received += rig->packets[i].data[FRAME_LEN - 1] == 1;
			if (n == 0)
				client_marks(rig, 2);
		} while (n == 0 || rig->packets[n - 1].data[FRAME_LEN - 1] != 2);
	}
	drops = packet_kernel_drops(rig->server);
	assert_true(drops > 0);
	assert_true(received + drops >= 200);
	assert_int_equal(packet_kernel_drops(rig->server), drops);
}

static void test_checksum_not_ready(void **state)
{
	struct rig *rig = *state;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(67)};
	uint8_t payload[300] = {1};
	int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* a stack that leaves the sum to a NIC that does not exist */
	assert_int_equal(netns_run("ip addr add 10.9.0.2/24 dev v1 && ethtool -K v1 tx on >&2"), 0);
	to.sin_addr.s_addr = htonl(0xffffffff);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "v1", 3), 0);
	assert_int_equal(sendto(fd, payload, 300, 0, (struct sockaddr *)&to, sizeof(to)), 300);
	assert_true(server_receives(rig)->csum_not_ready);
	assert_int_equal(netns_run("ethtool -K v1 tx off >&2"), 0);
	assert_int_equal(sendto(fd, payload, 300, 0, (struct sockaddr *)&to, sizeof(to)), 300);
	assert_false(server_receives(rig)->csum_not_ready);
	close(fd);
}

static void test_interface_down(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[FRAME_LEN];

	frame_plain(frame, 1);
	assert_int_equal(netns_run("ip link set v0 down"), 0);
	pair_wait(packet_fd(rig->server)); /* an error is readable too */
	assert_int_equal(packet_receive(rig->server, rig->packets, 1), -ENETDOWN);
	assert_int_equal(packet_receive(rig->server, rig->packets, 1), 0);
	assert_int_equal(send_one(rig->server, frame, sizeof(frame)), -ENETDOWN);
	/* and up again: the same socket serves on */
	assert_int_equal(netns_run("ip link set v0 up"), 0);
	/* what is sent before the kernel has seen to the carrier is lost */
	for (unsigned i = 0; i < 100; i++) {
		struct pollfd wait = {.fd = packet_fd(rig->server), .events = POLLIN};

		client_marks(rig, 41);
		if (poll(&wait, 1, 100) == 1)
			break;
	}
	assert_marked(server_receives(rig), 41);
}

static void test_no_such_interface(void **state)
{
	struct packet_socket *none = NULL;

	(void)state;
	assert_int_equal(packet_open(9999, PACKET_BEGINS, PACKET_BUFFER, &none), -ENODEV);
	assert_null(none);
	packet_close(NULL);
}

/* --- the port guard --- */

/* A unicast UDP datagram from 10.9.0.2 to 10.9.0.1, checksum 0. */
static void client_sends_udp(struct rig *rig, uint16_t port)
{
	uint8_t frame[FRAME_LEN];
	uint32_t sum = 0;

	frame_plain(frame, 0);
	memcpy(frame, (uint8_t[])SERVER_MAC, 6);
	memcpy(frame + 14 + 12, (uint8_t[]){10, 9, 0, 2, 10, 9, 0, 1}, 8);
	frame[14 + 20 + 2] = port >> 8;
	frame[14 + 20 + 3] = port & 255;
	for (unsigned i = 0; i < 20; i += 2)
		sum += frame[14 + i] << 8 | frame[14 + i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	sum = ~((sum >> 16) + sum);
	frame[14 + 10] = sum >> 8;
	frame[14 + 11] = sum & 255;
	client_sends(rig, frame, sizeof(frame));
}

/* The port of the next ICMP port unreachable that the client is sent. */
static uint16_t unreachable_port(struct rig *rig)
{
	uint8_t got[2048];
	ssize_t len;

	for (;;) {
		pair_wait(rig->client);
		len = recv(rig->client, got, sizeof(got), 0);
		if (len >= 14 + 20 + 8 + 28 && got[12] == 8 && got[13] == 0 && got[23] == 1 &&
		    got[34] == 3 && got[35] == 3)
			return got[64] << 8 | got[65];
	}
}

static void test_port_guard(void **state)
{
	struct rig *rig = *state;
	int guard;

	assert_int_equal(netns_run("ip addr add 10.9.0.1/24 dev v0 && "
				   "ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:b0 dev v0"),
			 0);
	/* this is what the guard is for */
	client_sends_udp(rig, 67);
	assert_int_equal(unreachable_port(rig), 67);
	guard = packet_port_guard();
	assert_true(guard >= 0);
	client_sends_udp(rig, 67);
	client_sends_udp(rig, 6767);
	assert_int_equal(unreachable_port(rig), 6767);
	/* the packet socket has seen them all the same */
	server_receives(rig);
	server_receives(rig);
	/* it takes nothing */
	for (unsigned i = 0; i < 1000; i++)
		client_sends_udp(rig, 67);
	client_sends_udp(rig, 6768);
	assert_int_equal(unreachable_port(rig), 6768);
	assert_int_equal(recv(guard, rig->packets, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);

	assert_int_equal(packet_port_guard(), -EADDRINUSE);
	close(guard);
	guard = packet_port_guard();
	assert_true(guard >= 0);
	close(guard);
}

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

/* The next UDP datagram that the client's end is sent. Returns its IP packet. */
static const uint8_t *next_datagram(struct rig *rig, uint8_t *got, size_t size, size_t *ret_payload)
{
	for (;;) {
		ssize_t len;

		pair_wait(rig->client);
		len = recv(rig->client, got, size, 0);
		if (len < 14 + 28 || got[12] != 8 || got[13] != 0 || got[14 + 9] != 17)
			continue;
		*ret_payload = (size_t)(got[14 + 24] << 8 | got[14 + 25]) - 8;
		assert_true(*ret_payload <= (size_t)len - 14 - 28);
		return got + 14;
	}
}

static uint32_t be32_at(const uint8_t *p)
{
	return IP(p[0], p[1], p[2], p[3]);
}

/* By the route, from port 67 of the address that is named, which is not the first one. */
static void test_routed(void **state)
{
	static const struct {
		uint32_t addr;
		uint16_t port;
	} to[] = {{IP(192, 168, 7, 1), 67}, {IP(192, 168, 7, 2), 1067}, {IP(10, 9, 0, 2), 68}};
	struct rig *rig = *state;
	uint8_t got[2048], payload[300];
	int guard = packet_port_guard();

	assert_true(guard >= 0);
	assert_int_equal(
		netns_run("ip addr add 10.9.0.1/24 dev v0 && ip addr add 10.8.0.1/32 dev v0 && "
			  "ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:b0 dev v0 && "
			  "ip route add 192.168.7.0/24 via 10.9.0.2"),
		0);
	memset(payload, 0x5a, sizeof(payload));
	for (unsigned i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		const uint8_t *ip;
		size_t len;

		assert_int_equal(packet_send_routed(guard, IP(10, 8, 0, 1), to[i].addr, to[i].port,
						    payload, sizeof(payload)),
				 0);
		ip = next_datagram(rig, got, sizeof(got), &len);
		assert_int_equal(be32_at(ip + 12), IP(10, 8, 0, 1));
		assert_int_equal(be32_at(ip + 16), to[i].addr);
		assert_int_equal(ip[8], 64); /* TTL */
		assert_int_equal(ip[1], 0);  /* DSCP */
		assert_int_equal(ip[20] << 8 | ip[21], 67);
		assert_int_equal(ip[22] << 8 | ip[23], to[i].port);
		assert_int_equal(len, sizeof(payload));
		assert_memory_equal(ip + 28, payload, sizeof(payload));
	}
	close(guard);
}

static void test_not_routed(void **state)
{
	static const struct {
		uint32_t source, addr;
		int want; /* 0: the kernel's choice */
	} cases[] = {
		{IP(10, 9, 0, 1), IP(192, 0, 2, 1), -ENETUNREACH},
		{IP(10, 9, 0, 1), IP(192, 168, 8, 1), -EHOSTUNREACH},
		{IP(10, 9, 0, 1), IP(224, 0, 0, 1), -EINVAL},
		{IP(10, 9, 0, 1), IP(239, 255, 255, 255), -EINVAL},
		{IP(10, 9, 0, 1), IP(10, 9, 0, 255), -EACCES},
		{IP(10, 9, 0, 1), IP(255, 255, 255, 255), -EINVAL},
		{IP(10, 9, 0, 1), IP(127, 0, 0, 1), -EINVAL},
		{IP(10, 9, 0, 1), IP(127, 255, 255, 254), -EINVAL},
		{IP(10, 9, 0, 7), IP(10, 9, 0, 2), 0}, /* not ours */
	};
	uint8_t payload[300] = {0};
	int guard = packet_port_guard();

	(void)state;
	assert_true(guard >= 0);
	assert_int_equal(netns_run("ip addr add 10.9.0.1/24 dev v0 && "
				   "ip route add unreachable 192.168.8.0/24"),
			 0);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r = packet_send_routed(guard, cases[i].source, cases[i].addr, 67, payload,
					   sizeof(payload));

		if (cases[i].want ? r != cases[i].want : r >= 0)
			fail_msg("case %u: %d", i, r);
	}
	assert_int_equal(netns_run("ip route del unreachable 192.168.8.0/24"), 0);
	close(guard);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whole_frame),
		TEST(test_batch),
		TEST(test_tags),
		TEST(test_filter),
		TEST(test_replies),
		TEST(test_who_completes),
		TEST(test_sends),
		TEST(test_sends_many),
		TEST(test_giant),
		TEST(test_drops_are_counted),
		TEST(test_checksum_not_ready),
		TEST(test_interface_down),
		TEST(test_no_such_interface),
		TEST(test_port_guard),
		TEST(test_routed),
		TEST(test_not_routed),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
