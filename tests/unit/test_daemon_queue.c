// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The queue's rules: who is decided first, who is dropped for whom, what is a copy. Messages are
 * known by their xid, and come in the order of their xids unless a case says otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/queue.h"

#define CAPACITY 16
#define HEADER	 42 /* of an untagged frame without IP options */
#define OPTIONS	 (HEADER + 240)

static struct queue *queue;
static struct queue_count count;
static int64_t now;
static int port, other_port;
static struct packet packet;

static int begin(void **state)
{
	(void)state;
	queue = queue_new(CAPACITY);
	count = (struct queue_count){0};
	now = 1000000;
	return queue ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	queue_free(queue);
	return 0;
}

/* A client of its own for each xid. */
static void build(uint8_t type, uint8_t xid)
{
	uint8_t *p = packet.data;

	memset(&packet, 0, sizeof(packet));
	p[6] = 2;
	p[12] = 8; /* IPv4 */
	p[14] = 0x45;
	p[14 + 9] = 17;
	p[HEADER] = 1;
	p[HEADER + 7] = xid;
	p[HEADER + 28] = 2;
	p[HEADER + 33] = xid;
	memcpy(p + OPTIONS, (uint8_t[]){53, 1, type, 255}, 4);
	packet.len = OPTIONS + 4;
}

static void arrive(void)
{
	queue_put(queue, &port, &packet, 7, now, &count);
}

static void put(uint8_t type, uint8_t xid)
{
	build(type, xid);
	arrive();
}

static uint8_t xid_of(const struct queued *q)
{
	return q->packet.data[HEADER + 7];
}

/* Takes up to `n`: those, by xid, and no others. Ends with 0. */
static void check_taken(size_t n, const char *xids)
{
	struct queued *of[CAPACITY];
	size_t got = queue_take(queue, now, of, n, &count);

	assert_int_equal(got, strlen(xids));
	for (size_t i = 0; i < got; i++)
		assert_int_equal(xid_of(of[i]), xids[i]);
	queue_give_back(queue, of, got);
}

static uint64_t sum(const uint64_t by_type[DHCP_INFORM + 1])
{
	uint64_t n = 0;

	for (unsigned i = 0; i <= DHCP_INFORM; i++)
		n += by_type[i];
	return n;
}

static void check_counts(uint64_t full, uint64_t stale, uint64_t repeated, uint64_t gone)
{
	assert_int_equal(sum(count.queue_full), full);
	assert_int_equal(sum(count.queue_stale), stale);
	assert_int_equal(sum(count.repeated), repeated);
	assert_int_equal(sum(count.queue_gone), gone);
}

static void what_fits_a_batch_is_taken_as_it_came(void **state)
{
	(void)state;
	put(DHCP_DISCOVER, 1);
	put(DHCP_REQUEST, 2);
	put(DHCP_DISCOVER, 3);
	put(DHCP_RELEASE, 4);
	assert_int_equal(queue_length(queue), 4);
	check_taken(4, "\1\2\3\4");
	assert_int_equal(queue_length(queue), 0);
	check_taken(4, "");
	check_counts(0, 0, 0, 0);
}

static void what_completes_goes_before_what_begins(void **state)
{
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_BOOTP,   DHCP_REQUEST, DHCP_DECLINE,
					DHCP_DISCOVER, DHCP_RELEASE, DHCP_INFORM};

	(void)state;
	for (uint8_t i = 0; i < sizeof(types); i++)
		put(types[i], i + 1);
	check_taken(6, "\3\4\6\7\1\2");
	check_taken(6, "\5");
	check_counts(0, 0, 0, 0);
}

static void what_begins_has_a_share_all_the_same(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 12; i++)
		put(i <= 3 ? DHCP_DISCOVER : DHCP_REQUEST, i);
	check_taken(8, "\4\5\6\7\10\11\12\1");
	check_counts(0, 0, 0, 0);
}

static void nobody_keeps_a_share_for_who_is_not_there(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 9; i++)
		put(DHCP_REQUEST, i);
	check_taken(8, "\1\2\3\4\5\6\7\10");
}

static void fill(uint8_t type)
{
	for (uint8_t i = 1; i <= CAPACITY; i++)
		put(type, i);
}

