// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdhcp-replay, whole: captures of each kind that it reads, written here byte by byte, and every
 * line of what it says of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../common/packet_builder.h"

#define SERVER PACKET_ADDR(192, 0, 2, 1)
#define FIRST  PACKET_ADDR(192, 0, 2, 10)
#define RELAY  PACKET_ADDR(198, 51, 100, 1)

enum { ETHERNET = 1, RAW = 101, SLL = 113, SLL2 = 276, USB = 189 };

static const char interfaces[] = "interfaces-config: {interfaces: [eth0]}\n";
static const char classes[] = "client-classes:\n"
			      "- {name: phones, test: \"option[60].text == 'phone'\"}\n";
/* What decides by the transaction id is told anew each time. */
static const char fleeting_class[] = "- {name: odd, test: \"pkt4.transid == 7\", "
				     "option-data: [{name: domain-name, data: odd}]}\n";
static const char subnets[] = "valid-lifetime: 100\n"
			      "subnet4:\n"
			      "- {id: 1, subnet: 192.0.2.0/24, authoritative: true,\n"
			      "   pools: [{pool: 192.0.2.10 - 192.0.2.11}],\n"
			      "   option-data: [{name: routers, data: 192.0.2.1}]}\n"
			      "- {id: 2, subnet: 198.51.100.0/24, bootp: all,\n"
			      "   pools: [{pool: 198.51.100.10 - 198.51.100.19}]}\n";

static const struct packet_host client = {.mac = {2, 0, 0, 0, 0, 1}},
				server = {.mac = {2, 0, 0, 0, 0, 0xfe}, .addr = SERVER};

static char directory[] = "/tmp/xdhcp-replay-test-XXXXXX";
static char config_file[64], capture_file[64];
static FILE *capture;
static int link_type;
static bool pcapng;
static char said[65536];

/* --- writing --- */

static void put32(uint32_t v)
{
	assert_int_equal(fwrite(&v, 4, 1, capture), 1);
}

static void put16(uint16_t v)
{
	assert_int_equal(fwrite(&v, 2, 1, capture), 1);
}

static void begin(int type, bool ng)
{
	link_type = type;
	pcapng = ng;
	capture = fopen(capture_file, "w");
	assert_non_null(capture);
	if (!ng) {
		put32(0xa1b2c3d4);
		put16(2);
		put16(4);
		put32(0);
		put32(0);
		put32(65535);
		put32((uint32_t)type);
		return;
	}
	put32(0x0a0d0d0a); /* section header */
	put32(28);
	put32(0x1a2b3c4d);
	put16(1);
	put16(0);
	put32(0xffffffff);
	put32(0xffffffff);
	put32(28);
	put32(1); /* interface */
	put32(20);
	put16((uint16_t)type);
	put16(0);
	put32(65535);
	put32(20);
}

static void write_frame(uint64_t us, const uint8_t *frame, size_t len)
{
	static const uint8_t zeros[4];
	size_t padding = pcapng ? -len & 3 : 0;

	us += UINT64_C(1700000000) * 1000000;
	if (pcapng) {
		put32(6);
		put32((uint32_t)(32 + len + padding));
		put32(0);
		put32((uint32_t)(us >> 32));
		put32((uint32_t)us);
	} else {
		put32((uint32_t)(us / 1000000));
		put32((uint32_t)(us % 1000000));
	}
	put32((uint32_t)len);
	put32((uint32_t)len);
	assert_int_equal(fwrite(frame, 1, len, capture), len);
	assert_int_equal(fwrite(zeros, 1, padding, capture), padding);
	if (pcapng)
		put32((uint32_t)(32 + len + padding));
}

/* The frame as the link type has it. */
static void write_as(uint64_t us, const uint8_t *frame, size_t len)
{
	uint8_t cooked[PACKET_MAX + 32] = {0};

	switch (link_type) {
	case SLL:
		cooked[5] = 6;
		memcpy(cooked + 6, frame + 6, 6);
		memcpy(cooked + 14, frame + 12, len - 12);
		write_frame(us, cooked, len + 2);
		return;
	case SLL2:
		memcpy(cooked, frame + 12, 2);
		cooked[11] = 6;
		memcpy(cooked + 12, frame + 6, 6);
		memcpy(cooked + 20, frame + 14, len - 14);
		write_frame(us, cooked, len + 6);
		return;
	case RAW:
		write_frame(us, frame + 14, len - 14);
		return;
	default:
		write_frame(us, frame, len);
	}
}

