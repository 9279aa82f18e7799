// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See desk.h. Who is caught at the linker is in DESK_WRAPS of the Makefile. */
#include "desk.h"

#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "../common/engine_dump.h"
#include "../common/require.h"
#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/deferred.h"
#include "oracle.h"

/* Too few for all /24s: they take slots from each other. */
#define SLOTS  (3 * XDHCP_BLOCK_SLOTS)
#define SOCKET (2 * PACKET_BATCH)
#define LEFT   (4 * PACKET_BATCH)

const uint8_t desk_mac[6] = {0x02, 0xaa, 0, 0, 0, 1};
const uint32_t desk_addrs[DESK_ADDRS] = {0x0a000001, 0xc0000201, 0xc6336401};

struct desk_inside {
	struct desk desk; /* first: what the test sees */
	struct daemon d;
	struct port port;
	struct packet socket[SOCKET];
	size_t n_socket;
	uint64_t commits;
	unsigned long ends_before; /* count.ends when this daemon came up */
	uint32_t swept;
	const char *yaml; /* what the next reload reads */
	struct {
		uint32_t addr;
		uint8_t mac[6];
	} left[LEFT]; /* in the batch under way */
	unsigned n_left;
	void *(*thread)(void *);
	void *thread_arg;
	jmp_buf thread_waits;
};

static struct desk_inside *the_desk;

static struct desk_inside *inside(struct desk *desk)
{
	return (struct desk_inside *)desk;
}

/*
 * An ACK of the same batch was asked for before the RELEASE and is sent after it: to a client that
 * has left.
 */
static void said_farewell(uint32_t addr, const uint8_t chaddr[6])
{
	struct desk_inside *in = the_desk;

	require(in->n_left < LEFT);
	in->left[in->n_left].addr = addr;
	memcpy(in->left[in->n_left++].mac, chaddr, 6);
}

static void batch_is_over(struct desk_inside *in)
{
	while (in->n_left) {
		in->n_left--;
		oracle_ended(in->left[in->n_left].addr, in->left[in->n_left].mac);
	}
}

/* --- what the daemon asks for --- */

int __real_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors);
int __wrap_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors);
int __wrap_packet_receive(struct packet_socket *socket, struct packet *packets, size_t n);
void __wrap_packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n);
int __wrap_packet_send_routed(int guard, uint32_t source, uint32_t addr, uint16_t port,
			      const uint8_t *payload, size_t len);
int __wrap_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number);
const char *__wrap_store_error(const struct store *store);
const char *__wrap_store_note(struct store *store);
void __wrap_store_info(const struct store *store, struct store_info *ret_info);
int __wrap_store_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row),
		      void *arg);
uint64_t __wrap_packet_kernel_drops(struct packet_socket *socket);
void __wrap_ports_rescan(struct daemon *d);
int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr, void *(*fn)(void *),
			  void *arg);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_join(pthread_t thread, void **ret);
void __real_log_set_level(int level);
void __wrap_log_set_level(int level); /* a reload's */
void __real_engine_decide(struct engine *engine, const struct engine_link *link,
			  const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision);
void __wrap_engine_decide(struct engine *engine, const struct engine_link *link,
			  const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision);

int __wrap_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors)
{
	if (!text && the_desk)
		text = the_desk->yaml;
	return __real_config_load(file, text, ret_config, errors);
}

void __wrap_log_set_level(int level)
{
	(void)level;
}

void __wrap_ports_rescan(struct daemon *d)
{
	(void)d;
}

int __wrap_packet_receive(struct packet_socket *socket, struct packet *packets, size_t n)
{
	struct desk_inside *in = the_desk;

	batch_is_over(in); /* the one before */
	size_t taken = n < in->n_socket ? n : in->n_socket;

	if (socket)
		return 0;
	if (!taken && in->desk.link_is_down)
		return -ENETDOWN;
	memcpy(packets, in->socket, taken * sizeof(*packets));
	in->n_socket -= taken;
	memmove(in->socket, in->socket + taken, in->n_socket * sizeof(*packets));
	return (int)taken;
}

static struct desk_reply *next_sent(void)
{
	struct desk *desk = &the_desk->desk;

