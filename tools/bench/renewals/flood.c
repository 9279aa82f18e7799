// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See flood.h. */
#include "flood.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../loadgen/loadgen.h"
#include "traffic.h"

#include "tools/bench/renewals/traffic.skel.h"

#define BATCH_FRAMES 64
#define CHUNK	     (1 << 16) /* iterations of one call, those that wait included */
#define SLEEP_FROM_NS                                                               \
	100000 /* so far apart that sleeping between frames is better than spinning \
		*/
#define QUIET_NS	 300000000 /* nothing has come for so long: nothing will */
#define CHECKED_ONE_IN	 64
#define TIMED_ONE_IN	 16
#define TIMED_ALL_TO_PPS 20000
#define NS		 1000000000ull

struct flood {
	struct traffic_bpf *bpf;
	struct traffic *run;
	int ifindex;
	uint32_t program_before; /* id of what was attached; 0: nothing */
	uint8_t frame[TRAFFIC_WORDS * 8];
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "renewals: %s: %s\n", what, strerror(error));
	return -1;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = {(time_t)(ns / NS), (long)(ns % NS)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* --- frames --- */

static struct traffic_client own_of(const struct client *c)
{
	struct traffic_client own = {.addr = htonl(c->addr), .index = htonl(c->index)};
	char name[9];

	snprintf(name, sizeof(name), "c%07x", c->index & 0xfffffff);
	memcpy(&own.name, name, sizeof(own.name));
	return own;
}

static void put_own(uint8_t *frame, const struct traffic_client *own)
{
	memcpy(frame + TRAFFIC_MAC_AT, &own->index, 4);
	memcpy(frame + TRAFFIC_SOURCE_AT, &own->addr, 4);
	memcpy(frame + TRAFFIC_CIADDR_AT, &own->addr, 4);
	memcpy(frame + TRAFFIC_CHADDR_AT, &own->index, 4);
	memcpy(frame + TRAFFIC_CLIENT_ID_AT, &own->index, 4);
	memcpy(frame + TRAFFIC_NAME_AT, &own->name, 8);
}

/* In the machine's order, as the programs add. */
static uint32_t sum_words(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t at = 0; at + 1 < len; at += 2) {
		uint16_t word;

		memcpy(&word, p + at, 2);
		sum += word;
	}
	return sum;
}

/*
 * The frame without what is a client's own, which is then put where it belongs for every client:
 * loadgen must have built the very same.
 */
static int make_template(struct flood *f, struct client *clients, uint32_t n)
{
	static const struct traffic_client none;
	uint8_t frame[FRAME_MAX], same[TRAFFIC_FRAME];

	for (uint32_t i = 0; i < n; i++) {
		struct client *c = &clients[i];
		struct traffic_client own = own_of(c);

		c->mode = MODE_RENEW;
		c->xid = 0;
		if (frame_build(c, false, frame) != TRAFFIC_FRAME)
			return fail("the clients must be of the form `fixed`", EINVAL);
		memset(frame + TRAFFIC_IP_CSUM_AT, 0, 2);
		memset(frame + TRAFFIC_UDP_CSUM_AT, 0, 2);
		if (i == 0) {
			memcpy(f->frame, frame, TRAFFIC_FRAME);
			put_own(f->frame, &none);
		}
		memcpy(same, f->frame, TRAFFIC_FRAME);
		put_own(same, &own);
		if (memcmp(same, frame, TRAFFIC_FRAME) != 0)
			return fail("loadgen builds another frame for a client", EINVAL);
	}
	return 0;
}

static void put_template(struct flood *f)
{
	struct traffic *run = f->run;
	const uint8_t *udp = f->frame + TRAFFIC_UDP_AT;
	size_t len = TRAFFIC_FRAME - TRAFFIC_UDP_AT;

	memcpy(run->frame, f->frame, sizeof(run->frame));
	run->ip_sum = sum_words(f->frame + TRAFFIC_IP_AT, TRAFFIC_UDP_AT - TRAFFIC_IP_AT);
	run->udp_sum = sum_words(udp, len) + sum_words(f->frame + TRAFFIC_SOURCE_AT, 8) +
		       htons(IPPROTO_UDP) + htons((uint16_t)len);
}

