// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See oracle.h and desk.h. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#include "../common/packet_builder.h"
#include "../common/require.h"
#include "desk.h"

#define RECORDS 1024 /* addresses */
#define HOLDERS 8
#define NEVER	UINT64_MAX

struct holder {
	uint8_t mac[6];
	uint64_t until; /* dry_clock */
};

struct record {
	uint32_t addr; /* 0: free */
	bool stored;
	struct lease_row row;
	struct holder holders[HOLDERS];
};

static struct record records[RECORDS];

void oracle_reset(void)
{
	for (unsigned i = 0; i < RECORDS; i++) {
		records[i].addr = 0;
		records[i].stored = false;
		memset(records[i].holders, 0, sizeof(records[i].holders));
	}
}

static struct record *record_of(uint32_t addr)
{
	unsigned at = (addr * 2654435761u) >> 22;

	for (unsigned i = 0; i < RECORDS; i++) {
		struct record *r = &records[(at + i) % RECORDS];

		if (!r->addr)
			r->addr = addr;
		if (r->addr == addr)
			return r;
	}
	wrong("too many addresses");
}

const struct lease_row *oracle_row(uint32_t addr)
{
	const struct record *r = record_of(addr);

	return r->stored ? &r->row : NULL;
}

void oracle_store(const struct lease_row *row)
{
	struct record *r = record_of(row->addr);

	require(row->generation && row->state != LEASE_CLOSING);
	require(!r->stored || row->generation >= r->row.generation);
	r->row = *row;
	r->stored = true;
}

static int by_addr(const void *a, const void *b)
{
	const struct lease_row *const *x = a, *const *y = b;

	return (*x)->addr < (*y)->addr ? -1 : (*x)->addr > (*y)->addr;
}

int oracle_rows(int (*fn)(void *arg, const struct lease_row *row), void *arg)
{
	static struct lease_row rows[RECORDS]; /* as they are now: fn may commit others */
	const struct lease_row *sorted[RECORDS];
	size_t n = 0;
	int r = 0;

	for (unsigned i = 0; i < RECORDS; i++) {
		if (!records[i].stored)
			continue;
		rows[n] = records[i].row;
		sorted[n] = &rows[n];
		n++;
	}
	qsort(sorted, n, sizeof(sorted[0]), by_addr);
	for (size_t i = 0; i < n && r >= 0; i++)
		r = fn(arg, sorted[i]);
	return r < 0 ? r : 0;
}

/* --- promises --- */

static uint64_t end_of(uint32_t lifetime)
{
	return lifetime == XDHCP_FOREVER ? NEVER : dry_clock + lifetime * DRY_SECOND;
}

/* Does this second of CLOCK_BOOTTIME cover it? */
static bool covers(uint32_t second, uint64_t until)
{
	return second == XDHCP_FOREVER || (until != NEVER && second * DRY_SECOND >= until);
}

static void require_free_for(uint32_t addr, const uint8_t mac[6], const char *what)
{
	const struct record *r = record_of(addr);

	for (unsigned i = 0; i < HOLDERS; i++) {
		const struct holder *h = &r->holders[i];

		if (h->until > dry_clock && memcmp(h->mac, mac, 6))
			wrong("%s of %08x to ..:%02x, which is ..:%02x's for %llu s more", what,
			      addr, mac[5], h->mac[5],
			      (unsigned long long)((h->until - dry_clock) / DRY_SECOND));
	}
}

static void require_covered(uint32_t addr, const uint8_t mac[6], uint64_t until, bool by_xdp)
{
	const struct lease_row *row = oracle_row(addr);

	if (!row || row->state != LEASE_BOUND || memcmp(row->client.chaddr, mac, 6))
		wrong("ACK of %08x to ..:%02x, who is not bound in the store", addr, mac[5]);
	if (!covers(by_xdp ? row->ack_until : row->promised, until))
		wrong("ACK of %08x%s: the store covers it until %u, promised %u, now %llu", addr,
		      by_xdp ? " by XDP" : "", row->ack_until, row->promised,
		      (unsigned long long)(dry_clock / DRY_SECOND));
	require(row->ack_until >= row->promised);
}

static void promise(uint32_t addr, const uint8_t mac[6], uint64_t until)
{
	struct holder *holders = record_of(addr)->holders, *mine = NULL;

	for (unsigned i = 0; i < HOLDERS; i++) {
		struct holder *h = &holders[i];

		if (!memcmp(h->mac, mac, 6) || (!mine && h->until <= dry_clock))
			mine = h;
		if (!memcmp(h->mac, mac, 6))
			break;
	}
	require(mine != NULL);
	if (memcmp(mine->mac, mac, 6))
		mine->until = 0;
	memcpy(mine->mac, mac, 6);
	if (until > mine->until)
		mine->until = until;
}

void oracle_ended(uint32_t addr, const uint8_t chaddr[6])
{
	struct holder *holders = record_of(addr)->holders;

	for (unsigned i = 0; i < HOLDERS; i++) {
		if (!memcmp(holders[i].mac, chaddr, 6))
			holders[i].until = 0;
	}
}

/* --- replies --- */

#define BOOTP(field) (PACKET_##field - PACKET_BOOTP)

struct view { /* of a reply, as a client reads it */
	uint8_t type;
	bool has_server_id;
	uint32_t lifetime, t1, t2;
};

