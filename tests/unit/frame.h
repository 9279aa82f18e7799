/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Request frames for the codec's tests, built field by field, and checksums
 * computed a second way (byte by byte), so that the codec is not measured with its own ruler.
 * Built frames lie in allocations of exactly their size: a sanitizer sees the first byte
 * read beyond.
 */
#ifndef XDHCP_TESTS_FRAME_H
#define XDHCP_TESTS_FRAME_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define FRAME_IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct request {
	uint8_t eth_dst[6], eth_src[6];
	uint16_t tags[2][2]; /* type, TCI */
	unsigned n_tags;
	uint16_t ethertype;
	uint8_t ip_version, ip_options_words, protocol;
	uint16_t frag;
	uint32_t ip_src, ip_dst;
	uint16_t sport, dport;
	struct dhcp_header h;
	uint8_t options[4096];
	size_t options_len;
	bool no_udp_checksum;
	int ip_len_add, udp_len_add; /* lies */
	size_t padding;		     /* after the IP packet */
};

struct frame {
	uint8_t *data;
	size_t len;
	size_t ip, udp, bootp; /* offsets */
};

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void set16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static inline void set32(uint8_t *p, uint32_t v)
{
	set16(p, v >> 16);
	set16(p + 2, v & 0xffff);
}

/* RFC 1071, big-endian, byte by byte. */
static inline uint16_t slow_sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Over the pseudo header and the datagram as it stands; 0xffff: its checksum is right. */
static inline uint16_t slow_udp_sum(const uint8_t *ip, const uint8_t *udp, size_t len)
{
	uint32_t pseudo = 17 + (uint32_t)len;

	for (int i = 12; i < 20; i += 2)
		pseudo += get16(ip + i);
	return slow_sum(udp, len, pseudo);
}

static inline void frame_mend_ip(struct frame *f)
{
	uint8_t *ip = f->data + f->ip;

	set16(ip + 10, 0);
	set16(ip + 10, (uint16_t)~slow_sum(ip, f->udp - f->ip, 0));
}

static inline void frame_mend_udp(struct frame *f, size_t len)
{
	uint8_t *udp = f->data + f->udp;

	set16(udp + 6, 0);
	uint16_t sum = (uint16_t)~slow_udp_sum(f->data + f->ip, udp, len);
	set16(udp + 6, sum ? sum : 0xffff);
}

/* A DISCOVER as a client without an address sends it; options still empty. */
static inline void request_init(struct request *r)
{
	static const uint8_t mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x20, 0x30};

	memset(r, 0, sizeof(*r));
	memset(r->eth_dst, 0xff, 6);
	memcpy(r->eth_src, mac, 6);
	r->ethertype = 0x0800;
	r->ip_version = 4;
	r->protocol = 17;
	r->ip_dst = 0xffffffff;
	r->sport = 68;
	r->dport = 67;
	r->h.op = 1;
	r->h.htype = 1;
	r->h.hlen = 6;
	r->h.xid = htonl(0x12345678);
	memcpy(r->h.chaddr, mac, 6);
	r->h.cookie = htonl(0x63825363);
}

static inline void request_raw(struct request *r, const void *data, size_t len)
{
	memcpy(r->options + r->options_len, data, len);
	r->options_len += len;
}

static inline void request_option(struct request *r, uint8_t code, const void *data, uint8_t len)
{
	request_raw(r, (uint8_t[]){code, len}, 2);
	if (len)
		request_raw(r, data, len);
}

static inline void request_u8(struct request *r, uint8_t code, uint8_t v)
{
	request_option(r, code, &v, 1);
}

static inline void request_u32(struct request *r, uint8_t code, uint32_t v)
{
	uint8_t be[4];

	set32(be, v);
	request_option(r, code, be, 4);
}

static inline void request_end(struct request *r)
{
	request_raw(r, (uint8_t[]){255}, 1);
}

/* The caller frees f.data. */
static inline struct frame frame_build(const struct request *r)
{
	struct frame f = {.ip = 14 + 4 * r->n_tags};
	size_t ihl = 20 + 4u * r->ip_options_words;

	f.udp = f.ip + ihl;
	f.bootp = f.udp + 8;
	size_t udp_len = 8 + sizeof(r->h) + r->options_len;

	f.len = f.udp + udp_len + r->padding;
	f.data = calloc(1, f.len);
	if (!f.data)
		abort();
	uint8_t *p = f.data, *ip = p + f.ip, *udp = p + f.udp;

	memcpy(p, r->eth_dst, 6);
	memcpy(p + 6, r->eth_src, 6);
	for (unsigned i = 0; i < r->n_tags; i++) {
		set16(p + 12 + 4 * i, r->tags[i][0]);
		set16(p + 14 + 4 * i, r->tags[i][1]);
	}
	set16(ip - 2, r->ethertype);
	ip[0] = (uint8_t)(r->ip_version << 4 | ihl / 4);
	set16(ip + 2, (uint16_t)((int)(ihl + udp_len) + r->ip_len_add));
	set16(ip + 6, r->frag);
	ip[8] = 64;
	ip[9] = r->protocol;
	set32(ip + 12, r->ip_src);
	set32(ip + 16, r->ip_dst);
	memset(ip + 20, 1, ihl - 20); /* NOP */
	frame_mend_ip(&f);
	set16(udp, r->sport);
	set16(udp + 2, r->dport);
	set16(udp + 4, (uint16_t)((int)udp_len + r->udp_len_add));
	memcpy(p + f.bootp, &r->h, sizeof(r->h));
	memcpy(p + f.bootp + sizeof(r->h), r->options, r->options_len);
	if (!r->no_udp_checksum)
		frame_mend_udp(&f, udp_len);
	memset(p + f.len - r->padding, 0xaa, r->padding);
	return f;
}

#endif