static int put_clients(struct flood *f, const struct client *clients, uint32_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = (n * sizeof(struct traffic_client) + page - 1) / page * page;
	struct traffic_client *own = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
					  bpf_map__fd(f->bpf->maps.clients), 0);

	if (own == MAP_FAILED)
		return fail("the clients' map", errno);
	for (uint32_t i = 0; i < n; i++)
		own[i] = own_of(&clients[i]);
	munmap(own, len);
	return 0;
}

/* --- programs --- */

static int attach(struct flood *f)
{
	int r = bpf_xdp_query_id(f->ifindex, 0, &f->program_before);

	if (r == 0)
		r = bpf_xdp_attach(f->ifindex, bpf_program__fd(f->bpf->progs.sink), 0, NULL);
	return r < 0 ? fail("the sink cannot be attached", -r) : 0;
}

static int load(struct flood *f, uint32_t n)
{
	int r;

	f->bpf = traffic_bpf__open();
	if (!f->bpf)
		return fail("the generator", errno);
	r = bpf_map__set_max_entries(f->bpf->maps.clients, n);
	if (r == 0)
		r = traffic_bpf__load(f->bpf);
	if (r < 0)
		return fail("the generator does not load", -r);
	f->run = &f->bpf->bss->run;
	return 0;
}

int flood_open(const char *interface, const char *state, bool in_turn, bool echo,
	       struct flood **ret_flood)
{
	struct flood *f = calloc(1, sizeof(*f));
	struct client *clients = NULL;
	int n = f ? state_read(state, 0, 0, &clients) : -1, r = -1;

	if (n <= 0)
		goto out;
	f->ifindex = (int)if_nametoindex(interface);
	if (!f->ifindex) {
		fail(interface, errno);
		goto out;
	}
	if (make_template(f, clients, (uint32_t)n) < 0 || load(f, (uint32_t)n) < 0 ||
	    put_clients(f, clients, (uint32_t)n) < 0)
		goto out;
	put_template(f);
	f->run->clients = (uint32_t)n;
	f->run->in_turn = in_turn;
	f->run->echo = echo;
	f->run->ifindex = (uint32_t)f->ifindex;
	f->run->xid = (uint32_t)now_ns() / 2 / (uint32_t)n * (uint32_t)n; /* the first's turn */
	r = attach(f);
out:
	free(clients);
	if (r < 0)
		flood_close(f);
	else
		*ret_flood = f;
	return r;
}

void flood_close(struct flood *f)
{
	int before = -1;

	if (!f)
		return;
	/* what was there before, so that the interface is as it was found */
	if (f->run && f->program_before)
		before = bpf_prog_get_fd_by_id(f->program_before);
	if (f->run)
		bpf_xdp_attach(f->ifindex, before, 0, NULL);
	if (before >= 0)
		close(before);
	traffic_bpf__destroy(f->bpf);
	free(f);
}

uint32_t flood_clients(const struct flood *f)
{
	return f->run->clients;
}

/* --- runs --- */

static int iterate(struct flood *f, int iterations)
{
	uint8_t frame[TRAFFIC_FRAME] = {0};
	int batch = iterations < BATCH_FRAMES ? iterations : BATCH_FRAMES;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = iterations, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = (uint32_t)batch);
	int r = bpf_prog_test_run_opts(bpf_program__fd(f->bpf->progs.generate), &opts);

	if (r < 0)
		return fail("live frames", -r);
	return f->run->failed ? fail("the generator made no frame", EINVAL) : 0;
}

/* Spinning: the program itself waits for the time of each frame. */
static int send_fast(struct flood *f, double rate, double seconds)
{
	struct traffic *run = f->run;
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);

	run->interval = rate > 0 ? (uint64_t)(256e9 / rate) : 0;
	run->next = now_ns() << 8;
	run->left = rate > 0 ? (uint64_t)(rate * seconds) : UINT64_MAX;
	while (run->left && now_ns() < end)
		if (iterate(f, CHUNK) < 0)
			return -1;
	if (run->left)
		run->end = now_ns();
	run->left = 0;
	return 0;
}

