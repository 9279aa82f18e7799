// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the program copies of hits into the ring of `captures`: the request as it came and the
 * reply as it is sent, byte for byte; which hits; and that neither a ring that is full nor one
 * that is missing changes an answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "wire.h"
#include "world.h"

#define RING_LEN (1u << 16)
#define KEPT	 8
#define SMALL	 496 /* the sizes of records in bpf/capture.h */
#define MEDIUM	 1008

static struct world world;
static struct capture *filter;
static struct ring_buffer *ring;

/* What was read of the ring by read_ring(). */
static struct {
	unsigned n; /* of which the first are in `frames` */
	struct {
		uint64_t ns;
		uint32_t len;
		uint16_t copied, reply;
		uint8_t frame[4096];
	} frames[KEPT];
} got;

static int take(void *arg, void *data, size_t len)
{
	const struct captured *frame = data;

	(void)arg;
	assert_true(len >= sizeof(*frame) + frame->copied);
	if (got.n < KEPT) {
		got.frames[got.n].ns = frame->ns;
		got.frames[got.n].len = frame->len;
		got.frames[got.n].copied = frame->copied;
		got.frames[got.n].reply = frame->reply;
		memcpy(got.frames[got.n].frame, frame->frame, frame->copied);
	}
	got.n++;
	return 0;
}

static unsigned read_ring(void)
{
	memset(&got, 0, sizeof(got));
	assert_true(ring_buffer__consume(ring) >= 0);
	return got.n;
}

static void put_ring(uint32_t len)
{
	uint32_t zero = 0;
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, len, NULL);

	assert_true(fd >= 0);
	ring_buffer__free(ring);
	ring = ring_buffer__new(fd, take, NULL, NULL);
	assert_non_null(ring);
	assert_int_equal(bpf_map__update_elem(world.skel->maps.captures, &zero, sizeof(zero), &fd,
					      sizeof(fd), BPF_ANY),
			 0);
	close(fd); /* `captures` keeps it */
}

/* Everything is captured, for a minute; the slot knows the request that is returned. */
static struct packet begin(void)
{
	struct world *w = &world;
	struct packet p;

	world_reset(w);
	put_ring(RING_LEN);
	*filter = (struct capture){.sample = 1, .snaplen = 65535};
	w->policy[XDHCP_POLICY_GATES].capture_until = world_now() + 60;
	p = packet_renewing(&w->client, WORLD_ADDR, &w->server);
	world_learn(w, &p);
	return p;
}

/* Answered as it has to be, whatever is captured. */
static void hit(const struct packet *p, struct outcome *out)
{
	uint8_t expected[PACKET_MAX];

	world_run_packet(&world, p, out);
	assert_int_equal(out->verdict, XDHCP_VERDICT_ack_renewing);
	assert_int_equal(out->len, world_expected(&world, p, expected, sizeof(expected)));
	assert_memory_equal(out->frame, expected, out->len);
}

static unsigned frames_of_a_hit(const struct packet *p)
{
	struct outcome out;

	hit(p, &out);
	return read_ring();
}

static void assert_frame(unsigned i, bool reply, const uint8_t *frame, size_t len, size_t copied)
{
	assert_int_equal(got.frames[i].reply, reply);
	assert_int_equal(got.frames[i].len, len);
	assert_int_equal(got.frames[i].copied, copied);
	assert_memory_equal(got.frames[i].frame, frame, copied);
}

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* Shorter and longer than the reply, of every size of record, with what stands behind the datagram.
 */
static void both_frames_byte_for_byte(void **state)
{
	struct packet p = begin();
	uint8_t frame[2 * PACKET_MAX];
	struct outcome out;

	(void)state;
	packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	p.trailer_byte = 0xaa;
	world_template_option(&world, 43, frame, 200);
	for (size_t bootp = 0; bootp <= 1472; bootp += bootp < 240 ? 240 : 11) {
		uint64_t before = boot_ns();

		p.bootp_min = bootp;
		p.trailer = bootp % 5;
		world_learn(&world, &p);
		hit(&p, &out);
		assert_int_equal(read_ring(), 2);
		size_t len = packet_build(&p, frame, sizeof(frame));

		assert_frame(0, false, frame, len, len);
		assert_frame(1, true, out.frame, out.len, out.len);
		assert_in_range(got.frames[0].ns, before, boot_ns());
		assert_in_range(got.frames[1].ns, got.frames[0].ns, boot_ns());
	}
	assert_int_equal(filter->lost, 0);
}

