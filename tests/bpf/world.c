// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See world.h. Form and decoding are the daemon's own (proto/), so that every
 * hit also says that both sides hash alike; sums and expected frames are made here.
 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include <form.h>
#include "net/directory.h"
#include "proto/form.h"
#include "proto/message.h"
#include "proto/reply.h"
#include "wire.h"

uint32_t world_verdict_action(enum xdhcp_verdict verdict)
{
	return verdict < XDHCP_VERDICT_FIRST_PASS   ? XDP_TX
	       : verdict < XDHCP_VERDICT_FIRST_DROP ? XDP_PASS
						    : XDP_DROP;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *map_memory(const struct bpf_map *map)
{
	size_t page = 4096, value = (bpf_map__value_size(map) + 7) & ~7u;
	size_t len = (value * bpf_map__max_entries(map) + page - 1) & ~(page - 1);
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		die(bpf_map__name(map));
	return p;
}

void world_open(struct world *w)
{
	world_open_patched(w, NULL);
}

void world_open_patched(struct world *w, void (*patch)(struct bpf_insn *insns, size_t n))
{
	uint32_t shift;

	memset(w, 0, sizeof(*w));
	w->skel = xdhcp_bpf__open();
	if (!w->skel || bpf_map__set_max_entries(w->skel->maps.leases, WORLD_SLOTS) ||
	    bpf_map__set_max_entries(w->skel->maps.blocks, directory_places(WORLD_SLOTS, &shift)) ||
	    bpf_map__set_max_entries(w->skel->maps.templates, WORLD_TEMPLATES))
		die("xdhcp_bpf__open");
	if (patch) /* libbpf keeps the instructions in memory of its own until the load */
		patch((struct bpf_insn *)(uintptr_t)bpf_program__insns(w->skel->progs.xdhcp),
		      bpf_program__insn_cnt(w->skel->progs.xdhcp));
	if (xdhcp_bpf__load(w->skel))
		die("xdhcp_bpf__load (these tests need root)");
	w->prog = bpf_program__fd(w->skel->progs.xdhcp);
	w->slots = map_memory(w->skel->maps.leases);
	w->blocks = map_memory(w->skel->maps.blocks);
	w->templates = map_memory(w->skel->maps.templates);
	w->policy = map_memory(w->skel->maps.policy);
	w->meta = map_memory(w->skel->maps.data_meta);
	w->cpus = libbpf_num_possible_cpus();
	w->per_cpu = calloc((size_t)w->cpus, sizeof(*w->per_cpu));
	if (w->cpus < 1 || !w->per_cpu)
		die("CPUs");
	w->slot = &w->slots[WORLD_FIRST + (WORLD_ADDR & 0xff)];
	w->template = &w->templates[WORLD_TEMPLATE];
	w->link = &w->policy[WORLD_LINK_AT];
	w->scope = &w->policy[WORLD_SCOPE_AT];
	w->client = (struct packet_host){{2, 0, 0, 0x11, 0x22, 0x33}, 0};
	w->server = (struct packet_host){{2, 0, 0, 0xaa, 0xbb, 0xcc}, WORLD_SERVER_ADDR};
	world_reset(w);
	world_verdicts(w, &w->counted);
}

void world_close(struct world *w)
{
	xdhcp_bpf__destroy(w->skel);
	free(w->per_cpu);
}

uint32_t world_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint32_t)t.tv_sec;
}

