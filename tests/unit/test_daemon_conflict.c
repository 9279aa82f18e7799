// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Conflict detection in the daemon: what is probed and by what, what is held back meanwhile, and
 * what an answer does. The wire, the clocks and the endings are the test's; leases, engine and
 * event loop are real.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "net/probe.h"

#define ADDR	 0xc000020a /* 192.0.2.10, by ARP */
#define BY_ICMP	 0xc000030a /* 192.0.3.10 */
#define UNPROBED 0xc000040a /* 192.0.4.10 */
#define NOBODYS	 0x0a000001 /* in no subnet */
#define MANY	 0xac100000 /* 172.16.0.0/15, by ARP */

#define TIMEOUT	     500
#define ICMP_TIMEOUT 100
#define CACHE	     60

static const char text[] =
	"interfaces-config: {interfaces: [eth0]}\n"
	"conflict-detection: {method: arp, timeout: 500, cache: 60}\n"
	"subnet4:\n"
	"- {id: 1, subnet: 192.0.2.0/24, pools: [{pool: 192.0.2.10 - 192.0.2.250}]}\n"
	"- {id: 2, subnet: 192.0.3.0/24, pools: [{pool: 192.0.3.10 - 192.0.3.250}],\n"
	"   conflict-detection: {method: icmp, timeout: 100}}\n"
	"- {id: 3, subnet: 192.0.4.0/24, pools: [{pool: 192.0.4.10 - 192.0.4.250}],\n"
	"   conflict-detection: {method: none}}\n"
	"- {id: 4, subnet: 172.16.0.0/15, pools: [{pool: 172.16.0.0 - 172.17.255.255}]}\n";

static const uint8_t stranger[6] = {0x02, 9, 9, 9, 9, 9};

static struct daemon d;
static struct port ports[2];
static struct packet packet;
static struct dhcp_msg msg;
static uint32_t seconds;
static int64_t microseconds;

static struct {
	unsigned arp, icmp; /* sent */
	int result;	    /* of sending */
	const struct probe_answer *answers;
	size_t n_answers;
	unsigned decided_again; /* calls of batch_probed() */
	uint32_t quarantined;	/* address, of the last ending */
	unsigned endings;
	struct probe_socket *by_icmp;
} fake;

/* --- doubles --- */

/* What libevent reads. */
int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int64_t origin;
	int64_t us;

	if (clock == CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, clock, ts);
	if (!origin)
		origin = microseconds;
	us = microseconds - origin + 1000000000;
	*ts = (struct timespec){us / 1000000, us % 1000000 * 1000};
	return 0;
}

struct probe_socket {
	int fd;
};

static int open_socket(struct probe_socket **ret)
{
	*ret = malloc(sizeof(**ret));
	assert_non_null(*ret);
	(*ret)->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return 0;
}

int __wrap_probe_open_arp(uint32_t ifindex, struct probe_socket **ret_socket);
int __wrap_probe_open_icmp(struct probe_socket **ret_socket);
void __wrap_probe_close(struct probe_socket *socket);
int __wrap_probe_fd(const struct probe_socket *socket);
bool __wrap_probe_is_bound(const struct probe_socket *socket, uint32_t ifindex);
int __wrap_probe_send_arp(struct probe_socket *socket, const uint8_t mac[6], uint32_t addr);
int __wrap_probe_send_icmp(struct probe_socket *socket, uint32_t addr);
int __wrap_probe_receive(struct probe_socket *socket, struct probe_answer *ret_answer);
uint32_t __wrap_boot_seconds(void);
int64_t __wrap_monotonic_microseconds(void);
void __wrap_batch_probed(struct daemon *of);
void __wrap_ending_begin(struct daemon *of, struct lease *lease, enum lease_end end,
			 uint32_t received_after);

int __wrap_probe_open_arp(uint32_t ifindex, struct probe_socket **ret_socket)
{
	assert_true(ifindex == 3 || ifindex == 4);
	return open_socket(ret_socket);
}

