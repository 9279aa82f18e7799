// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The oracle of tools/loadgen must be able to say no: a right reply is broken
 * in one place at a time, its checksums made right again, and the fault is named.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "../../tools/loadgen/forms.c"
#include "../../tools/loadgen/frame.c"
#include "../../tools/loadgen/state.c"

#define DHCP	(HEADERS_LEN)
#define OPTIONS (DHCP + 240)
#define LEN	(DHCP + 300)

static struct client client;
static uint8_t frame[FRAME_MAX];
static struct options options;

static void fix_sums(void)
{
	uint8_t *ip = frame + ETH_LEN, *udp = ip + IP_LEN;
	uint16_t len = get16(udp + 4);

	put16(ip + 10, 0);
	put16(ip + 10, ones_complement(0, ip, IP_LEN));
	put16(udp + 6, 0);
	put16(udp + 6, ones_complement(ones_add(IPPROTO_UDP + len, ip + 12, 8), udp, len));
}

/* What a server answers to a RENEWING client of dhcpcd's form. */
static void make_ack(void)
{
	static const uint8_t server_mac[6] = {2, 0, 0, 0, 0, 1};
	uint8_t *o = frame + OPTIONS, id[32];

	client_init(&client, 7, 0x10, form_by_name("udhcpc"));
	client.mode = MODE_RENEW;
	client.addr = 0x0a000007;
	client.server_id = 0x0a000001;
	client.lease = 3600;
	client.xid = 0x12345678;
	memcpy(client.server_mac, server_mac, 6);

	/* The request turned round, so that what is copied is copied. */
	memset(frame, 0, sizeof(frame));
	frame_build(&client, false, frame);
	memcpy(frame, client.mac, 6);
	memcpy(frame + 6, server_mac, 6);
	put16(frame + ETH_LEN + 2, LEN - ETH_LEN);
	put32(frame + ETH_LEN + 12, client.server_id);
	put32(frame + ETH_LEN + 16, client.addr);
	put16(frame + ETH_LEN + IP_LEN, 67);
	put16(frame + ETH_LEN + IP_LEN + 2, 68);
	put16(frame + ETH_LEN + IP_LEN + 4, LEN - ETH_LEN - IP_LEN);
	frame[DHCP] = DHCP_BOOTREPLY;
	put32(frame + DHCP + 16, client.addr);
	memset(o, 0, LEN - OPTIONS);
	*o++ = DHO_MESSAGE_TYPE;
	*o++ = 1;
	*o++ = DHCP_ACK;
	o = put_option32(o, DHO_SERVER_IDENTIFIER, client.server_id);
	o = put_option32(o, DHO_LEASE_TIME, 3600);
	o = put_option32(o, DHO_RENEWAL_TIME, 1800);
	o = put_option32(o, DHO_REBINDING_TIME, 3150);
	*o++ = DHO_CLIENT_IDENTIFIER;
	*o++ = 7;
	form_client_id(&client, id);
	memcpy(o, id, 7);
	o[7] = DHO_END;
	fix_sums();
}

static const char *judge(void)
{
	struct reply reply;
	const char *wrong = reply_parse(frame, LEN, &reply);

	return wrong ? wrong : reply_check(&reply, &client, &options, false);
}

static void a_right_reply_is_right(void **state)
{
	(void)state;
	make_ack();
	assert_null(judge());
}

/* No byte under a checksum may change unnoticed. */
static void every_bit_counts(void **state)
{
	(void)state;
	for (size_t at = 0; at < LEN; at++) {
		for (int bit = 0; bit < 8; bit++) {
			make_ack();
			frame[at] ^= (uint8_t)(1 << bit);
			if (!judge())
				fail_msg("byte %zu, bit %d", at, bit);
		}
	}
}