void world_reset(struct world *w)
{
	uint32_t shift, places = directory_places(WORLD_SLOTS, &shift);

	memset(w->blocks, 0, places * sizeof(*w->blocks));
	memset(w->slots, 0, WORLD_SLOTS * sizeof(*w->slots));
	memset(w->templates, 0, WORLD_TEMPLATES * sizeof(*w->templates));
	memset(w->policy, 0, XDHCP_POLICY_ENTRIES * sizeof(*w->policy));
	*w->meta = (struct meta){
		.abi = XDHCP_ABI_VERSION,
		.slots = WORLD_SLOTS,
		.block_shift = shift,
		.hash_key = {0x0123456789abcdefull, 0xfedcba9876543211ull},
	};
	if (directory_add(w->blocks, shift, WORLD_ADDR, WORLD_FIRST) < 0)
		die("blocks");

	w->policy[XDHCP_POLICY_GATES] = (struct policy){
		.kind = XDHCP_POLICY_GATE,
		.answer_until = XDHCP_FOREVER,
	};
	*w->scope = (struct policy){.kind = XDHCP_POLICY_SCOPE, .id = 3};
	*w->link = (struct policy){
		.kind = XDHCP_POLICY_LINK,
		.ifindex = WORLD_IFINDEX,
		.link = WORLD_LINK,
	};
	memcpy(w->link->mac, w->server.mac, 6);
	packet_put32(w->link->addrs[0], WORLD_SERVER_ADDR);
	packet_put32(w->link->addrs[5], WORLD_SECOND_ADDR);
	packet_put32(w->link->broadcasts[0], WORLD_BROADCAST);
	world_template(w, NULL, 0);

	packet_put32(w->slot->addr, WORLD_ADDR);
	memcpy(w->slot->chaddr, w->client.mac, 6);
	w->slot->link = WORLD_LINK;
	w->slot->generation = 1;
	w->slot->ack_until = world_now() + 3 * WORLD_LIFETIME;
}

/* --- forms --- */

uint64_t world_form(const struct world *w, const uint8_t *frame, size_t len)
{
	const uint64_t key[2] = {w->meta->hash_key[0], w->meta->hash_key[1]};
	struct dhcp_ingress in = {.ifindex = WORLD_IFINDEX, .link = WORLD_LINK};
	struct dhcp_msg msg;

	if (dhcp_decode(frame, len, &in, &msg) != DHCP_DECODE_ok)
		return 0;
	return dhcp_form(&msg, key);
}

void world_learn(struct world *w, const struct packet *request)
{
	uint8_t frame[PACKET_MAX];
	size_t len = packet_build(request, frame, sizeof(frame));
	uint64_t form = world_form(w, frame, len);

	assert_true(form != 0);
	w->slot->forms[0] = form_word(form, WORLD_TEMPLATE);
}

/* --- template and tail --- */

/* RFC 1071 over native words, as abi.h stores sums. */
static uint16_t native_sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i += 2) {
		uint8_t pair[2] = {p[i], i + 1 < len ? p[i + 1] : 0};
		uint16_t word;

		memcpy(&word, pair, 2);
		sum += word;
	}
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void template_sum(struct template *t)
{
	static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63};
	uint16_t sum = native_sum(t->siaddr, 4, 0);

	sum = native_sum(t->sname, sizeof(t->sname), sum);
	sum = native_sum(t->file, sizeof(t->file), sum);
	sum = native_sum(cookie, 4, sum);
	t->sum = native_sum(t->options, t->options_len, sum);
}

void world_template_option(struct world *w, uint8_t code, const void *data, size_t len)
{
	struct template *t = w->template;

	assert_true(t->options_len + 2 + len <= XDHCP_TEMPLATE_OPTIONS_MAX);
	t->options[t->options_len] = code;
	t->options[t->options_len + 1] = (uint8_t)len;
	if (len)
		memcpy(t->options + t->options_len + 2, data, len);
	t->options_len += 2 + len;
	template_sum(t);
}

void world_template(struct world *w, const uint8_t *more, size_t len)
{
	struct template *t = w->template;
	uint8_t server[4], lifetime[4], type = DHCP_ACK;

	packet_put32(server, WORLD_SERVER_ADDR);
	packet_put32(lifetime, WORLD_LIFETIME);
	*t = (struct template){.lifetime = WORLD_LIFETIME, .gate = WORLD_SCOPE_AT};
	memcpy(t->server_id, server, 4);
	world_template_option(w, DHO_MESSAGE_TYPE, &type, 1);
	world_template_option(w, DHO_SERVER_IDENTIFIER, server, 4);
	world_template_option(w, DHO_LEASE_TIME, lifetime, 4);
	if (len) {
		assert_true(t->options_len + len <= XDHCP_TEMPLATE_OPTIONS_MAX);
		memcpy(t->options + t->options_len, more, len);
		t->options_len += len;
	}
	template_sum(t);
}

