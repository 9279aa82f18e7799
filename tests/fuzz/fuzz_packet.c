// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whole exchanges: frames of several clients through decoder, engine, store, publication and
 * encoder of one daemon, with time, reloads, commits that fail, and the XDP program beside it. The
 * oracle of tests/dry/desk.h looks on. After each step frames that were sent before are shown to
 * XDP again: what it repeats must be what the daemon would say now. exchange.h is the language.
 */
#include <stdbool.h>
#include <string.h>

#include "../common/packet_builder.h"
#include "../common/require.h"
#include "../dry/desk.h"
#include "exchange.h"
#include "fuzz.h"
#include "wire.h"

#define STEPS_MAX  48
#define SENT_MAX   16
#define MACS	   8
#define FRAME_MAX  1600
#define REPLAYED   6 /* after each step */
#define CONFIG_MAX 4096

struct sent {
	uint8_t frame[FRAME_MAX];
	size_t len;
};

static struct desk *desk;
static struct sent sent[SENT_MAX];
static unsigned n_sent;		 /* of all; the latest are in sent[] */
static uint32_t last_addr[MACS]; /* offered or given */
static char config[CONFIG_MAX];
static bool in_batch;

/* --- frames --- */

static void remember(const uint8_t *frame, size_t len)
{
	struct sent *s = &sent[n_sent++ % SENT_MAX];

	memcpy(s->frame, frame, len);
	s->len = len;
}

static void note_replies(void)
{
	for (unsigned i = 0; i < desk->n_sent; i++) {
		const uint8_t *bootp = desk->sent[i].data + PACKET_BOOTP;
		uint32_t addr = packet_get32(desk->sent[i].data + PACKET_YIADDR);

		if (addr)
			last_addr[bootp[PACKET_CHADDR - PACKET_BOOTP + 5] % MACS] = addr;
	}
	desk->n_sent = 0;
}

static void deliver(const uint8_t *frame, size_t len, bool past_xdp)
{
	static struct desk_reply reply;

	if (len > FRAME_MAX || !len)
		return;
	remember(frame, len);
	if (!past_xdp && desk_xdp(desk, frame, len, &reply))
		return;
	desk_put(desk, frame, len);
	if (!in_batch)
		desk_work(desk);
	in_batch = false;
}

static uint32_t pick(uint8_t what, unsigned mac)
{
	switch (what & 15) {
	case ADDR_NONE:
		return 0;
	case ADDR_OFFERED:
		return last_addr[mac];
	case ADDR_OTHERS:
		return last_addr[(mac + 1) % MACS];
	default:
		return 0x0a000000u | (what & 15);
	}
}

static void add_id(struct packet *p, enum exchange_id id, const uint8_t mac[6])
{
	static const uint8_t shared[] = {0, 's', 'a', 'm', 'e'};
	uint8_t data[40] = {1};

	switch (id) {
	case ID_NONE:
	case ID_EMPTY:
		return;
	case ID_MAC:
		memcpy(data + 1, mac, 6);
		packet_option(p, DHO_CLIENT_IDENTIFIER, data, 7);
		return;
	case ID_SHARED:
		packet_option(p, DHO_CLIENT_IDENTIFIER, shared, sizeof(shared));
		return;
	case ID_SHORT:
		packet_option(p, DHO_CLIENT_IDENTIFIER, "S", 1);
		return;
	case ID_DUID:
	case ID_DUID_OTHER:
		memcpy(data, "\377iai?\0\1duid", 11);
		data[4] = mac[5];
		data[10] = id == ID_DUID ? 'd' : 'e';
		packet_option(p, DHO_CLIENT_IDENTIFIER, data, 11);
		return;
	case ID_LONG:
		memset(data, 'l', sizeof(data));
		packet_option(p, DHO_CLIENT_IDENTIFIER, data, sizeof(data));
		return;
	}
}

static void set_state(struct packet *p, enum exchange_state state, uint32_t addr)
{
	if (state == STATE_CIADDR || state == STATE_DIRECT || state == STATE_CIADDR_AND) {
		p->ciaddr = addr;
		p->ip_src = addr;
	}
	if (addr && state != STATE_CIADDR && state != STATE_DIRECT)
		packet_option_u32(p, DHO_REQUESTED_ADDRESS, addr);
	if (state == STATE_SELECTING)
		packet_option_u32(p, DHO_SERVER_IDENTIFIER, desk_addrs[0]);
	if (state == STATE_OTHER)
		packet_option_u32(p, DHO_SERVER_IDENTIFIER, 0x0a0000feu);
	if (state == STATE_DIRECT) {
		p->ip_dst = desk_addrs[0];
		memcpy(p->eth_dst, desk_mac, 6);
	}
}

static void set_place(struct packet *p, enum exchange_place place)
{
	static const uint32_t relays[] = {0, 0x0a000101, 0x0a000102, 0x0a630001};

	if (!relays[place])
		return;
	p->giaddr = relays[place];
	p->ip_src = relays[place];
	p->ip_dst = desk_addrs[0];
	p->sport = 67;
	p->hops = 1;
	p->eth_src[0] = 6;
}

