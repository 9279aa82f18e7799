// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See malformed.h. A function a layer or a topic; each frame is a good REQUEST with one thing
 * changed. Families that differ by one number are named by it.
 */
#include "malformed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet_builder.h"
#include "wire.h"

struct corpus {
	const struct packet_host *client, *server;
	void (*fn)(void *ctx, const struct malformed *m);
	void *ctx;
	size_t n;
	struct packet p; /* the next frame */
};

static void give(struct corpus *c, const uint8_t *frame, size_t len, enum dhcp_decode_result result,
		 const char *name)
{
	uint8_t *exact = malloc(len + !len);
	struct malformed m = {.name = name, .frame = exact, .len = len, .result = result};

	if (!exact)
		abort();
	memcpy(exact, frame, len);
	c->n++;
	c->fn(c->ctx, &m);
	free(exact);
}

static void give_packet(struct corpus *c, enum dhcp_decode_result result, const char *name)
{
	uint8_t frame[PACKET_MAX];

	give(c, frame, packet_build(&c->p, frame, sizeof(frame)), result, name);
}

static const char *numbered(char name[64], const char *what, size_t n)
{
	snprintf(name, 64, "%s %zu", what, n);
	return name;
}

/* A good REQUEST. */
static void start(struct corpus *c)
{
	static const uint8_t wanted[] = {1, 3, 6, 15};

	c->p = packet_rebinding(c->client, c->client->addr);
	packet_option_str(&c->p, 12, "host");
	packet_option(&c->p, 55, wanted, sizeof(wanted));
}

#define START_TAIL (2 + 4 + 2 + 4) /* what 12 and 55 take */

/* A good request but for its options, of which there are none: END is for the caller as well. */
static void start_bare(struct corpus *c)
{
	c->p = packet_request(c->client);
	c->p.ciaddr = c->p.ip_src = c->client->addr;
	c->p.no_end = true;
	c->p.bootp_min = 0;
}