static void no_more_than_snaplen(void **state)
{
	static const uint32_t lengths[] = {1,	      14,     SMALL - 1,  SMALL,
					   SMALL + 1, MEDIUM, MEDIUM + 1, 1400};
	struct packet p = begin();
	uint8_t frame[2 * PACKET_MAX];
	struct outcome out;

	(void)state;
	p.bootp_min = 1472;
	world_learn(&world, &p);
	size_t len = packet_build(&p, frame, sizeof(frame));

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		filter->snaplen = lengths[i];
		hit(&p, &out);
		assert_int_equal(read_ring(), 2);
		assert_frame(0, false, frame, len, lengths[i]);
		assert_frame(1, true, out.frame, out.len,
			     out.len < lengths[i] ? out.len : lengths[i]);
	}
}

/* A trailer may make a frame longer than any record. */
static void longest_frame(void **state)
{
	struct packet p = begin();
	uint8_t frame[4096];
	struct outcome out;

	(void)state;
	p.trailer = 3000;
	p.trailer_byte = 0x55;
	size_t len = packet_build(&p, frame, sizeof(frame));

	world_run(&world, frame, len, &out);
	assert_int_equal(out.action, XDP_TX);
	assert_int_equal(read_ring(), 2);
	assert_frame(0, false, frame, len, 2032);
	assert_frame(1, true, out.frame, out.len, out.len);
}

static void put_mask(uint8_t mask[4], unsigned len)
{
	packet_put32(mask, len ? ~0u << (32 - len) : 0);
}

static void of_an_address(void **state)
{
	struct packet p = begin();

	(void)state;
	filter->n_addrs = 1;
	for (unsigned len = 0; len <= 32; len++) {
		uint32_t mask = len ? ~0u << (32 - len) : 0;

		put_mask(filter->masks[0], len);
		packet_put32(filter->addrs[0], WORLD_ADDR & mask);
		assert_int_equal(frames_of_a_hit(&p), 2);
		if (len == 0)
			continue;
		packet_put32(filter->addrs[0], (WORLD_ADDR ^ 1u << (32 - len)) & mask);
		assert_int_equal(frames_of_a_hit(&p), 0);
	}
	/* any of them; a place behind the last is none */
	filter->n_addrs = XDHCP_CAPTURE_FILTERS;
	memset(filter->addrs, 0, sizeof(filter->addrs));
	memset(filter->masks, 0xff, sizeof(filter->masks));
	packet_put32(filter->addrs[XDHCP_CAPTURE_FILTERS - 1], WORLD_ADDR);
	assert_int_equal(frames_of_a_hit(&p), 2);
	filter->n_addrs--;
	assert_int_equal(frames_of_a_hit(&p), 0);
}

static void of_a_mac(void **state)
{
	struct packet p = begin();

	(void)state;
	filter->n_macs = 1;
	memcpy(filter->macs[0], world.client.mac, 6);
	assert_int_equal(frames_of_a_hit(&p), 2);
	for (int i = 0; i < 6; i++) {
		filter->macs[0][i] ^= 1;
		assert_int_equal(frames_of_a_hit(&p), 0);
		filter->macs[0][i] ^= 1;
	}
	filter->n_macs = XDHCP_CAPTURE_FILTERS;
	memset(filter->macs[0], 0, 6);
	memcpy(filter->macs[XDHCP_CAPTURE_FILTERS - 1], world.client.mac, 6);
	assert_int_equal(frames_of_a_hit(&p), 2);
	filter->n_macs--;
	assert_int_equal(frames_of_a_hit(&p), 0);
}

static void of_a_link(void **state)
{
	struct packet p = begin();

	(void)state;
	filter->link = WORLD_LINK;
	assert_int_equal(frames_of_a_hit(&p), 2);
	filter->link = WORLD_LINK + 1;
	assert_int_equal(frames_of_a_hit(&p), 0);
}

