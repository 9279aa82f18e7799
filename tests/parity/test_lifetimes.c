// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of lifetimes: what is asked for by option 51 is part of the form, and what is granted
 * is the template's, whole; an infinite one needs credit without end (I1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define FOREVER 0xffffffffu
#define SUBNET                                           \
	"interfaces-config: {interfaces: [rig0]}\n"      \
	"subnet4:\n"                                     \
	"  - id: 1\n"                                    \
	"    subnet: 192.0.2.0/24\n"                     \
	"    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n" \
	"    option-data: [{name: routers, data: 192.0.2.1}]\n"

static void start(const char *keys)
{
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), "%s" SUBNET, keys);
	rig = rig_start(yaml);
}

/* `asked`: 0: without option 51. */
static struct form asking(const struct client *c, uint32_t asked)
{
	struct form form = form_of("asking", c, "\x01\x03");

	if (asked)
		packet_option_u32(&form.p, 51, asked);
	return form;
}

static uint32_t option_u32(const struct rig_reply *reply, uint8_t code)
{
	const uint8_t *data = option_in(reply, code, NULL);

	return data ? packet_get32(data) : 0;
}

/* XDP grants `lifetime` in each state, with these times (0: none); and says so in the slot. */
static void grants(const struct client *c, const struct form *form, uint32_t lifetime, uint32_t t1,
		   uint32_t t2)
{
	const struct slot *slot = rig_slot(rig, c->addr);
	static struct rig_reply reply;

	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		if (!client_is_answered(c, form, state, &reply))
			fail_msg("%s: not answered", form->name);
		assert_int_equal(option_u32(&reply, 51), lifetime);
		assert_int_equal(option_u32(&reply, 58), t1);
		assert_int_equal(option_u32(&reply, 59), t2);
	}
	assert_true(slot->granted_until >= slot->last);
	assert_true(lifetime == FOREVER ? slot->granted_until == FOREVER
					: slot->granted_until - slot->last >= lifetime);
	assert_true(slot->granted_until <= slot->ack_until);
}

static void what_is_asked_for_is_clamped(void **state)
{
	static const struct {
		uint32_t asked, granted;
	} cases[] = {{0, 3600},	   {1, 600},	 {600, 600},   {601, 601},	{3600, 3600},
		     {7199, 7199}, {7200, 7200}, {7201, 7200}, {7776000, 7200}, {FOREVER, 7200}};

	(void)state;
	start("valid-lifetime: 3600\nmin-valid-lifetime: 600\nmax-valid-lifetime: 7200\n");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, i);
		struct form form = asking(&c, cases[i].asked);
		uint32_t granted = cases[i].granted;

		client_obtains(&c, &form, 0);
		grants(&c, &form, granted, granted / 2, granted - granted / 8 - (granted % 8 != 0));
		attacked(&c, &form);
		client_leaves(&c);
	}
}

static void a_zero_in_51_is_as_if_there_were_none(void **state)
{
	struct client c;
	struct form form;

	(void)state;
	start("valid-lifetime: 3600\nmin-valid-lifetime: 600\nmax-valid-lifetime: 7200\n");
	c = client_new(rig, 1);
	form = form_of("zero", &c, "\x01\x03");
	packet_option_u32(&form.p, 51, 0);
	client_obtains(&c, &form, 0);
	grants(&c, &form, 3600, 1800, 3150);
	client_leaves(&c);
}

/* Apple: not in SELECTING, then three months. Both stay, and the shorter takes nothing back. */
static void apple_asks_in_some_states(void **state)
{
	const struct slot *slot;
	struct client c;
	struct form selecting, later;
	uint32_t until;

	(void)state;
	start("valid-lifetime: 3600\nmax-valid-lifetime: 7200\n");
	c = client_new(rig, 1);
	selecting = asking(&c, 0);
	later = asking(&c, 7776000);
	client_obtains(&c, &selecting, 0);
	learned(&c, &later);
	grants(&c, &later, 7200, 3600, 6300);
	slot = rig_slot(rig, c.addr);
	until = slot->granted_until;
	grants(&c, &selecting, 3600, 1800, 3150);
	assert_true(slot->granted_until >= until);
	grants(&c, &later, 7200, 3600, 6300);
	client_leaves(&c);
}

