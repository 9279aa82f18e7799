// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Foreign servers in the daemon: who is one and who is not, what is counted, what is said and how
 * often, and that what is read of a flood is bounded. The socket, the clock and the log are the
 * test's; frames are made whole and decoded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "daemon/daemon.h"
#include "daemon/foreign.h"
#include "frame.h"

#define IP	FRAME_IP
#define OURS	IP(192, 0, 2, 1)
#define OURS_2	IP(10, 9, 9, 9)
#define PARTNER IP(192, 0, 2, 2)
#define OTHERS	IP(192, 0, 3, 2) /* allowed on eth1 alone */
#define ROGUE	IP(192, 0, 2, 66)
#define RELAY	IP(198, 51, 100, 1)
#define OFFERED IP(192, 0, 2, 200) /* in no pool */
#define POOLED	IP(192, 0, 2, 10)
#define BOUND	IP(192, 0, 2, 11)

static const char text[] =
	"interfaces-config: {interfaces: [eth0, eth1]}\n"
	"foreign-server-period: 100\n"
	"allow-servers: [192.0.2.2]\n"
	"subnet4:\n"
	"- {id: 1, subnet: 192.0.2.0/24, pools: [{pool: 192.0.2.10 - 192.0.2.19}]}\n"
	"- {id: 2, subnet: 192.0.3.0/24, interface: eth1, allow-servers: [192.0.3.2]}\n"
	"- {id: 3, subnet: 198.51.100.0/24, allow-servers: [203.0.113.9]}\n";

static struct daemon d;
static struct port ports[2];
static uint32_t host[] = {OURS, OURS_2};
static uint32_t seconds;
static char lines[65536];
static unsigned n_lines;

struct packet_socket {
	uint32_t ifindex;
};

/* What waits at eth0's socket; `flood`: it never ends. */
static struct packet waiting[4];
static size_t n_waiting, received;
static bool flood;
static uint64_t drops;

int __wrap_packet_open(uint32_t ifindex, enum packet_kind kind, size_t buffer,
		       struct packet_socket **ret_socket);
void __wrap_packet_close(struct packet_socket *socket);
int __wrap_packet_receive(struct packet_socket *socket, struct packet *packets, size_t n);
uint64_t __wrap_packet_kernel_drops(struct packet_socket *socket);
uint32_t __wrap_boot_seconds(void);
void __wrap_log_line(int level, const char *format, ...);

int __wrap_packet_open(uint32_t ifindex, enum packet_kind kind, size_t buffer,
		       struct packet_socket **ret_socket)
{
	assert_int_equal(kind, PACKET_REPLIES);
	assert_true(buffer <= 1 << 17);
	*ret_socket = calloc(1, sizeof(**ret_socket));
	(*ret_socket)->ifindex = ifindex;
	return 0;
}

void __wrap_packet_close(struct packet_socket *socket)
{
	free(socket);
}

int __wrap_packet_receive(struct packet_socket *socket, struct packet *packets, size_t n)
{
	size_t i = 0;

	if (socket->ifindex != 3)
		return 0;
	for (; i < n && (flood || n_waiting > 0); i++) {
		packet_copy(&packets[i], &waiting[0]);
		if (!flood) {
			memmove(waiting, waiting + 1, sizeof(waiting) - sizeof(waiting[0]));
			n_waiting--;
		}
	}
	received += i;
	return (int)i;
}

uint64_t __wrap_packet_kernel_drops(struct packet_socket *socket)
{
	(void)socket;
	return drops;
}

uint32_t __wrap_boot_seconds(void)
{
	return seconds;
}

void __wrap_log_line(int level, const char *format, ...)
{
	size_t n = strlen(lines);
	va_list args;

	n += (size_t)snprintf(lines + n, sizeof(lines) - n, "%s", level <= 3 ? "error: " : "");
	va_start(args, format);
	vsnprintf(lines + n, sizeof(lines) - n, format, args);
	va_end(args);
	n = strlen(lines);
	snprintf(lines + n, sizeof(lines) - n, "\n");
	n_lines++;
}

static void add_lease(void)
{
	struct lease_row row = {.addr = BOUND,
				.subnet_id = 1,
				.generation = 1,
				.state = LEASE_BOUND,
				.client = {.chaddr = {2, 0, 0, 0, 0, 0x11}},
				.cltt = 900,
				.lifetime = 600,
				.promised = 1500,
				.ack_until = 1500};

	assert_int_equal(lease_load(d.leases, &row), 0);
}