	if (desk->n_sent == DESK_SENT)
		memmove(desk->sent, desk->sent + 1, --desk->n_sent * sizeof(desk->sent[0]));
	return &desk->sent[desk->n_sent++];
}

void __wrap_packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n)
{
	(void)socket;
	for (size_t i = 0; i < n; i++) {
		struct desk_reply *reply;

		frames[i].result = the_desk->desk.sends_fail ? -ENOBUFS : 0;
		if (frames[i].result < 0)
			continue;
		reply = next_sent();
		require(frames[i].len <= sizeof(reply->data) && frames[i].len >= 42);
		memcpy(reply->data, frames[i].data, frames[i].len);
		reply->len = frames[i].len;
		oracle_reply(reply->data + 42, reply->len - 42, false);
	}
}

uint64_t __wrap_packet_kernel_drops(struct packet_socket *socket)
{
	return socket ? 0 : the_desk->desk.kernel_drops;
}

int __wrap_packet_send_routed(int guard, uint32_t source, uint32_t addr, uint16_t port,
			      const uint8_t *payload, size_t len)
{
	struct desk_reply *reply = next_sent();

	(void)guard;
	require(addr && port && oracle_is_ours(source));
	memset(reply->data, 0, 42);
	memcpy(reply->data + 42, payload, len);
	reply->len = 42 + len;
	oracle_reply(payload, len, false);
	return 0;
}

const char *__wrap_store_error(const struct store *store)
{
	(void)store;
	return "out of order";
}

void __wrap_store_info(const struct store *store, struct store_info *ret_info)
{
	(void)store;
	*ret_info = (struct store_info){.uuid = "a desk", .newest_commit = the_desk->commits};
}

int __wrap_store_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row),
		      void *arg)
{
	(void)store;
	return oracle_rows(fn, arg);
}

const char *__wrap_store_note(struct store *store)
{
	(void)store;
	return NULL;
}

int __wrap_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number)
{
	(void)store, (void)now, (void)wall;
	if (the_desk->desk.commits_fail) {
		the_desk->desk.count.commits_failed++;
		return -EIO;
	}
	for (size_t i = 0; i < n && the_desk->desk.store_refuses; i++)
		changes[i].refused = true;
	if (the_desk->desk.store_refuses) {
		*ret_number = ++the_desk->commits;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		const struct lease_row *row = oracle_row(changes[i].row->addr);

		changes[i].refused = (row ? row->generation : 0) != changes[i].expected_generation;
		if (changes[i].refused)
			wrong("%08x: generation %llu is expected, the store has %llu",
			      changes[i].row->addr,
			      (unsigned long long)changes[i].expected_generation,
			      (unsigned long long)(row ? row->generation : 0));
	}
	for (size_t i = 0; i < n; i++)
		oracle_store(changes[i].row);
	the_desk->desk.count.commits += n > 0;
	the_desk->desk.count.rows += n;
	*ret_number = ++the_desk->commits;
	return 0;
}

/*
 * The barrier's thread is no thread here: it runs when the test says so, until it would wait. So
 * each run is the same.
 */
int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr, void *(*fn)(void *),
			  void *arg)
{
	(void)attr;
	memset(ret_thread, 0, sizeof(*ret_thread));
	the_desk->thread = fn;
	the_desk->thread_arg = arg;
	return 0;
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
	(void)cond;
	pthread_mutex_unlock(lock);
	longjmp(the_desk->thread_waits, 1);
}

static void run_thread(struct desk_inside *in)
{
	if (!setjmp(in->thread_waits))
		in->thread(in->thread_arg);
}

int __wrap_pthread_join(pthread_t thread, void **ret)
{
	(void)thread, (void)ret;
	run_thread(the_desk); /* it has been told to stop */
	return 0;
}

/* --- decisions --- */