void world_tail(struct world *w, enum xdhcp_tail_piece piece, uint8_t code, int len)
{
	struct slot *s = w->slot;
	uint8_t at = piece ? s->tail_end[piece - 1] : 0;
	uint8_t *p = s->tail + at;
	size_t whole = len < 0 ? 0 : 2 + (size_t)len;

	assert_true(at + whole <= XDHCP_TAIL_MAX);
	if (len >= 0) {
		p[0] = code;
		p[1] = (uint8_t)len;
		for (int i = 0; i < len; i++)
			p[2 + i] = (uint8_t)(code * 31 + i * 7 + 0x81);
	}
	s->tail_end[piece] = (uint8_t)(at + whole);
	s->tail_sum[piece] = native_sum(s->tail, at + whole, 0);
}

void world_sums(struct world *w)
{
	struct slot *s = w->slot;

	template_sum(w->template);
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++)
		s->tail_sum[i] = native_sum(s->tail, s->tail_end[i], 0);
}

/* --- running --- */

void world_verdicts(const struct world *w, struct verdicts *ret)
{
	uint32_t key = 0;
	uint64_t *sum = (uint64_t *)ret;

	if (bpf_map__lookup_elem(w->skel->maps.verdicts, &key, sizeof(key), w->per_cpu,
				 sizeof(*w->per_cpu) * (size_t)w->cpus, 0))
		die("verdicts");
	memset(ret, 0, sizeof(*ret));
	for (int cpu = 0; cpu < w->cpus; cpu++)
		for (int i = 0; i < XDHCP_VERDICT_COUNT; i++)
			sum[i] += ((const uint64_t *)&w->per_cpu[cpu])[i];
}

static enum xdhcp_verdict moved(const struct verdicts *before, const struct verdicts *after)
{
	const uint64_t *b = (const uint64_t *)before, *a = (const uint64_t *)after;
	enum xdhcp_verdict verdict = XDHCP_VERDICT_COUNT;
	uint64_t n = 0;

	for (int i = 0; i < XDHCP_VERDICT_COUNT; i++) {
		n += a[i] - b[i];
		if (a[i] != b[i])
			verdict = (enum xdhcp_verdict)i;
	}
	if (n != 1)
		fail_msg("%llu verdicts for one frame", (unsigned long long)n);
	return verdict;
}

static int run(struct world *w, const uint8_t *frame, size_t len, struct xdp_md *ctx,
	       struct outcome *ret_outcome)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .data_out = ret_outcome->frame, .data_size_out = sizeof(ret_outcome->frame),
		    .repeat = 1, .ctx_in = ctx, .ctx_size_in = ctx ? sizeof(*ctx) : 0);
	struct verdicts now;
	int r = bpf_prog_test_run_opts(w->prog, &opts);

	if (r < 0)
		return r;
	world_verdicts(w, &now);
	ret_outcome->verdict = moved(&w->counted, &now);
	w->counted = now;
	ret_outcome->action = opts.retval;
	ret_outcome->len = opts.data_size_out;
	return 0;
}

void world_run(struct world *w, const uint8_t *frame, size_t len, struct outcome *ret_outcome)
{
	int r = run(w, frame, len, NULL, ret_outcome);

	if (r)
		fail_msg("test_run of %zu bytes: %s", len, strerror(-r));
}

int world_run_split(struct world *w, const uint8_t *frame, size_t len, size_t first,
		    struct outcome *ret_outcome)
{
	struct xdp_md ctx = {.data_end = (uint32_t)first};

	return run(w, frame, len, &ctx, ret_outcome);
}

void world_run_packet(struct world *w, const struct packet *p, struct outcome *ret_outcome)
{
	uint8_t frame[2 * PACKET_MAX];
	size_t len = packet_build(p, frame, sizeof(frame));

	world_run(w, frame, len, ret_outcome);
}

/* --- the right answer, by RFC 2131 4.1 and table 3 --- */

/* Option 82 among `len` bytes of options, whole; NULL: there is none. */
static const uint8_t *find_agent(const uint8_t *options, size_t len)
{
	for (size_t at = 0; at + 2 <= len && options[at] != DHO_END;) {
		if (options[at] == DHO_RELAY_AGENT && at + 2 + options[at + 1] <= len)
			return options + at;
		at += options[at] == DHO_PAD ? 1 : 2u + options[at + 1];
	}
	return NULL;
}

