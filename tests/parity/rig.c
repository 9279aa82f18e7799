// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See rig.h. Needs root and a bpffs; its pins are in a directory of its own and removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "daemon/daemon.h"
#include "form.h"
#include "net/fastpath_private.h"
#include "rig.h"

#define RIG_SLOTS 1024

struct item {
	struct packet packet;
	struct dhcp_msg msg;
	struct decision decision;
};

struct rig *rig;

struct rig {
	struct daemon d;
	struct port port;
	int prog;
	char pins[64];
	int lock;
	uint64_t runs, hits;
	bool deferred;
	struct item batch[RIG_BATCH], probe;
	unsigned n_batch;
};

static void make_port(struct rig *rig)
{
	static const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, 1};
	struct port *port = &rig->port;

	port->daemon = &rig->d;
	port->info = (struct link_info){.ifindex = 1, .name = "rig0", .up = true, .ethernet = true};
	memcpy(port->info.mac, mac, sizeof(mac));
	port->info.n_addrs = 2;
	port->info.addrs[0] = (struct link_addr){0xc0000201, 0xffffff00, 0xc00002ff};
	port->info.addrs[1] = (struct link_addr){0xc6336401, 0xffffff00, 0xc63364ff};
	place_find(&port->info, 1, 0, &port->place);
	port->link_id = 1;
	strcpy(port->link.name, "rig0");
	for (unsigned i = 0; i < port->info.n_addrs; i++) {
		port->link.addrs[i] = port->info.addrs[i].addr;
		port->link.masks[i] = port->info.addrs[i].mask;
	}
	port->xdp_mode = "native";
	rig->d.ports = port;
	rig->d.host_addrs = port->link.addrs;
	rig->d.n_host_addrs = port->info.n_addrs;
}

static void open_maps(struct rig *rig)
{
	struct fastpath_options options = {.pin_path = rig->pins, .slots = RIG_SLOTS};
	enum fastpath_found found;
	struct template *templates;
	char why[512] = "";
	int holder, r;
	uint32_t n;

	r = fastpath_lock(rig->pins, &rig->lock, &holder, why, sizeof(why));
	if (r < 0)
		fail_msg("lock %s: %s", rig->pins, why);
	r = fastpath_open(&options, &rig->d.fp, &found, why, sizeof(why));
	if (r < 0)
		fail_msg("open: %s", why);
	assert_int_equal(found, FASTPATH_FRESH);
	templates = fastpath_templates(rig->d.fp, &n);
	assert_int_equal(template_index_new(templates, n, &rig->d.templates), 0);
	assert_int_equal(sweep_start(&rig->d), 0);
	assert_int_equal(collect_start(&rig->d), 0);
	rig->prog = rig->d.fp->program;
}

struct rig *rig_start(const char *yaml)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct config_errors errors = {0};
	struct daemon *d;

	assert_non_null(rig);
	d = &rig->d;
	snprintf(rig->pins, sizeof(rig->pins), "/sys/fs/bpf/xd-parity-%d", (int)getpid());
	log_set_level(4);
	if (config_load("rig.yaml", yaml, &d->config, &errors) < 0)
		fail_msg("%s", errors.lines[0]);
	config_errors_free(&errors);
	d->base = event_base_new();
	d->leases = lease_table_new();
	d->engine = engine_new(d->leases);
	assert_non_null(d->engine);
	open_maps(rig);
	make_port(rig);
	assert_int_equal(engine_apply(d, d->config), 0);
	assert_int_equal(quiesce_start(d), 0);
	assert_int_equal(gates_open(d), 0);
	assert_int_equal(link_publish(d, &rig->port), 0);
	fastpath_policy(d->fp)[XDHCP_POLICY_GATES].kind = XDHCP_POLICY_GATE;
	fastpath_policy(d->fp)[XDHCP_POLICY_GATES].daemon_closed = 0;
	fastpath_policy(d->fp)[XDHCP_POLICY_GATES].answer_until = XDHCP_FOREVER;
	return rig;
}