static bool same_decision(const struct decision *a, const struct decision *b,
			  const struct dhcp_msg *msg)
{
	static uint8_t x[DHCP_FRAME_MAX + 8], y[DHCP_FRAME_MAX + 8];
	const struct lease_row *p = &a->change.row, *q = &b->change.row;
	int n, m;

	/* a generation is given once, if it was undone too */
	bool old = p->generation == a->change.before.generation;

	if (a->kind != b->kind || a->reason != b->reason || a->has_change != b->has_change ||
	    a->memoise != b->memoise || p->addr != q->addr ||
	    (old ? q->generation != p->generation : q->generation <= p->generation) ||
	    p->state != q->state || p->promised != q->promised || p->ack_until != q->ack_until ||
	    strcmp(p->hostname, q->hostname))
		return false;
	if (a->kind != DECISION_REPLY)
		return true;
	n = dhcp_reply_encode(msg, &a->reply, desk_mac, x, sizeof(x));
	m = dhcp_reply_encode(msg, &b->reply, desk_mac, y, sizeof(y));
	return n == m && n > 0 && !memcmp(x, y, (size_t)n);
}

/* A change that was undone has never been. */
static void undo_and_repeat(struct engine *engine, const struct engine_link *link,
			    const struct dhcp_msg *msg, uint32_t now,
			    const struct engine_dump *before, struct decision *decision)
{
	static struct engine_dump after;
	static struct decision again;

	engine_undo(engine, &decision->change);
	engine_dump(engine, &the_desk->d.config->model, &after);
	if (strcmp(before->text, after.text)) {
		size_t at = 0;

		while (before->text[at] == after.text[at])
			at++;
		while (at && before->text[at - 1] != '\n')
			at--;
		wrong("undone:\n%.400s\nbecame\n%.400s", before->text + at, after.text + at);
	}
	__real_engine_decide(engine, link, msg, now, &again);
	if (!same_decision(decision, &again, msg))
		wrong("after it was undone, the same %s is decided otherwise: %s and %s, %08x and "
		      "%08x",
		      dhcp_type_name(msg->type), reason_text(decision->reason),
		      reason_text(again.reason), decision->change.row.addr, again.change.row.addr);
	*decision = again;
	the_desk->desk.count.undone++;
}

static void count(const struct decision *decision)
{
	struct desk_counts *count = &the_desk->desk.count;

	count->decided++;
	count->changes += decision->has_change;
	count->silent += decision->kind == DECISION_SILENT;
	count->deferred += decision->kind == DECISION_DEFER;
	count->ends += decision->kind == DECISION_END;
	if (decision->kind != DECISION_REPLY)
		return;
	count->offers += decision->reply.type == DHCP_OFFER;
	count->acks += decision->reply.type == DHCP_ACK;
	count->naks += decision->reply.type == DHCP_NAK;
	count->bootp += decision->reply.type == DHCP_BOOTP;
}

/* A dump looks at each address. */
static bool can_be_dumped(void)
{
	const struct model *model = &the_desk->d.config->model;

	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].prefix_len < 24)
			return false;
	}
	return true;
}

void __wrap_engine_decide(struct engine *engine, const struct engine_link *link,
			  const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision)
{
	static struct engine_dump before;
	bool thorough = the_desk && the_desk->desk.thorough && can_be_dumped();

	if (thorough) {
		engine_lapse(engine, now);
		engine_dump(engine, &the_desk->d.config->model, &before);
	}
	__real_engine_decide(engine, link, msg, now, ret_decision);
	if (!the_desk)
		return;
	/* BOOTP, rapid commit: what is not committed stays offered, for the client will ask again
	 */
	if (thorough && ret_decision->has_change && msg->type != DHCP_REQUEST) {
		engine_undo(engine, &ret_decision->change);
		engine_dump(engine, &the_desk->d.config->model, &before);
		__real_engine_decide(engine, link, msg, now, ret_decision);
	}
	if (thorough && ret_decision->has_change)
		undo_and_repeat(engine, link, msg, now, &before, ret_decision);
	count(ret_decision);
	if (ret_decision->kind == DECISION_REPLY)
		oracle_encoded(msg, &ret_decision->reply);
	if (ret_decision->kind == DECISION_END)
		said_farewell(ret_decision->end_addr, msg->chaddr);
}