int __wrap_probe_open_icmp(struct probe_socket **ret_socket)
{
	open_socket(ret_socket);
	fake.by_icmp = *ret_socket;
	return 0;
}

void __wrap_probe_close(struct probe_socket *socket)
{
	if (socket)
		close(socket->fd);
	free(socket);
}

int __wrap_probe_fd(const struct probe_socket *socket)
{
	return socket->fd;
}

bool __wrap_probe_is_bound(const struct probe_socket *socket, uint32_t ifindex)
{
	(void)socket;
	(void)ifindex;
	return true;
}

int __wrap_probe_send_arp(struct probe_socket *socket, const uint8_t mac[6], uint32_t addr)
{
	assert_non_null(socket);
	(void)mac;
	(void)addr;
	fake.arp += fake.result == 0;
	return fake.result;
}

int __wrap_probe_send_icmp(struct probe_socket *socket, uint32_t addr)
{
	assert_ptr_equal(socket, fake.by_icmp);
	(void)addr;
	fake.icmp += fake.result == 0;
	return fake.result;
}

int __wrap_probe_receive(struct probe_socket *socket, struct probe_answer *ret_answer)
{
	uint64_t n;

	if (!fake.n_answers) {
		assert_int_equal(read(socket->fd, &n, sizeof(n)), sizeof(n));
		return 0;
	}
	*ret_answer = *fake.answers++;
	fake.n_answers--;
	return 1;
}

uint32_t __wrap_boot_seconds(void)
{
	return seconds;
}

int64_t __wrap_monotonic_microseconds(void)
{
	return microseconds;
}

void __wrap_batch_probed(struct daemon *of)
{
	assert_ptr_equal(of, &d);
	fake.decided_again++;
}

void __wrap_ending_begin(struct daemon *of, struct lease *lease, enum lease_end end,
			 uint32_t received_after)
{
	assert_ptr_equal(of, &d);
	assert_int_equal(end, LEASE_END_DECLINED);
	assert_int_equal(received_after, seconds);
	fake.quarantined = lease->addr;
	fake.endings++;
	engine_begin_end(d.engine, lease, end);
}

/* --- the daemon --- */

static void start(const struct lease_row *row)
{
	struct config_errors errors;
	struct engine_config engine_config = {.horizon = 3};

	memset(&d, 0, sizeof(d));
	memset(&fake, 0, sizeof(fake));
	seconds = 1000;
	microseconds += 1000000;
	assert_int_equal(config_load("t", text, &d.config, &errors), 0);
	config_errors_free(&errors);
	log_set_level(2);
	d.base = event_base_new();
	d.leases = lease_table_new();
	if (row)
		assert_int_equal(lease_load(d.leases, row), 0);
	d.engine = engine_new(d.leases);
	engine_config.model = &d.config->model;
	assert_int_equal(engine_configure(d.engine, &engine_config), 0);
	ports[0] = (struct port){.daemon = &d, .next = &ports[1], .info.ifindex = 3};
	ports[1] = (struct port){.daemon = &d, .info.ifindex = 4};
	d.ports = ports;
	assert_int_equal(conflict_start(&d), 0);
	conflict_follow(&d);
	packet.len = 1;
	msg = (struct dhcp_msg){
		.type = DHCP_DISCOVER, .chaddr = {2, 0, 0, 0, 0, 1}, .in.received_after = 990};
}

static void stop(void)
{
	conflict_leave(&ports[0]);
	conflict_leave(&ports[1]);
	conflict_stop(&d);
	engine_free(d.engine);
	lease_table_free(d.leases);
	config_free(d.config);
	event_base_free(d.base);
}

