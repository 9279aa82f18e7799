// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Encoding of replies. See reply.h. What is written here is what the XDP
 * program writes for the same request (I2): a field that either side copies,
 * clears or derives is copied, cleared or derived by both.
 */
#include "reply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>

#include "relay.h"

#define OPTION_LEN_MAX 255u
#define ADDR_BROADCAST 0xffffffffu
#define VLAN_TAG_LEN   4

static uint8_t *put_u16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
	return p + 2;
}

/* --- options --- */

/* What an option of `len` bytes takes on the wire: a code and a length every 255 bytes. */
static size_t option_wire_len(size_t len)
{
	size_t pieces = len == 0 ? 1 : (len + OPTION_LEN_MAX - 1) / OPTION_LEN_MAX;

	return len + 2 * pieces;
}

/* Writes option_wire_len(len) bytes. data may be NULL if there is none. */
static uint8_t *put_option(uint8_t *p, uint8_t code, const uint8_t *data, size_t len)
{
	do {
		size_t n = len < OPTION_LEN_MAX ? len : OPTION_LEN_MAX;

		*p++ = code;
		*p++ = n;
		if (n > 0) {
			memcpy(p, data, n);
			data += n;
		}
		p += n;
		len -= n;
	} while (len > 0);
	return p;
}

int dhcp_reply_add(struct dhcp_reply *reply, uint8_t code, const void *data, size_t len)
{
	if (option_wire_len(len) > (size_t)(DHCP_REPLY_OPTIONS_MAX - reply->options_len))
		return -ENOSPC;
	put_option(reply->options + reply->options_len, code, data, len);
	reply->options_len += option_wire_len(len);
	return 0;
}

/*
 * Into file or sname. RFC 2131 4.1: options there "MUST begin with the first octet of the field,
 * MUST be terminated by an 'end' option, and MUST be followed by 'pad' options", and one
 * option "MUST be entirely contained in that field". False: it does not fit.
 */
static bool put_in_field(uint8_t *field, size_t size, uint8_t *used, uint8_t code,
			 const uint8_t *data, size_t len)
{
	uint8_t *end;

	if (len > size || *used + 2 + len + 1 > size)
		return false;
	end = put_option(field + *used, code, data, len);
	*end = DHO_END;
	*used = (uint8_t)(end - field);
	return true;
}

static bool is_empty(const uint8_t *field, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (field[i] != 0)
			return false;
	return true;
}

int dhcp_reply_overload(struct dhcp_reply *reply, uint8_t code, const void *data, size_t len)
{
	bool file = reply->overload & DHCP_OVERLOAD_FILE ||
		    is_empty(reply->file, sizeof(reply->file));
	bool sname = reply->overload & DHCP_OVERLOAD_SNAME ||
		     is_empty(reply->sname, sizeof(reply->sname));

	if (!dhcp_reply_may_overload(reply))
		return -ENOSPC;
	if (file &&
	    put_in_field(reply->file, sizeof(reply->file), &reply->file_used, code, data, len))
		reply->overload |= DHCP_OVERLOAD_FILE;
	else if (sname && put_in_field(reply->sname, sizeof(reply->sname), &reply->sname_used, code,
				       data, len))
		reply->overload |= DHCP_OVERLOAD_SNAME;
	else
		return -ENOSPC;
	return 0;
}

/* --- where to --- */

/*
 * RFC 8357 5.1: a relay that says so by a sub-option of option 82 listens where it sent from. Port
 * 0 is no place to listen at.
 */
static uint16_t relay_port(const struct dhcp_msg *request)
{
	if (request->udp_sport != 0 && relay_at_source_port(&request->opt[DHO_RELAY_AGENT]))
		return request->udp_sport;
	return DHCP_SERVER_PORT;
}

static void to_relay(const struct dhcp_msg *request, struct dhcp_destination *to)
{
	to->addr = request->giaddr;
	to->port = relay_port(request);
	memcpy(to->mac, request->eth_src, 6);
}

static void to_client(struct dhcp_destination *to, uint32_t addr, const uint8_t mac[6])
{
	to->addr = addr;
	memcpy(to->mac, mac, 6);
}

static void to_everybody(struct dhcp_destination *to)
{
	to->addr = ADDR_BROADCAST;
	memset(to->mac, 0xff, 6);
}

/*
 * RFC 2131 4.3.5: the server sends the ACK "directly to the address given in the 'ciaddr' field
 * of the DHCPINFORM message". Some clients leave ciaddr empty; they are served as by Kea.
 */
static void inform_destination(const struct dhcp_msg *request, struct dhcp_destination *to)
{
	if (request->ciaddr != 0) {
		to_client(to, request->ciaddr, request->eth_src);
		to->past_relay = request->giaddr != 0;
	} else if (request->giaddr != 0) {
		to_relay(request, to);
		/* RFC 1542 4.1.2: else the relay would send it to yiaddr, which is 0 */
		to->broadcast_bit = true;
	} else if (request->ip_src != 0) {
		to_client(to, request->ip_src, request->eth_src);
	} else {
		to_everybody(to);
	}
}