void rig_stop(struct rig *rig)
{
	struct daemon *d = &rig->d;
	char why[256];

	quiesce_stop(d);
	template_index_free(d->templates);
	fastpath_close(d->fp);
	assert_int_equal(fastpath_remove(rig->pins, why, sizeof(why)), 0);
	close(rig->lock);
	rmdir(rig->pins);
	engine_free(d->engine);
	lease_table_free(d->leases);
	config_free(d->config);
	event_base_free(d->base);
	free(d->hits_logged);
	free(d->look_at);
	free(d->templates_made);
	gates_forget(d);
	free(rig);
}

int rig_teardown(void **state)
{
	(void)state;
	rig_stop(rig);
	return 0;
}

const uint8_t *rig_mac(const struct rig *rig)
{
	return rig->port.info.mac;
}

void rig_move(struct rig *rig, uint16_t link)
{
	rig->port.link_id = link;
}

uint64_t rig_runs(const struct rig *rig)
{
	return rig->runs;
}

uint64_t rig_hits(const struct rig *rig)
{
	return rig->hits;
}

bool rig_deferred(const struct rig *rig)
{
	return rig->deferred;
}

bool rig_xdp(struct rig *rig, const uint8_t *frame, size_t len, struct rig_reply *ret_reply)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = ret_reply->data, .data_size_out = sizeof(ret_reply->data),
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(rig->prog, &opts), 0);
	rig->runs++;
	ret_reply->len = opts.data_size_out;
	if (opts.retval == 3 /* XDP_TX */) {
		rig->hits++;
		return true;
	}
	assert_int_equal(opts.retval, 2 /* XDP_PASS */);
	assert_int_equal(opts.data_size_out, len);
	assert_memory_equal(ret_reply->data, frame, len);
	ret_reply->len = 0;
	return false;
}

enum xdhcp_verdict rig_verdict(struct rig *rig, const uint8_t *frame, size_t len)
{
	static struct rig_reply reply;
	uint64_t before[XDHCP_VERDICT_COUNT], after[XDHCP_VERDICT_COUNT];
	struct verdicts sum;
	unsigned v = 0;

	assert_int_equal(fastpath_verdicts(rig->d.fp, &sum), 0);
	memcpy(before, &sum, sizeof(before));
	rig_xdp(rig, frame, len, &reply);
	assert_int_equal(fastpath_verdicts(rig->d.fp, &sum), 0);
	memcpy(after, &sum, sizeof(after));
	while (v < XDHCP_VERDICT_COUNT && before[v] == after[v])
		v++;
	return v;
}

/* false: the daemon does not take it. */
static bool decide(struct rig *rig, const uint8_t *frame, size_t len, struct item *item,
		   struct rig_reply *ret_reply)
{
	struct daemon *d = &rig->d;
	int n;

	ret_reply->len = 0;
	rig->deferred = false;
	assert_true(len <= sizeof(item->packet.data));
	item->packet = (struct packet){.len = len, .csum_not_ready = true};
	memcpy(item->packet.data, frame, len);
	if (!batch_admit(d, &rig->port, &item->packet, boot_seconds(), &item->msg))
		return false;
	engine_decide(d->engine, &rig->port.link, &item->msg, boot_seconds(), &item->decision);
	rig->deferred = item->decision.kind == DECISION_DEFER;
	if (item->decision.kind != DECISION_REPLY)
		return true;
	n = dhcp_reply_encode(&item->msg, &item->decision.reply, rig->port.info.mac,
			      ret_reply->data, sizeof(ret_reply->data));
	assert_true(n > 0);
	ret_reply->len = (size_t)n;
	return true;
}

bool rig_batch_add(struct rig *rig, const uint8_t *frame, size_t len, struct rig_reply *ret_reply)
{
	struct item *item = &rig->batch[rig->n_batch];

	assert_true(rig->n_batch < RIG_BATCH);
	if (!decide(rig, frame, len, item, ret_reply))
		return false;
	if (item->decision.has_change)
		publish_prepare(&rig->d, &item->decision.change);
	rig->n_batch++;
	return true;
}

