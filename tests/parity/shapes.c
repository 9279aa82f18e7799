// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See shapes.h. Frames are built here byte by byte, without the server's encoder. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "shapes.h"

#define IP_AT	   14
#define UDP_AT	   34
#define BOOTP_AT   42
#define OPTIONS_AT 282

struct builder {
	uint8_t *frame;
	size_t at, cap;
	struct {
		uint8_t bytes[257];
		size_t len;
	} opts[64];
	unsigned n;
};

static void add(struct builder *b, uint8_t code, const void *data, size_t len)
{
	uint8_t *o = b->opts[b->n].bytes;

	if (b->n == 64 || len > 255)
		abort();
	o[0] = code;
	o[1] = (uint8_t)len;
	memcpy(o + 2, data, len);
	b->opts[b->n++].len = len + 2;
}

static void add8(struct builder *b, uint8_t code, uint8_t value)
{
	add(b, code, &value, 1);
}

static void add16(struct builder *b, uint8_t code, uint16_t value)
{
	value = htons(value);
	add(b, code, &value, 2);
}

static void add32(struct builder *b, uint8_t code, uint32_t value)
{
	value = htonl(value);
	add(b, code, &value, 4);
}

static void add_text(struct builder *b, uint8_t code, const char *text)
{
	add(b, code, text, strlen(text));
}

static void add_mac_id(struct builder *b, const struct shape *s)
{
	uint8_t id[7] = {1};

	memcpy(id + 1, s->mac, 6);
	add(b, 61, id, sizeof(id));
}

static void add_duid_id(struct builder *b, const struct shape *s)
{
	uint8_t id[19] = {0xff, 0, 0, 0, 1, 0, 1, 0, 1, 0x2a, 0x2b, 0x2c, 0x2d};

	memcpy(id + 13, s->mac, 6);
	add(b, 61, id, sizeof(id));
}

static void add_prl(struct builder *b, const struct shape *s)
{
	static const uint8_t lists[SHAPE_PRLS][24] = {
		{1, 3, 6, 15},
		{1, 28, 2, 3, 15, 6, 12},
		{1, 3, 6, 15, 26, 33, 42, 51, 54, 58, 59},
		{1, 121, 3, 6, 15, 108, 114, 119, 252, 95, 44, 46, 12, 42, 43},
	};

	add(b, 55, lists[s->prl % SHAPE_PRLS], strlen((const char *)lists[s->prl % SHAPE_PRLS]));
}

static void add_state(struct builder *b, const struct shape *s)
{
	if (s->state == SELECTING)
		add32(b, 54, s->server);
	if (s->state == SELECTING || s->state == INIT_REBOOT)
		add32(b, 50, s->addr);
}

static void dhclient(struct builder *b, const struct shape *s)
{
	add_state(b, s);
	add_text(b, 12, "debian-host");
	add_prl(b, s);
	if (s->client_id)
		add_mac_id(b, s);
}

static void udhcpc(struct builder *b, const struct shape *s)
{
	if (s->client_id)
		add_mac_id(b, s);
	add_state(b, s);
	add16(b, 57, 576);
	add_prl(b, s);
	add_text(b, 60, "udhcp 1.35.0");
	add_text(b, 12, "busybox");
}

static void dhcpcd(struct builder *b, const struct shape *s)
{
	add_duid_id(b, s);
	add_state(b, s);
	add16(b, 57, 1472);
	add_text(b, 60, "dhcpcd-9.4.1:Linux-6.1.0:x86_64:GenuineIntel");
	add_text(b, 12, "arch");
	if (s->state == DISCOVERING) {
		add(b, 80, "", 0);
		add8(b, 116, 1);
	}
	add8(b, 145, 1);
	add_prl(b, s);
}

static void networkd(struct builder *b, const struct shape *s)
{
	add_duid_id(b, s);
	add_prl(b, s);
	add16(b, 57, 1472);
	add_text(b, 12, "networkd-host");
	add_state(b, s);
}

static void network_manager(struct builder *b, const struct shape *s)
{
	add_mac_id(b, s);
	add_prl(b, s);
	add16(b, 57, s->state == RENEWING || s->state == REBINDING ? 65535 : 576);
	add_state(b, s);
	add_text(b, 12, "fedora");
}

static void apple(struct builder *b, const struct shape *s)
{
	add_prl(b, s);
	add16(b, 57, 1500);
	add_mac_id(b, s);
	if (s->state != SELECTING && s->state != DISCOVERING)
		add32(b, 51, 7776000);
	add_state(b, s);
	add_text(b, 12, "iPhone");
}

static void windows(struct builder *b, const struct shape *s)
{
	bool renewing = s->state == RENEWING || s->state == REBINDING;

	add_mac_id(b, s);
	add_state(b, s);
	add_text(b, 12, "DESKTOP-7A");
	if (!renewing)
		add(b, 81, "\0\0\0DESKTOP-7A", 13);
	else
		add(b, 81, "\0\0\0DESKTOP-7A.example", 21);
	add_text(b, 60, "MSFT 5.0");
	add_prl(b, s);
}

static void android(struct builder *b, const struct shape *s)
{
	add_mac_id(b, s);
	add_state(b, s);
	add16(b, 57, 1500);
	add_text(b, 60, "android-dhcp-14");
	add_text(b, 12, "Pixel");
	if (s->state == DISCOVERING)
		add(b, 80, "", 0);
	add_prl(b, s);
}

