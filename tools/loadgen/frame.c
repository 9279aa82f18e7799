// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Requests out, replies checked. Written from the RFCs and not from the
 * server's codec: an error there must not be an error here too.
 */
#include "loadgen.h"

#include <arpa/inet.h>
#include <string.h>

#define ETH_LEN	    14
#define IP_LEN	    20
#define UDP_LEN	    8
#define HEADERS_LEN (ETH_LEN + IP_LEN + UDP_LEN)

static const uint8_t broadcast_mac[6] = {255, 255, 255, 255, 255, 255};

uint32_t ones_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	return sum;
}

/* RFC 1071; host order. Over data with a right checksum in it the result is 0. */
uint16_t ones_complement(uint32_t sum, const void *data, size_t len)
{
	sum = ones_add(sum, data, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint8_t *put_option32(uint8_t *p, uint8_t code, uint32_t v)
{
	p[0] = code;
	p[1] = 4;
	put32(p + 2, v);
	return p + 6;
}

/* --- requests --- */

static uint8_t message_type(uint8_t mode)
{
	static const uint8_t types[] = {
		[MODE_RENEW] = DHCP_REQUEST,	 [MODE_REBIND] = DHCP_REQUEST,
		[MODE_REBOOT] = DHCP_REQUEST,	 [MODE_SELECT] = DHCP_REQUEST,
		[MODE_DISCOVER] = DHCP_DISCOVER, [MODE_RELEASE] = DHCP_RELEASE,
		[MODE_DECLINE] = DHCP_DECLINE,	 [MODE_INFORM] = DHCP_INFORM,
	};

	return types[mode];
}

/* Does the client use its address already: in ciaddr and as the source (RFC 2131 4.4.1 table 5)? */
static bool has_address(uint8_t mode)
{
	return mode == MODE_RENEW || mode == MODE_REBIND || mode == MODE_RELEASE ||
	       mode == MODE_INFORM;
}

static bool is_unicast(uint8_t mode)
{
	return mode == MODE_RENEW || mode == MODE_RELEASE;
}

static size_t build_dhcp(const struct client *client, bool broadcast, uint8_t *p)
{
	uint8_t mode = client->mode;
	uint8_t *o = p + sizeof(struct dhcp_header);

	memset(p, 0, DHCP_BOOTP_MIN);
	p[0] = DHCP_BOOTREQUEST;
	p[1] = DHCP_HTYPE_ETHERNET;
	p[2] = DHCP_HLEN_ETHERNET;
	put32(p + offsetof(struct dhcp_header, xid), client->xid);
	if (broadcast)
		put16(p + offsetof(struct dhcp_header, flags), DHCP_FLAG_BROADCAST);
	if (has_address(mode))
		put32(p + offsetof(struct dhcp_header, ciaddr), client->addr);
	memcpy(p + offsetof(struct dhcp_header, chaddr), client->mac, 6);
	put32(p + offsetof(struct dhcp_header, cookie), DHCP_COOKIE);

	*o++ = DHO_MESSAGE_TYPE;
	*o++ = 1;
	*o++ = message_type(mode);
	if (mode == MODE_SELECT || mode == MODE_REBOOT || mode == MODE_DECLINE)
		o = put_option32(o, DHO_REQUESTED_ADDRESS, client->addr);
	if (mode == MODE_SELECT || mode == MODE_RELEASE || mode == MODE_DECLINE)
		o = put_option32(o, DHO_SERVER_IDENTIFIER, client->server_id);
	o += form_options(client, o);
	*o++ = DHO_END;
	return (size_t)(o - p) < DHCP_BOOTP_MIN ? DHCP_BOOTP_MIN : (size_t)(o - p);
}

size_t frame_build(const struct client *client, bool broadcast, uint8_t frame[FRAME_MAX])
{
	bool unicast = is_unicast(client->mode);
	uint8_t *ip = frame + ETH_LEN, *udp = ip + IP_LEN;
	size_t len = build_dhcp(client, broadcast, udp + UDP_LEN);
	uint16_t udp_len = (uint16_t)(UDP_LEN + len), sum;

	memcpy(frame, unicast ? client->server_mac : broadcast_mac, 6);
	memcpy(frame + 6, client->mac, 6);
	put16(frame + 12, 0x0800);

	memset(ip, 0, IP_LEN);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)(IP_LEN + udp_len));
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	put32(ip + 12, has_address(client->mode) ? client->addr : 0);
	put32(ip + 16, unicast ? client->server_id : 0xffffffff);
	put16(ip + 10, ones_complement(0, ip, IP_LEN));

	put16(udp, DHCP_CLIENT_PORT);
	put16(udp + 2, DHCP_SERVER_PORT);
	put16(udp + 4, udp_len);
	put16(udp + 6, 0);
	sum = ones_complement(ones_add(IPPROTO_UDP + udp_len, ip + 12, 8), udp, udp_len);
	put16(udp + 6, sum ? sum : 0xffff);
	return HEADERS_LEN + len;
}

/* --- replies --- */