static int setup(void **state)
{
	(void)state;
	start(NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stop();
	return 0;
}

/* The packet's byte tells which it is. */
static bool hold(uint32_t addr, uint8_t what)
{
	packet.data[0] = what;
	return conflict_hold(&d, &ports[0], &packet, &msg, addr);
}

static void turn(void)
{
	assert_true(event_base_loop(d.base, EVLOOP_NONBLOCK) >= 0);
}

static void pass(unsigned milliseconds)
{
	microseconds += INT64_C(1000) * milliseconds;
	seconds += milliseconds / 1000;
	turn();
}

static void hear(struct probe_socket *socket, const struct probe_answer *answers, size_t n)
{
	uint64_t one = 1;

	fake.answers = answers;
	fake.n_answers = n;
	assert_int_equal(write(socket->fd, &one, sizeof(one)), sizeof(one));
	turn();
	assert_int_equal(fake.n_answers, 0);
}

static void hear_one(struct probe_socket *socket, uint32_t addr, const uint8_t mac[6])
{
	struct probe_answer answer = {.addr = addr};

	memcpy(answer.mac, mac, sizeof(answer.mac));
	hear(socket, &answer, 1);
}

static void assert_due(uint8_t what)
{
	struct port *port = NULL;
	struct conflict_waiting *w = conflict_take(&d, &port);

	assert_non_null(w);
	assert_int_equal(w->packet.data[0], what);
	assert_int_equal(w->received_after, 990);
	assert_ptr_equal(port, &ports[0]);
	free(w);
}

static void assert_none_due(void)
{
	struct port *port;

	assert_false(conflict_is_due(&d));
	assert_null(conflict_take(&d, &port));
}

/* --- cases --- */

static void held_until_nobody_has_answered(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	assert_int_equal(fake.arp, 1);
	assert_int_equal(d.count.probes_sent, 1);
	assert_int_equal(conflict_waits(&d), 1);
	pass(TIMEOUT - 1);
	assert_none_due();
	assert_int_equal(fake.decided_again, 0);
	pass(1);
	assert_int_equal(fake.decided_again, 1);
	assert_int_equal(conflict_waits(&d), 1);
	assert_due(1);
	assert_none_due();
	assert_int_equal(conflict_waits(&d), 0);
	/* decided again, it is not held a second time */
	assert_false(hold(ADDR, 1));
	assert_int_equal(fake.arp, 1);
	assert_int_equal(d.count.unprobed, 0);
}

static void a_missing_answer_is_believed_for_a_while(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	pass(TIMEOUT);
	assert_due(1);
	seconds += CACHE;
	assert_false(hold(ADDR, 1));
	seconds++;
	assert_true(hold(ADDR, 2));
	pass(TIMEOUT);
	assert_due(2);
	/* not beyond a DECLINE */
	conflict_forget(&d, ADDR);
	conflict_forget(&d, ADDR + 1);
	assert_true(hold(ADDR, 3));
}

static void a_copy_takes_the_place_of_the_first(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	pass(TIMEOUT / 2);
	assert_true(hold(ADDR, 2));
	assert_int_equal(fake.arp, 1);
	assert_int_equal(d.count.probes_sent, 1);
	assert_int_equal(d.count.dropped[DROP_probe_replaced], 1);
	/* and does not begin it anew */
	pass(TIMEOUT / 2);
	assert_due(2);
	assert_none_due();
}

static void each_ends_by_its_own_timeout(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	assert_true(hold(BY_ICMP, 2));
	assert_int_equal(fake.arp, 1);
	assert_int_equal(fake.icmp, 1);
	pass(ICMP_TIMEOUT);
	assert_due(2);
	assert_none_due();
	pass(TIMEOUT - ICMP_TIMEOUT);
	assert_due(1);
}

static void not_probed_where_it_is_not_wished(void **state)
{
	(void)state;
	assert_false(hold(UNPROBED, 1));
	assert_false(hold(NOBODYS, 1));
	assert_int_equal(fake.arp + fake.icmp, 0);
	assert_int_equal(d.count.unprobed, 0);
}

/* An address of it that another client had is not exempt, nor what was quarantined. */
static void what_a_client_has_or_had_lately(void **state)
{
	static const struct {
		uint8_t state, end, mac;
		uint32_t ago;
		bool probed;
	} cases[] = {
		{LEASE_BOUND, LEASE_END_NONE, 1, 5000, false},
		{LEASE_HELD, LEASE_END_RELEASED, 1, 5000, false},
		{LEASE_FREE, LEASE_END_RELEASED, 1, CACHE, false},
		{LEASE_FREE, LEASE_END_EXPIRED, 1, CACHE, false},
		{LEASE_FREE, LEASE_END_EXPIRED, 1, CACHE + 1, true},
		{LEASE_FREE, LEASE_END_EXPIRED, 2, 10, true},
		{LEASE_FREE, LEASE_END_DECLINED, 1, 10, true},
	};

	(void)state;
	stop();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lease_row row = {.addr = ADDR,
					      .subnet_id = 1,
					      .generation = 7,
					      .state = cases[i].state,
					      .end = cases[i].end,
					      .client.chaddr = {2, 0, 0, 0, 0, cases[i].mac},
					      .cltt = 1000 - cases[i].ago % 1000,
					      .promised = 2000};

		start(&row);
		seconds += cases[i].ago / 1000 * 1000;
		if (hold(ADDR, 1) != cases[i].probed)
			fail_msg("case %zu", i);
		stop();
	}
	start(NULL);
}

