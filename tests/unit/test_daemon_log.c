// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One line of the log a transaction: what operators look for in it, message by message. Stderr
 * goes to a pipe meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/daemon.h"

#define ADDR 0xc000020a /* 192.0.2.10 */

static const struct port eth0 = {.info.name = "eth0"};

static struct dhcp_msg message(uint8_t type)
{
	return (struct dhcp_msg){.type = type, .chaddr = {2, 0, 0, 0, 0, 1}};
}

static struct decision reply(uint8_t type)
{
	return (struct decision){.kind = DECISION_REPLY, .reply.type = type, .reply.yiaddr = ADDR};
}

/* What is said about it, without the line's end. */
static const char *line(const struct dhcp_msg *msg, const struct decision *decision)
{
	static char text[4096];
	int ends[2], was = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(was >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
	log_transaction(&eth0, msg, decision);
	assert_true(dup2(was, STDERR_FILENO) >= 0);
	close(was);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	assert_true(n >= 0);
	text[n] = '\0';
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

static void a_direct_client(void **state)
{
	struct dhcp_msg msg = message(DHCP_REQUEST);
	struct decision d = reply(DHCP_ACK);

	(void)state;
	msg.requested = ADDR;
	strcpy(d.hostname, "laptop");
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPREQUEST for 192.0.2.10 from "
					    "02:00:00:00:00:01 (laptop) via eth0: DHCPACK");
}

/* An OFFER and what is given at once are about the address that is given. */
static void what_is_given(void **state)
{
	struct dhcp_msg msg = message(DHCP_DISCOVER);
	struct decision d = reply(DHCP_OFFER);

	(void)state;
	msg.requested = ADDR + 1;
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPDISCOVER for 192.0.2.10 from "
					    "02:00:00:00:00:01 via eth0: DHCPOFFER");
	d.reply.type = DHCP_ACK; /* RFC 4039 */
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPDISCOVER for 192.0.2.10 from "
					    "02:00:00:00:00:01 via eth0: DHCPACK (rapid commit)");
	msg = message(DHCP_BOOTP);
	d = reply(DHCP_BOOTP);
	assert_string_equal(line(&msg, &d), "xdhcpd: BOOTREQUEST for 192.0.2.10 from "
					    "02:00:00:00:00:01 via eth0: BOOTREPLY");
}

static void why_not(void **state)
{
	struct dhcp_msg msg = message(DHCP_REQUEST);
	struct decision d = reply(DHCP_NAK);

	(void)state;
	msg.requested = ADDR + 1;
	d.reason = NAK_wrong_network;
	assert_string_equal(line(&msg, &d),
			    "xdhcpd: DHCPREQUEST for 192.0.2.11 from 02:00:00:00:00:01 via eth0: "
			    "DHCPNAK: wrong network");
	d.kind = DECISION_SILENT;
	d.reason = SILENT_no_free_address;
	msg = message(DHCP_DISCOVER);
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPDISCOVER from 02:00:00:00:00:01 via eth0: "
					    "no answer: no free address");
}

static void endings(void **state)
{
	struct dhcp_msg msg = message(DHCP_RELEASE);
	struct decision d = {.kind = DECISION_END, .end = LEASE_END_RELEASED, .end_addr = ADDR};

	(void)state;
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPRELEASE for 192.0.2.10 from "
					    "02:00:00:00:00:01 via eth0: released");
	msg = message(DHCP_DECLINE);
	d.end = LEASE_END_DECLINED;
	assert_string_equal(line(&msg, &d), "xdhcpd: DHCPDECLINE for 192.0.2.10 from "
					    "02:00:00:00:00:01 via eth0: declined");
}