/* Did a router bring it? A client that renews asks us by our address. */
static bool came_by_router(const struct dhcp_msg *request)
{
	return request->in.our_addr && request->ciaddr != 0 && dhcp_is_routed(request);
}

void dhcp_reply_destination(const struct dhcp_msg *request, const struct dhcp_reply *reply,
			    struct dhcp_destination *ret)
{
	*ret = (struct dhcp_destination){
		.port = DHCP_CLIENT_PORT,
		.source = request->in.our_addr ? request->in.our_addr : reply->source,
		.routed = request->giaddr != 0,
	};
	if (reply->inform) {
		inform_destination(request, ret);
	} else if (request->giaddr != 0) {
		/*
		 * RFC 2131 4.1: "If the 'giaddr' field in a DHCP message from a client is
		 * non-zero, the server sends any return messages to the 'DHCP server' port on
		 * the BOOTP relay agent whose address appears in 'giaddr'."
		 */
		to_relay(request, ret);
		/*
		 * 4.3.2: "the server MUST set the broadcast bit in the DHCPNAK, so that the
		 * relay agent will broadcast the DHCPNAK to the client"
		 */
		ret->broadcast_bit = reply->type == DHCP_NAK;
	} else if (reply->type == DHCP_NAK && !came_by_router(request)) {
		/*
		 * 4.1: "In all cases, when 'giaddr' is zero, the server broadcasts any DHCPNAK
		 * messages to 0xffffffff." Not to a client that renews from beyond a router: no
		 * broadcast on our link reaches it, and it would keep an address that it must
		 * not. As in Kea it hears at ciaddr, which it has until it hears.
		 */
		to_everybody(ret);
	} else if (request->ciaddr != 0) {
		to_client(ret, request->ciaddr, request->eth_src);
	} else if (!(request->flags & DHCP_FLAG_BROADCAST) && reply->yiaddr != 0) {
		to_client(ret, reply->yiaddr, request->chaddr);
	} else {
		to_everybody(ret);
	}
}

/* --- lengths --- */

/*
 * RFC 3046 2.2: servers "SHALL echo the entire contents of the Relay Agent Information option in
 * all replies". The relay takes it out again (2.1), so a reply that goes past it has none.
 */
static const struct dhcp_opt *echoed_agent(const struct dhcp_msg *request,
					   const struct dhcp_reply *reply)
{
	const struct dhcp_opt *agent = &request->opt[DHO_RELAY_AGENT];
	struct dhcp_destination to;

	dhcp_reply_destination(request, reply, &to);
	return agent->data && !to.past_relay ? agent : NULL;
}

/* BOOTP message and padding, with the headers before it. agent: NULL if there is none. */
static size_t ip_len(const struct dhcp_reply *reply, const struct dhcp_opt *agent)
{
	size_t len = sizeof(struct dhcp_header) + reply->options_len + 1;

	if (reply->overload)
		len += DHCP_OVERLOAD_LEN;
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++)
		len += reply->tail[i].len;
	if (agent)
		len += option_wire_len(agent->len);
	if (len < DHCP_BOOTP_MIN)
		len = DHCP_BOOTP_MIN;
	return sizeof(struct iphdr) + sizeof(struct udphdr) + len;
}

size_t dhcp_reply_ip_len(const struct dhcp_msg *request, const struct dhcp_reply *reply)
{
	return ip_len(reply, echoed_agent(request, reply));
}

const struct dhcp_opt *dhcp_reply_agent(const struct dhcp_msg *request,
					const struct dhcp_reply *reply)
{
	const struct dhcp_opt *agent = echoed_agent(request, reply);

	/*
	 * RFC 3046 2.2: "If a server is unable to copy a full Relay Agent Information field
	 * into a response, it SHALL send the response without the Relay Information Field"
	 */
	return ip_len(reply, agent) > DHCP_REPLY_IP_MAX ? NULL : agent;
}

size_t dhcp_reply_ip_max(const struct dhcp_msg *request)
{
	size_t max = dhcp_max_reply(request->max_size);

	/*
	 * RFC 1534 2: to a BOOTP client the server "MUST NOT exceed the size limit for BOOTREPLY
	 * messages". What is as long as its own request the client takes (RFC 1542 2.1).
	 */
	if (request->type == DHCP_BOOTP) {
		max = sizeof(struct dhcp_header) + request->options_len;
		if (max < DHCP_BOOTP_MIN)
			max = DHCP_BOOTP_MIN;
		max += sizeof(struct iphdr) + sizeof(struct udphdr);
	}
	return max < DHCP_REPLY_IP_MAX ? max : DHCP_REPLY_IP_MAX;
}

static size_t ethernet_len(const struct dhcp_msg *request)
{
	return ETH_HLEN + (size_t)(request->tags_stripped + request->tags_in_frame) * VLAN_TAG_LEN;
}

size_t dhcp_reply_payload(const struct dhcp_msg *request)
{
	return ethernet_len(request) + sizeof(struct iphdr) + sizeof(struct udphdr);
}

/* --- headers: each returns where the next one starts --- */