static void lwip(struct builder *b, const struct shape *s)
{
	bool reboot = s->state == INIT_REBOOT;

	add16(b, 57, reboot ? 576 : 1500);
	add_state(b, s);
	add_prl(b, s);
	if (!reboot)
		add_text(b, 12, "lwip");
}

static void printer(struct builder *b, const struct shape *s)
{
	add16(b, 57, 576);
	add_state(b, s);
	if (s->state != RENEWING && s->state != REBINDING)
		add_prl(b, s);
}

static void very_long(struct builder *b, const struct shape *s)
{
	uint8_t all[120], blob[255];

	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(i + 1);
	memset(blob, 'x', sizeof(blob));
	add_state(b, s);
	add16(b, 57, 1500);
	add(b, 55, all, sizeof(all));
	for (unsigned i = 0; i < 3; i++)
		add(b, (uint8_t)(224 + i), blob, sizeof(blob));
	add_text(b, 12, "a-rather-long-host-name-of-a-client");
	add_mac_id(b, s);
}

static void bare(struct builder *b, const struct shape *s)
{
	add_state(b, s);
}

static const struct {
	const char *name;
	unsigned forms;
	void (*build)(struct builder *b, const struct shape *s);
} kinds[SHAPE_KINDS] = {
	[SHAPE_DHCLIENT] = {"dhclient", 1, dhclient},
	[SHAPE_UDHCPC] = {"udhcpc", 1, udhcpc},
	[SHAPE_DHCPCD] = {"dhcpcd", 1, dhcpcd},
	[SHAPE_NETWORKD] = {"systemd-networkd", 1, networkd},
	[SHAPE_NETWORKMANAGER] = {"NetworkManager", 1, network_manager}, /* 57 is no form */
	[SHAPE_APPLE] = {"Apple", 2, apple},
	[SHAPE_WINDOWS] = {"Windows", 3, windows}, /* one again with its whole name */
	[SHAPE_ANDROID] = {"Android", 1, android},
	[SHAPE_LWIP] = {"lwIP 2", 2, lwip},
	[SHAPE_PRINTER] = {"lwIP 1.3", 2, printer},
	[SHAPE_LONG] = {"long", 1, very_long},
	[SHAPE_BARE] = {"bare", 1, bare},
};

const char *shape_name(enum shape_kind kind)
{
	return kinds[kind].name;
}

unsigned shape_forms(enum shape_kind kind)
{
	return kinds[kind].forms;
}

static uint32_t sum16(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	return sum;
}

static void put_sum(uint8_t *at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, 4);
}

void shape_fix_ip(uint8_t *frame)
{
	put16(frame + IP_AT + 10, 0);
	put_sum(frame + IP_AT + 10, sum16(frame + IP_AT, 20));
}

static size_t put_options(struct builder *b, const struct shape *s)
{
	size_t at = OPTIONS_AT;
	const uint8_t type[3] = {53, 1, s->state == DISCOVERING ? 1 : 3};

	memcpy(b->frame + at, type, 3);
	at += 3;
	for (unsigned i = 0; i < b->n; i++) {
		unsigned o = s->reversed ? b->n - 1 - i : i;

		if (at + b->opts[o].len + 1 > b->cap)
			abort();
		memcpy(b->frame + at, b->opts[o].bytes, b->opts[o].len);
		at += b->opts[o].len;
	}
	b->frame[at++] = 255;
	return at < BOOTP_AT + 300 ? BOOTP_AT + 300 : at;
}

size_t shape_frame(const struct shape *s, const uint8_t server_mac[6], uint8_t *frame, size_t cap)
{
	struct builder b = {.frame = frame, .cap = cap};
	bool has_address = s->state == RENEWING || s->state == REBINDING;
	uint32_t source = has_address ? s->addr : 0;
	uint32_t to = s->state == RENEWING ? s->server : 0xffffffff;
	size_t len;

	memset(frame, 0, cap);
	kinds[s->kind].build(&b, s);
	len = put_options(&b, s);
	if (s->state == RENEWING)
		memcpy(frame, server_mac, 6);
	else
		memset(frame, 0xff, 6);
	memcpy(frame + 6, s->mac, 6);
	put16(frame + 12, 0x0800);
	frame[IP_AT] = 0x45;
	frame[IP_AT + 1] = 0x10;
	put16(frame + IP_AT + 2, (unsigned)(len - IP_AT));
	frame[IP_AT + 8] = 64;
	frame[IP_AT + 9] = 17;
	put32(frame + IP_AT + 12, source);
	put32(frame + IP_AT + 16, to);
	shape_fix_ip(frame);
	put16(frame + UDP_AT, 68);
	put16(frame + UDP_AT + 2, 67);
	put16(frame + UDP_AT + 4, (unsigned)(len - UDP_AT));
	frame[BOOTP_AT] = 1;
	frame[BOOTP_AT + 1] = 1;
	frame[BOOTP_AT + 2] = 6;
	put32(frame + BOOTP_AT + 4, s->xid);
	put16(frame + BOOTP_AT + 8, 3);
	put16(frame + BOOTP_AT + 10, s->broadcast ? 0x8000 : 0);
	put32(frame + BOOTP_AT + 12, source);
	memcpy(frame + BOOTP_AT + 28, s->mac, 6);
	put32(frame + BOOTP_AT + 236, 0x63825363);
	return len;
}
