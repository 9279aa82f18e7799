// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Decides message by message, as the daemon does in a batch of one whose commit always holds, by
 * the capture's clock: leases expire when their time is over. No XDP takes part, so all renewals
 * are decided here. One line a message.
 */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/option_sent.h"

#define BEGIN 1000000 /* seconds that the machine has been up when the capture begins */

struct run {
	const struct config *config;
	const struct links *links;
	const struct replay_wishes *wishes;
	struct lease_table *leases;
	struct engine *engine;
	uint32_t now; /* never goes back, though a capture may */
	struct frame frame;
	struct dhcp_msg msg;
	struct decision decision;
	struct change change;
	uint16_t classes[MODEL_CLASSES_MAX];
	size_t n_classes;
};

static void remember_classes(void *arg, const uint16_t *classes, size_t n)
{
	struct run *run = arg;

	memcpy(run->classes, classes, n * sizeof(*classes));
	run->n_classes = n;
}

static void end(struct run *run, struct lease *lease, enum lease_end how, uint32_t received_after)
{
	engine_begin_end(run->engine, lease, how);
	engine_finish_end(run->engine, lease, 0, 0, received_after, run->now, &run->change);
	engine_confirm(run->engine, &run->change);
}

static void pass_time(struct run *run, int64_t us)
{
	uint32_t now = BEGIN + (uint32_t)(us / 1000000);
	struct lease *lease;

	if (us > 0 && now > run->now)
		run->now = now;
	while ((lease = lease_due(run->leases, run->now)))
		end(run, lease, LEASE_END_EXPIRED, 0);
}

static void decide(struct run *run, const struct engine_link *link)
{
	struct decision *decision = &run->decision;
	struct lease *lease;

	run->n_classes = 0;
	engine_decide(run->engine, link, &run->msg, run->now, decision);
	if (decision->has_change)
		engine_confirm(run->engine, &decision->change);
	lease = decision->kind == DECISION_END ? lease_at(run->leases, decision->end_addr) : NULL;
	if (lease)
		end(run, lease, decision->end, run->now);
}

/* --- lines --- */

static void print_time(const struct run *run)
{
	int64_t us = run->frame.us < 0 ? -run->frame.us : run->frame.us;

	printf("%s%" PRId64 ".%06d ", run->frame.us < 0 ? "-" : "", us / 1000000,
	       (int)(us % 1000000));
}

/* "eth0", "eth0 tag 10", "eth0 relay 198.51.100.1" */
static void print_way(const struct run *run, const struct engine_link *link)
{
	const struct dhcp_msg *msg = &run->msg;
	char giaddr[DHCP_ADDR_STR];

	printf(" via %s", link ? link->name : "?");
	for (unsigned i = 0; i < 2 && msg->in.vlan[i]; i++)
		printf(" tag %u", msg->in.vlan[i]);
	if (msg->giaddr)
		printf(" relay %s", dhcp_addr_str(msg->giaddr, giaddr));
}

static void print_message(const struct run *run, const struct engine_link *link)
{
	const struct dhcp_msg *msg = &run->msg;
	char mac[DHCP_MAC_STR], addr[DHCP_ADDR_STR];
	uint32_t about = dhcp_asked_address(msg);

	print_time(run);
	printf("%s from %s", dhcp_type_name(msg->type), dhcp_mac_str(msg->chaddr, mac));
	print_way(run, link);
	if (about)
		printf(" for %s", dhcp_addr_str(about, addr));
	printf(": ");
}

static void print_answer(const struct run *run)
{
	const struct decision *decision = &run->decision;
	const struct dhcp_reply *reply = &decision->reply;
	const char *reason = reason_text(decision->reason);
	char addr[DHCP_ADDR_STR];

	printf("%s", decision_outcome(&run->msg, decision));
	if (decision->kind == DECISION_REPLY && reply->yiaddr) {
		printf(" %s", dhcp_addr_str(reply->yiaddr, addr));
		if (reply->lifetime == DHCP_LIFETIME_INFINITE || reply->type == DHCP_BOOTP)
			printf(" for ever");
		else if (reply->lifetime)
			printf(" for %" PRIu32 " s", reply->lifetime);
	}
	if (*reason)
		printf(": %s", reason);
}

