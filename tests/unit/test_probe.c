// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Probes: what is sent, byte for byte, and what is an answer to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/probe.h"

#define ADDR 0xc0000264 /* 192.0.2.100 */

static const uint8_t ours[6] = {0x02, 0, 0, 0, 0, 1}, theirs[6] = {0x02, 0, 0, 0, 0, 2};

/* RFC 5227 2.1.1, as RFC 826 lays it out. */
static void arp_probe_byte_for_byte(void **state)
{
	static const uint8_t wanted[PROBE_ARP_LEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0,	 1,    0x08, 0x06,
		0,    1,    0x08, 0x00, 6,    4,    0,	  1, 2, 0, 0,	 0,    0,    1,
		0,    0,    0,	  0,	0,    0,    0,	  0, 0, 0, 0xc0, 0x00, 0x02, 0x64};
	uint8_t frame[PROBE_ARP_LEN];

	(void)state;
	memset(frame, 0xaa, sizeof(frame));
	probe_arp_frame(ours, ADDR, frame);
	assert_memory_equal(frame, wanted, sizeof(wanted));
}

static void arp_reply(uint8_t frame[60])
{
	memset(frame, 0, 60);
	memcpy(frame, ours, 6);
	memcpy(frame + 6, theirs, 6);
	memcpy(frame + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02", 10);
	memcpy(frame + 22, theirs, 6);
	memcpy(frame + 28, "\xc0\x00\x02\x64", 4);
	memcpy(frame + 32, ours, 6);
}

static void arp_answer_says_who(void **state)
{
	struct probe_answer answer = {0};
	uint8_t frame[60];

	(void)state;
	arp_reply(frame);
	assert_true(probe_arp_answer(frame, sizeof(frame), &answer));
	assert_int_equal(answer.addr, ADDR);
	assert_memory_equal(answer.mac, theirs, 6);
	assert_true(probe_arp_answer(frame, PROBE_ARP_LEN, &answer));
}

static void what_is_no_arp_answer(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{12, 0x86},	     /* another protocol */
		{15, 2},	     /* other hardware */
		{16, 0x86},	     /* other addresses */
		{18, 8},	     /* of another length */
		{19, 16},   {21, 1}, /* a request */
	};
	struct probe_answer answer = {.addr = 1};
	uint8_t frame[60];

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		arp_reply(frame);
		frame[changes[i].at] = changes[i].value;
		if (probe_arp_answer(frame, sizeof(frame), &answer))
			fail_msg("byte %zu", changes[i].at);
	}
	arp_reply(frame);
	assert_false(probe_arp_answer(frame, PROBE_ARP_LEN - 1, &answer));
	memset(frame + 28, 0, 4); /* of nobody */
	assert_false(probe_arp_answer(frame, sizeof(frame), &answer));
	assert_int_equal(answer.addr, 1);
}

#define COOKIE 0x1122334455667788u

/* The sum over the message as it is sent is 0xffff (RFC 1071). */
static void icmp_echo_request(void **state)
{
	uint8_t message[PROBE_ICMP_LEN];
	uint64_t cookie;
	uint32_t sum = 0;

	(void)state;
	memset(message, 0xaa, sizeof(message));
	probe_icmp_message(COOKIE, 0x0102, ADDR, message);
	assert_int_equal(message[0], 8);
	assert_int_equal(message[1], 0);
	assert_memory_equal(message + 4, "\x77\x88\x01\x02", 4);
	memcpy(&cookie, message + 8, sizeof(cookie));
	assert_true(cookie == COOKIE);
	assert_memory_equal(message + 16, "\xc0\x00\x02\x64", 4);
	for (size_t i = 0; i < sizeof(message); i += 2)
		sum += (uint32_t)(message[i] << 8 | message[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

/* Of a host, to the message above; `options`: of IP, in words. */
static size_t icmp_reply(uint8_t packet[128], unsigned options)
{
	size_t header = 20 + 4 * options;

	memset(packet, 0, 128);
	packet[0] = (uint8_t)(0x40 | header / 4);
	memcpy(packet + 12, "\xc0\x00\x02\x64", 4);
	probe_icmp_message(COOKIE, 7, ADDR, packet + header);
	packet[header] = 0;
	return header + PROBE_ICMP_LEN;
}

static void icmp_answer_is_to_our_question(void **state)
{
	struct probe_answer answer = {0};
	uint8_t packet[128];
	size_t len;

	(void)state;
	for (unsigned options = 0; options <= 10; options++) {
		len = icmp_reply(packet, options);
		assert_true(probe_icmp_answer(COOKIE, packet, len, &answer));
		assert_int_equal(answer.addr, ADDR);
	}
}

static void what_is_no_icmp_answer(void **state)
{
	struct probe_answer answer = {.addr = 1};
	uint8_t packet[128];
	size_t len = icmp_reply(packet, 0);

	(void)state;
	assert_false(probe_icmp_answer(COOKIE + 1, packet, len, &answer));
	assert_false(probe_icmp_answer(COOKIE + (1ull << 40), packet, len, &answer));
	for (size_t n = 0; n < len; n++)
		assert_false(probe_icmp_answer(COOKIE, packet, n, &answer));
	packet[20] = 8; /* a question */
	assert_false(probe_icmp_answer(COOKIE, packet, len, &answer));
	icmp_reply(packet, 0);
	packet[15]++; /* another host's */
	assert_false(probe_icmp_answer(COOKIE, packet, len, &answer));
	icmp_reply(packet, 0);
	packet[0] = 0x44; /* no header */
	assert_false(probe_icmp_answer(COOKIE, packet, len, &answer));
	assert_int_equal(answer.addr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_probe_byte_for_byte),
		cmocka_unit_test(arp_answer_says_who),
		cmocka_unit_test(what_is_no_arp_answer),
		cmocka_unit_test(icmp_echo_request),
		cmocka_unit_test(icmp_answer_is_to_our_question),
		cmocka_unit_test(what_is_no_icmp_answer),
	};

	return cmocka_run_group_tests_name("net: probe", tests, NULL, NULL);
}