/* Each kind of filter must be met. */
static void of_an_address_and_a_mac(void **state)
{
	struct packet p = begin();

	(void)state;
	filter->n_addrs = filter->n_macs = 1;
	put_mask(filter->masks[0], 32);
	for (int right = 0; right < 4; right++) {
		packet_put32(filter->addrs[0], right & 1 ? WORLD_ADDR : WORLD_ADDR + 1);
		memcpy(filter->macs[0], right & 2 ? world.client.mac : world.server.mac, 6);
		assert_int_equal(frames_of_a_hit(&p), right == 3 ? 2 : 0);
	}
}

/* Of 4,000 hits every fourth: 1,000, and by chance no more than seven deviations (27) from it. */
static void a_sample(void **state)
{
	struct packet p = begin();
	unsigned hits = 0;
	struct outcome out;

	(void)state;
	filter->sample = 0;
	assert_int_equal(frames_of_a_hit(&p), 2);
	filter->sample = 4;
	for (int i = 0; i < 4000; i++) {
		world_run_packet(&world, &p, &out);
		assert_int_equal(out.verdict, XDHCP_VERDICT_ack_renewing);
		unsigned n = read_ring();

		assert_true(n == 0 || n == 2);
		hits += n / 2;
	}
	assert_in_range(hits, 800, 1200);
}

static void nothing_when_its_time_has_passed(void **state)
{
	struct packet p = begin();
	uint32_t *until = &world.policy[XDHCP_POLICY_GATES].capture_until;

	(void)state;
	*until = world_now();
	assert_int_equal(frames_of_a_hit(&p), 0);
	*until = 0;
	assert_int_equal(frames_of_a_hit(&p), 0);
	*until = 1;
	assert_int_equal(frames_of_a_hit(&p), 0);
	*until = XDHCP_FOREVER;
	assert_int_equal(frames_of_a_hit(&p), 2);
	assert_int_equal(filter->lost, 0);
}

static void nothing_of_what_passes(void **state)
{
	struct packet p = begin();
	struct outcome out;

	(void)state;
	world.slot->ack_until = world_now();
	world_run_packet(&world, &p, &out);
	assert_int_equal(out.verdict, XDHCP_VERDICT_pass_credit);
	packet_option_str(&p, 12, "another form");
	world_run_packet(&world, &p, &out);
	assert_int_equal(out.verdict, XDHCP_VERDICT_pass_form);
	assert_int_equal(read_ring(), 0);
}

/* Answers go on as they were; each frame is in the ring or counted. */
static void a_ring_that_is_full(void **state)
{
	struct packet p = begin();
	struct outcome out;
	unsigned n;

	(void)state;
	put_ring(4096);
	for (unsigned i = 0; i < 50; i++)
		hit(&p, &out);
	n = read_ring();
	assert_in_range(n, 4, 8);
	assert_int_equal(filter->lost, 100 - n);
	assert_int_equal(world.slot->hits, 50);
	assert_int_equal(frames_of_a_hit(&p), 2);
}

static void without_a_ring(void **state)
{
	struct packet p = begin();
	uint32_t zero = 0;
	struct outcome out;

	(void)state;
	assert_int_equal(
		bpf_map__delete_elem(world.skel->maps.captures, &zero, sizeof(zero), BPF_ANY), 0);
	hit(&p, &out);
	assert_int_equal(read_ring(), 0);
	assert_int_equal(filter->lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_frames_byte_for_byte),
		cmocka_unit_test(no_more_than_snaplen),
		cmocka_unit_test(longest_frame),
		cmocka_unit_test(of_an_address),
		cmocka_unit_test(of_a_mac),
		cmocka_unit_test(of_a_link),
		cmocka_unit_test(of_an_address_and_a_mac),
		cmocka_unit_test(a_sample),
		cmocka_unit_test(nothing_when_its_time_has_passed),
		cmocka_unit_test(nothing_of_what_passes),
		cmocka_unit_test(a_ring_that_is_full),
		cmocka_unit_test(without_a_ring),
	};

	world_open(&world);
	filter = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
		      bpf_map__fd(world.skel->maps.capture), 0);
	if (filter == MAP_FAILED) {
		perror("capture");
		return 1;
	}
	int r = cmocka_run_group_tests_name("capture", tests, NULL, NULL);

	ring_buffer__free(ring);
	world_close(&world);
	return r;
}