void rig_batch_end(struct rig *rig, bool fails)
{
	struct daemon *d = &rig->d;

	for (unsigned i = rig->n_batch; fails && i-- > 0;) {
		if (rig->batch[i].decision.has_change)
			engine_undo(d->engine, &rig->batch[i].decision.change);
	}
	for (unsigned i = 0; !fails && i < rig->n_batch; i++) {
		if (rig->batch[i].decision.has_change)
			engine_confirm(d->engine, &rig->batch[i].decision.change);
	}
	for (unsigned i = 0; !fails && i < rig->n_batch; i++) {
		if (rig->batch[i].decision.has_change)
			publish_ack(d, &rig->batch[i].msg, &rig->batch[i].decision);
	}
	/* as if a sweep had been: what is learned is not bounded here */
	memset(d->templates_made, 0, fastpath_capacity(d->fp) * sizeof(*d->templates_made));
	d->count.commits++; /* commit.c's; which form gives way follows from it */
	rig->n_batch = 0;
}

unsigned rig_batched(const struct rig *rig)
{
	return rig->n_batch;
}

bool rig_daemon(struct rig *rig, const uint8_t *frame, size_t len, bool keep,
		struct rig_reply *ret_reply)
{
	struct item *probe = &rig->probe;

	if (keep) {
		assert_int_equal(rig->n_batch, 0);
		if (!rig_batch_add(rig, frame, len, ret_reply))
			return false;
		rig_batch_end(rig, false);
		return true;
	}
	if (!decide(rig, frame, len, probe, ret_reply))
		return false;
	if (probe->decision.has_change)
		engine_undo(rig->d.engine, &probe->decision.change);
	return true;
}

void rig_settle(struct rig *rig)
{
	uint64_t epoch;

	assert_int_equal(rig->n_batch, 0);
	if (!rig->d.quiesce)
		return;
	epoch = quiesce_request(&rig->d);
	while (!quiesce_passed(&rig->d, epoch))
		event_base_loop(rig->d.base, EVLOOP_ONCE);
	event_base_loop(rig->d.base, EVLOOP_NONBLOCK);
}

const struct slot *rig_slot(const struct rig *rig, uint32_t addr)
{
	return fastpath_slot(rig->d.fp, addr, false, NULL);
}

const struct template *rig_template(const struct rig *rig, uint64_t form)
{
	uint32_t n;

	return fastpath_templates(rig->d.fp, &n) + form_template(form);
}

bool rig_is_bound(const struct rig *rig, uint32_t addr)
{
	const struct lease *lease = lease_at(rig->d.leases, addr);

	return lease && lease->state == LEASE_BOUND;
}

bool rig_is_closing(const struct rig *rig, uint32_t addr)
{
	const struct lease *lease = lease_at(rig->d.leases, addr);

	return lease && lease->state == LEASE_CLOSING;
}

unsigned rig_agent_len(const struct rig *rig, uint32_t addr)
{
	return lease_at(rig->d.leases, addr)->agent_len;
}

void rig_end_begin(struct rig *rig, uint32_t addr, bool declined)
{
	struct lease *lease = lease_at(rig->d.leases, addr);

	assert_non_null(lease);
	engine_begin_end(rig->d.engine, lease, declined ? LEASE_END_DECLINED : LEASE_END_RELEASED);
	withdraw(&rig->d, lease);
}

void rig_end_finish(struct rig *rig, uint32_t addr, bool crossed)
{
	struct lease *lease = lease_at(rig->d.leases, addr);
	const struct slot *slot = rig_slot(rig, addr);
	uint32_t last = 0, granted_until = 0;
	struct change change;

	assert_int_equal(lease->state, LEASE_CLOSING);
	if (slot && slot->generation == (uint32_t)lease->generation)
		slot_grant(slot, &last, &granted_until);
	engine_finish_end(rig->d.engine, lease, last, granted_until, crossed ? 0 : UINT32_MAX,
			  boot_seconds(), &change);
	engine_confirm(rig->d.engine, &change);
}

void rig_release(struct rig *rig, uint32_t addr)
{
	rig_end_begin(rig, addr, false);
	rig_settle(rig);
	rig_end_finish(rig, addr, false);
}