/* One frame: a REQUEST changed by expressions on `p`. */
#define FRAME(result, name, ...) \
	(start(c), (void)(__VA_ARGS__), give_packet(c, DHCP_DECODE_##result, name))

/* One frame whose options are these bytes and nothing more. */
#define OPTIONS(result, name, bytes)                                 \
	(start_bare(c), packet_raw(&c->p, bytes, sizeof(bytes) - 1), \
	 give_packet(c, DHCP_DECODE_##result, name))

#define TYPE "\x35\x01\x03" /* REQUEST */

/* --- Ethernet, IP, UDP --- */

static void ethernet(struct corpus *c)
{
	struct packet *p = &c->p;

	FRAME(ok, "good", 0);
	FRAME(ok, "good, tagged", p->vlan[0] = 5);
	FRAME(ok, "good, tagged twice", p->vlan[0] = 5, p->vlan[1] = 6);
	FRAME(ok, "good, padding behind it", p->trailer = 18, p->trailer_byte = 0x35);
	FRAME(ok, "good, END missing", p->no_end = true);
	FRAME(ok, "good, END missing, no padding", p->no_end = true, p->bootp_min = 0);
	FRAME(ok, "good, END missing, options in the trailer", p->no_end = true, p->bootp_min = 0,
	      p->trailer = 9, p->trailer_byte = 0x32);
	FRAME(not_dhcp, "ARP", p->ethertype = 0x0806);
	FRAME(not_dhcp, "IPv6", p->ethertype = 0x86dd);
	FRAME(not_dhcp, "802.3 length", p->ethertype = 0x0100);
	FRAME(not_dhcp, "ethertype 0", p->ethertype = 0);
	FRAME(not_dhcp, "ARP in a VLAN", p->vlan[0] = 5, p->ethertype = 0x0806);
	FRAME(not_dhcp, "three tags", p->vlan[0] = 5, p->vlan[1] = 6, p->ethertype = 0x8100);
	/* IP's first two bytes are the TCI, the next two the type */
	FRAME(not_dhcp, "a tag without its bytes", p->ethertype = 0x8100);
}

static void ip(struct corpus *c)
{
	struct packet *p = &c->p;
	char name[64];

	for (unsigned version = 0; version < 16; version++) {
		FRAME(ip_header, numbered(name, "IP version", version),
		      p->ip_version = (uint8_t)(version == 4 ? 14 : version));
	}
	for (unsigned ihl = 0; ihl < 5; ihl++)
		FRAME(ip_header, numbered(name, "IP header length", 4 * ihl),
		      p->ip_ihl = (uint8_t)ihl);
	for (unsigned ihl = 6; ihl < 16; ihl++)
		FRAME(ok, numbered(name, "IP header length", 4 * ihl), p->ip_ihl = (uint8_t)ihl);
	FRAME(ip_header, "IP header beyond the total length", p->ip_ihl = 15, p->ip_len = 59);
	FRAME(ip_header, "IP total length 0", p->ip_len = 0);
	FRAME(ip_header, "IP total length 19", p->ip_len = 19);
	FRAME(truncated, "IP total length 20", p->ip_len = 20);
	FRAME(truncated, "IP total length 27", p->ip_len = 27);
	FRAME(truncated, "IP one shorter than UDP", p->ip_len = 20 + 8 + 300 - 1);
	FRAME(truncated, "IP one longer than the frame", p->ip_len = 20 + 8 + 300 + 1);
	FRAME(truncated, "IP total length 65535", p->ip_len = 65535);
	FRAME(ip_header, "IP checksum wrong", p->ip_check = 1);
	FRAME(ip_header, "IP checksum zero", p->ip_check = 0);
	FRAME(ip_header, "IP checksum of ones", p->ip_check = 0xffff);
	FRAME(fragment, "more fragments", p->frag = 0x2000);
	FRAME(fragment, "fragment offset 8", p->frag = 0x0001);
	FRAME(fragment, "last fragment offset", p->frag = 0x1fff);
	FRAME(fragment, "fragment that must not be one", p->frag = 0x6000);
	FRAME(ok, "DF and the reserved bit", p->frag = 0xc000);
	FRAME(not_dhcp, "TCP", p->protocol = 6);
	FRAME(not_dhcp, "protocol 0", p->protocol = 0);
	FRAME(ok, "TTL 0", p->ttl = 0);
	FRAME(ok, "from everybody", p->ip_src = 0xffffffff);
	FRAME(ok, "from a group", p->ip_src = 0xe0000001);
	FRAME(ok, "from itself", p->ip_src = 0x7f000001);
}

static void udp(struct corpus *c)
{
	struct packet *p = &c->p;
	uint8_t frame[PACKET_MAX];
	size_t len;

	FRAME(not_dhcp, "to port 68", p->dport = 68);
	FRAME(not_dhcp, "to port 0", p->dport = 0);
	FRAME(not_dhcp, "ports the other way round", p->dport = 68, p->sport = 67);
	FRAME(ok, "from port 0", p->sport = 0);
	FRAME(ok, "from port 65535", p->sport = 65535);
	FRAME(truncated, "UDP length 0", p->udp_len = 0, p->udp_check = 0);
	FRAME(truncated, "UDP length 7", p->udp_len = 7, p->udp_check = 0);
	FRAME(truncated, "UDP length 8", p->udp_len = 8, p->udp_check = 0);
	FRAME(truncated, "UDP without its last cookie byte", p->udp_len = 8 + 239,
	      p->udp_check = 0);
	FRAME(truncated, "UDP one longer than IP", p->udp_len = 8 + 301, p->udp_check = 0);
	FRAME(truncated, "UDP into the trailer", p->udp_len = 8 + 310, p->udp_check = 0,
	      p->trailer = 20);
	FRAME(truncated, "UDP length 65535", p->udp_len = 65535, p->udp_check = 0);
	FRAME(ok, "UDP shorter than IP", p->udp_len = 8 + 280, p->udp_check = 0);
	FRAME(options, "UDP ends in an option", p->udp_len = 8 + 247, p->udp_check = 0);
	FRAME(ok, "UDP without a checksum", p->udp_check = 0);
	FRAME(udp_checksum, "UDP checksum 1", p->udp_check = 1);
	FRAME(udp_checksum, "UDP checksum of ones", p->udp_check = 0xffff);
	start(c);
	len = packet_build(p, frame, sizeof(frame));
	frame[len - 1] ^= 1;
	give(c, frame, len, DHCP_DECODE_udp_checksum, "a bit in the last byte");
	frame[len - 1] ^= 1;
	frame[PACKET_IP + 15] ^= 1;
	packet_fix_ip_checksum(frame);
	give(c, frame, len, DHCP_DECODE_udp_checksum, "another source than was summed");
}

/* --- cut --- */

/* Makes the lengths and sums of an untagged frame say that the BOOTP message has `bootp` bytes. */
static size_t shorten(uint8_t *frame, size_t bootp)
{
	packet_put16(frame + PACKET_IP + 2, (uint16_t)(20 + 8 + bootp));
	packet_put16(frame + PACKET_UDP + 4, (uint16_t)(8 + bootp));
	packet_fix_ip_checksum(frame);
	packet_fix_udp_checksum(frame);
	return PACKET_BOOTP + bootp;
}

static void cut_frames(struct corpus *c)
{
	uint8_t frame[PACKET_MAX];
	char name[64];
	size_t len;

	start(c);
	len = packet_build(&c->p, frame, sizeof(frame));
	for (size_t n = 0; n < len; n++)
		give(c, frame, n, DHCP_DECODE_truncated, numbered(name, "frame cut at", n));
	c->p.vlan[0] = 5;
	c->p.vlan[1] = 6;
	c->p.ip_ihl = 15;
	len = packet_build(&c->p, frame, sizeof(frame));
	for (size_t n = 0; n < len; n++)
		give(c, frame, n, DHCP_DECODE_truncated,
		     numbered(name, "tagged frame with IP options cut at", n));
}

static void cut_messages(struct corpus *c)
{
	uint8_t frame[PACKET_MAX];
	char name[64];

	start(c);
	packet_build(&c->p, frame, sizeof(frame));
	for (size_t n = 0; n < sizeof(struct dhcp_header); n++)
		give(c, frame, shorten(frame, n), DHCP_DECODE_truncated,
		     numbered(name, "BOOTP message of length", n));
	give(c, frame, shorten(frame, sizeof(struct dhcp_header)), DHCP_DECODE_ok,
	     "BOOTP message without options");
}

/* The lengths are honest; what ends is the last option. */
static void cut_options(struct corpus *c)
{
	static const struct {
		uint8_t code, len;
	} all[] = {{53, 1}, {50, 4}, {0, 0},  {0, 0},	{12, 9},  {57, 2},
		   {80, 0}, {61, 7}, {60, 0}, {82, 30}, {55, 12}, {255, 0}};
	uint8_t frame[PACKET_MAX], data[255] = {1, 2, 3, 4};
	bool whole[512] = {[0] = true}; /* after so many bytes no option is open */
	char name[64];
	size_t len = 0;

	start_bare(c);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].code == DHO_PAD || all[i].code == DHO_END)
			packet_raw(&c->p, &all[i].code, 1);
		else
			packet_option(&c->p, all[i].code, data, all[i].len);
		whole[c->p.options_len] = true;
	}
	len = c->p.options_len;
	packet_build(&c->p, frame, sizeof(frame));
	for (size_t n = 0; n <= len; n++)
		give(c, frame, shorten(frame, sizeof(struct dhcp_header) + n),
		     whole[n] ? DHCP_DECODE_ok : DHCP_DECODE_options,
		     numbered(name, "options cut at", n));
}

/* --- the fixed part --- */

static void header(struct corpus *c)
{
	static const uint8_t ops[] = {0, 2, 3, 0x81, 255}, htypes[] = {0, 2, 6, 7, 32, 255},
			     hlens[] = {0, 1, 5, 7, 8, 15, 16, 17, 20, 64, 128, 255};
	struct packet *p = &c->p;
	char name[64];

	for (size_t i = 0; i < sizeof(ops); i++)
		FRAME(op, numbered(name, "op", ops[i]), p->op = ops[i]);
	for (size_t i = 0; i < sizeof(htypes); i++)
		FRAME(hardware, numbered(name, "htype", htypes[i]), p->htype = htypes[i]);
	for (size_t i = 0; i < sizeof(hlens); i++)
		FRAME(hardware, numbered(name, "hlen", hlens[i]), p->hlen = hlens[i]);
	FRAME(hardware, "htype 0 and hlen 0", p->htype = 0, p->hlen = 0);
	FRAME(hardware, "chaddr zero", memset(p->chaddr, 0, 16));
	FRAME(hardware, "chaddr zero but for its padding", memset(p->chaddr, 0, 6),
	      memset(p->chaddr + 6, 9, 10));
	FRAME(ok, "chaddr zero but for its last byte", memset(p->chaddr, 0, 5));
	FRAME(hardware, "chaddr everybody", memset(p->chaddr, 0xff, 6));
	FRAME(hardware, "chaddr a group", p->chaddr[0] = 0x01);
	FRAME(ok, "chaddr with padding", memset(p->chaddr + 6, 0xff, 10));
	FRAME(ok, "chaddr not the source", p->eth_src[5] ^= 1);
	FRAME(ok, "hops 255", p->hops = 255);
	FRAME(ok, "secs, flags and xid of ones", p->secs = 0xffff, p->flags = 0xffff,
	      p->xid = 0xffffffff);
	FRAME(ok, "yiaddr and siaddr of ones", p->yiaddr = 0xffffffff, p->siaddr = 0xffffffff);
	FRAME(ok, "ciaddr everybody", p->ciaddr = 0xffffffff);
	FRAME(relay, "giaddr everybody", p->giaddr = 0xffffffff);
	FRAME(relay, "giaddr itself", p->giaddr = 0x7f000001);
	FRAME(relay, "giaddr the last of 127", p->giaddr = 0x7fffffff);
	FRAME(relay, "giaddr of this network", p->giaddr = 1);
	FRAME(relay, "giaddr the last of 0", p->giaddr = 0x00ffffff);
	FRAME(relay, "giaddr the first group", p->giaddr = 0xe0000000);
	FRAME(relay, "giaddr reserved", p->giaddr = 0xf0000001);
	FRAME(ok, "giaddr the first host's", p->giaddr = 0x01000000);
	FRAME(ok, "giaddr before loopback", p->giaddr = 0x7effffff);
	FRAME(ok, "giaddr after loopback", p->giaddr = 0x80000000);
	FRAME(ok, "giaddr the last host's", p->giaddr = 0xdfffffff);
	FRAME(ok, "sname and file of ones", memset(p->sname, 0xff, 64), memset(p->file, 0xff, 128));

	FRAME(cookie, "cookie zero", p->cookie = 0);
	FRAME(cookie, "cookie of ones", p->cookie = 0xffffffff);
	FRAME(cookie, "cookie's first byte", p->cookie = 0x62825363);
	FRAME(cookie, "cookie's second byte", p->cookie = 0x63835363);
	FRAME(cookie, "cookie's third byte", p->cookie = 0x63825263);
	FRAME(cookie, "cookie's last byte", p->cookie = 0x63825362);
	FRAME(cookie, "cookie swapped", p->cookie = 0x63538263);
	FRAME(cookie, "cookie of another vendor", p->cookie = 0x434d5500);
	start_bare(c);
	p->cookie = 0;
	p->bootp_min = DHCP_BOOTP_MIN; /* RFC 951: 64 bytes that mean nothing */
	give_packet(c, DHCP_DECODE_cookie, "BOOTP without a vendor area");
}

/* --- options --- */

static void ends(struct corpus *c)
{
	char name[64];

	OPTIONS(ok, "the type alone", TYPE);
	OPTIONS(ok, "PAD before END", TYPE "\0\0\0\xff");
	OPTIONS(ok, "PAD and no END", TYPE "\0\0\0");
	OPTIONS(ok, "PAD everywhere", "\0\0" TYPE "\0\x0c\x02xy\0\xff\0");
	OPTIONS(ok, "options behind END", TYPE "\xff\x0c\xff\x35\x05");
	OPTIONS(ok, "END twice", TYPE "\xff\xff");
	OPTIONS(ok, "BOOTP, no options", "");
	OPTIONS(ok, "BOOTP, PAD alone", "\0\0\0\0");
	OPTIONS(ok, "BOOTP, END alone", "\xff");
	OPTIONS(ok, "BOOTP, 53 behind END", "\xff" TYPE);
	OPTIONS(ok, "BOOTP, 53 within another option", "\x0c\x03" TYPE);
	OPTIONS(options, "a code alone", TYPE "\x0c");
	OPTIONS(options, "a code alone after PAD", TYPE "\0\0\x0c");
	OPTIONS(options, "one byte short", TYPE "\x0c\x04xyz");
	OPTIONS(options, "nothing after the length", TYPE "\x0c\xff");
	OPTIONS(options, "END swallowed", TYPE "\x0c\x04xy\xff");
	OPTIONS(options, "the type swallowed", "\x0c\x04" TYPE);
	OPTIONS(options, "length 255 with 254 bytes behind it",
		TYPE "\x2b\xff"
		     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd");
	/* each code with a length beyond the end */
	for (unsigned code = 1; code < 255; code++) {
		start_bare(c);
		packet_option_u8(&c->p, 53, DHCP_REQUEST);
		packet_raw(&c->p, (uint8_t[]){(uint8_t)code, 9, 1, 2, 3, 4, 5, 6, 7, 8}, 10);
		give_packet(c, DHCP_DECODE_options, numbered(name, "overlong option", code));
	}
}

static enum dhcp_decode_result of_type(unsigned type)
{
	switch (type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_DECLINE:
	case DHCP_RELEASE:
	case DHCP_INFORM:
		return DHCP_DECODE_ok;
	case DHCP_OFFER:
	case DHCP_ACK:
	case DHCP_NAK:
		return DHCP_DECODE_server_message;
	default:
		return DHCP_DECODE_no_type;
	}
}

/* The options whose values the decoder reads. */
static void values(struct corpus *c)
{
	static const struct {
		uint8_t code, len;
	} checked[] = {{50, 4}, {51, 4}, {54, 4}, {57, 2}};
	static const uint8_t lens[] = {0, 1, 2, 3, 4, 5, 6, 8, 16, 255};
	uint8_t data[255] = {DHCP_REQUEST};
	char name[64], what[32];

	for (unsigned type = 0; type < 256; type++) {
		start_bare(c);
		packet_option_u8(&c->p, 53, (uint8_t)type);
		give_packet(c, of_type(type), numbered(name, "message type", type));
	}
	for (size_t i = 0; i < sizeof(lens); i++) {
		start_bare(c);
		packet_option(&c->p, 53, data, lens[i]);
		give_packet(c, lens[i] == 1 ? DHCP_DECODE_ok : DHCP_DECODE_options,
			    numbered(name, "53 of length", lens[i]));
	}
	OPTIONS(options, "53 twice", TYPE TYPE);
	OPTIONS(options, "53 twice, differently", TYPE "\x35\x01\x01");
	OPTIONS(ok, "53 and an empty 53", TYPE "\x35\x00");
	for (size_t n = 0; n < sizeof(checked) / sizeof(checked[0]); n++) {
		snprintf(what, sizeof(what), "%u of length", checked[n].code);
		for (size_t i = 0; i < sizeof(lens); i++) {
			start(c);
			packet_option(&c->p, checked[n].code, data, lens[i]);
			give_packet(
				c, lens[i] == checked[n].len ? DHCP_DECODE_ok : DHCP_DECODE_options,
				numbered(name, what, lens[i]));
		}
		start(c);
		for (int i = 0; i < 2; i++)
			packet_option(&c->p, checked[n].code, data, checked[n].len);
		give_packet(c, DHCP_DECODE_options, numbered(name, "twice", checked[n].code));
		start(c);
		for (int i = 0; i < checked[n].len; i++)
			packet_option(&c->p, checked[n].code, data, 1);
		give_packet(c, DHCP_DECODE_ok, numbered(name, "byte by byte", checked[n].code));
	}
}

static void overload(struct corpus *c)
{
	struct packet *p = &c->p;
	char name[64];

	for (unsigned value = 0; value < 256; value++)
		if (value >= 1 && value <= 3)
			FRAME(ok, numbered(name, "52 is", value),
			      packet_option_u8(p, 52, (uint8_t)value));
		else
			FRAME(options, numbered(name, "52 is", value),
			      packet_option_u8(p, 52, (uint8_t)value));
	FRAME(options, "52 of length 0", packet_option(p, 52, NULL, 0));
	FRAME(options, "52 of length 2", packet_option(p, 52, "\1\1", 2));
	FRAME(options, "52 twice", packet_option_u8(p, 52, 1), packet_option_u8(p, 52, 1));
	FRAME(options, "52 in two pieces", packet_option(p, 52, NULL, 0),
	      packet_option_u8(p, 52, 3));
	FRAME(ok, "52 and an empty 52", packet_option_u8(p, 52, 3), packet_option(p, 52, NULL, 0));
	/* its value would be what stands behind it, the subnet mask's code */
	FRAME(options, "52 empty before another", packet_option(p, 52, NULL, 0),
	      packet_option(p, 1, "\xff\xff\xff\0", 4), packet_option_u8(p, 52, 3));

	/* option 52 where it does not count: whoever follows it never comes back */
	FRAME(ok, "52 in file says file", packet_option_u8(p, 52, 1),
	      memcpy(p->file, "\x34\1\1", 3));
	FRAME(ok, "52 in file says sname, which is broken", packet_option_u8(p, 52, 1),
	      memcpy(p->file, "\x34\1\2", 3), memcpy(p->sname, "\x0c\xff", 2));
	FRAME(ok, "52 in sname says file, which is broken", packet_option_u8(p, 52, 2),
	      memcpy(p->sname, "\x34\1\1", 3), memcpy(p->file, "\x0c\xff", 2));
	FRAME(ok, "52 in file and sname say each other", packet_option_u8(p, 52, 3),
	      memcpy(p->file, "\x34\1\2", 3), memcpy(p->sname, "\x34\1\1", 3));
	FRAME(ok, "52 in file is 255", packet_option_u8(p, 52, 1),
	      memcpy(p->file, "\x34\1\xff", 3));
	FRAME(ok, "52 in file is empty", packet_option_u8(p, 52, 1), memcpy(p->file, "\x34\0", 2));
	FRAME(ok, "file full of 52", packet_option_u8(p, 52, 3), memset(p->file, 52, 128),
	      memset(p->file + 54, 0, 74), memset(p->sname, 52, 64), memset(p->sname + 54, 0, 10));
	FRAME(options, "52 in file is overlong", packet_option_u8(p, 52, 1), p->file[126] = 52,
	      p->file[127] = 1);

	/* the fields' ends */
	FRAME(options, "a code alone ends file", packet_option_u8(p, 52, 1), p->file[127] = 12);
	FRAME(options, "a code alone ends sname", packet_option_u8(p, 52, 2), p->sname[63] = 12);
	FRAME(ok, "an empty option ends file", packet_option_u8(p, 52, 1), p->file[126] = 12);
	FRAME(ok, "an empty option ends sname", packet_option_u8(p, 52, 2), p->sname[62] = 12);
	FRAME(ok, "one option fills file", packet_option_u8(p, 52, 1), p->file[0] = 43,
	      p->file[1] = 126);
	FRAME(ok, "one option fills sname", packet_option_u8(p, 52, 2), p->sname[0] = 43,
	      p->sname[1] = 62);
	FRAME(options, "an option of file reaches the cookie", packet_option_u8(p, 52, 1),
	      p->file[0] = 43, p->file[1] = 127);
	FRAME(options, "an option of sname reaches file", packet_option_u8(p, 52, 2),
	      p->sname[0] = 43, p->sname[1] = 63);
	FRAME(options, "file of ones but for its first byte", packet_option_u8(p, 52, 1),
	      memset(p->file, 0xfe, 128));
	FRAME(ok, "END begins file and sname", packet_option_u8(p, 52, 3),
	      memset(p->file, 0xff, 128), memset(p->sname, 0xff, 64));
	FRAME(ok, "broken fields that are not overloaded", memset(p->file, 12, 128),
	      memset(p->sname, 12, 64));

	/* what is refused in the options is refused there */
	FRAME(options, "53 in file as well", packet_option_u8(p, 52, 1), memcpy(p->file, TYPE, 3));
	FRAME(options, "54 of 3 in sname", packet_option_u8(p, 52, 2),
	      memcpy(p->sname, "\x36\3xyz", 5));
	start_bare(c);
	packet_option_u8(p, 52, 3);
	memcpy(p->file, TYPE "\x0c\3xyz\xff", 9);
	memcpy(p->sname, "\x3d\2\1x\xff", 5);
	give_packet(c, DHCP_DECODE_ok, "everything in file and sname");
	memcpy(p->file, "\x35\1\2", 3);
	give_packet(c, DHCP_DECODE_server_message, "an OFFER in file");
	memcpy(p->file, "\x35\1\0", 3);
	give_packet(c, DHCP_DECODE_no_type, "type 0 in file");
}

/* --- contents that the decoder passes on, well-formed or not --- */

static void name_texts(struct corpus *c, uint8_t code, const char *what)
{
	static const struct {
		const char *what, *text;
		size_t len;
	} texts[] = {
		{"empty", "", 0},
		{"NUL", "\0", 1},
		{"many NULs", "\0\0\0\0\0\0\0\0", 8},
		{"NUL first", "\0host", 5},
		{"NUL within", "ho\0st", 5},
		{"NUL last", "host\0", 5},
		{"a dot", ".", 1},
		{"dots", "......", 6},
		{"empty labels", "a..b", 4},
		{"a space", " ", 1},
		{"hyphens", "---", 3},
		{"underscores", "___", 3},
		{"not UTF-8", "\xc3\x28\xff\xfe", 4},
		{"line breaks", "a\nb\r\nc", 6},
		{"an escape sequence", "\x1b]0;x\x07", 6},
		{"a format", "%s%s%n%x", 8},
		{"a path", "../../etc/passwd", 16},
		{"quotes", "\"';--{}[]", 9},
		{"another option", "\x35\x01\x05\xff", 4},
	};
	static const struct {
		const char *what;
		uint8_t byte;
	} long_texts[] = {{"255 letters", 'a'},
			  {"255 NULs", 0},
			  {"255 dots", '.'},
			  {"255 hyphens", '-'},
			  {"255 spaces", ' '},
			  {"255 of ones", 0xff},
			  {"255 bytes not printable", 0x80}};
	uint8_t text[255];
	char name[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		start(c);
		c->p.options_len -= START_TAIL; /* without 12 and 55 */
		packet_option(&c->p, code, texts[i].text, texts[i].len);
		snprintf(name, sizeof(name), "%s: %s", what, texts[i].what);
		give_packet(c, DHCP_DECODE_ok, name);
	}
	for (size_t i = 0; i < sizeof(long_texts) / sizeof(long_texts[0]); i++) {
		start(c);
		c->p.options_len -= START_TAIL;
		memset(text, long_texts[i].byte, sizeof(text));
		packet_option(&c->p, code, text, sizeof(text));
		snprintf(name, sizeof(name), "%s: %s", what, long_texts[i].what);
		give_packet(c, DHCP_DECODE_ok, name);
	}
}

/* RFC 4702 2: flags and two bytes before the name, which is labels if the E bit (4) is set. */
static void fqdn(struct corpus *c)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} cases[] = {
		{"flags alone", "\x01", 1},
		{"one byte short of a name", "\x01\xff", 2},
		{"no name", "\x01\0\0", 3},
		{"no name, E", "\x05\0\0", 3},
		{"all flags", "\xff\0\0\4host\0", 9},
		{"flags that contradict", "\x0b\0\0host", 7},
		{"the root alone", "\x05\0\0\0", 4},
		{"a label without its bytes", "\x05\0\0\x3fx", 5},
		{"a label of 64", "\x05\0\0\x40x", 5},
		{"a label of 255", "\x05\0\0\xffx", 5},
		{"a pointer to itself", "\x05\0\0\xc0\x00", 5},
		{"a pointer to nothing", "\x05\0\0\xc0", 4},
		{"a pointer far away", "\x05\0\0\xff\xff", 5},
		{"no root", "\x05\0\0\4host", 8},
		{"two names", "\x05\0\0\1a\0\1b\0", 9},
		{"a NUL in a label", "\x05\0\0\3a\0b\0", 8},
		{"a dot in a label", "\x05\0\0\3a.b\0", 8},
		{"labels without E", "\x01\0\0\4host\0", 9},
		{"text with E", "\x05\0\0host.example", 15},
		{"dots", "\x01\0\0....", 7},
		{"text and a NUL", "\x01\0\0host\0", 8},
	};
	uint8_t labels[255] = {0x05};
	char name[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(c);
		packet_option(&c->p, 81, cases[i].bytes, cases[i].len);
		snprintf(name, sizeof(name), "FQDN: %s", cases[i].what);
		give_packet(c, DHCP_DECODE_ok, name);
	}
	/* as many labels as there can be, of one byte and of 63 */
	for (size_t label = 1; label <= 63; label += 62) {
		memset(labels + 3, 'x', sizeof(labels) - 3);
		for (size_t at = 3; at < sizeof(labels); at += 1 + label)
			labels[at] = (uint8_t)label;
		start(c);
		packet_option(&c->p, 81, labels, sizeof(labels));
		give_packet(c, DHCP_DECODE_ok, numbered(name, "FQDN: full of labels of", label));
	}
}