/* By rapid commit it is bound already: what counts is how it was. */
static void what_is_about_to_be_bound(void **state)
{
	struct change change = {.before_absent = true};
	struct lease_row row = {.addr = ADDR,
				.subnet_id = 1,
				.generation = 7,
				.state = LEASE_BOUND,
				.client.chaddr = {2, 0, 0, 0, 0, 1},
				.cltt = 1000,
				.promised = 2000};

	(void)state;
	stop();
	start(&row);
	assert_true(conflict_suspected(&d, &msg, ADDR, &change));
	change = (struct change){.before = row, .before_state = LEASE_BOUND};
	assert_false(conflict_suspected(&d, &msg, ADDR, &change));
	change.before.state = change.before_state = LEASE_FREE;
	change.before.end = LEASE_END_EXPIRED;
	assert_false(conflict_suspected(&d, &msg, ADDR, &change));
	change.before.end = LEASE_END_DECLINED;
	assert_true(conflict_suspected(&d, &msg, ADDR, &change));
}

static void behind_a_relay_by_icmp(void **state)
{
	(void)state;
	msg.giaddr = 0xc0000201;
	assert_true(hold(ADDR, 1));
	assert_int_equal(fake.arp, 0);
	assert_int_equal(fake.icmp, 1);
	/* an ARP reply is not asked for, and no answer */
	hear_one(ports[0].arp, ADDR, stranger);
	assert_none_due();
	hear_one(fake.by_icmp, ADDR, stranger);
	assert_due(1);
	assert_int_equal(fake.quarantined, ADDR);
}

static void beyond_the_bound_they_go_out_unprobed(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < CONFLICT_PROBES_MAX; i++)
		assert_true(hold(MANY + i, 1));
	assert_false(hold(MANY + CONFLICT_PROBES_MAX, 1));
	assert_int_equal(d.count.unprobed, 1);
	assert_int_equal(fake.arp, CONFLICT_PROBES_MAX);
	/* who waits already may send again */
	assert_true(hold(MANY, 2));
	assert_int_equal(d.count.unprobed, 1);
	pass(TIMEOUT);
	assert_int_equal(conflict_waits(&d), CONFLICT_PROBES_MAX);
	assert_due(2);
	assert_true(hold(MANY + CONFLICT_PROBES_MAX, 1));
}