/* Sleeping between frames: for what is slow, and so that the CPU is left to others. */
static int send_slowly(struct flood *f, double rate, double seconds)
{
	struct traffic *run = f->run;
	uint64_t start = now_ns(), n = (uint64_t)(rate * seconds);

	run->interval = 0;
	for (uint64_t done = 0; done < n;) {
		uint64_t due;

		sleep_until(start + (uint64_t)((double)done / rate * 1e9));
		due = (uint64_t)((double)(now_ns() - start) / 1e9 * rate) + 1;
		due = due > n ? n : due;
		if (due <= done)
			continue;
		due = due - done > BATCH_FRAMES ? BATCH_FRAMES : due - done;
		run->left = due;
		if (iterate(f, (int)due) < 0)
			return -1;
		done += due;
	}
	return 0;
}

static uint64_t load_counter(const __u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Replies may still be on their way. */
static void drain(const struct traffic *run)
{
	uint64_t seen = UINT64_MAX, since = now_ns();

	while (load_counter(&run->answered) < run->sent && now_ns() - since < QUIET_NS) {
		uint64_t now = load_counter(&run->answered) + load_counter(&run->wrong) +
			       load_counter(&run->duplicates) + load_counter(&run->late);

		if (now != seen)
			since = now_ns();
		seen = now;
		sleep_until(now_ns() + 2000000);
	}
}

int flood_run(struct flood *f, double rate, double seconds, struct flood_result *ret_result)
{
	struct traffic *run = f->run;
	struct flood_result r;
	bool slow = rate > 0 && 1e9 / rate >= SLEEP_FROM_NS;

	run->sent = run->failed = run->start = run->end = 0;
	run->answered = run->wrong = run->duplicates = run->late = run->others = 0;
	memset(run->latency, 0, sizeof(run->latency));
	run->untimed = rate > 0 && rate <= TIMED_ALL_TO_PPS ? 0 : TIMED_ONE_IN - 1;
	run->unchecked = slow ? 0 : CHECKED_ONE_IN - 1;
	if ((slow ? send_slowly : send_fast)(f, rate, seconds) < 0)
		return -1;
	drain(run);
	r = (struct flood_result){.sent = run->sent,
				  .answered = run->answered,
				  .wrong = run->wrong,
				  .duplicates = run->duplicates,
				  .late = run->late,
				  .seconds = slow ? seconds
						  : (double)(run->end - run->start) / 1e9};
	if (!r.sent)
		return fail("nothing was sent", EINVAL);
	r.rate = r.seconds > 0 ? (double)r.answered / r.seconds : 0;
	r.loss = 1 - (double)r.answered / (double)r.sent;
	*ret_result = r;
	return 0;
}

/* --- latencies --- */

static double step_us(unsigned i)
{
	return (i < 16 ? i : (double)((uint64_t)(i % 16 + 16) << (i / 16 - 1))) / 1e3;
}

static double percentile(const struct traffic *run, uint64_t total, double p)
{
	uint64_t sum = 0, want = (uint64_t)((double)total * p);

	for (unsigned i = 0; i < TRAFFIC_STEPS; i++) {
		sum += run->latency[i];
		if (sum > want)
			return step_us(i);
	}
	return 0;
}

json_t *flood_latency(const struct flood *f)
{
	const struct traffic *run = f->run;
	uint64_t total = 0;

	for (unsigned i = 0; i < TRAFFIC_STEPS; i++)
		total += run->latency[i];
	return json_pack("{s:I, s:f, s:f, s:f, s:f}", "timed", (json_int_t)total, "p50",
			 percentile(run, total, 0.5), "p90", percentile(run, total, 0.9), "p99",
			 percentile(run, total, 0.99), "p99.9", percentile(run, total, 0.999));
}