/* RFC 2131 3.3: no T1, no T2. */
static void an_infinite_lease(void **state)
{
	struct client c;
	struct form form;

	(void)state;
	start("valid-lifetime: 4294967295\n");
	c = client_new(rig, 1);
	form = asking(&c, 0);
	client_obtains(&c, &form, 0);
	assert_int_equal(rig_slot(rig, c.addr)->ack_until, XDHCP_FOREVER);
	grants(&c, &form, FOREVER, 0, 0);
	attacked(&c, &form);
	form = asking(&c, 60);
	learned(&c, &form);
	grants(&c, &form, FOREVER, 0, 0);
	client_leaves(&c);
}

/* One form of a client is granted for ever; the other one's hour changes nothing of it. */
static void infinite_for_those_who_ask(void **state)
{
	struct client c;
	struct form finite, infinite, long_one;

	(void)state;
	start("valid-lifetime: 3600\nmax-valid-lifetime: 4294967295\n");
	c = client_new(rig, 1);
	finite = asking(&c, 0);
	infinite = asking(&c, FOREVER);
	long_one = asking(&c, FOREVER - 1);
	client_obtains(&c, &finite, 0);
	grants(&c, &finite, 3600, 1800, 3150);
	assert_true(rig_slot(rig, c.addr)->ack_until < XDHCP_FOREVER);
	learned(&c, &infinite);
	grants(&c, &infinite, FOREVER, 0, 0);
	assert_int_equal(rig_slot(rig, c.addr)->ack_until, XDHCP_FOREVER);
	grants(&c, &finite, 3600, 1800, 3150);
	assert_int_equal(rig_slot(rig, c.addr)->granted_until, XDHCP_FOREVER);
	/* as good as infinite: 136 years from now no clock has room */
	learned(&c, &long_one);
	assert_int_equal(rig_slot(rig, c.addr)->granted_until, XDHCP_FOREVER);
	attacked(&c, &finite);
	attacked(&c, &infinite);
	attacked(&c, &long_one);
	client_leaves(&c);
}

static void timers_as_configured(void **state)
{
	struct client c;
	struct form form;

	(void)state;
	start("valid-lifetime: 3600\nrenew-timer: 1000\nrebind-timer: 2000\n");
	c = client_new(rig, 1);
	form = asking(&c, 0);
	client_obtains(&c, &form, 0);
	grants(&c, &form, 3600, 1000, 2000);
	attacked(&c, &form);
	client_leaves(&c);
}

static void no_timers(void **state)
{
	struct client c;
	struct form form;

	(void)state;
	start("valid-lifetime: 3600\ncalculate-tee-times: false\n");
	c = client_new(rig, 1);
	form = asking(&c, 0);
	client_obtains(&c, &form, 0);
	grants(&c, &form, 3600, 0, 0);
	attacked(&c, &form);
	client_leaves(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_asked_for_is_clamped, rig_teardown),
		cmocka_unit_test_teardown(a_zero_in_51_is_as_if_there_were_none, rig_teardown),
		cmocka_unit_test_teardown(apple_asks_in_some_states, rig_teardown),
		cmocka_unit_test_teardown(an_infinite_lease, rig_teardown),
		cmocka_unit_test_teardown(infinite_for_those_who_ask, rig_teardown),
		cmocka_unit_test_teardown(timers_as_configured, rig_teardown),
		cmocka_unit_test_teardown(no_timers, rig_teardown),
	};

	return cmocka_run_group_tests_name("lifetimes", tests, NULL, NULL);
}
