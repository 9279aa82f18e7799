// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The corpus of malformed frames against the decoder: each is accepted, or refused for exactly the
 * reason it was made for, every reason is reached, and nothing reads outside the frame (run with
 * SAN=1). What is accepted then goes the whole way: form, decision, reply.
 */
#include "engine_fixture.h"

#include "proto/form.h"
#include "../common/malformed.h"

static const struct dhcp_ingress FROM_LINK = {.ifindex = 1, .link = 1};

static const struct packet_host CLIENT = {{2, 0, 0, 0, 0, 1}, POOL};
static const struct packet_host US = {{2, 0, 0, 0, 0, 2}, SERVER};

static struct dhcp_msg msg;

struct seen {
	size_t reached[DHCP_DECODE_COUNT], n, wrong;
	char (*names)[64];
};

static void decode(void *ctx, const struct malformed *m)
{
	struct seen *seen = ctx;
	enum dhcp_decode_result result = dhcp_decode(m->frame, m->len, &FROM_LINK, &msg);

	assert_in_range(result, 0, DHCP_DECODE_COUNT - 1);
	if (result != m->result) {
		print_error("%s: %s instead of %s\n", m->name, dhcp_decode_name(result),
			    dhcp_decode_name(m->result));
		seen->wrong++;
	}
	seen->reached[m->result]++;
	seen->names = realloc(seen->names, (seen->n + 1) * sizeof(*seen->names));
	assert_non_null(seen->names);
	assert_true(strlen(m->name) < sizeof(*seen->names) - 1); /* nor cut off */
	strcpy(seen->names[seen->n++], m->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void each_for_its_reason(void **state)
{
	struct seen seen = {0};
	size_t n = malformed_each(&CLIENT, &US, decode, &seen);

	(void)state;
	assert_int_equal(n, seen.n);
	assert_int_equal(seen.wrong, 0);
	for (int i = 0; i < DHCP_DECODE_COUNT; i++) {
		print_message("  %-15s %zu\n", dhcp_decode_name(i), seen.reached[i]);
		if (!seen.reached[i])
			fail_msg("no frame reaches %s", dhcp_decode_name(i));
	}
	qsort(seen.names, seen.n, sizeof(*seen.names), by_name);
	for (size_t i = 1; i < seen.n; i++)
		if (strcmp(seen.names[i - 1], seen.names[i]) == 0)
			fail_msg("two frames are named \"%s\"", seen.names[i]);
	free(seen.names);
}

/* --- what is accepted --- */

static bool within(const struct dhcp_opt *o, const uint8_t *start, size_t size)
{
	return o->data >= start && o->data <= start + size &&
	       o->len <= (size_t)(start + size - o->data);
}

struct way {
	struct fixture fx;
	size_t accepted, answered, silent;
};

static void answer(struct fixture *fx)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
	size_t cap = dhcp_reply_payload(&msg) - 28 + dhcp_reply_ip_len(&msg, &fx->d.reply);
	uint8_t *frame = malloc(cap);
	int len;

	assert_non_null(frame);
	len = dhcp_reply_encode(&msg, &fx->d.reply, mac, frame, cap);
	assert_in_range(len, 14 + 328, DHCP_FRAME_MAX + 8); /* two tags */
	free(frame);
}

static void decide(struct way *way)
{
	struct fixture *fx = &way->fx;

	fx->now++;
	fx_expire(fx);
	engine_decide(fx->engine, &fx->link, &msg, fx->now, &fx->d);
	if (fx->d.kind == DECISION_END)
		fx_end(fx, fx->d.end_addr, fx->d.end, 0, 0, fx->now);
	if (fx->d.has_change)
		engine_confirm(fx->engine, &fx->d.change);
	if (fx->d.kind == DECISION_REPLY)
		answer(fx);
	way->answered += fx->d.kind == DECISION_REPLY;
	way->silent += fx->d.kind == DECISION_SILENT;
}

static void go_the_way(void *ctx, const struct malformed *m)
{
	static const uint64_t key[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	static const uint8_t others[] = {DHCP_BOOTP, DHCP_DISCOVER, DHCP_INFORM};
	struct way *way = ctx;

	if (dhcp_decode(m->frame, m->len, &FROM_LINK, &msg) != DHCP_DECODE_ok)
		return;
	way->accepted++;
	for (int code = 0; code < 256; code++) {
		const struct dhcp_opt *o = &msg.opt[code];

		if (o->data ? !within(o, m->frame, m->len) && !within(o, msg.joined, msg.joined_len)
			    : o->len != 0)
			fail_msg("%s: option %d lies elsewhere", m->name, code);
	}
	dhcp_form(&msg, key);
	if (msg.ip_dst == SERVER)
		msg.in.our_addr = SERVER;
	decide(way);
	/* the same contents as another message */
	for (size_t i = 0; i < sizeof(others); i++) {
		msg.type = others[i];
		decide(way);
	}
}

static void accepted_go_the_whole_way(void **state)
{
	struct way way = {.fx = fx_open(fx_model(20))};
	struct packet_host client = CLIENT;

	(void)state;
	/* once a stranger, then a client with that lease */
	malformed_each(&CLIENT, &US, go_the_way, &way);
	client.addr = fx_lease(&way.fx, (struct req){.mac = 1});
	malformed_each(&client, &US, go_the_way, &way);
	print_message("  %zu accepted: %zu answers, %zu times silent\n", way.accepted, way.answered,
		      way.silent);
	assert_true(way.answered > way.accepted);
	assert_true(way.silent > 0);
	fx_close(&way.fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_for_its_reason),
		cmocka_unit_test(accepted_go_the_whole_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