/* The one that the answer is of, else that of the address which the client names. */
static void print_subnet(const struct run *run)
{
	const struct decision *decision = &run->decision;
	uint32_t addr = decision->kind == DECISION_REPLY ? decision->reply.yiaddr
							 : decision->end_addr;
	const struct subnet *subnet = model_subnet_of(&run->config->model,
						      addr ? addr : dhcp_asked_address(&run->msg));

	if (subnet)
		printf("; subnet %" PRIu32, subnet->id);
}

static void print_classes(const struct run *run)
{
	for (size_t i = 0; i < run->n_classes; i++)
		printf("%s%s", i ? ", " : "; classes ",
		       run->config->model.classes[run->classes[i]].name);
}

/* XDP answers REQUESTs alone, with what the ACK of one was. */
static void print_memo(const struct run *run)
{
	const struct decision *decision = &run->decision;

	if (run->msg.type != DHCP_REQUEST || decision->kind != DECISION_REPLY ||
	    decision->reply.type != DHCP_ACK)
		return;
	if (decision->memoise)
		printf("; memoisable");
	else
		printf("; not memoisable: %s", decision->fleeting);
}

static void print_options(const struct run *run)
{
	char options[4096];

	if (!run->wishes->verbose || run->decision.kind != DECISION_REPLY)
		return;
	option_sent_format(&run->msg, &run->decision.reply, options, sizeof(options));
	printf("    %s\n", options);
}

static void one(struct run *run)
{
	struct dhcp_ingress in = {
		.ifindex = 1, .link = 1, .csum_not_ready = run->wishes->ignore_checksums};
	const struct engine_link *link;
	enum dhcp_decode_result result;

	pass_time(run, run->frame.us);
	in.received_after = run->now;
	result = dhcp_decode_anew(run->frame.data, run->frame.len, &in, &run->msg);
	if (result == DHCP_DECODE_op || result == DHCP_DECODE_not_dhcp)
		return; /* a server's, to a relay; too many tags */
	if (result != DHCP_DECODE_ok) {
		print_time(run);
		printf("malformed: %s\n", dhcp_decode_help(result));
		return;
	}
	link = links_of(run->links, &run->msg);
	print_message(run, link);
	if (!link || !links_to_us(run->links, link, &run->msg)) {
		printf("not for us\n");
		return;
	}
	/* a tagged frame comes in by its VLAN's own interface */
	run->msg.in.vlan[0] = run->msg.in.vlan[1] = 0;
	decide(run, link);
	print_answer(run);
	print_subnet(run);
	print_classes(run);
	print_memo(run);
	printf("\n");
	print_options(run);
}

static int start(struct run *run)
{
	struct engine_config c = {.model = &run->config->model,
				  .horizon = run->config->fast_path.horizon};

	run->now = BEGIN;
	run->leases = lease_table_new();
	run->engine = run->leases ? engine_new(run->leases) : NULL;
	if (!run->engine)
		return -ENOMEM;
	engine_watch(run->engine, remember_classes, run);
	return engine_configure(run->engine, &c);
}

int replay(const struct config *config, const struct links *links, struct capture_file *file,
	   const struct replay_wishes *wishes)
{
	struct run *run = calloc(1, sizeof(*run));
	int r;

	if (!run)
		return -ENOMEM;
	run->config = config;
	run->links = links;
	run->wishes = wishes;
	r = start(run);
	while (r == 0 && (r = capture_next(file, &run->frame)) > 0) {
		if (frame_is_to_server(&run->frame))
			one(run);
		r = 0;
	}
	if (r == -1)
		capture_complain(file);
	if (run->engine)
		engine_free(run->engine);
	if (run->leases)
		lease_table_free(run->leases);
	free(run);
	return r == -1 ? -EIO : r;
}
