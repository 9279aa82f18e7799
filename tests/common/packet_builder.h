/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Builds DHCP frames for tests, right ones and wrong ones: every field can be
 * set, and lengths and checksums are computed unless they are. Independent of
 * the code under test (its own checksum, its own layout), so that a frame from here
 * is a statement of its own. Addresses are host order, like everywhere in user/.
 *
 *	struct packet p = packet_renewing(&client, 0xc000020a, &server);
 *	packet_option_str(&p, 12, "host");
 *	len = packet_build(&p, frame, sizeof(frame));
 */
#ifndef XDHCP_TESTS_PACKET_BUILDER_H
#define XDHCP_TESTS_PACKET_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 2048
#define PACKET_ADDR(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define PACKET_AUTO    (-1) /* compute it */
#define PACKET_PARTIAL (-2) /* udp_check: as the kernel leaves it for hardware to complete */

/* Byte offsets in an untagged frame. */
enum {
	PACKET_IP = 14,
	PACKET_UDP = 34,
	PACKET_BOOTP = 42,
	PACKET_XID = 46,
	PACKET_FLAGS = 52,
	PACKET_CIADDR = 54,
	PACKET_YIADDR = 58,
	PACKET_SIADDR = 62,
	PACKET_GIADDR = 66,
	PACKET_CHADDR = 70,
	PACKET_SNAME = 86,
	PACKET_FILE = 150,
	PACKET_COOKIE = 278,
	PACKET_OPTIONS = 282,
};

struct packet_host {
	uint8_t mac[6];
	uint32_t addr; /* 0: none */
};

struct packet {
	uint8_t eth_dst[6], eth_src[6];
	uint16_t vlan[2]; /* tags, outer first; 0: none */
	uint16_t ethertype;

	uint8_t ip_version, ip_ihl; /* ihl > 5: NOP options */
	uint8_t ttl, protocol;
	uint16_t ip_id, frag;
	int32_t ip_len, ip_check;
	uint32_t ip_src, ip_dst;

	uint16_t sport, dport;
	int32_t udp_len, udp_check;

	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16];
	uint8_t sname[64], file[128];
	uint32_t cookie;
	uint8_t options[1500];
	size_t options_len;
	bool no_end;	  /* END is missing */
	size_t bootp_min; /* padded with zeros to this length; 0: no padding */
	size_t trailer;	  /* bytes after the IP packet */
	uint8_t trailer_byte;
};

/* A broadcast BOOTREQUEST of `client` without options, 300 bytes at least. */
struct packet packet_request(const struct packet_host *client);

/* The messages of RFC 2131, with option 53 and what its table 5 demands, and nothing else. */
struct packet packet_discover(const struct packet_host *client);
struct packet packet_selecting(const struct packet_host *client, uint32_t requested,
			       uint32_t server_id);
struct packet packet_init_reboot(const struct packet_host *client, uint32_t requested);
struct packet packet_renewing(const struct packet_host *client, uint32_t ciaddr,
			      const struct packet_host *server);
struct packet packet_rebinding(const struct packet_host *client, uint32_t ciaddr);
struct packet packet_decline(const struct packet_host *client, uint32_t requested,
			     uint32_t server_id);
struct packet packet_release(const struct packet_host *client, uint32_t ciaddr,
			     const struct packet_host *server);
struct packet packet_inform(const struct packet_host *client, uint32_t ciaddr);

/* Append an option. */
void packet_option(struct packet *p, uint8_t code, const void *data, size_t len);
void packet_option_u8(struct packet *p, uint8_t code, uint8_t value);
void packet_option_u16(struct packet *p, uint8_t code, uint16_t value);
void packet_option_u32(struct packet *p, uint8_t code, uint32_t value); /* addresses too */
void packet_option_str(struct packet *p, uint8_t code, const char *text);
/* Append bytes as they are (PAD, END, cut options). */
void packet_raw(struct packet *p, const void *bytes, size_t len);

/* Returns the frame's length. Aborts if it does not fit. */
size_t packet_build(const struct packet *p, uint8_t *frame, size_t cap);

/* Of an untagged frame that was changed by hand: make its checksums right again. */
void packet_fix_ip_checksum(uint8_t *frame);
void packet_fix_udp_checksum(uint8_t *frame);

/* NULL: right. Else what is wrong with the lengths or checksums of this untagged frame. */
const char *packet_check(const uint8_t *frame, size_t len);

/* The data of an option in a whole untagged frame; NULL: absent. *ret_len may be NULL. */
const uint8_t *packet_find(const uint8_t *frame, size_t len, uint8_t code, size_t *ret_len);

uint16_t packet_get16(const uint8_t *p);
uint32_t packet_get32(const uint8_t *p);
void packet_put16(uint8_t *p, uint16_t value);
void packet_put32(uint8_t *p, uint32_t value);

#endif
