// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the service manager hears: each datagram byte for byte, at a path and at an abstract
 * address, from the first phase of a start to the stop; and the start's lines of the log. The clock
 * is the test's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/daemon.h"

#define SECOND 1000000

static struct config config;
static struct daemon d = {.config = &config};

static int64_t now;	 /* microseconds */
static char lines[4096]; /* of the log, from level info on */
static char name[108];	 /* what NOTIFY_SOCKET says */
static int manager = -1;

int64_t __wrap_monotonic_microseconds(void);
int64_t __wrap_monotonic_microseconds(void)
{
	return now;
}

uint32_t __wrap_boot_seconds(void);
uint32_t __wrap_boot_seconds(void)
{
	return (uint32_t)(now / SECOND);
}

void __wrap_log_line(int level, const char *format, ...);
void __wrap_log_line(int level, const char *format, ...)
{
	size_t n = strlen(lines);
	va_list args;

	assert_int_equal(level, 6);
	va_start(args, format);
	vsnprintf(lines + n, sizeof(lines) - n, format, args);
	va_end(args);
	n = strlen(lines);
	snprintf(lines + n, sizeof(lines) - n, "\n");
}

/* The manager's socket; `name` '@' first: abstract. */
static void listen_at(const char *format)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len;

	snprintf(name, sizeof(name), format, (int)getpid());
	len = strlen(name);
	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static int set_up(void **state)
{
	(void)state;
	d.start = (struct start){0};
	d.service = (struct service){0};
	d.outage = (struct outage){0};
	d.count = (struct counters){0};
	lines[0] = '\0';
	now = 1000 * (int64_t)SECOND;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	listen_at("/tmp/xdhcp-notify.%d");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(manager);
	if (name[0] == '/')
		unlink(name);
	return 0;
}

/* The next datagram; "" if there is none. */
static const char *heard(void)
{
	static char text[4096];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	if (n < 0)
		assert_int_equal(errno, EAGAIN);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void a_path_is_reached(void **state)
{
	(void)state;
	notify_service("READY=%d\nSTATUS=%s", 1, "x");
	assert_string_equal(heard(), "READY=1\nSTATUS=x");
	assert_string_equal(heard(), "");
	assert_true(notify_wanted());
}

/* Its name is as long as it is said to be, and begins with a zero byte. */
static void an_abstract_address_is_reached(void **state)
{
	(void)state;
	close(manager);
	unlink(name);
	listen_at("@xdhcp-notify.%d");
	notify_service("READY=1");
	assert_string_equal(heard(), "READY=1");
}

/* None of these is an address; none of them may do any harm. */
static void nobody_is_told_without_an_address(void **state)
{
	char longer[sizeof(name) + 1];

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	for (unsigned i = 0; i < 5; i++) {
		static const char *const some[] = {"", "/", "@", "vsock:2:1234"};

		setenv("NOTIFY_SOCKET", i < 4 ? some[i] : longer, 1);
		assert_false(notify_wanted());
		notify_service("READY=1");
	}
	unsetenv("NOTIFY_SOCKET");
	assert_false(notify_wanted());
	notify_service("READY=1");
	assert_string_equal(heard(), "");
}

/* A manager whose socket is full, or is gone, keeps nobody waiting. */
static void a_manager_that_does_not_read_is_not_waited_for(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5000; i++)
		notify_service("WATCHDOG=1");
	assert_string_equal(heard(), "WATCHDOG=1");
	unlink(name);
	notify_service("WATCHDOG=1");
}

/* Half a word would say another thing. */
static void what_is_too_long_is_not_sent(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	notify_service("STATUS=%s", text);
	assert_string_equal(heard(), "");
}

