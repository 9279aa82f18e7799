// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Clients: frames from the packet builder, the newest reply of each, its xids counted up. */
#include "clients.h"

#include <string.h>

#include "../common/packet_builder.h"
#include "oracle.h"
#include "wire.h"
#include "world.h"

struct client {
	struct client_look look;
	struct client_reply reply;
	uint32_t xid; /* of what it sent last */
};

static struct client clients[CLIENTS];
static uint32_t xids;
static const struct packet_host server = {.mac = CLIENT_SERVER_MAC, .addr = WORLD_SERVER};

void clients_reset(void)
{
	memset(clients, 0, sizeof(clients));
	xids = 0;
}

struct client_look *client_look(unsigned n)
{
	return &clients[n].look;
}

void client_mac(unsigned n, uint8_t ret_mac[6])
{
	memcpy(ret_mac, (uint8_t[6]){2, 0, 0, 0, 0, (uint8_t)(n + 1)}, 6);
}

int client_by_mac(const uint8_t mac[6])
{
	uint8_t first[6];
	int n = mac[5] - 1;

	client_mac((unsigned)n, first);
	return n >= 0 && n < CLIENTS && !memcmp(mac, first, 6) ? n : -1;
}

static struct packet_host host(unsigned n)
{
	struct packet_host h = {0};

	client_mac(n, h.mac);
	return h;
}

static void send(unsigned n, struct packet *p, enum oracle_message message, uint32_t addr)
{
	struct client *c = &clients[n];
	uint8_t frame[WORLD_FRAME];
	size_t len;

	if (c->look.id)
		packet_option_str(p, DHO_CLIENT_IDENTIFIER, c->look.id);
	if (message == ORACLE_REQUEST) {
		if (c->look.lifetime)
			packet_option_u32(p, DHO_LEASE_TIME, c->look.lifetime);
		if (c->look.hostname)
			packet_option_str(p, DHO_HOST_NAME, c->look.hostname);
		if (c->look.max_size)
			packet_option_u16(p, DHO_MAX_MESSAGE_SIZE, c->look.max_size);
	}
	c->xid = p->xid = ++xids;
	c->reply = (struct client_reply){0};
	len = packet_build(p, frame, sizeof(frame));
	oracle_client_sent(n, c->xid, message, addr);
	world_frame(frame, len, c->look.cpu, message == ORACLE_REQUEST);
	world_step("sent");
}

void client_discover(unsigned n)
{
	struct packet_host h = host(n);
	struct packet p = packet_discover(&h);

	world_say("client %u: DISCOVER", n);
	send(n, &p, ORACLE_OTHER, 0);
}

void client_select(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_selecting(&h, addr, WORLD_SERVER);

	world_say("client %u: REQUEST (selecting) of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_REQUEST, addr);
}

void client_reboot(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_init_reboot(&h, addr);

	world_say("client %u: REQUEST (init-reboot) of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_REQUEST, addr);
}

void client_renew(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_renewing(&h, addr, &server);

	world_say("client %u: REQUEST (renewing) of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_REQUEST, addr);
}

void client_rebind(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_rebinding(&h, addr);

	world_say("client %u: REQUEST (rebinding) of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_REQUEST, addr);
}

void client_release(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_release(&h, addr, &server);

	world_say("client %u: RELEASE of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_RELEASE, addr);
}

void client_decline(unsigned n, uint32_t addr)
{
	struct packet_host h = host(n);
	struct packet p = packet_decline(&h, addr, WORLD_SERVER);

	world_say("client %u: DECLINE of .%u", n, addr & 0xff);
	send(n, &p, ORACLE_DECLINE, addr);
}

void client_hears(const uint8_t *frame, size_t len)
{
	int n = client_by_mac(frame + PACKET_CHADDR);
	const uint8_t *type = packet_find(frame, len, DHO_MESSAGE_TYPE, NULL);
	const uint8_t *lifetime = packet_find(frame, len, DHO_LEASE_TIME, NULL);

	if (n < 0 || !type || packet_get32(frame + PACKET_XID) != clients[n].xid)
		return;
	clients[n].reply = (struct client_reply){
		.type = *type,
		.yiaddr = packet_get32(frame + PACKET_YIADDR),
		.lifetime = lifetime ? packet_get32(lifetime) : 0,
	};
}

static bool heard(void *arg)
{
	return ((struct client *)arg)->reply.type != 0;
}

struct client_reply client_await(unsigned n)
{
	world_await_or_rest(heard, &clients[n]);
	return clients[n].reply;
}

uint32_t client_lease(unsigned n)
{
	struct client_reply r;

	client_discover(n);
	r = client_await(n);
	if (r.type != DHCP_OFFER)
		return 0;
	client_select(n, r.yiaddr);
	r = client_await(n);
	return r.type == DHCP_ACK ? r.yiaddr : 0;
}

bool client_renews(unsigned n, uint32_t addr)
{
	client_renew(n, addr);
	return client_await(n).type == DHCP_ACK;
}
