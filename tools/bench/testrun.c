// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ns a hit and a pass, by BPF_PROG_TEST_RUN: the harness (harness.bpf.c) writes
 * the request anew each time and tail-calls the program. Every variant runs once a round, in
 * turn forwards and backwards, so that a machine that becomes slower or faster does it
 * to all of them; of each the median over the rounds counts.
 *
 * Time is the CPU time of this thread, which has no part in what preempts it,
 * less that of a call with next to no iterations; the kernel's own figure is whole ns.
 *
 * A variant's cost is its time less that of the same harness without the
 * program. The unit is restore less noop: what it costs to make one packet
 * once, its length included, since the harness does that the same way for all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "measure.h"

#define IP_ADDRS   26
#define UDP_PORTS  34
#define NAME_WIDTH 58

enum program { NOOP, REWRITE, RESTORE, RESTORE_CLIENT, RESTORE_SHAPE, RESTORE_SECOND };
enum target { TARGET_NONE, TARGET_ECHO, TARGET_XDHCP };
enum clients { ONE, THOUSAND, MANY };

struct variant {
	const char *name, *help;
	enum program program;
	enum target target;
	enum clients clients;
	enum frame_kind kind;
	const char *base; /* the same without the program; NULL: not to be subtracted */
};

/* One client's frame of a kind, which says itself what it is. */
#define HIT(kind)                                                                       \
	{                                                                               \
		"hit_" #kind, NULL, RESTORE, TARGET_XDHCP, ONE, FRAME_##kind, "restore" \
	}
#define PASS(kind)                                                                       \
	{                                                                                \
		"pass_" #kind, NULL, RESTORE, TARGET_XDHCP, ONE, FRAME_##kind, "restore" \
	}