/* Between two batches each message has met one fate, or waits. */
static void check_fates(const struct desk_inside *in)
{
	const struct daemon *d = &in->d;
	const struct counters *n = &d->count;
	uint64_t fates = n->not_ours + HASH_COUNT(d->deferred) + conflict_waits(d) +
			 (in->desk.count.ends - in->ends_before);

	for (unsigned i = DHCP_DECODE_ok + 1; i < DHCP_DECODE_COUNT; i++)
		fates += n->parse_failed[i];
	for (unsigned i = 0; i <= DHCP_INFORM; i++)
		fates += n->type_sent[i];
	for (unsigned i = 0; i < DROP_COUNT; i++)
		fates += n->dropped[i];
	for (unsigned i = 0; i < REASON_COUNT; i++)
		fates += strcmp(reason_kind((enum reason)i), "silent") ? 0 : n->reasons[i];
	if (fates != n->received)
		wrong("%llu messages came in, and met %llu fates", (unsigned long long)n->received,
		      (unsigned long long)fates);
}

void desk_other_mac(struct desk *desk)
{
	inside(desk)->port.info.mac[5]++;
}

struct sum {
	const char *group; /* NULL: all */
	uint64_t n;
};

static void add_drop(void *ctx, const struct drop *drop)
{
	struct sum *sum = ctx;

	if (!sum->group || strcmp(sum->group, drop->group) == 0)
		sum->n += drop->n;
}

uint64_t desk_dropped(const struct desk *desk, const char *group)
{
	struct sum sum = {.group = group};

	drops_each(&((const struct desk_inside *)desk)->d, add_drop, &sum);
	return sum.n;
}

/* --- start and stop --- */

/* Deferred messages may be among what is done. */
static void turn(struct desk_inside *in)
{
	event_base_loop(in->d.base, EVLOOP_NONBLOCK);
	batch_is_over(in);
	check_fates(in);
}

static void make_port(struct desk_inside *in)
{
	struct port *port = &in->port;

	port->daemon = &in->d;
	/* the one socket there is; to the other nothing comes */
	for (enum packet_kind kind = 0; kind < PACKET_KINDS; kind++)
		port->inlets[kind].port = port;
	port->inlets[PACKET_BEGINS].socket = (struct packet_socket *)port;
	port->info = (struct link_info){.ifindex = 1,
					.name = DESK_LINK,
					.up = true,
					.ethernet = true,
					.n_addrs = DESK_ADDRS};
	memcpy(port->info.mac, desk_mac, sizeof(desk_mac));
	place_find(&port->info, 1, 0, &port->place);
	port->link_id = 1;
	strcpy(port->link.name, DESK_LINK);
	for (unsigned i = 0; i < DESK_ADDRS; i++) {
		port->info.addrs[i] = (struct link_addr){desk_addrs[i], 0xffffff00,
							 desk_addrs[i] | 0xff};
		port->link.addrs[i] = port->info.addrs[i].addr;
		port->link.masks[i] = port->info.addrs[i].mask;
	}
	port->link.host = port->link.addrs;
	port->link.n_host = port->info.n_addrs;
	port->xdp_mode = "native";
	in->d.ports = port;
	in->d.host_addrs = port->link.addrs;
	in->d.n_host_addrs = port->info.n_addrs;
}

static void open_maps(struct daemon *d)
{
	struct fastpath_options options = {.slots = SLOTS, .templates = 64};
	enum fastpath_found found;
	char why[256];

	require(fastpath_open(&options, &d->fp, &found, why, sizeof(why)) == 0);
}

/* As daemon_start(), over maps that are there. */
static void come_up(struct desk_inside *in, enum fastpath_found found)
{
	struct daemon *d = &in->d;
	struct policy *gate;

	*d = (struct daemon){.config = d->config, .config_file = "desk", .fp = d->fp};
	d->base = event_base_new();
	d->leases = lease_table_new();
	require(d->base && d->leases && sweep_start(d) == 0 && collect_start(d) == 0);
	require(adopt(d, found) == 0);
	d->engine = engine_new(d->leases);
	require(d->engine && quiesce_start(d) == 0 && receive_start(d) == 0);
	require(gates_close(d, &d->config->model) == 0);
	require(engine_apply(d, d->config) == 0);
	require(gates_open(d) == 0);
	make_port(in);
	require(link_publish(d, &in->port) == 0);
	gate = &fastpath_policy(d->fp)[XDHCP_POLICY_GATES];
	*gate = (struct policy){.kind = XDHCP_POLICY_GATE, .answer_until = XDHCP_FOREVER};
	limits_apply(d);
	in->swept = boot_seconds();
	in->ends_before = in->desk.count.ends;
}