/* Bytes that say of themselves how long they are; and options of no length at all. */
static const struct {
	const char *what;
	uint8_t code;
	const char *bytes;
	size_t len;
} CONTENTS[] = {
	{"empty", 82, "", 0},
	{"a code alone", 82, "\x01", 1},
	{"sub-option beyond the end", 82, "\x01\x09xy", 4},
	{"sub-option of 255", 82, "\x01\xffxy", 4},
	{"zeros", 82, "\0\0\0\0\0", 5},
	{"empty circuit id and remote id", 82, "\x01\0\x02\0", 4},
	{"circuit id twice", 82, "\x01\1x\x01\1y", 6},
	{"link selection of 3", 82, "\x05\3xyz", 5},
	{"link selection everybody", 82, "\x05\4\xff\xff\xff\xff", 6},
	{"server id override of 5", 82, "\x0b\5vwxyz", 7},
	{"server id override zero", 82, "\x0b\4\0\0\0\0", 6},
	{"source port", 82, "\x13\0", 2},
	{"an option 82 within", 82, "\x52\4\x01\2xy", 6},
	{"empty", 61, "", 0},
	{"a type alone", 61, "\x01", 1},
	{"MAC one byte short", 61, "\x01\2\0\0\0\0", 6},
	{"RFC 4361 type alone", 61, "\xff", 1},
	{"RFC 4361 without a DUID", 61, "\xff\0\0\0\1", 5},
	{"empty", 55, "", 0},
	{"PAD and END", 55, "\0\xff\0\xff", 4},
	{"what the server sets itself", 55, "\x32\x33\x34\x35\x36\x3a\x3b\x3d\x52", 9},
	{"the same three times", 55, "\x01\x01\x01", 3},
	{"empty", 60, "", 0},
	{"empty", 43, "", 0},
	{"sub-option beyond the end", 43, "\x06\xff\x01", 3},
	{"empty", 77, "", 0},
	{"class beyond the end", 77, "\x09xy", 3},
	{"of 1", 93, "x", 1},
	{"of 2", 94, "xy", 2},
	{"empty", 97, "", 0},
	{"empty", 118, "", 0},
	{"of 3", 118, "xyz", 3},
	{"of 5", 118, "vwxyz", 5},
	{"everybody", 118, "\xff\xff\xff\xff", 4},
	{"not empty", 80, "x", 1},
	{"empty", 116, "", 0},
	{"2", 116, "\2", 1},
	{"of 4", 116, "wxyz", 4},
	{"not empty", 108, "\0\0\0\0", 4},
	{"enterprise alone", 124, "\0\0\1\x37", 4},
	{"data beyond the end", 124, "\0\0\1\x37\xffxy", 7},
	{"of 3", 125, "xyz", 3},
	{"data beyond the end", 125, "\0\0\1\x37\xffxy", 7},
	{"lifetime 0", 51, "\0\0\0\0", 4},
	{"lifetime infinite", 51, "\xff\xff\xff\xff", 4},
	{"size 0", 57, "\0\0", 2},
	{"size 65535", 57, "\xff\xff", 2},
	{"everybody", 50, "\xff\xff\xff\xff", 4},
	{"nobody", 50, "\0\0\0\0", 4},
};