static void add(uint64_t us, const struct packet *p)
{
	uint8_t frame[PACKET_MAX];

	write_as(us, frame, packet_build(p, frame, sizeof(frame)));
}

/* DISCOVER, REQUEST, and a renewal a minute later. */
static void add_exchange(void)
{
	struct packet p = packet_discover(&client);
	struct packet_host bound = client;

	add(0, &p);
	p = packet_selecting(&client, FIRST, SERVER);
	add(1500, &p);
	bound.addr = FIRST;
	p = packet_renewing(&bound, FIRST, &server);
	add(60000000, &p);
}

static const char exchange[] =
	"0.000000 DHCPDISCOVER from 02:00:00:00:00:01 via eth0: DHCPOFFER 192.0.2.10 for 100 s; "
	"subnet 1\n"
	"0.001500 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: DHCPACK 192.0.2.10 "
	"for 100 s; subnet 1; memoisable\n"
	"60.000000 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: DHCPACK 192.0.2.10 "
	"for 100 s; subnet 1; memoisable\n";

/* --- running --- */

/* Its exit status; what it says, errors first as they come, is in said[]. */
static int run(const char *words)
{
	char self[256], command[1024];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	FILE *out;
	size_t len;
	int status;

	if (capture)
		assert_int_equal(fclose(capture), 0);
	capture = NULL;
	assert_true(n > 0);
	self[n] = '\0';
	for (int i = 0; i < 3; i++) /* tests/unit/test_replay */
		*strrchr(self, '/') = '\0';
	snprintf(command, sizeof(command), "%s/xdhcp-replay %s -c %s %s 2>&1", self, words,
		 config_file, capture_file);
	out = popen(command, "r");
	assert_non_null(out);
	len = fread(said, 1, sizeof(said) - 1, out);
	said[len] = '\0';
	status = pclose(out);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void write_config(const char *a, const char *b, const char *c, const char *d)
{
	FILE *f = fopen(config_file, "w");

	assert_non_null(f);
	fprintf(f, "%s%s%s%s", a, b, c, d);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	(void)state;
	write_config(interfaces, classes, "", subnets);
	return 0;
}

static int group_set_up(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(config_file, sizeof(config_file), "%s/c.yaml", directory);
	snprintf(capture_file, sizeof(capture_file), "%s/x.pcap", directory);
	return 0;
}

static int group_tear_down(void **state)
{
	(void)state;
	unlink(config_file);
	unlink(capture_file);
	return rmdir(directory);
}

/* --- cases --- */

static void every_kind_of_capture_says_the_same(void **state)
{
	static const int types[] = {ETHERNET, SLL, SLL2, RAW};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(types) / sizeof(types[0]); i++) {
		begin(types[i / 2], i & 1);
		add_exchange();
		assert_int_equal(run(""), 0);
		assert_string_equal(said, exchange);
	}
}

static void the_options_of_an_answer_on_wish(void **state)
{
	struct packet p = packet_discover(&client);

	(void)state;
	packet_option_str(&p, 60, "phone");
	begin(ETHERNET, false);
	add(0, &p);
	assert_int_equal(run("-v"), 0);
	assert_string_equal(
		said, "0.000000 DHCPDISCOVER from 02:00:00:00:00:01 via eth0: DHCPOFFER 192.0.2.10 "
		      "for 100 s; subnet 1; classes phones\n"
		      "    dhcp-message-type 2; dhcp-server-identifier 192.0.2.1; "
		      "dhcp-lease-time 100; dhcp-renewal-time 50; dhcp-rebinding-time 87; "
		      "subnet-mask 255.255.255.0; routers 192.0.2.1\n");
}

/* And the notice that xdhcpd -t gives of it. */
static void what_is_not_memoisable_and_why(void **state)
{
	struct packet p = packet_selecting(&client, FIRST, SERVER);

	(void)state;
	write_config(interfaces, classes, fleeting_class, subnets);
	p.xid = 7;
	begin(ETHERNET, false);
	add(0, &p);
	assert_int_equal(run(""), 0);
	assert_non_null(strstr(said, "notice: class \"odd\" reads \"pkt4.transid\""));
	assert_non_null(strstr(said, "; subnet 1; classes odd; not memoisable: decided by a class "
				     "whose test reads what no form has\n"));
}