static const char *parse_ip(const uint8_t *frame, size_t len, const uint8_t **ret_dhcp,
			    size_t *ret_len, struct reply *reply)
{
	const uint8_t *ip = frame + ETH_LEN, *udp = ip + IP_LEN;
	uint16_t total, udp_len;

	if (len < HEADERS_LEN + sizeof(struct dhcp_header))
		return "frame is too short";
	memcpy(reply->eth_dst, frame, 6);
	memcpy(reply->eth_src, frame + 6, 6);
	if (get16(frame + 12) != 0x0800 || ip[0] != 0x45 || ip[9] != IPPROTO_UDP)
		return "not plain IPv4 and UDP";
	total = get16(ip + 2);
	if (total > len - ETH_LEN || total < IP_LEN + UDP_LEN)
		return "IP length does not fit the frame";
	if (ones_complement(0, ip, IP_LEN) != 0)
		return "IP checksum is wrong";
	if (get16(ip + 6) & 0x3fff)
		return "IP fragment";
	if (ip[8] == 0)
		return "TTL is 0";
	reply->ip_src = get32(ip + 12);
	reply->ip_dst = get32(ip + 16);
	udp_len = get16(udp + 4);
	if (udp_len != total - IP_LEN)
		return "UDP length differs from the IP length";
	if (get16(udp) != DHCP_SERVER_PORT || get16(udp + 2) != DHCP_CLIENT_PORT)
		return "UDP ports are not 67 and 68";
	reply->no_checksum = get16(udp + 6) == 0;
	if (!reply->no_checksum &&
	    ones_complement(ones_add(IPPROTO_UDP + udp_len, ip + 12, 8), udp, udp_len) != 0)
		return "UDP checksum is wrong";
	*ret_dhcp = udp + UDP_LEN;
	*ret_len = udp_len - UDP_LEN;
	return *ret_len < sizeof(struct dhcp_header) ? "no whole BOOTP header" : NULL;
}

static const char *take_option(struct reply *reply, const uint8_t *o)
{
	static const uint8_t lens[256] = {
		[DHO_MESSAGE_TYPE] = 1, [DHO_SERVER_IDENTIFIER] = 4, [DHO_LEASE_TIME] = 4,
		[DHO_RENEWAL_TIME] = 4, [DHO_REBINDING_TIME] = 4,
	};

	if (lens[o[0]] && o[1] != lens[o[0]])
		return "option has a wrong length";
	switch (o[0]) {
	case DHO_MESSAGE_TYPE:
		reply->type = o[2];
		break;
	case DHO_SERVER_IDENTIFIER:
		reply->server_id = get32(o + 2);
		reply->has_server_id = true;
		break;
	case DHO_LEASE_TIME:
		reply->lease = get32(o + 2);
		reply->has_lease = true;
		break;
	case DHO_RENEWAL_TIME:
		reply->t1 = get32(o + 2);
		reply->has_t1 = true;
		break;
	case DHO_REBINDING_TIME:
		reply->t2 = get32(o + 2);
		reply->has_t2 = true;
		break;
	case DHO_CLIENT_IDENTIFIER:
		reply->client_id = o + 2;
		reply->client_id_len = o[1];
		break;
	}
	return NULL;
}

static const char *parse_options(struct reply *reply, const uint8_t *o, size_t len)
{
	uint8_t seen[256] = {0};
	const char *wrong;
	size_t at = 0;

	while (at < len && o[at] != DHO_END) {
		if (o[at] == DHO_PAD) {
			at++;
			continue;
		}
		if (at + 2 > len || at + 2 + o[at + 1] > len)
			return "option runs past the end";
		if (seen[o[at]]++)
			return "option occurs twice";
		wrong = take_option(reply, o + at);
		if (wrong)
			return wrong;
		at += 2u + o[at + 1];
	}
	if (at == len)
		return "END is missing";
	while (++at < len)
		if (o[at] != DHO_PAD)
			return "something follows END";
	return reply->type ? NULL : "message type is missing";
}

const char *reply_parse(const uint8_t *frame, size_t len, struct reply *ret_reply)
{
	const uint8_t *d;
	const char *wrong;

	memset(ret_reply, 0, sizeof(*ret_reply));
	/* Whose it is, even of a frame that is bad. */
	if (len >= HEADERS_LEN + sizeof(struct dhcp_header)) {
		d = frame + HEADERS_LEN;
		memcpy(ret_reply->chaddr, d + offsetof(struct dhcp_header, chaddr), 16);
		ret_reply->xid = get32(d + offsetof(struct dhcp_header, xid));
	}
	wrong = parse_ip(frame, len, &d, &len, ret_reply);
	if (wrong)
		return wrong;
	ret_reply->len = len;
	if (d[0] != DHCP_BOOTREPLY || d[1] != DHCP_HTYPE_ETHERNET || d[2] != DHCP_HLEN_ETHERNET)
		return "op, htype or hlen is not that of a reply on Ethernet";
	if (get32(d + offsetof(struct dhcp_header, cookie)) != DHCP_COOKIE)
		return "cookie is wrong";
	if (d[3] != 0 || get16(d + offsetof(struct dhcp_header, secs)) != 0)
		return "hops or secs is not 0"; /* RFC 2131 4.3.1 table 3 */
	ret_reply->flags = get16(d + offsetof(struct dhcp_header, flags));
	ret_reply->ciaddr = get32(d + offsetof(struct dhcp_header, ciaddr));
	ret_reply->yiaddr = get32(d + offsetof(struct dhcp_header, yiaddr));
	ret_reply->giaddr = get32(d + offsetof(struct dhcp_header, giaddr));
	return parse_options(ret_reply, d + sizeof(struct dhcp_header),
			     len - sizeof(struct dhcp_header));
}