static void what_cannot_be_sent_is_not_waited_for(void **state)
{
	(void)state;
	fake.result = -ENETUNREACH;
	assert_false(hold(BY_ICMP, 1));
	assert_int_equal(d.count.unprobed, 1);
	conflict_leave(&ports[0]);
	fake.result = 0;
	assert_false(hold(ADDR, 1));
	assert_int_equal(d.count.unprobed, 2);
	assert_int_equal(d.count.probes_sent, 0);
	assert_int_equal(conflict_waits(&d), 0);
}

static void a_strangers_answer_quarantines(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	assert_true(hold(ADDR + 1, 2));
	hear_one(ports[0].arp, ADDR, stranger);
	assert_int_equal(fake.endings, 1);
	assert_int_equal(fake.quarantined, ADDR);
	assert_int_equal(lease_at(d.leases, ADDR)->state, LEASE_CLOSING);
	assert_int_equal(d.count.conflicts, 1);
	assert_int_equal(fake.decided_again, 1);
	assert_due(1);
	assert_none_due(); /* the other probe goes on */
	/* once: the same again finds no probe */
	hear_one(ports[0].arp, ADDR, stranger);
	assert_int_equal(fake.endings, 1);
	pass(TIMEOUT);
	assert_due(2);
	assert_int_equal(d.count.conflicts, 1);
}

static void many_answers_at_once(void **state)
{
	const struct probe_answer answers[] = {
		{.addr = NOBODYS}, {.addr = ADDR}, {.addr = ADDR}, {.addr = ADDR + 1}};

	(void)state;
	assert_true(hold(ADDR, 1));
	assert_true(hold(ADDR + 1, 2));
	hear(ports[0].arp, answers, sizeof(answers) / sizeof(answers[0]));
	assert_int_equal(fake.endings, 2);
	assert_int_equal(d.count.conflicts, 2);
	assert_due(1);
	assert_due(2);
}

/* Whoever floods the link with answers keeps the daemon from nothing else. */
static void more_answers_than_are_read_at_once(void **state)
{
	static struct probe_answer answers[1000];
	const uint64_t one = 1;

	(void)state;
	assert_true(hold(ADDR, 1));
	for (size_t i = 0; i < 999; i++)
		answers[i].addr = NOBODYS;
	answers[999].addr = ADDR;
	fake.answers = answers;
	fake.n_answers = 1000;
	assert_int_equal(write(ports[0].arp->fd, &one, sizeof(one)), sizeof(one));
	turn();
	assert_true(fake.decided_again > 2); /* once each time that it was their turn */
	assert_int_equal(fake.n_answers, 0);
	assert_int_equal(fake.endings, 1);
}

static void the_clients_own_answer_is_no_conflict(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	hear_one(ports[0].arp, ADDR, msg.chaddr);
	assert_none_due();
	assert_int_equal(fake.endings, 0);
	/* a stranger may answer yet */
	hear_one(ports[0].arp, ADDR, stranger);
	assert_int_equal(fake.endings, 1);
}

static void an_answer_on_another_link_is_none(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	hear_one(ports[1].arp, ADDR, stranger);
	hear_one(fake.by_icmp, ADDR, stranger);
	assert_none_due();
	assert_int_equal(fake.endings, 0);
	pass(TIMEOUT);
	assert_due(1);
}

/* Whoever has it by now may be who answers. */
static void bound_meanwhile_is_no_conflict(void **state)
{
	const struct lease_row row = {.addr = ADDR,
				      .subnet_id = 1,
				      .generation = 7,
				      .end = LEASE_END_RELEASED,
				      .cltt = 10,
				      .promised = 20};

	(void)state;
	stop();
	start(&row);
	assert_true(hold(ADDR, 1));
	engine_begin_end(d.engine, lease_at(d.leases, ADDR), LEASE_END_NONE);
	hear_one(ports[0].arp, ADDR, stranger);
	assert_int_equal(fake.endings, 0);
	assert_int_equal(d.count.conflicts, 0);
	assert_due(1);
}