static void leases_end_by_the_captures_clock(void **state)
{
	struct packet_host other = client;
	struct packet p;

	(void)state;
	begin(ETHERNET, false);
	for (uint8_t i = 1; i <= 3; i++) {
		other.mac[5] = i;
		p = packet_selecting(&other, FIRST + (i & 1), SERVER);
		add(i, &p);
	}
	p = packet_discover(&other);
	add(4, &p);
	add(102000000, &p);
	assert_int_equal(run(""), 0);
	assert_string_equal(
		said,
		"0.000000 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.11: DHCPACK "
		"192.0.2.11 for 100 s; subnet 1; memoisable\n"
		"0.000001 DHCPREQUEST from 02:00:00:00:00:02 via eth0 for 192.0.2.10: DHCPACK "
		"192.0.2.10 for 100 s; subnet 1; memoisable\n"
		"0.000002 DHCPREQUEST from 02:00:00:00:00:03 via eth0 for 192.0.2.11: DHCPNAK: the "
		"address is another client's; subnet 1\n"
		"0.000003 DHCPDISCOVER from 02:00:00:00:00:03 via eth0: no answer: no free "
		"address\n"
		"101.999999 DHCPDISCOVER from 02:00:00:00:00:03 via eth0: DHCPOFFER 192.0.2.11 for "
		"100 s; subnet 1\n");
}

/* Frames of several CPUs need not be in order: the leases' clock stands still meanwhile. */
static void a_capture_may_go_back_in_time(void **state)
{
	struct packet p = packet_selecting(&client, FIRST, SERVER);

	(void)state;
	begin(ETHERNET, false);
	add(5, &p);
	add(2, &p);
	assert_int_equal(run(""), 0);
	assert_string_equal(
		said,
		"0.000000 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: DHCPACK "
		"192.0.2.10 for 100 s; subnet 1; memoisable\n"
		"-0.000003 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: "
		"DHCPACK 192.0.2.10 for 100 s; subnet 1; memoisable\n");
}

static void what_is_relayed_bootp_returned_or_wrong(void **state)
{
	struct packet_host bound = {.mac = {2, 0, 0, 0, 0, 1}, .addr = FIRST};
	struct packet p = packet_request(&client);
	uint8_t frame[PACKET_MAX];
	size_t len;

	(void)state;
	begin(ETHERNET, false);
	p.giaddr = RELAY;
	p.ip_src = RELAY;
	p.ip_dst = SERVER;
	p.sport = 67;
	add(0, &p); /* BOOTP, by the relay */
	p = packet_selecting(&client, FIRST, SERVER);
	add(1, &p);
	p = packet_release(&bound, FIRST, &server);
	add(2, &p);
	p = packet_discover(&client);
	p.hlen = 5;
	add(3, &p);
	p = packet_discover(&client);
	p.udp_check = 0x1234;
	add(4, &p);
	len = packet_build(&p, frame, sizeof(frame));
	write_as(5, frame, len - 200);
	p = packet_discover(&client);
	p.dport = 68; /* none of a server's business */
	add(6, &p);
	p.dport = 67;
	p.op = 2;
	add(7, &p);
	assert_int_equal(run(""), 0);
	assert_string_equal(
		said,
		"0.000000 BOOTREQUEST from 02:00:00:00:00:01 via eth0 relay 198.51.100.1: "
		"BOOTREPLY "
		"198.51.100.10 for ever; subnet 2\n"
		"0.000001 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: DHCPACK "
		"192.0.2.10 for 100 s; subnet 1; memoisable\n"
		"0.000002 DHCPRELEASE from 02:00:00:00:00:01 via eth0 for 192.0.2.10: released; "
		"subnet 1\n"
		"0.000003 malformed: htype, hlen or chaddr is not an Ethernet client's\n"
		"0.000004 malformed: UDP checksum is wrong\n"
		"0.000005 malformed: shorter than its own lengths, or than a BOOTP message\n");
}

static void checksums_may_be_left_to_the_hardware(void **state)
{
	struct packet p = packet_discover(&client);

	(void)state;
	p.udp_check = PACKET_PARTIAL;
	begin(ETHERNET, false);
	add(0, &p);
	assert_int_equal(run("-k"), 0);
	assert_non_null(strstr(said, ": DHCPOFFER 192.0.2.10 "));
}

