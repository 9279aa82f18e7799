// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where a message came in: the links that were given, or one that is guessed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

static uint32_t mask_of(unsigned len)
{
	return len ? 0xffffffffu << (32 - len) : 0;
}

static bool add_address(struct engine_link *link, uint32_t addr, uint32_t mask)
{
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (link->addrs[i] == addr)
			return true;
		if (!link->addrs[i]) {
			link->addrs[i] = addr;
			link->masks[i] = mask;
			return true;
		}
	}
	return false;
}

static struct engine_link *link_named(struct links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++) {
		if (!strcmp(links->v[i].name, name))
			return &links->v[i];
	}
	if (links->n == REPLAY_LINKS)
		return NULL;
	snprintf(links->v[links->n].name, MODEL_IFNAME, "%s", name);
	return &links->v[links->n++];
}

bool links_add(struct links *links, const char *text)
{
	char name[MODEL_IFNAME], addr[DHCP_ADDR_STR];
	struct engine_link *link;
	struct in_addr in;
	unsigned len;
	int end = 0;

	if (sscanf(text, "%15[^=]=%15[0-9.]/%2u%n", name, addr, &len, &end) != 3 || text[end] ||
	    len > 32 || inet_pton(AF_INET, addr, &in) != 1 || !in.s_addr)
		return false;
	link = link_named(links, name);
	return link && add_address(link, ntohl(in.s_addr), mask_of(len));
}

/* --- guessed --- */

static bool has_one_in(const struct engine_link *link, const struct subnet *subnet)
{
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (link->addrs[i] && subnet_contains(subnet, link->addrs[i]))
			return true;
	}
	return false;
}

static void begin_guess(struct links *links, const struct config *config)
{
	const char *name = "any";

	for (size_t i = config->model.n_subnets; i-- > 0;) {
		if (*config->model.subnets[i].interface)
			name = config->model.subnets[i].interface;
	}
	if (config->n_interfaces == 1 && strcmp(config->interfaces[0], "*"))
		name = config->interfaces[0];
	links->guessed = true;
	link_named(links, name);
}

static bool is_remote(const struct links *links, const struct subnet *subnet)
{
	for (size_t i = 0; i < links->n_remote; i++) {
		if (links->remote[i] == subnet)
			return true;
	}
	return false;
}

/* What a client that came by a relay calls us is an address in whatever network. */
void links_guess_from(struct links *links, const struct config *config, const struct dhcp_msg *msg)
{
	uint32_t addr = msg->has_server_id ? msg->server_id : msg->ip_dst;
	const struct subnet *subnet = model_subnet_of(&config->model, addr);
	const struct subnet *relays = model_subnet_of(&config->model, msg->giaddr);

	if (!links->n)
		begin_guess(links, config);
	if (relays && !is_remote(links, relays) && links->n_remote < REPLAY_LINKS)
		links->remote[links->n_remote++] = relays;
	if (addr == (subnet ? subnet->prefix | ~subnet->mask : 0xffffffff))
		return;
	if (subnet && !subnet_pool_of(subnet, addr) && !has_one_in(&links->v[0], subnet))
		add_address(&links->v[0], addr, subnet->mask);
	if (!subnet && msg->giaddr)
		add_address(&links->v[0], addr, 0xffffffff);
}

static uint32_t lowest_free(const struct subnet *subnet)
{
	uint32_t last = subnet->prefix | ~subnet->mask;

	for (uint32_t addr = subnet->prefix + 1; addr < last; addr++) {
		const struct pool *pool = subnet_pool_of(subnet, addr);

		if (!pool && !subnet_reserved_address(subnet, addr))
			return addr;
		if (pool)
			addr = pool->last;
	}
	return 0;
}

void links_guess(struct links *links, const struct config *config)
{
	if (!links->n)
		begin_guess(links, config);
	for (size_t i = 0; i < config->model.n_subnets; i++) {
		const struct subnet *subnet = &config->model.subnets[i];
		uint32_t addr;

		if (has_one_in(&links->v[0], subnet) || is_remote(links, subnet))
			continue;
		addr = lowest_free(subnet);
		if (addr && !add_address(&links->v[0], addr, subnet->mask))
			fprintf(stderr, "xdhcp-replay: more subnets than a link has addresses: use "
					"--interface\n");
	}
}

/* Behind relays alone we are somewhere else: TEST-NET-3 (RFC 5737) stands for it. */
static void be_somewhere(struct engine_link *link)
{
	if (!link->addrs[0])
		add_address(link, 0xcb007101, 0xffffff00);
}

void links_settle(struct links *links)
{
	links->n_host = 0;
	if (links->guessed)
		be_somewhere(&links->v[0]);
	for (size_t i = 0; i < links->n; i++) {
		for (unsigned j = 0; j < XDHCP_LINK_ADDRS; j++) {
			if (links->v[i].addrs[j])
				links->host[links->n_host++] = links->v[i].addrs[j];
		}
	}
	for (size_t i = 0; i < links->n; i++) {
		links->v[i].host = links->host;
		links->v[i].n_host = links->n_host;
	}
}

/* --- of a message --- */

const struct engine_link *links_of(const struct links *links, const struct dhcp_msg *msg)
{
	char end[16];
	size_t len;

	if (links->guessed || !msg->in.vlan[0])
		return &links->v[0];
	if (msg->in.vlan[1])
		len = (size_t)snprintf(end, sizeof(end), ".%u.%u", msg->in.vlan[0],
				       msg->in.vlan[1]);
	else
		len = (size_t)snprintf(end, sizeof(end), ".%u", msg->in.vlan[0]);
	for (size_t i = 0; i < links->n; i++) {
		size_t n = strlen(links->v[i].name);

		if (n > len && !strcmp(links->v[i].name + n - len, end))
			return &links->v[i];
	}
	return NULL;
}

static bool is_ours(const struct links *links, uint32_t addr)
{
	for (size_t i = 0; addr && i < links->n_host; i++) {
		if (links->host[i] == addr)
			return true;
	}
	return false;
}

bool links_to_us(const struct links *links, const struct engine_link *link, struct dhcp_msg *msg)
{
	msg->in.our_addr = 0;
	if (is_ours(links, msg->giaddr))
		return false;
	if (msg->ip_dst == 0xffffffff)
		return true;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS && msg->ip_dst; i++) {
		if (link->addrs[i] == msg->ip_dst)
			break;
		if (link->addrs[i] && (link->addrs[i] | ~link->masks[i]) == msg->ip_dst)
			return true;
	}
	/* where our addresses are a guess, what was sent to a server was sent to us */
	if (!links->guessed && !is_ours(links, msg->ip_dst))
		return false;
	msg->in.our_addr = msg->ip_dst;
	return true;
}