static void its_interface_goes(void **state)
{
	struct port *port;

	(void)state;
	assert_true(hold(ADDR, 1));
	d.ports = &ports[1];
	pass(TIMEOUT);
	assert_true(conflict_is_due(&d));
	assert_null(conflict_take(&d, &port));
	assert_int_equal(d.count.dropped[DROP_probe_gone], 1);
	assert_int_equal(conflict_waits(&d), 0);
	d.ports = ports;
}

static void what_waits_at_a_stop_is_counted(void **state)
{
	(void)state;
	assert_true(hold(ADDR, 1));
	assert_true(hold(BY_ICMP, 2));
	pass(ICMP_TIMEOUT);
	conflict_stop(&d);
	assert_int_equal(d.count.dropped[DROP_probe_gone], 2);
	assert_int_equal(conflict_waits(&d), 0);
	/* without it nothing is held */
	assert_false(hold(ADDR, 1));
}

/* A pool of addresses that nobody answers for does not fill the memory: the oldest is forgotten. */
static void what_is_believed_is_bounded(void **state)
{
	uint32_t i = 0;

	(void)state;
	while (i < CONFLICT_CACHE_MAX + 1) {
		struct conflict_waiting *w;
		struct port *port;

		for (unsigned n = 0; n < CONFLICT_PROBES_MAX && i < CONFLICT_CACHE_MAX + 1; n++)
			assert_true(hold(MANY + i++, 1));
		microseconds += 1000 * TIMEOUT;
		turn();
		while ((w = conflict_take(&d, &port)))
			free(w);
	}
	assert_true(conflict_suspected(&d, &msg, MANY, NULL));
	assert_false(conflict_suspected(&d, &msg, MANY + 1, NULL));
	assert_false(conflict_suspected(&d, &msg, MANY + CONFLICT_CACHE_MAX, NULL));
}

/* After a reload without conflict detection no socket is left. */
static void sockets_as_the_configuration_has_it(void **state)
{
	(void)state;
	assert_non_null(ports[0].arp);
	assert_non_null(ports[1].arp);
	for (size_t i = 0; i < d.config->model.n_subnets; i++)
		d.config->model.subnets[i].conflict.method = CONFLICT_ICMP;
	conflict_follow(&d);
	assert_null(ports[0].arp);
	assert_true(hold(BY_ICMP, 1));
	for (size_t i = 0; i < d.config->model.n_subnets; i++)
		d.config->model.subnets[i].conflict.method = CONFLICT_NONE;
	conflict_follow(&d);
	/* what waits is answered all the same */
	pass(ICMP_TIMEOUT);
	assert_due(1);
	d.config->model.subnets[0].conflict.method = CONFLICT_ARP;
	conflict_follow(&d);
	assert_non_null(ports[0].arp);
	assert_non_null(ports[1].arp);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(held_until_nobody_has_answered),
		CASE(a_missing_answer_is_believed_for_a_while),
		CASE(a_copy_takes_the_place_of_the_first),
		CASE(each_ends_by_its_own_timeout),
		CASE(not_probed_where_it_is_not_wished),
		CASE(what_a_client_has_or_had_lately),
		CASE(what_is_about_to_be_bound),
		CASE(behind_a_relay_by_icmp),
		CASE(beyond_the_bound_they_go_out_unprobed),
		CASE(what_cannot_be_sent_is_not_waited_for),
		CASE(a_strangers_answer_quarantines),
		CASE(many_answers_at_once),
		CASE(more_answers_than_are_read_at_once),
		CASE(the_clients_own_answer_is_no_conflict),
		CASE(an_answer_on_another_link_is_none),
		CASE(bound_meanwhile_is_no_conflict),
		CASE(its_interface_goes),
		CASE(what_waits_at_a_stop_is_counted),
		CASE(what_is_believed_is_bounded),
		CASE(sockets_as_the_configuration_has_it),
	};

	return cmocka_run_group_tests_name("daemon: conflict", tests, NULL, NULL);
}