static void half_of_the_watchdogs_time(void **state)
{
	static const struct {
		const char *usec, *pid; /* pid "": this process's */
		int64_t period;
	} some[] = {
		{"30000000", NULL, 15000000},
		{"30000000", "", 15000000},
		{"30000000", "1", 0},
		{"30000000", "x", 0},
		{NULL, NULL, 0},
		{"", NULL, 0},
		{"0", NULL, 0},
		{"1", NULL, 0},
		{"2", NULL, 1},
		{"-5", NULL, 0},
		{"30s", NULL, 0},
		{"99999999999999999999", NULL, 0},
		{"18446744073709551615", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (some[i].usec)
			setenv("WATCHDOG_USEC", some[i].usec, 1);
		if (some[i].pid)
			setenv("WATCHDOG_PID", some[i].pid[0] ? some[i].pid : pid, 1);
		if (notify_watchdog() != some[i].period)
			fail_msg("%s %s: %lld", some[i].usec, some[i].pid,
				 (long long)notify_watchdog());
	}
}

/* Each phase has its line, with how long it took, how much it had to do; and is announced. */
static void phases_are_told_apart(void **state)
{
	(void)state;
	d.start.began = now;
	now += 1500;
	start_began(&d);
	assert_string_equal(lines, "start: configuration: 0 subnets in 0.002 s\n");
	assert_string_equal(heard(), "");
	lines[0] = '\0';
	start_phase(&d, START_LOAD, 5000);
	assert_string_equal(heard(), "STATUS=starting: load\nEXTEND_TIMEOUT_USEC=120000000");
	now += 250000;
	start_phase_done(&d, 5000);
	start_phase(&d, START_CHECK, 5000);
	assert_string_equal(heard(), "STATUS=starting: check\nEXTEND_TIMEOUT_USEC=120000000");
	now += SECOND;
	start_phase_done(&d, 4999);
	start_ended(&d);
	assert_string_equal(lines, "start: load: 5000 leases in 0.250 s\n"
				   "start: check: 4999 leases in 1.000 s\n"
				   "start: serving after 1.252 s\n");
	assert_string_equal(heard(), "");
}

/* Not before a second of the phase is over, not oftener than once a second, and by so many. */
static void progress_once_a_second(void **state)
{
	(void)state;
	start_began(&d);
	lines[0] = '\0';
	start_phase(&d, START_LOAD, 4096);
	assert_string_equal(heard(), "STATUS=starting: load\nEXTEND_TIMEOUT_USEC=120000000");
	now += SECOND - 1;
	start_progress(&d, 1024);
	assert_string_equal(heard(), "");
	now += 1;
	start_progress(&d, 1025);
	assert_string_equal(heard(), "");
	start_progress(&d, 2048);
	assert_string_equal(heard(), "STATUS=starting: load: 2048 of 4096 leases (50 %)\n"
				     "EXTEND_TIMEOUT_USEC=120000000");
	start_progress(&d, 3072);
	assert_string_equal(heard(), "");
	now += SECOND + 500000;
	start_progress(&d, 5120); /* there are more than was known */
	assert_string_equal(heard(), "STATUS=starting: load: 5120 of 5120 leases (100 %)\n"
				     "EXTEND_TIMEOUT_USEC=120000000");
	assert_string_equal(lines, "start: load: 2048 of 4096 leases (50 %) after 1.0 s\n"
				   "start: load: 5120 of 5120 leases (100 %) after 2.5 s\n");
}

static void a_watchdog_hears_of_a_long_start(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "2000000", 1);
	start_began(&d);
	start_phase(&d, START_COMMIT, 0);
	assert_string_equal(heard(),
			    "STATUS=starting: commit\nEXTEND_TIMEOUT_USEC=120000000\nWATCHDOG=1");
	now += SECOND;
	start_progress(&d, 1024);
	assert_string_equal(heard(), "STATUS=starting: commit: 1024 of 1024 leases (100 %)\n"
				     "EXTEND_TIMEOUT_USEC=120000000\nWATCHDOG=1");
}

/* By a timer of the main loop: while that stands still nothing is heard. */
static void a_watchdog_hears_of_the_main_loop_alone(void **state)
{
	(void)state;
	d.base = event_base_new();
	assert_non_null(d.base);
	assert_int_equal(service_start(&d), 0);
	assert_null(d.service.watchdog);
	setenv("WATCHDOG_USEC", "2", 1); /* as soon as the loop turns */
	assert_int_equal(service_start(&d), 0);
	service_tick(&d);
	while (!strncmp(heard(), "STATUS", 6))
		;
	assert_string_equal(heard(), "");
	event_base_loop(d.base, EVLOOP_ONCE);
	assert_string_equal(heard(), "WATCHDOG=1");
	service_stopping(&d);
	while (!strcmp(heard(), "WATCHDOG=1"))
		;
	assert_null(d.service.watchdog);
	assert_int_equal(event_base_loop(d.base, EVLOOP_NONBLOCK), 1); /* no event is left */
	event_base_free(d.base);
	d.base = NULL;
}

static void ready_reloading_stopping(void **state)
{
	(void)state;
	service_ready(&d);
	assert_string_equal(heard(), "READY=1\nSTATUS=serving 0 leases on 0 interfaces");
	now += 5 * SECOND + 7;
	service_reloading();
	assert_string_equal(heard(), "RELOADING=1\nMONOTONIC_USEC=1005000007\n"
				     "STATUS=reading the configuration");
	service_ready(&d);
	assert_string_equal(heard(), "READY=1\nSTATUS=serving 0 leases on 0 interfaces");
	service_stopping(&d);
	assert_string_equal(heard(), "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=120000000");
}

/* Once a minute; a store that fails at once, and when it is over, too. */
static void the_status_is_told_rarely(void **state)
{
	(void)state;
	d.count.type_sent[DHCP_ACK] = 1;
	service_ready(&d);
	heard();
	d.count.type_sent[DHCP_ACK] = 8;
	now += 59 * (int64_t)SECOND;
	service_tick(&d);
	assert_string_equal(heard(), "");
	now += SECOND;
	service_tick(&d);
	assert_string_equal(heard(), "STATUS=serving 0 leases on 0 interfaces; 7 ACKs in 60 s, "
				     "0 % by XDP");
	d.outage.lasts = true;
	now += SECOND;
	service_tick(&d);
	assert_string_equal(heard(), "STATUS=the store does not commit, renewals go on");
	now += SECOND;
	service_tick(&d);
	assert_string_equal(heard(), "");
	d.outage.lasts = false;
	service_tick(&d);
	assert_string_equal(heard(), "STATUS=serving 0 leases on 0 interfaces");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(a_path_is_reached),
		T(an_abstract_address_is_reached),
		T(nobody_is_told_without_an_address),
		T(a_manager_that_does_not_read_is_not_waited_for),
		T(what_is_too_long_is_not_sent),
		T(half_of_the_watchdogs_time),
		T(phases_are_told_apart),
		T(progress_once_a_second),
		T(a_watchdog_hears_of_a_long_start),
		T(a_watchdog_hears_of_the_main_loop_alone),
		T(ready_reloading_stopping),
		T(the_status_is_told_rarely),
	};
	int r;

	d.leases = lease_table_new();
	r = d.leases ? cmocka_run_group_tests_name("daemon/notify", tests, NULL, NULL) : 1;
	lease_table_free(d.leases);
	return r;
}