static void each_fault_has_its_name(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *wrong;
	} cases[] = {
		{5, 0xee, "Ethernet destination is wrong"},
		{11, 0xee, "Ethernet source is not the server"},
		{ETH_LEN, 0x46, "not plain IPv4 and UDP"},
		{ETH_LEN + 3, 0xff, "IP length does not fit the frame"},
		{ETH_LEN + 6, 0x20, "IP fragment"},
		{ETH_LEN + 8, 0, "TTL is 0"},
		{ETH_LEN + 15, 9, "IP source is not the server"},
		{ETH_LEN + 19, 9, "IP destination is wrong"},
		{ETH_LEN + IP_LEN + 1, 66, "UDP ports are not 67 and 68"},
		{DHCP + 0, 1, "op, htype or hlen is not that of a reply on Ethernet"},
		{DHCP + 3, 1, "hops or secs is not 0"},
		{DHCP + 4, 9, "xid differs"},
		{DHCP + 9, 1, "hops or secs is not 0"},
		{DHCP + 10, 0x80, "flags differ"},
		{DHCP + 15, 9, "ciaddr differs"},
		{DHCP + 19, 9, "yiaddr is wrong"},
		{DHCP + 24, 9, "giaddr is not 0"},
		{DHCP + 33, 9, "chaddr differs"},
		{DHCP + 34, 9, "chaddr differs"},
		{DHCP + 239, 9, "cookie is wrong"},
		{OPTIONS + 1, 2, "option has a wrong length"},
		{OPTIONS + 2, DHCP_OFFER, "message type is wrong"},
		{OPTIONS + 0, 200, "message type is missing"},
		{OPTIONS + 3, 200, "server identifier is missing"},
		{OPTIONS + 8, 9, "server identifier is another"},
		{OPTIONS + 9, 200, "lease time is missing"},
		{OPTIONS + 14, 0x11, "lease time is another than before"},
		{OPTIONS + 15, DHO_LEASE_TIME, "option occurs twice"},
		{OPTIONS + 20, 0x7f, NULL},
		{OPTIONS + 19, 0x7f, "not T1 < T2 < lease time"},
		{OPTIONS + 25, 0x7f, "not T1 < T2 < lease time"},
		{OPTIONS + 27, 200, "client identifier is not echoed"},
		{OPTIONS + 30, 9, "client identifier is another"},
		{OPTIONS + 36, 0, "END is missing"},
		{OPTIONS + 36, 12, "END is missing"},
		{OPTIONS + 40, 9, "something follows END"},
		{OPTIONS + 28, 200, "option runs past the end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *wrong;

		make_ack();
		assert_int_not_equal(frame[cases[i].at], cases[i].value);
		frame[cases[i].at] = cases[i].value;
		fix_sums();
		wrong = judge();
		if (!wrong || !cases[i].wrong) {
			if (wrong || cases[i].wrong)
				fail_msg("case %zu: %s", i, wrong ? wrong : "accepted");
			continue;
		}
		if (strcmp(wrong, cases[i].wrong) != 0)
			fail_msg("case %zu: %s", i, wrong);
	}
}

static void lengths_are_believed_of_nobody(void **state)
{
	struct reply reply;

	(void)state;
	for (size_t len = 0; len < LEN; len++) {
		uint8_t copy[LEN];

		make_ack();
		memcpy(copy + LEN - len, frame, len); /* ends where the array ends */
		assert_non_null(reply_parse(copy + LEN - len, len, &reply));
	}
	make_ack();
	put16(frame + ETH_LEN + 2, LEN - ETH_LEN - 1);
	put16(frame + ETH_LEN + IP_LEN + 4, LEN - ETH_LEN - IP_LEN - 1);
	fix_sums();
	assert_string_equal(judge(), "BOOTP message is shorter than 300 bytes");
}

static void a_checksum_is_not_missing(void **state)
{
	(void)state;
	make_ack();
	put16(frame + ETH_LEN + IP_LEN + 6, 0);
	assert_string_equal(judge(), "UDP checksum is missing");
}

/* A short message without client identifier and checksum, but never another's or a false address.
 */
static void of_another_server_less_is_asked(void **state)
{
	(void)state;
	options.lenient = true;
	make_ack();
	put16(frame + ETH_LEN + 2, LEN - ETH_LEN - 1);
	put16(frame + ETH_LEN + IP_LEN + 4, LEN - ETH_LEN - IP_LEN - 1);
	frame[OPTIONS + 27] = 200;
	fix_sums();
	assert_null(judge());
	put16(frame + ETH_LEN + IP_LEN + 6, 0);
	assert_null(judge());
	frame[DHCP + 19] = 9;
	fix_sums();
	assert_string_equal(judge(), "yiaddr is wrong");
	make_ack();
	frame[OPTIONS + 30] = 9;
	fix_sums();
	assert_string_equal(judge(), "client identifier is another");
	options.lenient = false;
}

static void the_state_file_comes_back(void **state)
{
	char name[] = "/tmp/test-loadgen-XXXXXX";
	struct client clients[3], *read = NULL;
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	make_ack();
	for (uint32_t i = 0; i < 3; i++) {
		clients[i] = client;
		client_init(&clients[i], 2 - i, 0x20, form_by_name("apple"));
		clients[i].addr = i == 1 ? 0 : 0x0a000001 + i; /* one has none */
		clients[i].server_id = 0x0a0000fe;
		clients[i].lease = 60;
		memcpy(clients[i].server_mac, client.server_mac, 6);
	}
	assert_int_equal(state_write(name, clients, 3), 0);
	assert_int_equal(state_read(name, 0, 0, &read), 2);
	assert_int_equal(read[0].index, 0);
	assert_int_equal(read[1].index, 2);
	assert_int_equal(read[1].addr, 0x0a000001);
	assert_int_equal(read[1].server_id, 0x0a0000fe);
	assert_int_equal(read[1].lease, 60);
	assert_ptr_equal(read[1].form, form_by_name("apple"));
	assert_memory_equal(read[1].mac, clients[0].mac, 6);
	assert_memory_equal(read[1].server_mac, client.server_mac, 6);
	free(read);
	close(fd);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_reply_is_right),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(each_fault_has_its_name),
		cmocka_unit_test(lengths_are_believed_of_nobody),
		cmocka_unit_test(a_checksum_is_not_missing),
		cmocka_unit_test(of_another_server_less_is_asked),
		cmocka_unit_test(the_state_file_comes_back),
	};

	return cmocka_run_group_tests_name("loadgen", tests, NULL, NULL) != 0;
}