static int setup(void **state)
{
	struct config_errors errors;

	(void)state;
	memset(&d, 0, sizeof(d));
	seconds = 1000;
	n_waiting = received = 0;
	flood = false;
	drops = 0;
	lines[0] = '\0';
	n_lines = 0;
	assert_int_equal(config_load("t", text, &d.config, &errors), 0);
	config_errors_free(&errors);
	d.leases = lease_table_new();
	add_lease();
	d.host_addrs = host;
	d.n_host_addrs = sizeof(host) / sizeof(host[0]);
	ports[0] = (struct port){
		.daemon = &d,
		.next = &ports[1],
		.info = {.ifindex = 3, .name = "eth0", .n_addrs = 1, .addrs = {{.addr = OURS}}}};
	ports[1] = (struct port){.daemon = &d, .info = {.ifindex = 4, .name = "eth1"}};
	d.ports = ports;
	assert_int_equal(foreign_start(&d), 0);
	foreign_follow(&d);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	foreign_leave(&ports[0]);
	foreign_leave(&ports[1]);
	foreign_stop(&d);
	lease_table_free(d.leases);
	config_free(d.config);
	return 0;
}

/* A broadcast reply to 02:00:00:00:00:01. */
static void reply(struct request *r, uint8_t type, uint32_t yiaddr, uint32_t id, uint32_t source)
{
	static const uint8_t client[6] = {2, 0, 0, 0, 0, 1}, server[6] = {2, 0, 0, 0, 0, 0x66};

	request_init(r);
	r->h.op = DHCP_BOOTREPLY;
	memcpy(r->eth_src, server, 6);
	memcpy(r->h.chaddr, client, 6);
	set32((uint8_t *)&r->h.yiaddr, yiaddr);
	r->sport = 67;
	r->dport = 68;
	r->ip_src = source;
	request_u8(r, 53, type);
	if (id) {
		uint8_t data[4];

		set32(data, id);
		request_option(r, 54, data, 4);
	}
}

static void arrives(const struct request *r)
{
	struct frame f = frame_build(r);

	assert_true(f.len <= PACKET_FRAME);
	waiting[n_waiting] = (struct packet){.len = f.len};
	memcpy(waiting[n_waiting++].data, f.data, f.len);
	free(f.data);
}

static void hears(uint8_t type, uint32_t yiaddr, uint32_t id, uint32_t source)
{
	struct request r;

	reply(&r, type, yiaddr, id, source);
	arrives(&r);
	foreign_tick(&d);
}

static uint64_t counted(void)
{
	assert_int_equal(d.count.foreign_offers, ports[0].foreign_offers);
	assert_int_equal(d.count.foreign_acks, ports[0].foreign_acks);
	return d.count.foreign_offers + d.count.foreign_acks + d.count.foreign_naks;
}