static const struct variant variants[] = {
	{"noop", "nothing", NOOP, TARGET_NONE, ONE, FRAME_renewal, NULL},
	{"rewrite", "writing the request alone", REWRITE, TARGET_NONE, ONE, FRAME_renewal, "noop"},
	{"restore", "resetting the frame and writing the request: the unit", RESTORE, TARGET_NONE,
	 ONE, FRAME_renewal, "noop"},
	{"restore_client", "... one of 1,000 clients'", RESTORE_CLIENT, TARGET_NONE, THOUSAND,
	 FRAME_renewal, "noop"},
	{"restore_shape", "... of 8 shapes", RESTORE_SHAPE, TARGET_NONE, THOUSAND, FRAME_renewal,
	 "noop"},
	{"restore_second", "... and making a grant forgotten", RESTORE_SECOND, TARGET_NONE, ONE,
	 FRAME_renewal, "noop"},
	{"echo", "bare swap and TX", RESTORE, TARGET_ECHO, ONE, FRAME_renewal, "restore"},
	{"hit_warm", "hit, 1 client", RESTORE, TARGET_XDHCP, ONE, FRAME_renewal, "restore"},
	{"hit_second", "hit, 1 client, each in a second of its own", RESTORE_SECOND, TARGET_XDHCP,
	 ONE, FRAME_renewal, "restore_second"},
	{"hit_1000", "hit, 1,000 clients at random", RESTORE_CLIENT, TARGET_XDHCP, THOUSAND,
	 FRAME_renewal, "restore_client"},
	{"hit_shapes", "hit, 1,000 clients at random, of 8 shapes", RESTORE_SHAPE, TARGET_XDHCP,
	 THOUSAND, FRAME_renewal, "restore_shape"},
	{"hit_many", "hit", RESTORE_CLIENT, TARGET_XDHCP, MANY, FRAME_renewal, "restore_client"},
	HIT(vlan),
	HIT(qinq),
	HIT(relayed),
	HIT(routed),
	PASS(discover),
	PASS(unknown_form),
	PASS(unknown_address),
	PASS(dns),
	PASS(tcp),
	PASS(ipv6),
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static double samples[VARIANTS][RUNS_MAX], calls[RUNS_MAX];
static size_t reply_bytes; /* of the last plain hit */

static unsigned variant_at(const char *name)
{
	unsigned i = 0;

	while (strcmp(variants[i].name, name) != 0)
		i++;
	return i;
}

/* Is each iteration another client's? */
static bool of_clients(const struct variant *v)
{
	return v->program == RESTORE_CLIENT || v->program == RESTORE_SHAPE;
}

static uint32_t clients_of(const struct measure *m, const struct variant *v)
{
	return v->clients == MANY ? m->clients : v->clients == THOUSAND ? 1000 : 1;
}

static bool is_left_out(const struct measure *m, const struct variant *v)
{
	return v->clients == MANY && m->clients <= 1000;
}

/* --- one run --- */

static struct bpf_program *program_of(const struct measure *m, enum program program)
{
	switch (program) {
	case NOOP:
		return m->harness->progs.noop;
	case REWRITE:
		return m->harness->progs.rewrite;
	case RESTORE:
		return m->harness->progs.restore;
	case RESTORE_CLIENT:
		return m->harness->progs.restore_client;
	case RESTORE_SHAPE:
		return m->harness->progs.restore_shape;
	case RESTORE_SECOND:
		return m->harness->progs.restore_second;
	}
	return NULL;
}

static int set_target(struct measure *m, enum target target)
{
	int fd = target == TARGET_ECHO ? bpf_program__fd(m->harness->progs.echo) : m->world.program;
	int map = bpf_map__fd(m->harness->maps.target), r;
	uint32_t zero = 0;

	if (target == TARGET_NONE) {
		r = bpf_map_delete_elem(map, &zero);
		r = r == -ENOENT ? 0 : r;
	} else {
		r = bpf_map_update_elem(map, &zero, &fd, BPF_ANY);
	}
	return r < 0 ? bench_fail("the harness cannot call the program: %s", strerror(-r)) : 0;
}

struct output {
	uint8_t frame[WORLD_REPLY_MAX];
	uint32_t len, action;
};

/* Runs a program on a frame that came in at the server's end. Its CPU time in ns; < 0: said why. */
static double test_run(struct measure *m, enum program program, unsigned iterations,
		       const uint8_t *frame, struct output *ret_output)
{
	struct xdp_md in = {.data_end = BENCH_FRAME, .ingress_ifindex = m->world.port.info.ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = BENCH_FRAME,
		    .data_out = ret_output->frame, .data_size_out = sizeof(ret_output->frame),
		    .ctx_in = &in, .ctx_size_in = sizeof(in), .repeat = (int)iterations);
	int fd = bpf_program__fd(program_of(m, program));
	double before = measure_cpu_ns(), after;
	int r = bpf_prog_test_run_opts(fd, &opts);

	after = measure_cpu_ns();
	if (r < 0)
		return bench_fail("BPF_PROG_TEST_RUN: %s", strerror(-r));
	ret_output->len = opts.data_size_out;
	ret_output->action = opts.retval;
	return after - before;
}

/* --- was it what it should have been? --- */

static void swap(uint8_t *at, size_t len)
{
	uint8_t first[8];

	memcpy(first, at, len);
	memcpy(at, at + len, len);
	memcpy(at + len, first, len);
}

/* What must have come out of the last iteration, whose request was `frame`. */
static size_t expected(struct measure *m, const struct variant *v, const uint8_t *frame,
		       uint8_t out[WORLD_REPLY_MAX])
{
	if (v->target == TARGET_XDHCP && frame_is_answered(v->kind)) {
		size_t len = world_answer(&m->world, frame, out);

		if (v->kind == FRAME_renewal)
			reply_bytes = len;
		return len;
	}
	memcpy(out, frame, BENCH_FRAME);
	if (v->target == TARGET_ECHO) {
		swap(out, 6);
		swap(out + IP_ADDRS, 4);
		swap(out + UDP_PORTS, 2);
	}
	return BENCH_FRAME;
}

static int check_output(struct measure *m, const struct variant *v, uint32_t last_xid,
			struct output *output)
{
	uint32_t client = bench_client(last_xid, clients_of(m, v));
	bool passes = v->target == TARGET_XDHCP && !frame_is_answered(v->kind);
	uint32_t action = passes ? XDP_PASS : XDP_TX;
	uint8_t frame[BENCH_FRAME], wanted[WORLD_REPLY_MAX];
	size_t len;

	if (!of_clients(v))
		client = frame_client(v->kind);
	frame_build_shape(v->kind, client, v->program == RESTORE_SHAPE ? client % BENCH_SHAPES : 0,
			  last_xid, m->world.port.info.mac, frame);
	len = expected(m, v, frame, wanted);
	if (output->action != action)
		return bench_fail("%s: action %u, not %u", v->name, output->action, action);
	if (output->len != len || memcmp(output->frame, wanted, len) != 0)
		return bench_fail("%s: %u bytes came out that are not the %zu expected", v->name,
				  output->len, len);
	return 0;
}

/* Was the grant forgotten each time, and given again by each hit? */
static int check_grant(struct measure *m, const struct variant *v)
{
	const struct slot *slot = fastpath_slot(m->world.d.fp, FRAMES_BASE, false, NULL);
	uint32_t last, granted_until;

	if (v->program != RESTORE_SECOND)
		return 0;
	slot_grant(slot, &last, &granted_until);
	if ((last != 0 && granted_until > last) != (v->target == TARGET_XDHCP))
		return bench_fail("%s: last grant at %u", v->name, last);
	return 0;
}

static int check_verdicts(struct measure *m, const struct variant *v, const struct verdicts *before)
{
	bool counted = v->target == TARGET_XDHCP;

	return measure_moved(m, before, frame_verdict(v->kind), counted ? m->iterations : 0, NULL);
}

/* --- all runs --- */

static int run_variant(struct measure *m, const struct variant *v, double *ret_ns)
{
	uint32_t first = of_clients(v) ? m->xid : 1;
	uint32_t last = of_clients(v) ? first + m->iterations - 1 : first;
	static struct output output;
	uint8_t frame[BENCH_FRAME];
	struct verdicts before;
	double ns;

	frame_build(v->kind, frame_client(v->kind), first, m->world.port.info.mac, frame);
	frame_load(m->run, frame, clients_of(m, v), first);
	m->run->failed = 0;
	if (set_target(m, v->target) < 0 || measure_verdicts(m, &before) < 0)
		return -1;
	ns = test_run(m, v->program, m->iterations, frame, &output);
	m->xid += m->iterations;
	if (ns < 0)
		return -1;
	if (m->run->failed)
		return bench_fail("%s: %llu frames could not be restored", v->name,
				  (unsigned long long)m->run->failed);
	if (check_verdicts(m, v, &before) < 0 || check_output(m, v, last, &output) < 0 ||
	    check_grant(m, v) < 0)
		return bench_fail("%s does not do what is to be measured", v->name);
	*ret_ns = ns;
	return 0;
}

/* Until it was calm, or tried often enough. */
static int run_calmly(struct measure *m, const struct variant *v, double *ret_ns)
{
	for (unsigned tries = 1;; tries++) {
		bool calm = measure_calm(m);

		if (run_variant(m, v, ret_ns) < 0)
			return -1;
		if (calm && measure_calm(m))
			return 0;
		if (tries == MEASURE_TRIES) {
			m->disturbed++;
			return 0;
		}
		m->repeated++;
	}
}

static int run_round(struct measure *m, unsigned round)
{
	static struct output output;
	uint8_t frame[BENCH_FRAME] = {0};

	for (unsigned i = 0; i < VARIANTS; i++) {
		unsigned at = round % 2 ? (unsigned)VARIANTS - 1 - i : i;

		if (is_left_out(m, &variants[at]))
			continue;
		if (run_calmly(m, &variants[at], &samples[at][round]) < 0)
			return -1;
	}
	/* two, since the kernel prepares itself for more than one */
	calls[round] = test_run(m, NOOP, 2, frame, &output);
	return calls[round] < 0 ? -1 : 0;
}

/* --- the result --- */

static void describe(const struct measure *m, const struct variant *v, char *text, size_t len)
{
	if (v->clients == MANY)
		snprintf(text, len, "%s, %u clients at random", v->help, clients_of(m, v));
	else if (v->help)
		snprintf(text, len, "%s", v->help);
	else
		snprintf(text, len, "%s, %s", frame_is_answered(v->kind) ? "hit" : "pass",
			 frame_help(v->kind));
}

static json_t *report_row(const struct measure *m, const struct variant *v,
			  const struct quartiles *ns, double cost, double unit)
{
	char text[96];

	describe(m, v, text, sizeof(text));
	printf("  %-*s %8.1f (%6.1f-%6.1f)", NAME_WIDTH, text, ns->median, ns->q1, ns->q3);
	if (v->base)
		printf(" %8.1f %6.2f", cost, cost / unit);
	putchar('\n');
	return json_pack("{s:s, s:s, s:i, s:o, s:s?, s:f, s:f}", "name", v->name, "text", text,
			 "clients", (int)clients_of(m, v), "ns", quartiles_json(ns), "base",
			 v->base, "cost_ns", cost, "units", cost / unit);
}

static void report(const struct measure *m, json_t *ret_json)
{
	struct quartiles q[VARIANTS];
	double call = quartiles(calls, m->runs).median, unit;
	json_t *rows = json_array();

	for (unsigned i = 0; i < VARIANTS; i++) {
		for (unsigned r = 0; r < m->runs; r++)
			samples[i][r] = (samples[i][r] - call) / m->iterations;
		q[i] = quartiles(samples[i], m->runs);
	}
	unit = q[variant_at("restore")].median - q[variant_at("noop")].median;
	printf("Test runs: requests of %d bytes, replies of %zu; median of %u runs of %u "
	       "iterations "
	       "each, the variants in turn\n",
	       BENCH_FRAME, reply_bytes, m->runs, m->iterations);
	printf("  %-*s %8s %15s %8s %6s\n", NAME_WIDTH, "", "ns", "(quartiles)", "cost ns",
	       "units");
	for (unsigned i = 0; i < VARIANTS; i++) {
		const char *base = variants[i].base;
		double cost = base ? q[i].median - q[variant_at(base)].median : 0;

		if (!is_left_out(m, &variants[i]))
			json_array_append_new(rows, report_row(m, &variants[i], &q[i], cost, unit));
	}
	printf("  one unit: %.2f ns, the request restored less nothing done\n\n", unit);
	json_object_set_new(ret_json, "testrun",
			    json_pack("{s:i, s:i, s:i, s:i, s:f, s:o}", "request_bytes",
				      BENCH_FRAME, "reply_bytes", (int)reply_bytes, "runs",
				      (int)m->runs, "iterations", (int)m->iterations, "unit_ns",
				      unit, "rows", rows));
}

int measure_testrun(struct measure *m, json_t *ret_json)
{
	uint32_t slot;

	if (world_bind(&m->world, m->clients) < 0 || world_learn_shapes(&m->world, 1000) < 0 ||
	    world_bind_elsewhere(&m->world) < 0)
		return -1;
	for (uint32_t i = 0; i < BENCH_SHAPES; i++) {
		uint8_t frame[BENCH_FRAME];

		frame_build_shape(FRAME_renewal, 0, i, 1, m->world.port.info.mac, frame);
		memcpy(m->run->shapes[i], frame, BENCH_FRAME);
	}
	if (!fastpath_slot(m->world.d.fp, FRAMES_BASE, false, &slot))
		return bench_fail("client 0 has no slot");
	m->run->slot = slot;
	for (unsigned round = 0; round < m->runs; round++)
		if (run_round(m, round) < 0)
			return -1;
	report(m, ret_json);
	return 0;
}