static void a_relayed_client(void **state)
{
	struct dhcp_msg msg = message(DHCP_DISCOVER);
	struct decision d = reply(DHCP_OFFER);

	(void)state;
	msg.giaddr = 0xc0a80701;
	assert_string_equal(line(&msg, &d),
			    "xdhcpd: DHCPDISCOVER for 192.0.2.10 from 02:00:00:00:00:01 via "
			    "192.168.7.1 on eth0: DHCPOFFER");
	msg.opt[DHO_RELAY_AGENT] = (struct dhcp_opt){(const uint8_t *)"\x02\x01\x00\x01\x04"
								      "ge 1",
						     9};
	assert_string_equal(line(&msg, &d),
			    "xdhcpd: DHCPDISCOVER for 192.0.2.10 from 02:00:00:00:00:01 via "
			    "192.168.7.1 circuit \"ge 1\" on eth0: DHCPOFFER");
	/* a switch on the way that puts option 82 in, and no relay (RFC 3046 2.1.1) */
	msg.giaddr = 0;
	msg.opt[DHO_RELAY_AGENT] = (struct dhcp_opt){(const uint8_t *)"\x01\x02\x0a\xff", 4};
	assert_string_equal(line(&msg, &d),
			    "xdhcpd: DHCPDISCOVER for 192.0.2.10 from 02:00:00:00:00:01 via eth0 "
			    "circuit 0a:ff: DHCPOFFER");
}

/* Whoever chooses the longest names there can be does not cut off what became of it. */
static void the_outcome_is_never_cut_off(void **state)
{
	struct dhcp_msg msg = message(DHCP_REQUEST);
	struct decision d = reply(DHCP_NAK);
	uint8_t agent[255] = {1, 253};
	const char *text;

	(void)state;
	memset(d.hostname, 'h', MODEL_NAME_MAX);
	memset(agent + 2, 0xaa, 253);
	msg.opt[DHO_RELAY_AGENT] = (struct dhcp_opt){agent, sizeof(agent)};
	msg.giaddr = msg.requested = UINT32_MAX;
	d.reason = NAK_reserved_elsewhere;
	text = line(&msg, &d);
	assert_non_null(
		strstr(text, "on eth0: DHCPNAK: another address is reserved for this client"));
	assert_null(strchr(text, '\n'));
}

static void a_second_mac_of_one_client_id(void **state)
{
	struct dhcp_msg msg = message(DHCP_DISCOVER);
	struct decision d = reply(DHCP_OFFER);

	(void)state;
	d.cloned = true;
	assert_non_null(strstr(line(&msg, &d), "\nxdhcpd: warning: client id of 02:00:00:00:00:01 "
					       "is already in use by another MAC"));
}

static void at_a_lower_level_nothing(void **state)
{
	struct dhcp_msg msg = message(DHCP_DISCOVER);
	struct decision d = reply(DHCP_OFFER);

	(void)state;
	log_set_level(5);
	assert_string_equal(line(&msg, &d), "");
	log_set_level(6);
}

static const char *asked_for(unsigned *times)
{
	++*times;
	return "";
}

/* Lines of the sweep's and others' are many: what makes them is not even called. */
static void at_a_lower_level_nothing_is_made_of_the_arguments(void **state)
{
	unsigned times = 0;

	(void)state;
	log_set_level(5);
	log_info("%s", asked_for(&times));
	log_debug("%s", asked_for(&times));
	assert_int_equal(times, 0);
	log_set_level(6);
	log_debug("%s", asked_for(&times));
	assert_int_equal(times, 0);
	log_info("a line%s", asked_for(&times));
	assert_int_equal(times, 1);
}