static void the_oldest_is_dropped_for_the_newest(void **state)
{
	(void)state;
	fill(DHCP_DISCOVER);
	put(DHCP_DISCOVER, 17);
	put(DHCP_DISCOVER, 18);
	assert_int_equal(queue_length(queue), CAPACITY);
	check_taken(2, "\3\4");
	check_counts(2, 0, 0, 0);
	assert_int_equal(count.queue_full[DHCP_DISCOVER], 2);
}

static void the_oldest_of_what_completes_is_dropped_when_that_is_all(void **state)
{
	(void)state;
	fill(DHCP_REQUEST);
	put(DHCP_REQUEST, 17);
	check_taken(1, "\2");
	assert_int_equal(count.queue_full[DHCP_REQUEST], 1);
}

static void what_begins_is_dropped_for_what_completes(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 20);
	for (uint8_t i = 1; i < CAPACITY; i++)
		put(DHCP_DISCOVER, i);
	put(DHCP_REQUEST, 21);
	put(DHCP_RELEASE, 22);
	check_taken(3, "\24\25\26");
	check_taken(1, "\3");
	check_counts(2, 0, 0, 0);
	assert_int_equal(count.queue_full[DHCP_DISCOVER], 2);
}

static void what_begins_finds_its_share_among_what_completes(void **state)
{
	(void)state;
	fill(DHCP_REQUEST);
	for (uint8_t i = 1; i <= CAPACITY / QUEUE_SHARE; i++)
		put(DHCP_DISCOVER, 16 + i);
	check_counts(2, 0, 0, 0);
	assert_int_equal(count.queue_full[DHCP_REQUEST], 2);
	put(DHCP_DISCOVER, 19); /* more than that: for its like */
	assert_int_equal(count.queue_full[DHCP_DISCOVER], 1);
	check_taken(8, "\3\4\5\6\7\10\11\22");
}

static void a_flood_of_what_completes_leaves_what_begins_its_share(void **state)
{
	(void)state;
	put(DHCP_DISCOVER, 100);
	put(DHCP_DISCOVER, 101);
	put(DHCP_DISCOVER, 102);
	for (uint8_t i = 1; i <= 3 * CAPACITY; i++)
		put(DHCP_REQUEST, i);
	assert_int_equal(count.queue_full[DHCP_DISCOVER], 1);
	check_taken(8, "\43\44\45\46\47\50\51\145");
}

static void what_is_stale_goes_first(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	now += QUEUE_STALE;
	for (uint8_t i = 2; i <= CAPACITY; i++)
		put(DHCP_DISCOVER, i);
	put(DHCP_DISCOVER, 17); /* for it the old REQUEST goes, and no young DISCOVER */
	assert_int_equal(count.queue_stale[DHCP_REQUEST], 1);
	check_taken(1, "\2");
	check_counts(0, 1, 0, 0);
}

static void of_what_is_stale_what_begins_goes_first(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	for (uint8_t i = 2; i <= CAPACITY; i++)
		put(DHCP_DISCOVER, i);
	now += QUEUE_STALE;
	put(DHCP_REQUEST, 17);
	check_counts(0, 1, 0, 0);
	assert_int_equal(count.queue_stale[DHCP_DISCOVER], 1);
}

static void what_is_stale_is_dropped_while_others_wait(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	put(DHCP_DISCOVER, 2);
	now += QUEUE_STALE - 1;
	put(DHCP_REQUEST, 3);
	now++;
	put(DHCP_REQUEST, 4);
	put(DHCP_DISCOVER, 5);
	check_taken(2, "\3\4");
	assert_int_equal(count.queue_stale[DHCP_REQUEST], 1);
	check_taken(1, "\5");
	assert_int_equal(count.queue_stale[DHCP_DISCOVER], 1);
	check_counts(0, 2, 0, 0);
}

static void what_is_stale_is_answered_when_nobody_else_waits(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	put(DHCP_DISCOVER, 2);
	now += 100 * QUEUE_STALE;
	check_taken(2, "\1\2");
	check_counts(0, 0, 0, 0);
}

static void what_is_stale_is_answered_when_its_class_fits_the_batch(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	now += QUEUE_STALE;
	put(DHCP_DISCOVER, 2);
	put(DHCP_DISCOVER, 3);
	check_taken(2, "\1\2");
	check_counts(0, 0, 0, 0);
}

