// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcp_reply_overload(): which options go into file and sname, where boot data leaves no room,
 * and what the frame then says (RFC 2131 4.1, RFC 2132 9.3). And an option 82 that
 * leaves no room for anything.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame.h"
#include "proto/message.h"
#include "proto/reply.h"

static const uint8_t OUR_MAC[6] = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};

static struct dhcp_reply reply;
static uint8_t data[70000];

static void reply_init(uint8_t type)
{
	memset(&reply, 0, sizeof(reply));
	reply.type = type;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i % 251 + 1);
}

/* One attempt and where its option must be found. */
enum place { FILE_FIELD = 1, SNAME_FIELD = 2, NOWHERE = 0 };

static void attempt(uint8_t code, size_t len, enum place want)
{
	struct dhcp_reply before = reply;
	int r = dhcp_reply_overload(&reply, code, len ? data : NULL, len);
	const uint8_t *at = want == FILE_FIELD ? reply.file + before.file_used
					       : reply.sname + before.sname_used;

	if (want == NOWHERE) {
		assert_int_equal(r, -ENOSPC);
		assert_memory_equal(&before, &reply, sizeof(reply));
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(reply.overload, before.overload | want);
	assert_int_equal(reply.file_used, before.file_used + (want == FILE_FIELD ? 2 + len : 0));
	assert_int_equal(reply.sname_used, before.sname_used + (want == SNAME_FIELD ? 2 + len : 0));
	assert_int_equal(at[0], code);
	assert_int_equal(at[1], len);
	assert_memory_equal(at + 2, data, len);
	assert_int_equal(at[2 + len], 255);
	/* and PAD behind */
	for (size_t i = reply.file_used + 1u; reply.overload & 1 && i < 128; i++)
		assert_int_equal(reply.file[i], 0);
	for (size_t i = reply.sname_used + 1u; reply.overload & 2 && i < 64; i++)
		assert_int_equal(reply.sname[i], 0);
}

static void file_first_then_sname(void **state)
{
	(void)state;
	reply_init(DHCP_ACK);
	attempt(15, 50, FILE_FIELD);
	attempt(42, 50, FILE_FIELD);
	attempt(43, 22, SNAME_FIELD); /* 21 would have gone into file */
	attempt(44, 21, FILE_FIELD);  /* what comes later may still fit */
	attempt(45, 0, SNAME_FIELD);
	attempt(46, 36, NOWHERE);
	attempt(46, 35, SNAME_FIELD);
	attempt(47, 0, NOWHERE);
	assert_int_equal(reply.file_used, 127);
	assert_int_equal(reply.sname_used, 63);
}

static void to_the_last_byte(void **state)
{
	(void)state;
	for (size_t len = 0; len < 300; len++) {
		reply_init(DHCP_OFFER);
		attempt(43, len, len <= 125 ? FILE_FIELD : NOWHERE);
	}
	for (size_t len = 0; len < 300; len++) {
		reply_init(DHCP_OFFER);
		reply.file[0] = 'x';
		attempt(43, len, len <= 61 ? SNAME_FIELD : NOWHERE);
	}
	reply_init(DHCP_ACK);
	attempt(43, 65536, NOWHERE);
	attempt(43, 65536 + 20, NOWHERE);
	attempt(43, sizeof(data), NOWHERE);
	attempt(43, SIZE_MAX - 1, NOWHERE); /* no sum that overflows */
}

static void boot_data_stays(void **state)
{
	(void)state;
	reply_init(DHCP_ACK);
	strcpy((char *)reply.file, "pxelinux.0");
	attempt(43, 20, SNAME_FIELD);
	assert_string_equal((char *)reply.file, "pxelinux.0");
	assert_int_equal(reply.overload, 2);

	reply_init(DHCP_ACK);
	strcpy((char *)reply.sname, "boot");
	attempt(43, 20, FILE_FIELD);
	attempt(44, 120, NOWHERE);
	assert_string_equal((char *)reply.sname, "boot");
	assert_int_equal(reply.overload, 1);

	reply_init(DHCP_ACK);
	strcpy((char *)reply.file, "pxelinux.0");
	strcpy((char *)reply.sname, "boot");
	attempt(43, 0, NOWHERE);

	/* a field is not empty because its first byte is 0 */
	reply_init(DHCP_ACK);
	reply.file[127] = 1;
	reply.sname[63] = 1;
	attempt(43, 0, NOWHERE);
}

/* RFC 2131 table 3: a NAK must not; and BOOTP has no option 52. */
static void only_offer_and_ack(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= DHCP_INFORM; type++) {
		reply_init((uint8_t)type);
		attempt(43, 4, type == DHCP_OFFER || type == DHCP_ACK ? FILE_FIELD : NOWHERE);
	}
}

/* --- in the frame --- */

static struct dhcp_msg msg;

static struct frame request_with_agent(const void *agent, size_t len)
{
	struct request r;
	size_t n;

	request_init(&r);
	request_u8(&r, 53, DHCP_REQUEST);
	for (size_t at = 0; at < len; at += n) {
		n = len - at < 255 ? len - at : 255;
		request_option(&r, 82, (const uint8_t *)agent + at, (uint8_t)n);
	}
	struct frame f = frame_build(&r);

