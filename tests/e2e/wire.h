/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A DHCP client's side of the wire, for test programs: builds requests and
 * reads replies on a packet socket. Shares no code with the server on purpose:
 * it is half of the oracle. Addresses and lifetimes are host order.
 */
#ifndef XDHCP_TESTS_WIRE_H
#define XDHCP_TESTS_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	WIRE_DISCOVER = 1,
	WIRE_OFFER,
	WIRE_REQUEST,
	WIRE_DECLINE,
	WIRE_ACK,
	WIRE_NAK,
	WIRE_RELEASE,
	WIRE_INFORM
};

#define WIRE_HEAD  42  /* Ethernet, IP, UDP */
#define WIRE_BOOTP 240 /* with the cookie */
#define WIRE_MAX   1514

/* bootp: without option 53 */
static const char *const wire_types[] = {"bootp", "discover", "offer",	 "request", "decline",
					 "ack",	  "nak",      "release", "inform"};

struct wire {
	int fd;
	unsigned ifindex;
	uint8_t mac[6];
};

struct wire_request {
	uint8_t type;
	uint8_t chaddr[6], smac[6], dmac[6];
	uint32_t xid, ciaddr, giaddr, src, dst;
	uint16_t sport;				 /* 0: 68, or 67 of a relay */
	uint32_t requested, server_id, lifetime; /* 0: the option is absent */
	uint16_t max_size;
	bool broadcast;
	uint8_t cid[64], prl[64];
	uint8_t cid_len, prl_len;
	const char *hostname;
	uint8_t more[512]; /* whole options, last */
	uint16_t more_len;
};

struct wire_reply {
	uint8_t type;
	uint8_t chaddr[6], smac[6], dmac[6];
	uint32_t xid, ciaddr, yiaddr, giaddr, src, dst, server_id;
	uint32_t lifetime, t1, t2, router, dns; /* 0: absent */
	uint16_t port, flags;
	uint8_t ttl;
	bool sums_good;
	const uint8_t *options; /* in the frame */
	size_t options_len;	/* without END */
};

/* For a program that cannot go on: says so under its name, and ends with 2. */
static inline _Noreturn void wire_die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(2);
}

static inline double wire_now(void) /* seconds of CLOCK_BOOTTIME */
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline uint16_t wire_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_be32(const uint8_t *p)
{
	return (uint32_t)wire_be16(p) << 16 | wire_be16(p + 2);
}

static inline void wire_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void wire_put32(uint8_t *p, uint32_t v)
{
	wire_put16(p, (uint16_t)(v >> 16));
	wire_put16(p + 2, (uint16_t)v);
}

static inline uint32_t wire_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (; n > 1; n -= 2, p += 2)
		sum += wire_be16(p);
	return n ? sum + ((uint32_t)*p << 8) : sum;
}

static inline uint16_t wire_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Opens a non-blocking packet socket that sees every frame of the interface. Negative errno. */
static inline int wire_open(struct wire *w, const char *ifname)
{
	struct sockaddr_ll sll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
	struct packet_mreq promiscuous = {.mr_type = PACKET_MR_PROMISC};
	struct ifreq ifr = {0};
	int size = 16 << 20;

	w->ifindex = if_nametoindex(ifname);
	if (!w->ifindex)
		return -ENODEV;
	w->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP));
	if (w->fd < 0)
		return -errno;
	setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	sll.sll_ifindex = promiscuous.mr_ifindex = (int)w->ifindex;
	if (bind(w->fd, (struct sockaddr *)&sll, sizeof(sll)) < 0 ||
	    setsockopt(w->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
		       sizeof(promiscuous)) < 0 ||
	    ioctl(w->fd, SIOCGIFHWADDR, &ifr) < 0)
		return -errno;
	memcpy(w->mac, ifr.ifr_hwaddr.sa_data, 6);
	return 0;
}

static inline uint8_t *wire_option(uint8_t *p, uint8_t code, const void *data, uint8_t len)
{
	*p++ = code;
	*p++ = len;
	memcpy(p, data, len);
	return p + len;
}

static inline uint8_t *wire_option32(uint8_t *p, uint8_t code, uint32_t value)
{
	uint8_t be[4];

	wire_put32(be, value);
	return value ? wire_option(p, code, be, 4) : p;
}

/* A parameter request list: the n-th order of nine options. */
static inline uint8_t wire_order(uint32_t n, uint8_t *prl)
{
	uint8_t left[] = {3, 4, 6, 7, 15, 42, 69, 70, 72};
	uint8_t len = sizeof(left);

	for (uint8_t i = 0; i < sizeof(left); i++, len--) {
		uint32_t at = n % len;

		n /= len;
		prl[i] = left[at];
		memmove(left + at, left + at + 1, len - at - 1u);
	}
	return sizeof(left);
}