static void go_down(struct desk_inside *in)
{
	struct daemon *d = &in->d;

	receive_stop(d);
	template_index_free(d->templates);
	engine_free(d->engine);
	lease_table_free(d->leases);
	event_base_free(d->base);
	free(d->hits_logged);
	free(d->look_at);
	free(d->templates_made);
	gates_forget(d);
	usage_forget(d);
	in->n_socket = in->n_left = 0;
}

struct desk *desk_start(const char *yaml)
{
	struct config_errors errors = {0};
	struct config *config = NULL;
	int r = __real_config_load("desk", yaml, &config, &errors);
	struct desk_inside *in;

	config_errors_free(&errors);
	if (r < 0)
		return NULL;
	in = calloc(1, sizeof(*in));
	require(in && !the_desk);
	the_desk = in;
	__real_log_set_level(getenv("V") ? 7 : 0);
	oracle_reset();
	in->d.config = config;
	open_maps(&in->d);
	come_up(in, FASTPATH_FRESH);
	return &in->desk;
}

void desk_stop(struct desk *desk)
{
	struct desk_inside *in = inside(desk);

	desk->commits_fail = false;
	batch_forget(&in->d);
	quiesce_stop(&in->d);
	turn(in);
	go_down(in);
	fastpath_close(in->d.fp);
	config_free(in->d.config);
	the_desk = NULL;
	free(in);
}

/* What was under way is freed as at an orderly stop, and then has not been. */
static void kill_it(struct desk_inside *in)
{
	static struct slot slots[SLOTS];

	memcpy(slots, dry_maps.slots, sizeof(slots));
	in->desk.commits_fail = true;
	quiesce_stop(&in->d);
	memcpy(dry_maps.slots, slots, sizeof(slots));
}

void desk_restart(struct desk *desk, bool killed)
{
	struct desk_inside *in = inside(desk);
	uint32_t until = boot_seconds() + DAEMON_ORDERLY_UNATTENDED;

	if (!killed)
		desk_work(desk);
	batch_forget(&in->d);
	if (killed) {
		kill_it(in);
	} else {
		desk->commits_fail = false;
		commit_try_now(&in->d);
		quiesce_stop(&in->d);
		sweep_give_back(&in->d, until);
	}
	go_down(in);
	desk->commits_fail = false; /* or it would not start */
	come_up(in, FASTPATH_ADOPTED);
	desk->count.restarts++;
}

bool desk_reload(struct desk *desk, const char *yaml)
{
	struct desk_inside *in = inside(desk);
	char *text = NULL;
	int r;

	in->yaml = yaml;
	r = reload(&in->d, &text);
	free(text);
	return r == 0;
}

/* --- work --- */

void desk_put(struct desk *desk, const uint8_t *frame, size_t len)
{
	struct desk_inside *in = inside(desk);
	struct packet *packet;

	if (len > PACKET_FRAME)
		return;
	if (in->n_socket == SOCKET)
		desk_work(desk);
	packet = &in->socket[in->n_socket++];
	*packet = (struct packet){.len = len, .csum_not_ready = true};
	memcpy(packet->data, frame, len);
	desk->count.received++;
}

void desk_work(struct desk *desk)
{
	struct desk_inside *in = inside(desk);

	while (in->n_socket) {
		receive_readable(-1, 0, &in->port.inlets[PACKET_COMPLETES]);
		batch_is_over(in);
		check_fates(in);
	}
}

/* When nothing waits: each open slot is a bound lease's, with no more credit than is stored. */
static void check_rest(const struct daemon *d)
{
	struct lease *lease = lease_next(d->leases, 0);
	size_t open = 0, published = 0;

	for (; lease; lease = lease_after(d->leases, lease)) {
		const struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);
		const struct lease_row *row = oracle_row(lease->addr);

		require(lease->state != LEASE_CLOSING);
		require(lease->published == (slot && slot_is_open(slot)));
		published += lease->published;
		if (!lease->published)
			continue;
		require(lease->state == LEASE_BOUND && row && row->state == LEASE_BOUND);
		require(slot->generation == (uint32_t)lease->generation &&
			row->generation == lease->generation);
		require(!memcmp(slot->chaddr, lease->chaddr, sizeof(slot->chaddr)));
		require(slot_get_credit(slot) <= row->ack_until);
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		open += slot_is_open(&dry_maps.slots[i]);
	require(open == published && published == d->published);
}

