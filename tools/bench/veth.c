// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The veth rate: live frames from a generator at the clients' end, through the
 * veth to xdhcp at the server's end, its XDP_TX back to a counting sink at the
 * clients' end; against an XDP program that only swaps addresses and sends
 * back, in the same place, in turn. One CPU does all of it: generator, both
 * NAPI polls and sink.
 *
 * The rate is that of right frames that came back. Each one's xid, MAC, address
 * and cookie, and of one in 64 the UDP checksum, are looked at by the sink; what was lost (a full
 * ring of the veth) is counted from the difference of what was sent, what the program saw and what
 * came back.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "measure.h"

#define LIVE_BATCH    64
#define DRAIN_STEP_NS 5000000 /* nothing more has come for so long: nothing will */
#define FLOOD_TRIES   4	      /* a flood takes a hundred times as long as a test run */

struct flood {
	uint64_t sent, met, back; /* frames: sent, seen by the program, right ones come back */
	double mpps;
};

struct result {
	uint32_t clients;
	struct quartiles echo, xdhcp, ratio;
	uint64_t sent, lost_there, lost_back;
};

static uint64_t load(const __u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void clear_counters(struct bench_run *run, unsigned frames)
{
	run->failed = run->sent = run->start = run->end = 0;
	run->echoed = run->seen_echoes = run->seen_replies = run->seen_wrong = 0;
	run->left = frames;
}

/* Frames may still be on their way when the generator is done. */
static void drain(const struct bench_run *run)
{
	const struct timespec step = {.tv_nsec = DRAIN_STEP_NS};
	uint64_t seen = UINT64_MAX, now;

	for (;;) {
		now = load(&run->echoed) + load(&run->seen_echoes) + load(&run->seen_replies) +
		      load(&run->seen_wrong);
		if (now == seen)
			return;
		seen = now;
		nanosleep(&step, NULL);
	}
}

static int generate(struct measure *m, uint32_t clients)
{
	uint8_t frame[BENCH_FRAME];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = BENCH_FRAME,
		    .repeat = (int)m->frames, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = LIVE_BATCH);
	struct bench_run *run = m->run;
	int r;

	frame_build(FRAME_renewal, 0, m->xid, m->world.port.info.mac, frame);
	frame_load(run, frame, clients, m->xid);
	m->xid += m->frames;
	clear_counters(run, m->frames);
	run->ifindex = m->world.client_ifindex;
	r = bpf_prog_test_run_opts(bpf_program__fd(m->harness->progs.generate), &opts);
	if (r < 0)
		return bench_fail("live frames: %s", strerror(-r));
	drain(run);
	if (run->failed || run->sent != m->frames)
		return bench_fail("only %llu of %u frames could be generated",
				  (unsigned long long)run->sent, m->frames);
	return 0;
}

static int flood(struct measure *m, bool echo, uint32_t clients, struct flood *ret_flood)
{
	int program = echo ? bpf_program__fd(m->harness->progs.echo) : -1;
	const struct bench_run *run = m->run;
	struct verdicts before;
	struct flood f;

	if (world_attach(&m->world, program) < 0 || measure_verdicts(m, &before) < 0 ||
	    generate(m, clients) < 0 ||
	    measure_moved(m, &before, XDHCP_VERDICT_ack_renewing, echo ? 0 : UINT64_MAX, &f.met) <
		    0)
		return -1;
	if (echo)
		f.met = run->echoed;
	f.sent = run->sent;
	f.back = echo ? run->seen_echoes : run->seen_replies;
	if (run->seen_wrong || run->seen_echoes + run->seen_replies != f.back || f.back > f.met ||
	    f.met > f.sent || f.back == 0)
		return bench_fail("%s, %u clients: %llu sent, %llu met, %llu right and %llu wrong "
				  "came back",
				  echo ? "echo" : "xdhcp", clients, (unsigned long long)f.sent,
				  (unsigned long long)f.met, (unsigned long long)f.back,
				  (unsigned long long)run->seen_wrong);
	f.mpps = (double)f.back / (double)(run->end - run->start) * 1e3;
	*ret_flood = f;
	return 0;
}