static void an_offer_is_counted_and_told_of(void **state)
{
	(void)state;
	hears(DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	assert_int_equal(d.count.foreign_offers, 1);
	assert_int_equal(counted(), 1);
	assert_string_equal(lines, "foreign DHCP server 192.0.2.66 on eth0 (02:00:00:00:00:66 from "
				   "192.0.2.66): DHCPOFFER of 192.0.2.200 to 02:00:00:00:00:01\n");
}

static void once_a_period_with_how_many_since(void **state)
{
	(void)state;
	hears(DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	for (int i = 0; i < 99; i++) {
		seconds++;
		hears(i & 1 ? DHCP_ACK : DHCP_NAK, OFFERED, ROGUE, ROGUE);
	}
	assert_int_equal(n_lines, 1);
	assert_int_equal(d.count.foreign_acks, 49);
	assert_int_equal(d.count.foreign_naks, 50);
	seconds++;
	foreign_tick(&d);
	assert_int_equal(n_lines, 2);
	assert_non_null(strstr(lines, "; 99 messages since the last such line\n"));
	seconds += 1000;
	foreign_tick(&d);
	assert_int_equal(n_lines, 2); /* nothing new */
}

static void neither_ours_nor_allowed_ones_are_foreign(void **state)
{
	static const uint32_t known[][2] = {
		{OURS, OURS},
		{OURS_2, OURS},
		{OURS, OURS_2},
		{PARTNER, PARTNER},
		{PARTNER, IP(1, 2, 3, 4)},
		{IP(1, 2, 3, 4), PARTNER},
		{0, PARTNER},
		{0, OURS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		hears(DHCP_ACK, POOLED, known[i][0], known[i][1]);
	assert_int_equal(counted(), 0);
	assert_int_equal(n_lines, 0);
}

static void who_is_allowed_elsewhere_is_foreign_here(void **state)
{
	(void)state;
	hears(DHCP_OFFER, OFFERED, OTHERS, OTHERS);
	assert_int_equal(counted(), 1);
}

static void who_takes_our_name_is_known_by_its_source(void **state)
{
	(void)state;
	hears(DHCP_OFFER, OFFERED, OURS, ROGUE);
	assert_int_equal(counted(), 1);
	assert_non_null(strstr(lines, "server 192.0.2.66 on eth0"));
}

static void without_a_server_identifier_by_its_source(void **state)
{
	(void)state;
	hears(DHCP_OFFER, OFFERED, 0, ROGUE);
	assert_int_equal(counted(), 1);
	assert_non_null(strstr(lines, "server 192.0.2.66 on eth0"));
}

/* What a relay hands on to its client. */
static void by_relay(uint32_t id, uint32_t source)
{
	struct request r;

	reply(&r, DHCP_OFFER, OFFERED, id, source);
	set32((uint8_t *)&r.h.giaddr, RELAY);
	arrives(&r);
	foreign_tick(&d);
}

static void a_relay_that_overrides_is_no_server(void **state)
{
	(void)state;
	by_relay(RELAY, RELAY);		   /* RFC 5107 */
	by_relay(RELAY, IP(192, 0, 2, 9)); /* by its address on this link */
	by_relay(IP(192, 0, 2, 9), IP(192, 0, 2, 9));
	by_relay(OURS, RELAY);
	by_relay(0, RELAY);
	by_relay(IP(203, 0, 113, 9), RELAY); /* allowed at that relay */
	assert_int_equal(counted(), 0);
	by_relay(ROGUE, RELAY);
	assert_int_equal(counted(), 1);
	assert_non_null(strstr(lines, "server 192.0.2.66 on eth0 at relay 198.51.100.1 ("));
}

static void what_passes_by_to_a_relay_is_judged_by_who_sent_it(void **state)
{
	static const uint8_t override[] = {11, 4, 198, 51, 100, 1};
	struct request r;

	(void)state;
	reply(&r, DHCP_OFFER, OFFERED, RELAY, ROGUE);
	r.dport = 67;
	set32((uint8_t *)&r.h.giaddr, RELAY);
	request_option(&r, 82, override, sizeof(override));
	arrives(&r);
	reply(&r, DHCP_OFFER, OFFERED, RELAY, OURS_2);
	r.dport = 67;
	set32((uint8_t *)&r.h.giaddr, RELAY);
	request_option(&r, 82, override, sizeof(override));
	arrives(&r);
	foreign_tick(&d);
	assert_int_equal(counted(), 1);
	assert_non_null(strstr(lines, "server 192.0.2.66 on eth0 at relay 198.51.100.1"));
}

static void what_is_no_reply_or_of_a_vlan_is_left(void **state)
{
	struct request r;

	(void)state;
	reply(&r, DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	r.n_tags = 1;
	r.tags[0][0] = 0x8100;
	r.tags[0][1] = 7;
	arrives(&r);
	reply(&r, DHCP_DISCOVER, OFFERED, ROGUE, ROGUE);
	arrives(&r);
	reply(&r, DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	r.h.op = DHCP_BOOTREQUEST;
	arrives(&r);
	reply(&r, DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	arrives(&r);
	waiting[n_waiting - 1].vlan[0] = 7; /* stripped */
	foreign_tick(&d);
	assert_int_equal(n_waiting, 0);
	assert_int_equal(counted(), 0);
}

static void an_ack_of_what_is_in_our_pools_is_an_error(void **state)
{
	(void)state;
	hears(DHCP_OFFER, POOLED, ROGUE, ROGUE);
	assert_null(strstr(lines, "error: "));
	hears(DHCP_ACK, POOLED, ROGUE, ROGUE);
	hears(DHCP_ACK, POOLED, ROGUE, ROGUE);
	assert_int_equal(n_lines, 2);
	assert_non_null(strstr(lines, "error: foreign DHCP server 192.0.2.66 on eth0 "
				      "(02:00:00:00:00:66 from 192.0.2.66) gave 192.0.2.10 to "
				      "02:00:00:00:00:01, which lies in our pools\n"));
	seconds += 100;
	hears(DHCP_ACK, BOUND, ROGUE, ROGUE);
	assert_non_null(strstr(lines, "gave 192.0.2.11 to 02:00:00:00:00:01, which is leased by us "
				      "to 02:00:00:00:00:11\n"));
}

static void choose(uint32_t id, uint32_t giaddr)
{
	struct dhcp_msg msg = {.type = DHCP_REQUEST,
			       .has_server_id = true,
			       .server_id = id,
			       .requested = OFFERED,
			       .giaddr = giaddr,
			       .chaddr = {2, 0, 0, 0, 0, 1}};

	foreign_chosen(&d, &ports[0], &msg);
	foreign_tick(&d);
}

static void a_server_that_is_chosen_is_told_of(void **state)
{
	(void)state;
	choose(OURS_2, 0);
	choose(PARTNER, 0);
	choose(RELAY, RELAY);
	choose(IP(203, 0, 113, 9), RELAY);
	assert_int_equal(d.count.foreign_chosen, 0);
	choose(ROGUE, 0);
	assert_int_equal(d.count.foreign_chosen, 1);
	assert_int_equal(counted(), 0);
	assert_string_equal(lines, "foreign DHCP server 192.0.2.66 on eth0 (only its clients are "
				   "heard): DHCPREQUEST of 192.0.2.200 by 02:00:00:00:00:01\n");
}

static void of_a_flood_no_more_is_read_than_is_said(void **state)
{
	(void)state;
	flood = true;
	hears(DHCP_OFFER, OFFERED, ROGUE, ROGUE);
	assert_int_equal(received, FOREIGN_EACH);
	drops = 5000;
	foreign_tick(&d);
	assert_int_equal(received, 2 * FOREIGN_EACH);
	assert_int_equal(d.count.replies_dropped, 5000);
	drops = 5001;
	foreign_tick(&d);
	assert_int_equal(d.count.replies_dropped, 5001);
	assert_int_equal(n_lines, 1);
}

static size_t known(void)
{
	json_t *list = foreign_show(&d);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

static void of_many_names_the_oldest_is_forgotten(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < FOREIGN_SERVERS; i++) {
		seconds += i == 1;
		hears(DHCP_OFFER, OFFERED, IP(10, 0, 0, 1) + i, ROGUE);
	}
	assert_int_equal(known(), FOREIGN_SERVERS);
	hears(DHCP_OFFER, OFFERED, IP(10, 0, 1, 1), ROGUE);
	assert_int_equal(known(), FOREIGN_SERVERS);
	/* no more lines in this period, and one that says so in the next */
	assert_int_equal(n_lines, FOREIGN_LINES);
	seconds += 100;
	hears(DHCP_OFFER, OFFERED, IP(10, 0, 0, 1), ROGUE); /* the first is new again */
	assert_non_null(strstr(lines, "\n1 lines about foreign servers were left out\n"));
	assert_int_equal(n_lines, FOREIGN_LINES + 2);
}

static void a_period_of_0_looks_for_none(void **state)
{
	(void)state;
	d.config->foreign_period = 0;
	foreign_follow(&d);
	assert_null(ports[0].replies);
	choose(ROGUE, 0);
	assert_int_equal(d.count.foreign_chosen, 0);
	d.config->foreign_period = 10;
	foreign_follow(&d);
	assert_non_null(ports[0].replies);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_offer_is_counted_and_told_of),
		TEST(once_a_period_with_how_many_since),
		TEST(neither_ours_nor_allowed_ones_are_foreign),
		TEST(who_is_allowed_elsewhere_is_foreign_here),
		TEST(who_takes_our_name_is_known_by_its_source),
		TEST(without_a_server_identifier_by_its_source),
		TEST(a_relay_that_overrides_is_no_server),
		TEST(what_passes_by_to_a_relay_is_judged_by_who_sent_it),
		TEST(what_is_no_reply_or_of_a_vlan_is_left),
		TEST(an_ack_of_what_is_in_our_pools_is_an_error),
		TEST(a_server_that_is_chosen_is_told_of),
		TEST(of_a_flood_no_more_is_read_than_is_said),
		TEST(of_many_names_the_oldest_is_forgotten),
		TEST(a_period_of_0_looks_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