void desk_settle(struct desk *desk)
{
	struct daemon *d = &inside(desk)->d;

	desk_work(desk);
	/* an ending lets deferred messages go on, which may begin others */
	turn(inside(desk));
	for (unsigned i = 0; i < 4 && (d->quiesce || d->template_epoch); i++) {
		quiesce_request(d);
		run_thread(inside(desk));
		turn(inside(desk));
	}
	if (!d->quiesce)
		check_rest(d);
}

void desk_pass(struct desk *desk, uint32_t seconds)
{
	struct desk_inside *in = inside(desk);
	struct daemon *d = &in->d;

	dry_clock += seconds * DRY_SECOND;
	quiesce_tick(d);
	collect_tick(d);
	ending_expire(d);
	commit_tick(d);
	if (boot_seconds() - in->swept >= sweep_period(d)) {
		in->swept = boot_seconds();
		sweep_begin(d);
	}
	turn(in);
}

/* --- XDP --- */

/* What the daemon says to it; the state stays. false: nothing can be said yet. */
static bool daemon_would(struct desk_inside *in, const uint8_t *frame, size_t len,
			 struct desk_reply *ret)
{
	static struct decision decision;
	static struct packet packet;
	static struct dhcp_msg msg;
	const struct counters count = in->d.count; /* it has not come in */
	bool admitted;
	int n = 0;

	ret->len = 0;
	packet = (struct packet){.len = len, .csum_not_ready = true};
	memcpy(packet.data, frame, len);
	admitted = batch_admit(&in->d, &in->port, &packet, boot_seconds(), &msg);
	in->d.count = count;
	if (!admitted)
		return true;
	__real_engine_decide(in->d.engine, &in->port.link, &msg, boot_seconds(), &decision);
	if (decision.kind == DECISION_REPLY)
		n = dhcp_reply_encode(&msg, &decision.reply, desk_mac, ret->data,
				      sizeof(ret->data));
	require(n >= 0);
	ret->len = (size_t)n;
	if (decision.has_change)
		engine_undo(in->d.engine, &decision.change);
	return decision.kind != DECISION_DEFER;
}

static void differs(const struct desk_reply *xdp, const struct desk_reply *daemon)
{
	size_t at = 0;

	while (at < xdp->len && at < daemon->len && xdp->data[at] == daemon->data[at])
		at++;
	wrong("XDP's %zu bytes and the daemon's %zu differ at %zu (%02x, %02x)", xdp->len,
	      daemon->len, at, at < xdp->len ? xdp->data[at] : 0,
	      at < daemon->len ? daemon->data[at] : 0);
}

bool desk_xdp(struct desk *desk, const uint8_t *frame, size_t len, struct desk_reply *ret_reply)
{
	static struct desk_reply said;
	static uint8_t out[PACKET_FRAME + 2048];
	struct dhcp_header header;
	size_t n;
	uint32_t action = dry_xdp(frame, len, out, sizeof(out), &n);

	if (action == XDP_PASS) {
		require(n == len && !memcmp(out, frame, len));
		desk->count.xdp_passes++;
		return false;
	}
	require(action == XDP_TX && n <= sizeof(ret_reply->data));
	memcpy(ret_reply->data, out, n);
	ret_reply->len = n;
	desk->count.xdp_acks++;
	memcpy(&header, frame + 42, sizeof(header));
	if (dhcp_get_addr(header.giaddr))
		desk->count.xdp_relayed++;
	else if (memcmp(frame + 6, header.chaddr, 6))
		desk->count.xdp_routed++;
	oracle_reply(out + 42, n - 42, true);
	if (!daemon_would(inside(desk), frame, len, &said))
		return true;
	desk->count.compared++;
	if (said.len != n || memcmp(said.data, out, n))
		differs(ret_reply, &said);
	return true;
}