static int flood_calmly(struct measure *m, bool echo, uint32_t clients, struct flood *ret_flood)
{
	for (unsigned tries = 1;; tries++) {
		bool calm = measure_calm(m);

		if (flood(m, echo, clients, ret_flood) < 0)
			return -1;
		if (calm && measure_calm(m))
			return 0;
		if (tries == FLOOD_TRIES) {
			m->disturbed++;
			return 0;
		}
		m->repeated++;
	}
}

static void add(struct result *result, const struct flood *f)
{
	result->sent += f->sent;
	result->lost_there += f->sent - f->met;
	result->lost_back += f->met - f->back;
}

static int alternate(struct measure *m, uint32_t clients, struct result *ret_result)
{
	static double echo[RUNS_MAX], xdhcp[RUNS_MAX], ratio[RUNS_MAX];
	struct result result = {.clients = clients};

	for (unsigned i = 0; i < m->alternations; i++) {
		struct flood f[2]; /* by `echo` */
		bool first = i % 2;

		if (flood_calmly(m, first, clients, &f[first]) < 0 ||
		    flood_calmly(m, !first, clients, &f[!first]) < 0)
			return -1;
		echo[i] = f[true].mpps;
		xdhcp[i] = f[false].mpps;
		ratio[i] = xdhcp[i] / echo[i];
		add(&result, &f[0]);
		add(&result, &f[1]);
	}
	result.echo = quartiles(echo, m->alternations);
	result.xdhcp = quartiles(xdhcp, m->alternations);
	result.ratio = quartiles(ratio, m->alternations);
	*ret_result = result;
	return 0;
}

static json_t *report(const struct result *r)
{
	printf("  %9u %8.2f (%.2f-%.2f) %8.2f (%.2f-%.2f) %8.3f (%.3f-%.3f)   %llu + %llu of "
	       "%llu\n",
	       r->clients, r->xdhcp.median, r->xdhcp.q1, r->xdhcp.q3, r->echo.median, r->echo.q1,
	       r->echo.q3, r->ratio.median, r->ratio.q1, r->ratio.q3,
	       (unsigned long long)r->lost_there, (unsigned long long)r->lost_back,
	       (unsigned long long)r->sent);
	return json_pack("{s:i, s:o, s:o, s:o, s:I, s:I, s:I}", "clients", (int)r->clients,
			 "xdhcp_mpps", quartiles_json(&r->xdhcp), "echo_mpps",
			 quartiles_json(&r->echo), "ratio", quartiles_json(&r->ratio), "sent",
			 (json_int_t)r->sent, "lost_there", (json_int_t)r->lost_there, "lost_back",
			 (json_int_t)r->lost_back);
}

int measure_veth(struct measure *m, json_t *ret_json)
{
	const uint32_t clients[] = {1, 1000, m->clients};
	struct bpf_link *sink;
	json_t *rows = json_array();
	struct result result;

	json_object_set_new(ret_json, "veth",
			    json_pack("{s:i, s:i, s:o}", "alternations", (int)m->alternations,
				      "frames", (int)m->frames, "rows", rows));
	if (world_bind(&m->world, m->clients) < 0)
		return -1;
	sink = bpf_program__attach_xdp(m->harness->progs.sink, (int)m->world.client_ifindex);
	if (!sink)
		return bench_fail("the sink cannot be attached");
	printf("veth, live frames, one CPU for everything: median of %u alternations of %u "
	       "frames\n",
	       m->alternations, m->frames);
	printf("  %9s %20s %20s %22s   %s\n", "clients", "xdhcp Mpps", "XDP echo Mpps",
	       "xdhcp / echo", "lost there + back");
	for (unsigned i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		if (i > 0 && clients[i] <= clients[i - 1])
			continue;
		if (alternate(m, clients[i], &result) < 0) {
			bpf_link__destroy(sink);
			return -1;
		}
		json_array_append_new(rows, report(&result));
	}
	putchar('\n');
	bpf_link__destroy(sink);
	return world_attach(&m->world, -1);
}