static void contents(struct corpus *c)
{
	uint8_t data[255];
	char name[64];

	for (size_t i = 0; i < sizeof(CONTENTS) / sizeof(CONTENTS[0]); i++) {
		start(c);
		if (CONTENTS[i].code == 55)
			c->p.options_len -= 2 + 4;
		packet_option(&c->p, CONTENTS[i].code, CONTENTS[i].bytes, CONTENTS[i].len);
		snprintf(name, sizeof(name), "option %u: %s", CONTENTS[i].code, CONTENTS[i].what);
		give_packet(c, DHCP_DECODE_ok, name);
	}
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (unsigned code = 1; code < 255; code++) {
		static const uint8_t checked[] = {50, 51, 52, 53, 54, 57};

		start(c);
		packet_option(&c->p, (uint8_t)code, data, sizeof(data));
		give_packet(c,
			    memchr(checked, (int)code, sizeof(checked)) ? DHCP_DECODE_options
									: DHCP_DECODE_ok,
			    numbered(name, "255 bytes of option", code));
	}
}

/* As much as one frame holds. */
static void masses(struct corpus *c)
{
	uint8_t data[255];
	char name[64];

	memset(data, 0x5a, sizeof(data));
	for (unsigned n = 2; n <= 4; n++) {
		static const uint8_t codes[] = {82, 61, 12, 55, 43, 81};

		for (size_t i = 0; i < sizeof(codes); i++) {
			char what[32];

			snprintf(what, sizeof(what), "option %u in pieces:", codes[i]);
			start(c);
			for (unsigned j = 0; j < n; j++)
				packet_option(&c->p, codes[i], data, 255);
			give_packet(c, DHCP_DECODE_ok, numbered(name, what, n));
		}
	}
	start(c);
	for (int i = 0; i < 500; i++)
		packet_option(&c->p, 224, NULL, 0);
	give_packet(c, DHCP_DECODE_ok, "500 empty options of one code");
	start(c);
	for (int i = 0; i < 300; i++)
		packet_option(&c->p, 82, "x", 1);
	give_packet(c, DHCP_DECODE_ok, "option 82 in 300 pieces");
	start_bare(c);
	packet_option_u8(&c->p, 53, DHCP_REQUEST);
	for (unsigned code = 1; code < 255; code++)
		if (code < 50 || (code > 57 && code != 82))
			packet_option(&c->p, (uint8_t)code, data, 1);
	give_packet(c, DHCP_DECODE_ok, "an option of each code");
	start(c);
	for (int i = 0; i < 1200; i++)
		packet_raw(&c->p, "\0", 1);
	give_packet(c, DHCP_DECODE_ok, "1200 bytes of PAD");
}