static void message(struct input *in)
{
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_REQUEST, DHCP_DECLINE,
					DHCP_RELEASE,  DHCP_INFORM,  DHCP_BOOTP,   8};
	static const uint8_t list[] = {1, 3, 6, 12, 15, 43, 81, 119, 121, 125, 108, 66, 67};
	static uint8_t frame[PACKET_MAX];
	uint8_t type = types[take_u8(in) % 8], who = take_u8(in), what = take_u8(in),
		how = take_u8(in);
	enum exchange_state state = (what >> 4) % STATES;
	struct packet_host host = {.mac = {2, 0, 0, 0, 0, who & 7}};
	struct packet p = packet_request(&host);
	size_t n, in_sname;
	const uint8_t *options = take_bytes(in, take_u8(in), &n);

	p.xid = 0x10000u + n_sent;
	p.flags = how & HOW_BROADCAST ? DHCP_FLAG_BROADCAST : 0;
	if (type != DHCP_BOOTP)
		packet_option_u8(&p, DHO_MESSAGE_TYPE, type);
	if (state != STATE_DIRECT)
		set_place(&p, who >> 6);
	set_state(&p, state, pick(what, who & 7));
	add_id(&p, who >> 3 & 7, host.mac);
	if (how & HOW_LIST)
		packet_option(&p, DHO_PARAMETER_REQUEST_LIST, list, sizeof(list));
	if (how & HOW_SMALL)
		packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 576);
	in_sname = how & HOW_SNAME ? n / 2 : 0;
	if (in_sname > 63)
		in_sname = 63;
	if (in_sname) {
		packet_option_u8(&p, DHO_OVERLOAD, 2);
		memcpy(p.sname, options + n - in_sname, in_sname);
		p.sname[in_sname] = DHO_END;
	}
	packet_raw(&p, options, n - in_sname);
	if (how & HOW_AGENT)
		packet_option(&p, DHO_RELAY_AGENT, "\1\4port", 6);
	if (how & HOW_ROUTED)
		p.eth_src[0] = 6;
	p.no_end = how & HOW_NO_END;
	deliver(frame, packet_build(&p, frame, sizeof(frame)), how & HOW_NO_XDP);
}

static void again(struct input *in)
{
	const struct sent *s = &sent[take_u8(in) % SENT_MAX];
	uint16_t at = take_u16(in);
	uint8_t frame[FRAME_MAX];

	if (!s->len)
		return;
	memcpy(frame, s->frame, s->len);
	if (at < s->len)
		frame[at] = take_u8(in);
	if (at >= PACKET_IP && at < PACKET_UDP && s->len >= PACKET_UDP)
		packet_fix_ip_checksum(frame);
	deliver(frame, s->len, false);
}

/* --- configurations --- */

static void load(unsigned number)
{
	const char *text = exchange_config(number);

	require(strlen(text) < sizeof(config));
	strcpy(config, text);
}

static unsigned configs(void)
{
	unsigned n = 0;

	while (exchange_config(n))
		n++;
	return n;
}

static void digit(struct input *in)
{
	size_t at = take_u16(in) % strlen(config);
	char before;

	at += strcspn(config + at, "0123456789");
	if (!config[at])
		return;
	before = config[at];
	config[at] = (char)('0' + take_u8(in) % 10);
	if (!desk_reload(desk, config))
		config[at] = before;
}

/* --- */

static void step(struct input *in)
{
	const uint8_t *bytes;
	size_t n;

	switch (take_u8(in) % EXCHANGE_OPS) {
	case EXCHANGE_MESSAGE:
		message(in);
		break;
	case EXCHANGE_FRAME:
		bytes = take_bytes(in, take_u16(in), &n);
		deliver(bytes, n, false);
		break;
	case EXCHANGE_AGAIN:
		again(in);
		break;
	case EXCHANGE_PASS:
		desk_work(desk);
		desk_pass(desk, exchange_spans[take_u8(in) % (sizeof(exchange_spans) /
							      sizeof(exchange_spans[0]))]);
		break;
	case EXCHANGE_SETTLE:
		desk_settle(desk);
		break;
	case EXCHANGE_RELOAD:
		desk_work(desk);
		load(take_u8(in) % configs());
		require(desk_reload(desk, config));
		break;
	case EXCHANGE_DIGIT:
		desk_work(desk);
		digit(in);
		break;
	case EXCHANGE_STORE:
		desk_work(desk);
		desk->commits_fail = take_u8(in) & 1;
		break;
	case EXCHANGE_RESTART:
		desk_restart(desk, take_u8(in) & 1);
		break;
	case EXCHANGE_BATCH:
		in_batch = true;
		return;
	}
	note_replies();
}

static void replay(unsigned from)
{
	static struct desk_reply reply;

	for (unsigned i = 0; i < REPLAYED; i++) {
		const struct sent *s = &sent[(from + i) % SENT_MAX];

		if (s->len)
			desk_xdp(desk, s->frame, s->len, &reply);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	dry_clock = exchange_start;
	n_sent = 0;
	in_batch = false;
	memset(sent, 0, sizeof(sent));
	memset(last_addr, 0, sizeof(last_addr));
	load(take_u8(&in) % configs());
	desk = desk_start(config);
	require(desk != NULL);
	desk->thorough = true;
	for (unsigned i = 0; i < STEPS_MAX && input_left(&in); i++) {
		step(&in);
		replay(i);
	}
	desk_settle(desk);
	replay(0);
	desk_stop(desk);
	return 0;
}