static void farewells_are_never_stale(void **state)
{
	(void)state;
	put(DHCP_RELEASE, 1);
	put(DHCP_DECLINE, 2);
	now += 100 * QUEUE_STALE;
	for (uint8_t i = 3; i <= 6; i++)
		put(DHCP_REQUEST, i);
	check_taken(3, "\1\2\3");
	check_counts(0, 0, 0, 0);
}

static void a_copy_is_answered_once(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	put(DHCP_REQUEST, 2);
	put(DHCP_REQUEST, 1);
	build(DHCP_REQUEST, 1);
	packet.data[HEADER + 9] = 4; /* secs */
	arrive();
	check_taken(4, "\1\2");
	check_counts(0, 0, 2, 0);
	assert_int_equal(count.repeated[DHCP_REQUEST], 2);
	/* it is among them no more */
	put(DHCP_REQUEST, 1);
	check_taken(4, "\1");
	check_counts(0, 0, 2, 0);
}

/* Identification, secs, and their checksums. */
static void put_summed(uint8_t id, uint8_t ip_sum, uint8_t secs, uint8_t udp_sum)
{
	build(DHCP_REQUEST, 1);
	packet.data[14 + 5] = id;
	packet.data[14 + 11] = ip_sum;
	packet.data[HEADER + 9] = secs;
	packet.data[HEADER - 1] = udp_sum;
	arrive();
}

static void a_copy_has_the_checksums_that_follow(void **state)
{
	(void)state;
	put_summed(1, 70, 0, 90);
	put_summed(2, 69, 4, 86);
	check_counts(0, 0, 1, 0);
	put_summed(2, 70, 4, 86);
	put_summed(2, 69, 4, 90);
	put_summed(2, 69, 4, 0);
	check_counts(0, 0, 1, 0);
	assert_int_equal(queue_length(queue), 4);
}

static void whatever_else_differs_makes_no_copy(void **state)
{
	static const size_t at[] = {0,		 6,	      14 + 12,	   14 + 16,	HEADER - 8,
				    HEADER + 3,	 HEADER + 7,  HEADER + 10, HEADER + 12, HEADER + 24,
				    HEADER + 28, HEADER + 60, OPTIONS - 1, OPTIONS + 2};
	const size_t n = sizeof(at) / sizeof(at[0]);

	(void)state;
	put(DHCP_REQUEST, 1);
	for (size_t i = 0; i < n; i++) {
		build(DHCP_REQUEST, 1);
		packet.data[at[i]] ^= 4;
		arrive();
	}
	assert_int_equal(queue_length(queue), n + 1);
	check_counts(0, 0, 0, 0);
}

static void what_comes_by_another_way_is_no_copy(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	build(DHCP_REQUEST, 1);
	packet.vlan[0] = 5;
	arrive();
	build(DHCP_REQUEST, 1);
	packet.len++;
	arrive();
	build(DHCP_REQUEST, 1);
	packet.csum_not_ready = true;
	arrive();
	build(DHCP_REQUEST, 1);
	queue_put(queue, &other_port, &packet, 7, now, &count);
	assert_int_equal(queue_length(queue), 5);
}

static void a_copy_keeps_the_place_and_makes_it_fresh(void **state)
{
	struct queued *of[1];

	(void)state;
	put(DHCP_REQUEST, 1);
	put(DHCP_REQUEST, 2);
	now += QUEUE_STALE;
	build(DHCP_REQUEST, 1);
	queue_put(queue, &port, &packet, 9, now, &count);
	put(DHCP_REQUEST, 3);
	assert_int_equal(queue_take(queue, now, of, 1, &count), 1);
	assert_int_equal(xid_of(of[0]), 1);
	assert_int_equal(of[0]->received_after, 7); /* the first cannot have come later */
	queue_give_back(queue, of, 1);
	check_counts(0, 0, 1, 0);
	check_taken(1, "\3");
	check_counts(0, 1, 1, 0);
}

