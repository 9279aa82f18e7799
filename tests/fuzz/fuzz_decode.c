// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Coverage-guided fuzzing (libFuzzer's entry point) of all that is done to a
 * frame before anybody has decided anything: decode, form, answer, dump. What kind of answer it is
 * follows from the switches and from the last bits of the xid.
 *
 * Input: one byte of switches, then the frame, or with SWITCH_OPTIONS the end of
 * one behind sound headers, so that a fuzzer without a corpus comes to the options. The
 * IP checksum is mended and the UDP checksum not verified unless the switches say
 * otherwise, so that it does not spend its life on sums. Whatever breaks is a sanitizer's finding
 * or an abort().
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../common/require.h"
#include "fuzz.h"
#include "proto/csum.h"
#include "proto/form.h"
#include "proto/message.h"
#include "proto/options.h"
#include "proto/relay.h"
#include "proto/reply.h"

enum {
	SWITCH_KEEP_IP_SUM = 1,
	SWITCH_VERIFY_UDP_SUM = 2,
	SWITCH_VLAN = 4,
	SWITCH_TWO_VLANS = 8,
	SWITCH_OUR_ADDR = 16,
	SWITCH_NAK = 32,
	SWITCH_NO_YIADDR = 64,
	SWITCH_OPTIONS = 128, /* what follows are options, and sname and file too */
};

static void mend_ip_sum(uint8_t *frame, size_t len)
{
	size_t at = 14, header;

	while (at < 22 && at <= len &&
	       ((frame[at - 2] == 0x81 && frame[at - 1] == 0x00) ||
		(frame[at - 2] == 0x88 && frame[at - 1] == 0xa8)))
		at += 4;
	if (len < at + 20)
		return;
	header = (frame[at] & 15) * 4u;
	if (header < 20 || len < at + header)
		return;
	memset(frame + at + 10, 0, 2);
	uint16_t sum = ~dhcp_csum_fold(dhcp_csum_add(0, frame + at, header, false));
	memcpy(frame + at + 10, &sum, 2);
}

static bool within(const struct dhcp_opt *o, const uint8_t *start, size_t len)
{
	return o->data >= start && o->data <= start + len &&
	       o->len <= (size_t)(start + len - o->data);
}

static void dump(const struct dhcp_msg *msg, const uint8_t *frame, size_t len)
{
	for (int code = 0; code < 256; code++) {
		const struct dhcp_opt *o = &msg->opt[code];
		char text[64];

		if (!o->data)
			continue;
		require(within(o, frame, len) || within(o, msg->joined, msg->joined_len));
		option_format(option_by_code((uint8_t)code), o->data, o->len, text, sizeof(text));
		for (const char *c = text; *c; c++)
			require(*c >= 0x20 && *c < 0x7f);
	}
}

/* Option 82, whatever is in it. */
static void relay(const struct dhcp_msg *msg)
{
	const struct dhcp_opt *agent = &msg->opt[DHO_RELAY_AGENT];

	for (unsigned code = 0; code < 256; code++) {
		struct dhcp_opt sub;
		char text[RELAY_TEXT_STR];

		relay_address(agent, (uint8_t)code);
		if (!relay_suboption(agent, (uint8_t)code, &sub))
			continue;
		require(within(&sub, agent->data, agent->len));
		for (const char *c = relay_text(&sub, text); *c; c++)
			require(*c >= 0x20 && *c < 0x7f);
	}
}

static void check_destination(const struct dhcp_msg *msg, const struct dhcp_reply *reply)
{
	struct dhcp_destination to;

	dhcp_reply_destination(msg, reply, &to);
	require(to.addr != 0 && to.port != 0);
	require(to.routed == (msg->giaddr != 0));
	require(to.port == DHCP_CLIENT_PORT || to.addr == msg->giaddr);
}

