// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See world.h. The configuration makes a reply of 379 bytes of the request of 342: the
 * prototype's figures, with which the design compares, are for those sizes.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/if_ether.h>

#include "../../tests/bpf/netns.h"
#include "net/fastpath_private.h"
#include "world.h"

#define PINS	  NETNS_BPFFS "/xdhcp_bench"
#define SERVER_IF "srv"
#define CLIENT_IF "cli"

#define VLAN_IFINDEX 1000000 /* and up: of no interface here */
#define ETHERTYPE_AT 12
#define TAG_LEN	     4

_Static_assert(FRAMES_CLIENTS_MAX == 16 << 16 && FRAMES_CLIENTS_ELSEWHERE <= 16, "the pool below");

static const char yaml[] = "interfaces-config: {interfaces: [" SERVER_IF "]}\n"
			   "valid-lifetime: 86400\n"
			   "subnet4:\n"
			   "- id: 1\n"
			   "  subnet: 10.64.0.0/11\n"
			   "  pools: [{pool: 10.64.0.16 - 10.80.0.31}]\n"
			   "  option-data:\n"
			   "  - {name: routers, data: 10.95.255.254}\n"
			   "  - {name: domain-name-servers, data: \"10.95.255.1, 10.95.255.2\"}\n"
			   "  - {name: domain-name, data: lan1.example.org}\n"
			   "  - {name: broadcast-address, data: 10.95.255.255}\n";