/* The client's own order: asked, left, asked again. */
static void after_a_farewell_a_copy_is_a_wish_of_its_own(void **state)
{
	(void)state;
	put(DHCP_REQUEST, 1);
	put(DHCP_RELEASE, 1);
	put(DHCP_REQUEST, 1);
	put(DHCP_REQUEST, 1);
	check_taken(4, "\1\1\1");
	check_counts(0, 0, 1, 0);
}

static void another_message_in_between_does_not_hide_a_copy(void **state)
{
	(void)state;
	put(DHCP_DISCOVER, 1);
	put(DHCP_REQUEST, 1);
	put(DHCP_DISCOVER, 1);
	check_taken(4, "\1\1");
	check_counts(0, 0, 1, 0);
}

static void what_is_no_message_is_queued_and_never_a_copy(void **state)
{
	(void)state;
	build(DHCP_REQUEST, 1);
	packet.len = OPTIONS - 1;
	arrive();
	arrive();
	build(DHCP_REQUEST, 1);
	packet.data[14] = 0x65;
	arrive();
	build(DHCP_OFFER + 100, 1); /* a type that is none */
	arrive();
	packet.len = 0;
	arrive();
	assert_int_equal(queue_length(queue), 5);
	put(DHCP_REQUEST, 9);
	check_taken(1, "\11");
	check_counts(0, 0, 0, 0);
}

static void what_an_interface_brought_goes_with_it(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 6; i++) {
		build(i & 1 ? DHCP_DISCOVER : DHCP_REQUEST, i);
		queue_put(queue, i < 3 ? &other_port : &port, &packet, 7, now, &count);
	}
	queue_forget(queue, &other_port, &count);
	check_taken(CAPACITY, "\3\4\5\6");
	check_counts(0, 0, 0, 2);
	assert_int_equal(count.queue_gone[DHCP_DISCOVER], 1);
}

static void room_for_what_completes_is_where_what_begins_is(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 10; i++)
		put(i <= 4 ? DHCP_REQUEST : DHCP_DISCOVER, i);
	assert_true(queue_has_room(queue, QUEUE_BEGINS, CAPACITY - 10));
	assert_false(queue_has_room(queue, QUEUE_BEGINS, CAPACITY - 9));
	assert_true(queue_has_room(queue, QUEUE_COMPLETES, CAPACITY - CAPACITY / QUEUE_SHARE - 4));
	assert_false(queue_has_room(queue, QUEUE_COMPLETES, CAPACITY - CAPACITY / QUEUE_SHARE - 3));
}

static void places_are_used_again(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		fill(round & 1 ? DHCP_DISCOVER : DHCP_REQUEST);
		check_taken(CAPACITY, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20");
	}
	check_counts(0, 0, 0, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_fits_a_batch_is_taken_as_it_came),
		CASE(what_completes_goes_before_what_begins),
		CASE(what_begins_has_a_share_all_the_same),
		CASE(nobody_keeps_a_share_for_who_is_not_there),
		CASE(the_oldest_is_dropped_for_the_newest),
		CASE(the_oldest_of_what_completes_is_dropped_when_that_is_all),
		CASE(what_begins_is_dropped_for_what_completes),
		CASE(what_begins_finds_its_share_among_what_completes),
		CASE(a_flood_of_what_completes_leaves_what_begins_its_share),
		CASE(what_is_stale_goes_first),
		CASE(of_what_is_stale_what_begins_goes_first),
		CASE(what_is_stale_is_dropped_while_others_wait),
		CASE(what_is_stale_is_answered_when_nobody_else_waits),
		CASE(what_is_stale_is_answered_when_its_class_fits_the_batch),
		CASE(farewells_are_never_stale),
		CASE(a_copy_is_answered_once),
		CASE(a_copy_has_the_checksums_that_follow),
		CASE(whatever_else_differs_makes_no_copy),
		CASE(what_comes_by_another_way_is_no_copy),
		CASE(a_copy_keeps_the_place_and_makes_it_fresh),
		CASE(after_a_farewell_a_copy_is_a_wish_of_its_own),
		CASE(another_message_in_between_does_not_hide_a_copy),
		CASE(what_is_no_message_is_queued_and_never_a_copy),
		CASE(what_an_interface_brought_goes_with_it),
		CASE(room_for_what_completes_is_where_what_begins_is),
		CASE(places_are_used_again),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