static void answer(const struct dhcp_msg *msg, uint8_t switches)
{
	static const uint8_t mac[6] = {2};
	static struct dhcp_reply reply;
	size_t len = 14 + 4u * (msg->tags_stripped + msg->tags_in_frame);

	memset(&reply, 0, sizeof(reply));
	reply.type = switches & SWITCH_NAK ? DHCP_NAK : msg->xid & 1 ? DHCP_BOOTP : DHCP_ACK;
	reply.inform = reply.type == DHCP_ACK && msg->xid & 2;
	reply.server_id = 1;
	reply.yiaddr = switches & SWITCH_NO_YIADDR ? 0 : dhcp_asked_address(msg);
	require(dhcp_reply_add(&reply, DHO_MESSAGE_TYPE, &reply.type, 1) == 0);
	/* whatever the client sent may have to be sent back */
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++) {
		static const uint8_t codes[] = {DHO_HOST_NAME, DHO_CLIENT_IDENTIFIER, DHO_FQDN};
		const struct dhcp_opt *o = &msg->opt[codes[i]];

		if (o->data)
			dhcp_reply_add(&reply, codes[i], o->data, o->len);
	}
	for (int code = 1; msg->xid & 4 && code < 255; code++) {
		const struct dhcp_opt *o = &msg->opt[code];

		if (o->data)
			dhcp_reply_overload(&reply, (uint8_t)code, o->data, o->len);
	}
	check_destination(msg, &reply);
	size_t ip_len = dhcp_reply_ip_len(msg, &reply), room = len + ip_len;
	uint8_t *frame = malloc(room);

	require(frame != NULL);
	int got = dhcp_reply_encode(msg, &reply, mac, frame, room);

	/* shorter only if option 82 had no place */
	require(got == (int)room || (ip_len > DHCP_REPLY_IP_MAX && got > 0 && got < (int)room));
	require(dhcp_reply_payload(msg) == len + 28);
	free(frame);
	frame = malloc((size_t)got - 1);
	require(frame != NULL);
	require(dhcp_reply_encode(msg, &reply, mac, frame, (size_t)got - 1) < 0);
	free(frame);
}

#define HEADERS (14 + 20 + 8 + 240) /* with the cookie */

/* A frame of HEADERS + len bytes for the caller to free. */
static uint8_t *behind_headers(const uint8_t *data, size_t len)
{
	static const uint8_t to_udp[] = {2, 0, 0,  0, 0, 1, 2, 0, 0, 0, 0, 2,
					 8, 0, 69, 0, 0, 0, 0, 0, 0, 0, 9, 17};
	static const uint8_t bootp[] = {1, 1, 6, 0}, cookie[] = {0x63, 0x82, 0x53, 0x63};
	uint16_t udp_len = 8 + 240 + len, ip_len = 20 + udp_len;
	uint8_t *frame = calloc(1, HEADERS + len), *udp = frame + 34;

	require(frame != NULL);
	memcpy(frame, to_udp, sizeof(to_udp));
	frame[16] = ip_len >> 8;
	frame[17] = ip_len & 0xff;
	udp[3] = DHCP_SERVER_PORT;
	udp[4] = udp_len >> 8;
	udp[5] = udp_len & 0xff;
	memcpy(udp + 8, bootp, sizeof(bootp));
	memcpy(udp + 8 + 28, frame + 6, 6); /* chaddr */
	/* the last byte is what may stand behind END: the xid's, and which addresses there are */
	uint8_t last = len ? data[len - 1] : 0;

	udp[8 + 7] = last;
	udp[8 + 12] = last & 8 ? 10 : 0;  /* ciaddr */
	udp[8 + 24] = last & 16 ? 10 : 0; /* giaddr */
	/* sname and file see the same bytes as the options: they count with overload only */
	memcpy(udp + 8 + 44, data, len < 192 ? len : 192);
	memcpy(udp + 8 + 236, cookie, sizeof(cookie));
	memcpy(frame + HEADERS, data, len);
	return frame;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t key[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	static struct dhcp_msg msg;

	if (size < 1 || size > 9000)
		return 0;
	uint8_t switches = data[0];
	struct dhcp_ingress in = {
		.csum_not_ready = !(switches & SWITCH_VERIFY_UDP_SUM),
		.vlan = {switches & SWITCH_VLAN ? 5 : 0,
			 (switches & SWITCH_VLAN) && (switches & SWITCH_TWO_VLANS) ? 6 : 0},
		.our_addr = switches & SWITCH_OUR_ADDR ? 0x0a000001 : 0,
	};
	size_t len = size - 1;
	uint8_t *frame; /* its own: a byte beyond is seen */

	if (switches & SWITCH_OPTIONS) {
		frame = behind_headers(data + 1, len);
		len += HEADERS;
	} else {
		frame = malloc(len + !len);
		require(frame != NULL);
		memcpy(frame, data + 1, len);
	}
	if (!(switches & SWITCH_KEEP_IP_SUM))
		mend_ip_sum(frame, len);
	enum dhcp_decode_result result = dhcp_decode(frame, len, &in, &msg);

	require(result < DHCP_DECODE_COUNT);
	if (result == DHCP_DECODE_ok) {
		require(dhcp_form(&msg, key) == dhcp_form(&msg, key));
		dump(&msg, frame, len);
		relay(&msg);
		answer(&msg, switches);
	}
	free(frame);
	return 0;
}