int bench_fail(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

/* --- namespaces, veths, maps --- */

/* Quiet ones: no frame but ours is to meet the program. */
static int make_veths(void)
{
	static const char *const commands[] = {
		"for f in default all; do p=/proc/sys/net/ipv6/conf/$f/disable_ipv6; "
		"[ ! -e $p ] || echo 1 >$p; done",
		"ip link add " SERVER_IF " type veth peer name " CLIENT_IF,
		"ip link set " SERVER_IF " address 02:aa:00:00:00:01",
		"ethtool -K " SERVER_IF " tx off >/dev/null",
		"ethtool -K " CLIENT_IF " tx off >/dev/null",
		"ip address add 10.95.255.254/11 brd + dev " SERVER_IF,
		"ip link set " SERVER_IF " up",
		"ip link set " CLIENT_IF " up",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (netns_run("%s", commands[i]) != 0)
			return -1;
	return 0;
}

static int make_port(struct world *w)
{
	struct port *port = &w->port;
	struct link_info *links = NULL;
	int n = links_list(&links);

	for (int i = 0; i < n; i++) {
		if (!strcmp(links[i].name, CLIENT_IF))
			w->client_ifindex = links[i].ifindex;
		if (!strcmp(links[i].name, SERVER_IF))
			port->info = links[i];
	}
	free(links);
	if (!port->info.ifindex || !w->client_ifindex || !port->info.n_addrs)
		return bench_fail("the veth pair is not as it was made");
	place_find(&port->info, 1, 0, &port->place);
	port->daemon = &w->d;
	port->link_id = 1;
	strcpy(port->link.name, SERVER_IF);
	port->link.addrs[0] = port->info.addrs[0].addr;
	port->link.masks[0] = port->info.addrs[0].mask;
	port->xdp_mode = "native";
	w->d.ports = port;
	w->d.host_addrs = port->link.addrs;
	w->d.n_host_addrs = 1;
	return 0;
}

static struct link_info vlan_on(const struct link_info *lower, const char *name, uint32_t ifindex,
				uint16_t vlan, uint16_t tpid)
{
	struct link_info link = *lower;

	strcpy(link.name, name);
	strcpy(link.kind, "vlan");
	link.ifindex = ifindex;
	link.lower = lower->ifindex;
	link.vlan = vlan;
	link.tpid = tpid;
	return link;
}

/*
 * Links of VLANs on the server's end, which have its address as all links of one subnet may. The
 * machine has no such interfaces: what is measured without tags is to have nothing above it. Frames
 * in tags come by test run alone, where the program and the daemon see what the kernel would show.
 */
static void make_vlans(struct world *w)
{
	const struct link_info here = w->port.info;
	const struct link_info one = vlan_on(&here, SERVER_IF ".c", VLAN_IFINDEX, FRAMES_VLAN,
					     ETH_P_8021Q);
	const struct link_info outer = vlan_on(&here, SERVER_IF ".s", VLAN_IFINDEX + 1,
					       FRAMES_OUTER_VLAN, ETH_P_8021AD);
	const struct link_info inner = vlan_on(&outer, SERVER_IF ".s.c", VLAN_IFINDEX + 2,
					       FRAMES_VLAN, ETH_P_8021Q);
	const struct link_info links[] = {here, outer, one, inner};

	for (unsigned i = 0; i < XDHCP_LINK_TAGS; i++) {
		struct port *port = &w->vlans[i];

		*port = w->port;
		port->info = links[2 + i];
		place_find(links, 4, 2 + (int)i, &port->place);
		port->link_id = (uint16_t)(w->port.link_id + 1 + i);
		strcpy(port->link.name, port->info.name);
	}
	w->port.next = &w->vlans[0];
	w->vlans[0].next = &w->vlans[1];
}

static int open_maps(struct world *w, uint32_t clients)
{
	/* whole /24s, and one for the pool's beginning within its first */
	struct fastpath_options options = {.pin_path = PINS, .slots = clients + 512};
	enum fastpath_found found;
	struct template *templates;
	char why[512] = "";
	int holder;
	uint32_t n;

	if (fastpath_lock(PINS, &w->d.pin_lock, &holder, why, sizeof(why)) < 0 ||
	    fastpath_open(&options, &w->d.fp, &found, why, sizeof(why)) < 0)
		return bench_fail("%s", why);
	w->program = w->d.fp->program;
	templates = fastpath_templates(w->d.fp, &n);
	if (template_index_new(templates, n, &w->d.templates) < 0 || sweep_start(&w->d) < 0 ||
	    collect_start(&w->d) < 0)
		return bench_fail("out of memory");
	return 0;
}

static int make_daemon(struct world *w)
{
	struct config_errors errors = {0};
	struct daemon *d = &w->d;
	int r = config_load("bench.yaml", yaml, &d->config, &errors);

	if (r < 0)
		return bench_fail("%s", errors.n ? errors.lines[0] : strerror(-r));
	config_errors_free(&errors);
	log_set_level(4);
	d->base = event_base_new();
	d->leases = lease_table_new();
	d->engine = d->leases ? engine_new(d->leases) : NULL;
	if (!d->base || !d->engine)
		return bench_fail("out of memory");
	return 0;
}

int world_open(struct world *w, uint32_t clients)
{
	char why[512] = "";
	struct daemon *d = &w->d;
	struct policy *gate;

	*w = (struct world){.program = -1, .d.pin_lock = -1};
	if (clients > FRAMES_CLIENTS_MAX)
		return bench_fail("%u clients are more than the pool holds", clients);
	if (netns_enter() < 0 || make_veths() < 0 || make_daemon(w) < 0 || make_port(w) < 0 ||
	    open_maps(w, clients) < 0)
		return -1;
	make_vlans(w);
	if (engine_apply(d, d->config) < 0 || quiesce_start(d) < 0 || gates_open(d) < 0 ||
	    link_publish(d, &w->port) < 0 || link_publish(d, &w->vlans[0]) < 0 ||
	    link_publish(d, &w->vlans[1]) < 0)
		return bench_fail("the daemon's state cannot be set up");
	gate = &fastpath_policy(d->fp)[XDHCP_POLICY_GATES];
	gate->kind = XDHCP_POLICY_GATE;
	gate->closed = 0;
	gate->answer_until = XDHCP_FOREVER;
	if (fastpath_attach(d->fp, w->port.info.ifindex, FASTPATH_NATIVE, why, sizeof(why)) < 0)
		return bench_fail("%s", why);
	return 0;
}

void world_close(struct world *w)
{
	struct daemon *d = &w->d;
	char why[512] = "";

	if (d->barrier)
		quiesce_stop(d);
	if (d->templates)
		template_index_free(d->templates);
	fastpath_close(d->fp);
	if (fastpath_remove(PINS, why, sizeof(why)) < 0)
		bench_fail("%s", why);
	if (d->pin_lock >= 0)
		close(d->pin_lock);
	if (d->engine)
		engine_free(d->engine);
	if (d->leases)
		lease_table_free(d->leases);
	if (d->config)
		config_free(d->config);
	if (d->base)
		event_base_free(d->base);
	free(d->hits_logged);
	free(d->look_at);
	free(d->templates_made);
	gates_forget(d);
}

int world_attach(struct world *w, int program)
{
	char path[64], why[512] = "";
	int link, r;

	if (program < 0) {
		r = fastpath_attach(w->d.fp, w->port.info.ifindex, FASTPATH_NATIVE, why,
				    sizeof(why));
		return r < 0 ? bench_fail("%s", why) : 0;
	}
	snprintf(path, sizeof(path), PINS "/link_%u", w->port.info.ifindex);
	link = bpf_obj_get(path);
	if (link < 0)
		return bench_fail("%s: %s", path, strerror(errno));
	r = bpf_link_update(link, program, NULL);
	close(link);
	return r < 0 ? bench_fail("exchanging the program: %s", strerror(-r)) : 0;
}

/* --- clients --- */

static bool is_tag(const uint8_t *ethertype)
{
	return (ethertype[0] == ETH_P_8021Q >> 8 && ethertype[1] == (ETH_P_8021Q & 0xff)) ||
	       (ethertype[0] == ETH_P_8021AD >> 8 && ethertype[1] == (ETH_P_8021AD & 0xff));
}

/* As the kernel does on the way to a VLAN's interface. Returns the length of the tags. */
static size_t take_tags(struct packet *packet)
{
	uint8_t *at = packet->data + ETHERTYPE_AT;
	size_t len = 0;

	while (len < XDHCP_LINK_TAGS * TAG_LEN && is_tag(at + len))
		len += TAG_LEN;
	packet->len -= len;
	memmove(at, at + len, packet->len - ETHERTYPE_AT);
	return len;
}

/* Back into a reply before which there is room for them. */
static void put_tags(uint8_t *reply, const uint8_t *frame, size_t len)
{
	memmove(reply, reply + len, ETHERTYPE_AT);
	memcpy(reply + ETHERTYPE_AT, frame + ETHERTYPE_AT, len);
}

/* The daemon on one frame, without its socket and its store. */
static bool decide(struct world *w, struct port *port, struct packet *packet, struct dhcp_msg *msg,
		   struct decision *decision)
{
	struct daemon *d = &w->d;

	if (!batch_admit(d, port, packet, boot_seconds(), msg))
		return false;
	engine_decide(d->engine, &port->link, msg, boot_seconds(), decision);
	return true;
}

/* A REQUEST that comes in by this link; its form is that of the renewals to come. */
static int bind_one(struct world *w, struct port *port, uint32_t client, enum frame_kind kind,
		    uint32_t shape)
{
	static struct decision decision;
	static struct dhcp_msg msg;
	static struct packet packet;

	packet.len = BENCH_FRAME;
	frame_build_shape(kind, client, shape, 1, w->port.info.mac, packet.data);
	if (!decide(w, port, &packet, &msg, &decision) || decision.kind != DECISION_REPLY ||
	    !decision.has_change || !decision.memoise)
		return bench_fail("client %u got no lease: %s", client,
				  decision.reason ? reason_text(decision.reason)
						  : "no answer to be kept");
	publish_prepare(&w->d, &decision.change);
	engine_confirm(w->d.engine, &decision.change);
	publish_ack(&w->d, &msg, &decision);
	if (!lease_at(w->d.leases, FRAMES_BASE + client)->published)
		return bench_fail("client %u was not published", client);
	return 0;
}

int world_bind(struct world *w, uint32_t clients)
{
	for (; w->clients < clients; w->clients++)
		if (bind_one(w, &w->port, w->clients, FRAME_first, 0) < 0)
			return -1;
	return 0;
}

int world_learn_shapes(struct world *w, uint32_t clients)
{
	for (uint32_t i = 0; i < clients; i++)
		if (bind_one(w, &w->port, i, FRAME_renewal, i % BENCH_SHAPES) < 0)
			return -1;
	return 0;
}

/* The routed form is nobody's to learn: the daemon predicts it of the relayed one (predict.c). */
int world_bind_elsewhere(struct world *w)
{
	const struct {
		struct port *port;
		enum frame_kind of, kind;
	} requests[] = {
		{&w->vlans[0], FRAME_vlan, FRAME_first},
		{&w->vlans[1], FRAME_qinq, FRAME_first},
		{&w->port, FRAME_relayed, FRAME_first},
		{&w->port, FRAME_relayed, FRAME_relayed},
	};

	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (bind_one(w, requests[i].port, frame_client(requests[i].of), requests[i].kind,
			     0) < 0)
			return -1;
	return 0;
}

size_t world_answer(struct world *w, const uint8_t *frame, uint8_t reply[WORLD_REPLY_MAX])
{
	static struct decision decision;
	static struct dhcp_msg msg;
	static struct packet packet;
	struct port *port = &w->port;
	size_t tags;
	int n = 0;

	packet.len = BENCH_FRAME;
	memcpy(packet.data, frame, BENCH_FRAME);
	tags = take_tags(&packet);
	if (tags)
		port = &w->vlans[tags / TAG_LEN - 1];
	if (!decide(w, port, &packet, &msg, &decision))
		return 0;
	if (decision.kind == DECISION_REPLY)
		n = dhcp_reply_encode(&msg, &decision.reply, port->info.mac, reply + tags,
				      WORLD_REPLY_MAX - tags);
	if (decision.has_change)
		engine_undo(w->d.engine, &decision.change);
	if (n <= 0)
		return 0;
	put_tags(reply, frame, tags);
	return tags + (size_t)n;
}