static void links_are_told_apart_by_their_tags(void **state)
{
	struct packet p = packet_discover(&client);

	(void)state;
	begin(ETHERNET, false);
	add(0, &p);
	p.vlan[0] = 10;
	add(1, &p);
	p.vlan[0] = 20;
	add(2, &p);
	p = packet_selecting(&client, FIRST, SERVER + 1);
	add(3, &p);
	p = packet_renewing(&client, FIRST, &server);
	p.ip_dst = SERVER + 1;
	add(4, &p);
	assert_int_equal(run("-i eth0=192.0.2.1/24 -i eth0.10=198.51.100.254/24"), 0);
	assert_string_equal(
		said,
		"0.000000 DHCPDISCOVER from 02:00:00:00:00:01 via eth0: DHCPOFFER 192.0.2.10 for "
		"100 s; subnet 1\n"
		"0.000001 DHCPDISCOVER from 02:00:00:00:00:01 via eth0.10 tag 10: DHCPOFFER "
		"198.51.100.10 for 100 s; subnet 2\n"
		"0.000002 DHCPDISCOVER from 02:00:00:00:00:01 via ? tag 20: not for us\n"
		"0.000003 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: no answer: "
		"another server was chosen; subnet 1\n"
		"0.000004 DHCPREQUEST from 02:00:00:00:00:01 via eth0 for 192.0.2.10: not for "
		"us\n");
}

/* Who writes to a server in no subnet writes to us, as long as nobody says what our addresses are.
 */
static void where_our_addresses_are_a_guess_any_server_is_us(void **state)
{
	struct packet_host bound = {.mac = {2, 0, 0, 0, 0, 1}, .addr = FIRST};
	struct packet p = packet_renewing(&bound, FIRST, &server);

	(void)state;
	p.ip_dst = PACKET_ADDR(203, 0, 113, 7);
	begin(ETHERNET, false);
	add(0, &p);
	assert_int_equal(run(""), 0);
	assert_non_null(strstr(said, ": DHCPNAK: no such lease; subnet 1\n"));
}

/* What a router has sent on is told by its MAC, which raw IP has not. */
static void what_a_router_brings_is_told_by_its_mac(void **state)
{
	static const int types[] = {ETHERNET, SLL, SLL2, RAW};
	struct packet_host bound = {.mac = {2, 0, 0, 0, 0, 1},
				    .addr = PACKET_ADDR(198, 51, 100, 10)};
	struct packet p = packet_renewing(&bound, bound.addr, &server);

	(void)state;
	p.eth_src[5] = 0x77;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		begin(types[i], false);
		add(0, &p);
		assert_int_equal(run("-i eth0=192.0.2.1/24"), 0);
		assert_non_null(strstr(said, types[i] == RAW
						     ? ": DHCPNAK: wrong network; subnet 2\n"
						     : ": no answer: unknown client; subnet 2\n"));
	}
}

static void a_wrong_configuration_is_1(void **state)
{
	(void)state;
	begin(ETHERNET, false);
	write_config("valid-lifetime: x\n", "", "", "");
	assert_int_equal(run(""), 1);
	assert_non_null(strstr(said, "c.yaml:1:17: valid-lifetime must be "));
}

static void a_capture_that_cannot_be_read_is_2(void **state)
{
	(void)state;
	begin(USB, false);
	assert_int_equal(run(""), 2);
	assert_non_null(strstr(said, "link type 189 is none of"));
	capture = fopen(capture_file, "w");
	fputs("no capture, but some text that is long enough", capture);
	assert_int_equal(run(""), 2);
	assert_int_equal(unlink(capture_file), 0);
	assert_int_equal(run(""), 2);
	begin(ETHERNET, false); /* one that breaks off is told of as far as it goes */
	add_exchange();
	put32(1);
	assert_int_equal(run(""), 2);
	assert_non_null(strstr(said, "DHCPOFFER"));
	assert_non_null(strstr(said, "xdhcp-replay: "));
	begin(ETHERNET, false);
	assert_int_equal(run("-i eth0=192.0.2.1"), 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, set_up)
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_capture_says_the_same),
		TEST(the_options_of_an_answer_on_wish),
		TEST(what_is_not_memoisable_and_why),
		TEST(leases_end_by_the_captures_clock),
		TEST(a_capture_may_go_back_in_time),
		TEST(what_is_relayed_bootp_returned_or_wrong),
		TEST(checksums_may_be_left_to_the_hardware),
		TEST(links_are_told_apart_by_their_tags),
		TEST(where_our_addresses_are_a_guess_any_server_is_us),
		TEST(what_a_router_brings_is_told_by_its_mac),
		TEST(a_wrong_configuration_is_1),
		TEST(a_capture_that_cannot_be_read_is_2),
	};

	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