size_t world_expected(const struct world *w, const struct packet *request, uint8_t *frame,
		      size_t cap)
{
	const struct template *t = w->template;
	const struct slot *s = w->slot;
	struct packet p = packet_request(&w->server);
	bool ours = request->ip_dst == WORLD_SERVER_ADDR || request->ip_dst == WORLD_SECOND_ADDR;
	const uint8_t *agent = find_agent(request->options, request->options_len);

	p.op = DHCP_BOOTREPLY;
	p.frag = 0x4000;
	p.sport = DHCP_SERVER_PORT;
	p.dport = DHCP_CLIENT_PORT;
	p.xid = request->xid;
	p.flags = request->flags;
	p.ciaddr = request->ciaddr;
	p.yiaddr = WORLD_ADDR;
	p.siaddr = packet_get32(t->siaddr);
	p.giaddr = request->giaddr;
	memcpy(p.chaddr, s->chaddr, 6);
	memcpy(p.sname, t->sname, sizeof(p.sname));
	memcpy(p.file, t->file, sizeof(p.file));
	p.ip_src = ours ? request->ip_dst : packet_get32(t->server_id);
	memcpy(p.eth_dst, request->eth_src, 6);
	if (request->giaddr) {
		p.ip_dst = request->giaddr;
		p.dport = t->to_sport && request->sport ? request->sport : DHCP_SERVER_PORT;
	} else if (request->ciaddr) {
		p.ip_dst = request->ciaddr;
	} else if (request->flags & DHCP_FLAG_BROADCAST) {
		p.ip_dst = 0xffffffff;
		memset(p.eth_dst, 0xff, 6);
	} else {
		p.ip_dst = WORLD_ADDR;
	}
	packet_raw(&p, t->options, t->options_len);
	if (t->tail_first < t->tail_last) {
		uint8_t from = t->tail_first ? s->tail_end[t->tail_first - 1] : 0;

		packet_raw(&p, s->tail + from, (size_t)(s->tail_end[t->tail_last - 1] - from));
	}
	if (agent) /* RFC 3046 2.2: "the last option in the packet" */
		packet_raw(&p, agent, 2u + agent[1]);
	return packet_build(&p, frame, cap);
}

size_t world_expected_for(const struct world *w, const uint8_t *request, uint8_t *frame, size_t cap)
{
	struct packet p = {
		.sport = packet_get16(request + PACKET_UDP),
		.giaddr = packet_get32(request + PACKET_GIADDR),
		.xid = packet_get32(request + PACKET_XID),
		.flags = packet_get16(request + PACKET_FLAGS),
		.ciaddr = packet_get32(request + PACKET_CIADDR),
		.ip_dst = packet_get32(request + PACKET_IP + 16),
	};

	memcpy(p.eth_src, request + 6, 6);
	packet_raw(&p, request + PACKET_OPTIONS,
		   packet_get16(request + PACKET_IP + 2) - (size_t)(PACKET_OPTIONS - PACKET_IP));
	return world_expected(w, &p, frame, cap);
}

/* --- what the daemon would send --- */

size_t world_encoded(const struct world *w, const uint8_t *request, size_t len, uint8_t *frame,
		     size_t cap)
{
	const struct template *t = w->template;
	struct dhcp_ingress in = {.csum_not_ready = true};
	struct dhcp_reply reply = {.type = DHCP_ACK, .options_len = t->options_len};
	static struct dhcp_msg msg;
	int n;

	assert_int_equal(dhcp_decode(request, len, &in, &msg), DHCP_DECODE_ok);
	if (msg.ip_dst == WORLD_SERVER_ADDR || msg.ip_dst == WORLD_SECOND_ADDR)
		msg.in.our_addr = msg.ip_dst;
	reply.ciaddr = msg.ciaddr;
	reply.yiaddr = WORLD_ADDR;
	reply.siaddr = packet_get32(t->siaddr);
	reply.server_id = reply.source = packet_get32(t->server_id);
	memcpy(reply.sname, t->sname, sizeof(reply.sname));
	memcpy(reply.file, t->file, sizeof(reply.file));
	memcpy(reply.options, t->options, t->options_len);
	for (int i = t->tail_first; i < t->tail_last; i++) {
		uint8_t from = i ? w->slot->tail_end[i - 1] : 0;

		reply.tail[i].len = (uint16_t)(w->slot->tail_end[i] - from);
		memcpy(reply.tail[i].data, w->slot->tail + from, reply.tail[i].len);
	}
	n = dhcp_reply_encode(&msg, &reply, w->server.mac, frame, cap);
	assert_true(n > 0);
	return (size_t)n;
}