/* Writes the whole frame (padded to 300 bytes of BOOTP) and returns its length. */
static inline size_t wire_build(const struct wire_request *r, uint8_t frame[WIRE_MAX])
{
	uint8_t *ip = frame + 14, *udp = ip + 20, *b = udp + 8, *p = b + WIRE_BOOTP;
	uint16_t len;

	memset(frame, 0, WIRE_MAX);
	memcpy(frame, r->dmac, 6);
	memcpy(frame + 6, r->smac, 6);
	wire_put16(frame + 12, ETH_P_IP);

	b[0] = 1;
	b[1] = 1;
	b[2] = 6;
	wire_put32(b + 4, r->xid);
	wire_put16(b + 10, r->broadcast ? 0x8000 : 0);
	wire_put32(b + 12, r->ciaddr);
	wire_put32(b + 24, r->giaddr);
	b[3] = r->giaddr != 0; /* hops */
	memcpy(b + 28, r->chaddr, 6);
	wire_put32(b + 236, 0x63825363);
	if (r->type)
		p = wire_option(p, 53, &r->type, 1);
	if (r->cid_len)
		p = wire_option(p, 61, r->cid, r->cid_len);
	p = wire_option32(p, 50, r->requested);
	p = wire_option32(p, 54, r->server_id);
	p = wire_option32(p, 51, r->lifetime);
	if (r->max_size) {
		uint8_t be[2];

		wire_put16(be, r->max_size);
		p = wire_option(p, 57, be, 2);
	}
	if (r->hostname)
		p = wire_option(p, 12, r->hostname, (uint8_t)strlen(r->hostname));
	if (r->prl_len)
		p = wire_option(p, 55, r->prl, r->prl_len);
	memcpy(p, r->more, r->more_len);
	p += r->more_len;
	*p++ = 255;
	if (p - b < 300)
		p = b + 300;

	len = (uint16_t)(p - udp);
	wire_put16(udp, r->sport ? r->sport : r->giaddr ? 67 : 68);
	wire_put16(udp + 2, 67);
	wire_put16(udp + 4, len);
	ip[0] = 0x45;
	wire_put16(ip + 2, (uint16_t)(20 + len));
	ip[8] = 64;
	ip[9] = 17;
	wire_put32(ip + 12, r->src);
	wire_put32(ip + 16, r->dst);
	wire_put16(ip + 10, wire_fold(wire_sum(0, ip, 20)));
	len = wire_fold(wire_sum(wire_sum(17 + len, ip + 12, 8), udp, len));
	wire_put16(udp + 6, len ? len : 0xffff);
	return (size_t)(p - frame);
}

/* True: the frame is a DHCP reply to a client or a relay, and *ret_reply says what it holds. */
static inline bool wire_parse(const uint8_t *frame, size_t n, struct wire_reply *ret_reply)
{
	const uint8_t *ip = frame + 14, *udp = ip + 20, *b = udp + 8, *p = b + WIRE_BOOTP, *end;
	struct wire_reply r = {0};
	uint16_t len;

	if (n < WIRE_HEAD + WIRE_BOOTP || wire_be16(frame + 12) != ETH_P_IP || ip[0] != 0x45 ||
	    ip[9] != 17 || wire_be16(udp) != 67 || b[0] != 2 || wire_be32(b + 236) != 0x63825363)
		return false;
	len = wire_be16(udp + 4);
	if (len < 8 + WIRE_BOOTP || (size_t)(udp - frame) + len > n ||
	    wire_be16(ip + 2) != 20 + len)
		return false;
	end = udp + len;
	memcpy(r.dmac, frame, 6);
	memcpy(r.smac, frame + 6, 6);
	r.ttl = ip[8];
	r.port = wire_be16(udp + 2);
	r.src = wire_be32(ip + 12);
	r.dst = wire_be32(ip + 16);
	r.sums_good = !wire_fold(wire_sum(0, ip, 20)) && wire_be16(udp + 6) &&
		      !wire_fold(wire_sum(wire_sum(17 + len, ip + 12, 8), udp, len));
	r.xid = wire_be32(b + 4);
	r.flags = wire_be16(b + 10);
	r.ciaddr = wire_be32(b + 12);
	r.yiaddr = wire_be32(b + 16);
	r.giaddr = wire_be32(b + 24);
	r.options = p;
	memcpy(r.chaddr, b + 28, 6);
	while (p < end && *p != 255) {
		uint32_t v = 0;

		if (!*p) {
			p++;
			continue;
		}
		if (end - p < 2 || end - p < 2 + p[1])
			return false;
		if (p[1] >= 4)
			v = wire_be32(p + 2);
		switch (p[0]) {
		case 3:
			r.router = v;
			break;
		case 6:
			r.dns = v;
			break;
		case 51:
			r.lifetime = v;
			break;
		case 53:
			r.type = p[2];
			break;
		case 54:
			r.server_id = v;
			break;
		case 58:
			r.t1 = v;
			break;
		case 59:
			r.t2 = v;
			break;
		}
		p += 2 + p[1];
	}
	r.options_len = (size_t)(p - r.options);
	*ret_reply = r;
	return true;
}

static inline bool wire_parse_mac(const char *s, uint8_t mac[6])
{
	return sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		      mac + 5) == 6;
}

static inline bool wire_parse_ip(const char *s, uint32_t *ret_addr)
{
	struct in_addr a;

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	*ret_addr = ntohl(a.s_addr);
	return true;
}

static inline const char *wire_ip(uint32_t addr, char buf[16])
{
	snprintf(buf, 16, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
	return buf;
}

static inline const char *wire_mac(const uint8_t mac[6], char buf[18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return buf;
}

#endif