static void take(struct view *v, uint8_t code, const uint8_t *data, size_t len)
{
	switch (code) {
	case DHO_MESSAGE_TYPE:
		require(len == 1 && !v->type);
		v->type = data[0];
		break;
	case DHO_LEASE_TIME:
		require(len == 4 && !v->lifetime);
		v->lifetime = packet_get32(data);
		break;
	case DHO_RENEWAL_TIME:
		require(len == 4);
		v->t1 = packet_get32(data);
		break;
	case DHO_REBINDING_TIME:
		require(len == 4);
		v->t2 = packet_get32(data);
		break;
	case DHO_SERVER_IDENTIFIER:
		require(len == 4 && !v->has_server_id);
		v->has_server_id = true;
		break;
	}
}

static void read_options(const uint8_t *bootp, size_t len, struct view *ret)
{
	const uint8_t *p = bootp + BOOTP(OPTIONS), *end = bootp + len;

	*ret = (struct view){0};
	for (; p < end && *p != DHO_END; p += 2 + p[1]) {
		require(*p != DHO_PAD && end - p >= 2 && end - p >= 2 + p[1]);
		take(ret, p[0], p + 2, p[1]);
	}
	require(p < end);
	for (; p < end; p++)
		require(*p == DHO_END || *p == DHO_PAD);
}

/* RFC 2131 4.4.5; T1 < T2 < lease. */
static void check_times(const struct view *v)
{
	require(!v->t1 || v->t1 < v->lifetime);
	require(!v->t2 || v->t2 < v->lifetime);
	require(!v->t1 || !v->t2 || v->t1 < v->t2);
}

bool oracle_is_ours(uint32_t addr)
{
	for (unsigned i = 0; i < DESK_ADDRS; i++) {
		if (desk_addrs[i] == addr)
			return true;
	}
	return false;
}

/* An OFFER without an address is one to a client that can do without (RFC 8925, RFC 2563). */
static void check_given(const uint8_t *bootp, const struct view *v, bool by_xdp)
{
	uint32_t addr = packet_get32(bootp + BOOTP(YIADDR));
	const uint8_t *mac = bootp + BOOTP(CHADDR);
	uint64_t until = v->type ? end_of(v->lifetime) : NEVER;

	if (!addr) {
		require(!v->lifetime && !v->t1 && !v->t2);
		return;
	}
	require(!oracle_is_ours(addr));
	check_times(v);
	if (v->type == DHCP_OFFER) {
		require(v->lifetime);
		require_free_for(addr, mac, "OFFER");
		return;
	}
	require(v->lifetime || !v->type);
	require_free_for(addr, mac, by_xdp ? "ACK by XDP" : "ACK");
	require_covered(addr, mac, until, by_xdp);
	promise(addr, mac, until);
}

void oracle_reply(const uint8_t *bootp, size_t len, bool by_xdp)
{
	struct view v;

	require(len >= 300 && bootp[0] == DHCP_BOOTREPLY);
	read_options(bootp, len, &v);
	require(v.type == 0 || v.has_server_id);
	switch (v.type) {
	case DHCP_OFFER:
	case DHCP_ACK:
	case 0: /* BOOTP */
		check_given(bootp, &v, by_xdp);
		break;
	case DHCP_NAK:
		require(!packet_get32(bootp + BOOTP(YIADDR)) && !v.lifetime && !v.t1 && !v.t2);
		break;
	default:
		wrong("a reply of type %u", v.type);
	}
	require(!by_xdp || v.type == DHCP_ACK);
}

/* --- encoding --- */

/* Makes the reply a request, so that the decoder reads it. */
static void turn_round(uint8_t *frame, size_t at, size_t len)
{
	uint8_t *bootp = frame + at, *p = bootp + BOOTP(OPTIONS);

	bootp[0] = DHCP_BOOTREQUEST;
	packet_put16(bootp - 6, DHCP_SERVER_PORT); /* the destination's */
	for (; p < frame + len && *p != DHO_END; p += 2 + p[1]) {
		if (*p == DHO_MESSAGE_TYPE)
			p[2] = DHCP_REQUEST;
	}
}

void oracle_encoded(const struct dhcp_msg *msg, const struct dhcp_reply *reply)
{
	static const uint8_t mac[6] = {2, 0xaa, 0, 0, 0, 1};
	struct dhcp_ingress in = {.csum_not_ready = true};
	static uint8_t frame[DHCP_FRAME_MAX + 8];
	static struct dhcp_msg again;
	int len = dhcp_reply_encode(msg, reply, mac, frame, sizeof(frame));
	size_t at = dhcp_reply_payload(msg);
	struct view v;

	require(len > 0 && (size_t)len >= at + 300);
	if (at == PACKET_BOOTP && packet_check(frame, (size_t)len))
		wrong("reply: %s", packet_check(frame, (size_t)len));
	require(!memcmp(frame + at + BOOTP(CHADDR), msg->chaddr, 16));
	require(packet_get32(frame + at + BOOTP(XID)) == msg->xid);
	read_options(frame + at, (size_t)len - at, &v);
	require(v.type == reply->type && v.lifetime == (v.type == DHCP_NAK ? 0 : v.lifetime));
	turn_round(frame, at, (size_t)len);
	enum dhcp_decode_result result = dhcp_decode(frame, (size_t)len, &in, &again);

	if (result != DHCP_DECODE_ok)
		wrong("a reply is not read back: %s", dhcp_decode_name(result));
	require(again.yiaddr == reply->yiaddr && again.siaddr == reply->siaddr);
	require(again.overloaded == (reply->overload != 0));
}