/* Well-formed, and at odds with RFC 2131 table 5: for whoever decides. */
static void messages(struct corpus *c)
{
	struct packet *p = &c->p;

#define MESSAGE(name, message, ...) \
	(*p = (message), (void)(__VA_ARGS__), give_packet(c, DHCP_DECODE_ok, name))
	MESSAGE("a plain DISCOVER", packet_discover(c->client), 0);
	MESSAGE("REQUEST for nothing", packet_init_reboot(c->client, 0), 0);
	MESSAGE("REQUEST without an address", packet_rebinding(c->client, 0), 0);
	MESSAGE("REQUEST for everybody", packet_init_reboot(c->client, 0xffffffff), 0);
	MESSAGE("REQUEST of two addresses",
		packet_selecting(c->client, c->client->addr, c->server->addr),
		p->ciaddr = c->client->addr + 1);
	MESSAGE("REQUEST of a server that is nobody",
		packet_selecting(c->client, c->client->addr, 0), 0);
	MESSAGE("renewal for the server's address",
		packet_renewing(c->client, c->server->addr, c->server), 0);
	MESSAGE("renewal from elsewhere", packet_renewing(c->client, c->client->addr, c->server),
		p->ip_src = 0xcb007101);
	MESSAGE("renewal with giaddr", packet_renewing(c->client, c->client->addr, c->server),
		p->giaddr = c->client->addr);
	MESSAGE("RELEASE of nothing", packet_release(c->client, 0, c->server), 0);
	MESSAGE("RELEASE of everybody", packet_release(c->client, 0xffffffff, c->server), 0);
	MESSAGE("RELEASE of what it does not have",
		packet_release(c->client, c->client->addr, c->server), 0);
	MESSAGE("DECLINE of nothing", packet_decline(c->client, 0, c->server->addr), 0);
	MESSAGE("DECLINE of what it does not have",
		packet_decline(c->client, c->client->addr, c->server->addr), 0);
	MESSAGE("DECLINE of the server's address",
		packet_decline(c->client, c->server->addr, c->server->addr), 0);
	MESSAGE("INFORM from nowhere", packet_inform(c->client, 0), 0);
	MESSAGE("INFORM from everybody", packet_inform(c->client, 0xffffffff), 0);
	MESSAGE("INFORM of a group", packet_inform(c->client, 0xe0000001), 0);
	MESSAGE("INFORM relayed, from nowhere", packet_inform(c->client, 0),
		p->giaddr = c->server->addr);
#undef MESSAGE
}

size_t malformed_each(const struct packet_host *client, const struct packet_host *server,
		      void (*fn)(void *ctx, const struct malformed *m), void *ctx)
{
	struct corpus c = {.client = client, .server = server, .fn = fn, .ctx = ctx};

	ethernet(&c);
	ip(&c);
	udp(&c);
	cut_frames(&c);
	cut_messages(&c);
	cut_options(&c);
	header(&c);
	ends(&c);
	values(&c);
	overload(&c);
	name_texts(&c, 12, "host name");
	name_texts(&c, 15, "domain name");
	name_texts(&c, 60, "vendor class");
	fqdn(&c);
	contents(&c);
	masses(&c);
	messages(&c);
	return c.n;
}