	assert_int_equal(dhcp_decode(f.data, f.len, &(struct dhcp_ingress){0}, &msg),
			 DHCP_DECODE_ok);
	return f;
}

static void option_52_in_the_frame(void **state)
{
	struct frame f = request_with_agent("\1\1x", 3);
	uint8_t out[DHCP_FRAME_MAX];

	(void)state;
	reply_init(DHCP_ACK);
	assert_int_equal(dhcp_reply_add(&reply, 43, data, 100), 0);
	reply.tail[XDHCP_TAIL_HOSTNAME] = (struct dhcp_piece){.data = {12, 1, 'h'}, .len = 3};
	size_t before = dhcp_reply_ip_len(&msg, &reply);

	/* three bytes for the first, none for the others */
	attempt(15, 100, FILE_FIELD);
	assert_int_equal(dhcp_reply_ip_len(&msg, &reply), before + 3);
	attempt(15, 50, SNAME_FIELD);
	attempt(15, 2, FILE_FIELD);
	assert_int_equal(dhcp_reply_ip_len(&msg, &reply), before + 3);

	int len = dhcp_reply_encode(&msg, &reply, OUR_MAC, out, sizeof(out));
	const uint8_t *bootp = out + 42, *p = bootp + 240 + 102;

	assert_int_equal(len, 14 + before + 3);
	assert_memory_equal(bootp + 44, reply.sname, 64);
	assert_memory_equal(bootp + 108, reply.file, 128);
	assert_memory_equal(bootp + 240, reply.options, 102);
	/* right behind options[]; RFC 3046 2.2: 82 is never overloaded, and last */
	assert_memory_equal(p, "\x34\x01\x03\x0c\x01h\x52\x03\x01\x01x\xff", 12);
	assert_ptr_equal(p + 12, out + len);
	free(f.data);
}

static void option_52_says_which(void **state)
{
	struct frame f = request_with_agent(NULL, 0);
	uint8_t out[DHCP_FRAME_MAX];

	(void)state;
	for (int field = 0; field <= 2; field++) {
		reply_init(DHCP_ACK);
		if (field == 2)
			reply.file[0] = 'x';
		if (field > 0)
			attempt(43, 4, field == 1 ? FILE_FIELD : SNAME_FIELD);
		assert_true(dhcp_reply_encode(&msg, &reply, OUR_MAC, out, sizeof(out)) > 0);
		if (field == 0)
			assert_int_equal(out[42 + 240], 255);
		else
			assert_memory_equal(out + 42 + 240,
					    ((uint8_t[]){52, 1, (uint8_t)field, 255}), 4);
	}
	free(f.data);
}

/* --- no room for option 82 --- */

/*
 * RFC 3046 2.2: "If a server is unable to copy a full Relay Agent Information field into a
 * response, it SHALL send the response without the Relay Information Field".
 */
static void agent_option_without_room(void **state)
{
	uint8_t out[DHCP_FRAME_MAX];

	(void)state;
	/* 240, 971 and their four headers, 250 and their one, END: 1472 */
	for (size_t room = 250; room <= 252; room++) {
		struct frame f = request_with_agent(data, room);
		size_t wire = room + 2;

		reply_init(DHCP_ACK);
		assert_int_equal(dhcp_reply_add(&reply, 43, data, 971), 0);
		size_t whole = dhcp_reply_ip_len(&msg, &reply);
		int len = dhcp_reply_encode(&msg, &reply, OUR_MAC, out, sizeof(out));

		assert_int_equal(whole, 20 + 8 + 240 + 979 + wire + 1);
		assert_int_equal(len, 14 + (whole <= 1500 ? whole : whole - wire));
		assert_int_equal(out[42 + 240 + 979], whole <= 1500 ? 82 : 255);
		assert_int_equal(whole <= 1500, room <= 250);
		free(f.data);
	}
	/* as long as it can come in */
	struct frame f = request_with_agent(data, 2048);

	reply_init(DHCP_ACK);
	assert_true(dhcp_reply_ip_len(&msg, &reply) > 2048);
	assert_int_equal(dhcp_reply_encode(&msg, &reply, OUR_MAC, out, sizeof(out)), 342);
	free(f.data);
}

static void longest_answer(void **state)
{
	static const struct {
		uint16_t option;
		size_t max;
	} cases[] = {{0, 576},	   {1, 576},	 {575, 576},   {576, 576},   {577, 577},
		     {1499, 1499}, {1500, 1500}, {1501, 1500}, {65535, 1500}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		msg.max_size = cases[i].option;
		assert_int_equal(dhcp_reply_ip_max(&msg), cases[i].max);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_first_then_sname),     cmocka_unit_test(to_the_last_byte),
		cmocka_unit_test(boot_data_stays),	     cmocka_unit_test(only_offer_and_ack),
		cmocka_unit_test(option_52_in_the_frame),    cmocka_unit_test(option_52_says_which),
		cmocka_unit_test(agent_option_without_room), cmocka_unit_test(longest_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