static uint8_t *put_ethernet(uint8_t *p, const struct dhcp_msg *request, const uint8_t dst[6],
			     const uint8_t src[6])
{
	size_t in_frame = (size_t)request->tags_in_frame * VLAN_TAG_LEN;
	unsigned left = request->tags_stripped + request->tags_in_frame;

	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	p += 12;
	for (unsigned i = 0; i < request->tags_stripped; i++) {
		/* 802.1ad: an outer tag is a service tag */
		p = put_u16(p, left-- > 1 ? ETH_P_8021AD : ETH_P_8021Q);
		p = put_u16(p, request->in.vlan[i]);
	}
	if (in_frame > 0)
		memcpy(p, request->frame + 12, in_frame);
	return put_u16(p + in_frame, ETH_P_IP);
}

static uint8_t *put_ip(uint8_t *p, uint32_t src, uint32_t dst, size_t len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(len),
		.frag_off = htons(DHCP_IP_DF),
		.ttl = DHCP_IP_TTL,
		.protocol = IPPROTO_UDP,
		.saddr = htonl(src),
		.daddr = htonl(dst),
	};

	ip.check = ~dhcp_csum_fold(dhcp_csum_add(0, &ip, sizeof(ip), false));
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

/* RFC 768. The payload must be in place. */
static void put_udp(uint8_t *p, uint32_t src, uint32_t dst, uint16_t dport, size_t len)
{
	uint32_t pseudo[3] = {htonl(src), htonl(dst),
			      htonl((uint32_t)IPPROTO_UDP << 16 | (uint32_t)len)};
	struct udphdr udp = {
		.source = htons(DHCP_SERVER_PORT),
		.dest = htons(dport),
		.len = htons(len),
	};

	memcpy(p, &udp, sizeof(udp));
	uint16_t check = ~dhcp_csum_fold(
		dhcp_csum_add(dhcp_csum_add(0, pseudo, sizeof(pseudo), false), p, len, false));
	udp.check = check ? check : 0xffff; /* "transmitted as all ones" */
	memcpy(p, &udp, sizeof(udp));
}

/* RFC 2131 4.3.1 table 3. */
static uint8_t *put_bootp(uint8_t *p, const struct dhcp_msg *request,
			  const struct dhcp_reply *reply, const struct dhcp_destination *to)
{
	struct dhcp_header h = {
		.op = DHCP_BOOTREPLY,
		.htype = DHCP_HTYPE_ETHERNET,
		.hlen = DHCP_HLEN_ETHERNET,
		.xid = htonl(request->xid),
		.flags = htons(request->flags),
		.cookie = htonl(DHCP_COOKIE),
	};

	if (to->broadcast_bit)
		h.flags |= htons(DHCP_FLAG_BROADCAST);
	dhcp_put_addr(h.ciaddr, reply->ciaddr);
	dhcp_put_addr(h.yiaddr, reply->yiaddr);
	dhcp_put_addr(h.siaddr, reply->siaddr);
	if (!to->past_relay)
		dhcp_put_addr(h.giaddr, request->giaddr);
	memcpy(h.chaddr, request->chaddr, sizeof(h.chaddr));
	memcpy(h.sname, reply->sname, sizeof(h.sname));
	memcpy(h.file, reply->file, sizeof(h.file));
	memcpy(p, &h, sizeof(h));
	return p + sizeof(h);
}

static uint8_t *put_options(uint8_t *p, const struct dhcp_reply *reply,
			    const struct dhcp_opt *agent)
{
	memcpy(p, reply->options, reply->options_len);
	p += reply->options_len;
	if (reply->overload)
		p = put_option(p, DHO_OVERLOAD, &reply->overload, 1);
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++) {
		memcpy(p, reply->tail[i].data, reply->tail[i].len);
		p += reply->tail[i].len;
	}
	if (agent) /* whole, and the last option (RFC 3046 2.2) */
		p = put_option(p, DHO_RELAY_AGENT, agent->data, agent->len);
	*p++ = DHO_END;
	return p;
}

int dhcp_reply_encode(const struct dhcp_msg *request, const struct dhcp_reply *reply,
		      const uint8_t our_mac[6], uint8_t *frame, size_t cap)
{
	const struct dhcp_opt *agent = dhcp_reply_agent(request, reply);
	struct dhcp_destination to;
	size_t l3_len = ip_len(reply, agent);
	size_t len = ethernet_len(request) + l3_len;

	if (len > cap || l3_len > UINT16_MAX)
		return -ENOSPC;
	dhcp_reply_destination(request, reply, &to);
	uint8_t *ip = put_ethernet(frame, request, to.mac, our_mac);
	uint8_t *udp = put_ip(ip, to.source, to.addr, l3_len);
	uint8_t *bootp = udp + sizeof(struct udphdr);
	uint8_t *end = put_options(put_bootp(bootp, request, reply, &to), reply, agent);

	memset(end, 0, (size_t)(frame + len - end));
	put_udp(udp, to.source, to.addr, to.port, (size_t)(frame + len - udp));
	return (int)len;
}