/* At the level of DEBUG a second line: every option that the reply has, wherever it stands. */
static void options_of_a_reply(void **state)
{
	struct dhcp_msg msg = message(DHCP_REQUEST);
	struct decision d = reply(DHCP_ACK);
	static uint8_t path[300];

	(void)state;
	memset(path, 'p', sizeof(path));
	msg.requested = ADDR;
	msg.opt[DHO_RELAY_AGENT] = (struct dhcp_opt){(const uint8_t *)"\x01\x01\x07", 3};
	dhcp_reply_add(&d.reply, DHO_MESSAGE_TYPE, "\5", 1);
	dhcp_reply_add(&d.reply, DHO_ROUTERS, "\xc0\0\2\1\xc0\0\2\2", 8);
	dhcp_reply_add(&d.reply, DHO_RAPID_COMMIT, NULL, 0);
	dhcp_reply_add(&d.reply, 224, "\1\2", 2);
	assert_int_equal(dhcp_reply_overload(&d.reply, DHO_DOMAIN_NAME, "a.\33", 3), 0);
	d.reply.tail[XDHCP_TAIL_HOSTNAME] = (struct dhcp_piece){{DHO_HOST_NAME, 1, 'h'}, 3};
	assert_null(strstr(line(&msg, &d), "routers"));
	log_set_level(7);
	assert_string_equal(
		line(&msg, &d),
		"xdhcpd: DHCPREQUEST for 192.0.2.10 from 02:00:00:00:00:01 via eth0 circuit 07: "
		"DHCPACK\n"
		"xdhcpd: DHCPACK to 02:00:00:00:00:01: dhcp-message-type 5; routers 192.0.2.1, "
		"192.0.2.2; rapid-commit; 224 0x0102; dhcp-option-overload 1; host-name h; "
		"dhcp-agent-options 0x010107; domain-name a.\\x1b");
	/* split on the wire, one on the line; and no longer than its share */
	d = reply(DHCP_ACK);
	dhcp_reply_add(&d.reply, 17, path, sizeof(path));
	dhcp_reply_add(&d.reply, DHO_MESSAGE_TYPE, "\5", 1);
	msg.opt[DHO_RELAY_AGENT] = (struct dhcp_opt){0};
	assert_non_null(strstr(line(&msg, &d), "pp...; dhcp-message-type 5"));
	assert_null(strstr(strstr(line(&msg, &d), "root-path") + 1, "root-path"));
	d.kind = DECISION_SILENT;
	d.reason = SILENT_unknown_client;
	assert_null(strchr(line(&msg, &d), '\n'));
	log_set_level(6);
}

/* Whoever sends packets must not fill the disk, nor hide who has which address. */
static void in_a_flood_only_what_changes_leases(void **state)
{
	struct dhcp_msg msg = message(DHCP_REQUEST);
	struct decision silent = {.kind = DECISION_SILENT, .reason = SILENT_unknown_client},
			given = reply(DHCP_ACK), ended = {.kind = DECISION_END, .end_addr = ADDR};
	unsigned tries = 0;

	(void)state;
	given.has_change = true;
	given.change.before.generation = 3;
	given.change.row.generation = 4;
	while (*line(&msg, &silent))
		assert_in_range(++tries, 1, 1000000);
	assert_true(log_lines_left_out() > 0);
	for (int i = 0; i < 2000; i++) {
		assert_non_null(strstr(line(&msg, &given), "DHCPACK"));
		assert_non_null(strstr(line(&msg, &ended), "released"));
	}
	/* a renewal is no such change */
	given.change.before.generation = 4;
	while (*line(&msg, &given))
		assert_in_range(++tries, 1, 1000000);
	log_set_level(7);
	assert_non_null(strstr(line(&msg, &silent), "unknown client"));
	log_set_level(6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_direct_client),
		cmocka_unit_test(what_is_given),
		cmocka_unit_test(why_not),
		cmocka_unit_test(endings),
		cmocka_unit_test(a_relayed_client),
		cmocka_unit_test(the_outcome_is_never_cut_off),
		cmocka_unit_test(a_second_mac_of_one_client_id),
		cmocka_unit_test(options_of_a_reply),
		cmocka_unit_test(at_a_lower_level_nothing),
		cmocka_unit_test(at_a_lower_level_nothing_is_made_of_the_arguments),
		cmocka_unit_test(in_a_flood_only_what_changes_leases), /* the log is used up */
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests_name("daemon/log", tests, NULL, NULL);
}