static const char *check_header(const struct reply *r, const struct client *c, bool broadcast)
{
	static const uint8_t padding[10];

	if (memcmp(r->chaddr, c->mac, 6) != 0 || memcmp(r->chaddr + 6, padding, 10) != 0)
		return "chaddr differs";
	if (r->xid != c->xid)
		return "xid differs";
	if (r->flags != (broadcast ? DHCP_FLAG_BROADCAST : 0))
		return "flags differ";
	if (r->giaddr != 0)
		return "giaddr is not 0";
	if (!r->has_server_id)
		return "server identifier is missing";
	if (c->server_id && c->mode != MODE_DISCOVER && r->server_id != c->server_id)
		return "server identifier is another";
	if (is_unicast(c->mode) ? r->ip_src != c->server_id : r->ip_src != r->server_id)
		return "IP source is not the server";
	if (c->mode != MODE_DISCOVER && memcmp(r->eth_src, c->server_mac, 6) != 0)
		return "Ethernet source is not the server";
	return NULL;
}

/* RFC 2131 4.1: to ciaddr, else by broadcast if asked so, else to yiaddr at chaddr. */
static const char *check_destination(const struct reply *r, const struct client *c, bool broadcast)
{
	uint32_t want = has_address(c->mode) ? c->addr : broadcast ? 0xffffffff : r->yiaddr;

	if (r->type == DHCP_NAK)
		want = 0xffffffff; /* 4.3.2 */
	if (r->ip_dst != want)
		return "IP destination is wrong";
	if (memcmp(r->eth_dst, want == 0xffffffff ? broadcast_mac : c->mac, 6) != 0)
		return "Ethernet destination is wrong";
	return NULL;
}

static const char *check_lease(const struct reply *r, const struct client *c, bool any_lease)
{
	if (c->mode == MODE_INFORM) /* RFC 2131 4.3.5 */
		return r->yiaddr || r->has_lease || r->has_t1 || r->has_t2
			       ? "INFORM was answered with an address or a lifetime"
			       : NULL;
	if (r->yiaddr == 0 || (c->mode != MODE_DISCOVER && r->yiaddr != c->addr))
		return "yiaddr is wrong";
	if (!r->has_lease || r->lease == 0)
		return "lease time is missing";
	if (!any_lease && c->lease && c->mode != MODE_DISCOVER && r->lease != c->lease)
		return "lease time is another than before";
	if ((r->has_t1 && r->t1 >= r->lease) || (r->has_t2 && r->t2 >= r->lease) ||
	    (r->has_t1 && r->has_t2 && r->t1 >= r->t2))
		return "not T1 < T2 < lease time";
	return NULL;
}

/* What other servers of good repute leave out. */
static const char *check_usual(const struct reply *r, size_t id_len)
{
	if (r->no_checksum)
		return "UDP checksum is missing"; /* RFC 768: allowed */
	if (r->len < DHCP_BOOTP_MIN)
		return "BOOTP message is shorter than 300 bytes"; /* RFC 1542 2.1 */
	if (id_len && !r->client_id)
		return "client identifier is not echoed"; /* RFC 6842 3 */
	return NULL;
}

const char *reply_check(const struct reply *reply, const struct client *client,
			const struct options *o, bool any_lease)
{
	uint8_t id[32];
	size_t id_len = form_client_id(client, id);
	const char *wrong = check_header(reply, client, o->broadcast);

	if (!wrong)
		wrong = check_destination(reply, client, o->broadcast);
	if (!wrong && !o->lenient)
		wrong = check_usual(reply, id_len);
	if (wrong)
		return wrong;
	if (reply->client_id &&
	    (reply->client_id_len != id_len || memcmp(reply->client_id, id, id_len) != 0))
		return "client identifier is another"; /* RFC 6842 3 */
	if (reply->type == DHCP_NAK)
		return reply->yiaddr || reply->ciaddr || reply->has_lease
			       ? "NAK with an address or a lifetime"
			       : NULL;
	if (reply->type != (client->mode == MODE_DISCOVER ? DHCP_OFFER : DHCP_ACK))
		return "message type is wrong";
	if (reply->ciaddr != (has_address(client->mode) ? client->addr : 0))
		return "ciaddr differs";
	return check_lease(reply, client, any_lease);
}
