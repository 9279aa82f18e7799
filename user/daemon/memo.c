// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The memo of a reply: which of its bytes all clients of the recipe share
 * (the template) and which are the client's own (the tail). Pure: copies of what is
 * sent, so that parity (I2) needs no second encoder.
 */
#include <arpa/inet.h>
#include <string.h>

#include "daemon/memo.h"
#include "proto/relay.h"

static bool all_zero(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i])
			return false;
	}
	return true;
}

static uint16_t template_sum(const struct template *t)
{
	const uint32_t cookie = htonl(DHCP_COOKIE);
	uint32_t sum = dhcp_csum_add(0, t->siaddr, sizeof(t->siaddr), false);

	sum = dhcp_csum_add(sum, t->sname, sizeof(t->sname), false);
	sum = dhcp_csum_add(sum, t->file, sizeof(t->file), false);
	sum = dhcp_csum_add(sum, &cookie, sizeof(cookie), false);
	sum = dhcp_csum_add(sum, t->options, t->options_len, false);
	return dhcp_csum_fold(sum);
}

/* As the engine does when it recalls the relay (identity.c) or does not. */
bool memo_is_relayed(const struct dhcp_msg *msg)
{
	return msg->giaddr || msg->opt[DHO_RELAY_AGENT].len;
}

bool memo_template(const struct dhcp_msg *msg, const struct dhcp_reply *reply, uint32_t gate,
		   struct template *ret_template)
{
	struct template t = {
		.lifetime = reply->lifetime,
		.gate = gate,
		.relayed = memo_is_relayed(msg),
		/* also where its port is 67 this time */
		.to_sport = msg->giaddr && relay_at_source_port(&msg->opt[DHO_RELAY_AGENT]),
	};
	unsigned p;

	if (reply->type != DHCP_ACK || reply->shortened || !reply->lifetime ||
	    reply->options_len > sizeof(t.options))
		return false;
	for (p = 0; p < XDHCP_TAIL_PIECES && !reply->tail[p].len; p++)
		;
	t.tail_first = (uint8_t)(p < XDHCP_TAIL_PIECES ? p : 0);
	t.tail_last = t.tail_first;
	for (; p < XDHCP_TAIL_PIECES; p++) {
		if (reply->tail[p].len)
			t.tail_last = (uint8_t)(p + 1);
	}
	dhcp_put_addr(t.server_id, reply->server_id);
	dhcp_put_addr(t.siaddr, reply->siaddr);
	memcpy(t.sname, reply->sname, sizeof(t.sname));
	memcpy(t.file, reply->file, sizeof(t.file));
	t.has_boot = !all_zero(t.sname, sizeof(t.sname)) || !all_zero(t.file, sizeof(t.file));
	memcpy(t.options, reply->options, reply->options_len);
	t.options_len = reply->options_len;
	t.sum = template_sum(&t);
	*ret_template = t;
	return true;
}

bool memo_tail(const struct dhcp_reply *reply, const struct template *t,
	       const struct slot_tail *old, struct slot_tail *ret_tail)
{
	struct slot_tail tail = {0};
	unsigned at = 0;

	for (unsigned p = 0; p < XDHCP_TAIL_PIECES; p++) {
		const uint8_t *data = reply->tail[p].data;
		unsigned len = reply->tail[p].len;
		bool sent = p >= t->tail_first && p < t->tail_last;

		if (!len && old) {
			unsigned from = p ? old->end[p - 1] : 0;

			data = old->data + from;
			len = old->end[p] - from;
			if (len && sent)
				return false; /* would be sent between two that are */
		}
		if (at + len > sizeof(tail.data))
			return false;
		memcpy(tail.data + at, data, len);
		at += len;
		tail.sum[p] = dhcp_csum_fold(dhcp_csum_add(0, tail.data, at, false));
		tail.end[p] = (uint8_t)at;
	}
	*ret_tail = tail;
	return true;
}
