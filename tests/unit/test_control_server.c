// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The control channel's server over AF_UNIX in a directory of its own. One
 * thread runs both ends: the event loop turns whenever a client waits, so nothing depends on
 * time; where a timeout is meant, the clock that libevent reads is moved.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control_fake.h"

/* --- the clock: real, but for what a test adds to the monotonic one --- */

static long clock_ahead;

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ts);

	if (r == 0 && clock != CLOCK_REALTIME)
		ts->tv_sec += clock_ahead;
	return r;
}

struct rig {
	struct fake fake;
	struct event_base *base;
	struct control *control;
	char dir[64], path[96], why[256];
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	strcpy(rig->dir, "/tmp/test_control.XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	snprintf(rig->path, sizeof(rig->path), "%s/run/x.sock", rig->dir);
	rig->base = event_base_new();
	assert_int_equal(control_open(rig->base, rig->path, &fake_ops, &rig->fake, &rig->control,
				      rig->why, sizeof(rig->why)),
			 0);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	char run[96];

	control_close(rig->control);
	event_base_free(rig->base);
	snprintf(run, sizeof(run), "%s/run", rig->dir);
	unlink(rig->path);
	/* fails when the socket or a file of ours is left */
	assert_int_equal(rmdir(run), 0);
	assert_int_equal(rmdir(rig->dir), 0);
	json_decref(rig->fake.tested);
	free(rig);
	clock_ahead = 0;
	return 0;
}

static void turn(struct rig *rig)
{
	assert_true(event_base_loop(rig->base, EVLOOP_NONBLOCK) >= 0);
}

static int dial(struct rig *rig)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, rig->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	turn(rig);
	return fd;
}

/* Sends all of it while the loop turns. False: the server would have no more. */
static bool put(struct rig *rig, int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN) {
			assert_true(errno == EPIPE || errno == ECONNRESET);
			return false;
		}
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
		turn(rig);
	}
	return true;
}

static void puts_to(struct rig *rig, int fd, const char *text)
{
	put(rig, fd, text, strlen(text));
}

/* Everything up to the server's close, as text; closes fd. */
static char *take_all(struct rig *rig, int fd, size_t *ret_len)
{
	size_t len = 0, cap = 65536;
	char *text = malloc(cap + 1);

	for (;;) {
		if (len == cap)
			text = realloc(text, (cap *= 2) + 1);

		ssize_t n = recv(fd, text + len, cap - len, 0);

		/* reset: the server closed without reading all we had sent */
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			break;
		if (n > 0)
			len += (size_t)n;
		else
			assert_int_equal(errno, EAGAIN);
		turn(rig);
	}
	close(fd);
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	return text;
}

static void expect_reply(struct rig *rig, int fd, const char *reply)
{
	char *text = take_all(rig, fd, NULL);

	assert_string_equal(text, reply);
	free(text);
}

#define UNKNOWN	      "{\"command\":\"x{}]\\\"\\\\\"}" /* brackets and escapes inside a string */
#define UNKNOWN_REPLY "{\"result\":2,\"text\":\"'x{}]\\\"\\\\' command not supported.\"}\n"

static void test_fragments(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);

	for (const char *c = " \r\n\t" UNKNOWN; *c; c++)
		assert_true(put(rig, fd, c, 1));
	expect_reply(rig, fd, UNKNOWN_REPLY);
}

/* Several connections in flight, the bytes of their requests interleaved. */
static void test_interleaved(void **state)
{
	static const char get[] = GET("\"ip-address\":\"10.0.0.5\"");
	struct rig *rig = *state;
	int a = dial(rig), b = dial(rig), c = dial(rig);

	puts_to(rig, c, "{\"command\":"); /* half open: blocks nobody */
	for (size_t i = 0; i < sizeof(get) - 1; i++) {
		put(rig, a, &get[i], 1);
		if (i < sizeof(UNKNOWN) - 1)
			put(rig, b, &UNKNOWN[i], 1);
	}
	expect_reply(rig, b, UNKNOWN_REPLY);
	expect_reply(rig, a,
		     "{\"result\":0,\"text\":\"IPv4 lease found.\",\"arguments\":" LEASE_5 "}\n");
	puts_to(rig, c, "\"x\"}");
	expect_reply(rig, c, "{\"result\":2,\"text\":\"'x' command not supported.\"}\n");
}

/* One command a connection: what follows the map is not another. */
static void test_second_map_ignored(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);

	puts_to(rig, fd, "{\"command\":\"config-reload\"}{\"command\":\"config-reload\"}");
	expect_reply(rig, fd, "{\"result\":0,\"text\":\"Configuration successful.\"}\n");
	assert_int_equal(rig->fake.reloads, 1);
}

/* What is wrong is the parser's to word; where it is, is checked. */
static void test_garbage(void **state)
{
	static const struct {
		const char *request, *text;
	} cases[] = {
		{"GET / HTTP/1.1\r\n\r\n", "invalid JSON: a map was expected\"}\n"},
		{"[{\"command\":\"x\"}]", "invalid JSON: a map was expected\"}\n"},
		{"{]", "invalid JSON: line 1, column 2: "},
		{"{\"a\":1,\"a\":2}", "invalid JSON: line 1, column 10: duplicate object key"},
		{"{\"\xff\":1}", "invalid JSON: line 1, column 2: unable to decode byte 0xff"},
		{"{\"a\":\"\\u0000\"}",
		 "invalid JSON: line 1, column 13: \\\\u0000 is not allowed"},
		{"{\n\"a\" 1}", "invalid JSON: line 2, column 5: "},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = dial(rig);
		char begins[256];
		json_t *json;

		snprintf(begins, sizeof(begins), "{\"result\":1,\"text\":\"%s", cases[i].text);
		puts_to(rig, fd, cases[i].request);

		char *reply = take_all(rig, fd, NULL);

		assert_true(strlen(reply) >= strlen(begins));
		assert_memory_equal(reply, begins, strlen(begins));
		json = json_loads(reply, 0, NULL);
		assert_non_null(json);
		json_decref(json);
		free(reply);
	}
}

/* A client that says "that was all" before its map has ended is told so; an empty one is not. */
static void test_half_close(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);

	puts_to(rig, fd, "{\"command\":\"x\"");
	shutdown(fd, SHUT_WR);
	expect_reply(rig, fd, "{\"result\":1,\"text\":\"invalid JSON: the map does not end\"}\n");
	fd = dial(rig);
	shutdown(fd, SHUT_WR);
	expect_reply(rig, fd, "");
	fd = dial(rig);
	puts_to(rig, fd, "{\"command\":\"x\"}");
	shutdown(fd, SHUT_WR);
	expect_reply(rig, fd, "{\"result\":2,\"text\":\"'x' command not supported.\"}\n");
}

static void fill(char *text, size_t len, char with)
{
	memset(text, with, len);
	text[len] = '\0';
}

static void test_too_deep(void **state)
{
	struct rig *rig = *state;
	char *text = malloc(100001 + 10);
	int fd = dial(rig);

	strcpy(text, "{\"a\":");
	fill(text + 5, 100000, '[');
	puts_to(rig, fd, text);
	expect_reply(rig, fd,
		     "{\"result\":1,\"text\":\"invalid JSON: nested deeper than 64 "
		     "levels\"}\n");

	/* 64 levels are fine, a sixty-fifth is not */
	for (int levels = CONTROL_DEPTH_MAX; levels <= CONTROL_DEPTH_MAX + 1; levels++) {
		fill(text + 5, (size_t)levels - 1, '[');
		fill(text + 5 + levels - 1, (size_t)levels - 1, ']');
		strcat(text, "}");
		fd = dial(rig);
		puts_to(rig, fd, text);
		expect_reply(rig, fd,
			     levels == CONTROL_DEPTH_MAX
				     ? "{\"result\":1,\"text\":\"invalid command: there is no "
				       "'command'\"}\n"
				     : "{\"result\":1,\"text\":\"invalid JSON: nested deeper than "
				       "64 levels\"}\n");
	}
	free(text);
}

static void test_oversize(void **state)
{
	static const char head[] = "{\"command\":\"";
	struct rig *rig = *state;
	char *text = malloc(CONTROL_REQUEST_MAX + 16);
	int fd = dial(rig);

	/* exactly the limit is served */
	fill(text, CONTROL_REQUEST_MAX, 'x');
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + CONTROL_REQUEST_MAX - 2, "\"}", 2);
	assert_true(put(rig, fd, text, CONTROL_REQUEST_MAX));

	char *reply = take_all(rig, fd, NULL);

	assert_memory_equal(reply, "{\"result\":2,\"text\":\"'xxx", 24);
	free(reply);

	/* one byte more is not */
	fd = dial(rig);
	memcpy(text + CONTROL_REQUEST_MAX - 2, "x\"}", 4);
	put(rig, fd, text, CONTROL_REQUEST_MAX + 1);
	expect_reply(rig, fd,
		     "{\"result\":1,\"text\":\"the request is longer than 4194304 bytes\"}\n");
	free(text);
}

/* Idle for ten seconds: closed. One that has just said something: not yet. */
static void test_idle(void **state)
{
	struct rig *rig = *state;
	int idle = dial(rig), busy = dial(rig);
	char c;

	puts_to(rig, idle, "{");
	clock_ahead += 6;
	puts_to(rig, busy, "{\"command\":");
	clock_ahead += 6;
	turn(rig);
	assert_int_equal(recv(idle, &c, 1, 0), 0);
	close(idle);
	puts_to(rig, busy, "\"x\"}");
	expect_reply(rig, busy, "{\"result\":2,\"text\":\"'x' command not supported.\"}\n");
}

/* With all places taken by silent clients a new one is still served; the stillest one goes. */
static void test_crowd(void **state)
{
	struct rig *rig = *state;
	int fds[CONTROL_CLIENTS_MAX];
	char c;

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		fds[i] = dial(rig);
	puts_to(rig, fds[0], "{"); /* now fds[1] is the stillest */

	int fd = dial(rig);

	puts_to(rig, fd, "{\"command\":\"x\"}");
	expect_reply(rig, fd, "{\"result\":2,\"text\":\"'x' command not supported.\"}\n");
	assert_int_equal(recv(fds[1], &c, 1, 0), 0);
	assert_int_equal(recv(fds[0], &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
}

/* A long list: complete, in order, and not made before its reader takes it. */
static void test_stream(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig), other;
	json_error_t error;
	size_t len;

	rig->fake.many = 50000;
	puts_to(rig, fd, ALL(""));
	for (int i = 0; i < 100; i++) /* nobody reads: the kernel's buffer fills, and that is all */
		turn(rig);
	assert_true(rig->fake.walked > 0 && rig->fake.walked < 10000);
	assert_true(rig->fake.longest < 500); /* a part is bounded in bytes, too */
	other = dial(rig);
	puts_to(rig, other, UNKNOWN);
	expect_reply(rig, other, UNKNOWN_REPLY);

	char *text = take_all(rig, fd, &len);
	json_t *reply = json_loadb(text, len, 0, &error);
	json_t *leases = json_object_get(json_object_get(reply, "arguments"), "leases");

	assert_non_null(reply);
	assert_int_equal(json_array_size(leases), 50003);
	assert_int_equal(rig->fake.walked, 50003);
	assert_int_equal(json_integer_value(json_object_get(reply, "result")), 0);
	assert_string_equal(json_string_value(json_object_get(reply, "text")),
			    "50003 IPv4 lease(s) found.");
	for (uint32_t n = 0; n < 50000; n++) {
		char addr[32];

		snprintf(addr, sizeof(addr), "172.16.%u.%u", n >> 8, n & 255);
		assert_string_equal(json_string_value(json_object_get(json_array_get(leases, n + 2),
								      "ip-address")),
				    addr);
	}
	json_decref(reply);
	free(text);

	fd = dial(rig);
	puts_to(rig, fd, ALL("\"subnets\":[0]"));
	expect_reply(rig, fd, BAD_SUBNETS "\n");
}

/* What a slow reader ties up is bounded however long it takes. */
static void test_slow_reader(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);
	size_t taken = 0, lease_len = 200; /* at least */
	char bite[1000];

	rig->fake.many = 50000;
	puts_to(rig, fd, ALL(""));
	while (taken < 4 << 20) {
		ssize_t n = recv(fd, bite, sizeof(bite), 0);

		assert_true(n > 0);
		taken += (size_t)n;
		turn(rig);
		assert_true(rig->fake.walked * lease_len < taken + (1 << 20));
	}
	close(fd);
}

/* A filter that finds nothing for a long while does not hold the loop, and ends. */
static void test_stream_filtered(void **state)
{
	/* the second: a part ends exactly with the last address there can be */
	static const uint32_t many[] = {50000, 4096 - 3};
	struct rig *rig = *state;

	for (size_t i = 0; i < 2; i++) {
		int fd = dial(rig);
		size_t len;

		rig->fake.many = many[i];
		rig->fake.walked = 0;
		puts_to(rig, fd, ALL("\"subnets\":[2]"));

		char *text = take_all(rig, fd, &len);
		json_t *reply = json_loadb(text, len, 0, NULL);
		char *dump = json_dumps(reply, JSON_COMPACT);

		assert_string_equal(dump, "{\"arguments\":{\"leases\":[" LEASE_LAST
					  "]},\"result\":0,\"text\":\"1 IPv4 lease(s) found.\"}");
		assert_int_equal(rig->fake.walked, many[i] + 3);
		assert_int_equal(rig->fake.longest, 4096);
		free(dump);
		json_decref(reply);
		free(text);
	}
}

/* A reader that goes away in the middle of a long reply takes only its connection along. */
static void test_reader_leaves(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);

	rig->fake.many = 50000;
	puts_to(rig, fd, ALL(""));
	close(fd);
	for (int i = 0; i < 10; i++)
		turn(rig);
	fd = dial(rig);
	puts_to(rig, fd, UNKNOWN);
	expect_reply(rig, fd, UNKNOWN_REPLY);
}

static void test_socket_file(void **state)
{
	struct rig *rig = *state;
	struct control *second = NULL;
	char text[512];
	struct stat st;

	assert_int_equal(stat(rig->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);

	/* a live one is left alone, and goes on serving */
	assert_int_equal(control_open(rig->base, rig->path, &fake_ops, &rig->fake, &second,
				      rig->why, sizeof(rig->why)),
			 -EADDRINUSE);
	assert_null(second);
	snprintf(text, sizeof(text),
		 "control socket %s: another server listens there: stop it, or set another "
		 "control-socket.socket-name",
		 rig->path);
	assert_string_equal(rig->why, text);

	int fd = dial(rig);

	puts_to(rig, fd, UNKNOWN);
	expect_reply(rig, fd, UNKNOWN_REPLY);

	/* an orderly end removes the file */
	control_close(rig->control);
	rig->control = NULL;
	assert_int_equal(stat(rig->path, &st), -1);

	/* a stale one, as a crash leaves it, is replaced */
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	strcpy(addr.sun_path, rig->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	assert_int_equal(control_open(rig->base, rig->path, &fake_ops, &rig->fake, &rig->control,
				      rig->why, sizeof(rig->why)),
			 0);
	fd = dial(rig);
	puts_to(rig, fd, UNKNOWN);
	expect_reply(rig, fd, UNKNOWN_REPLY);

	/* somebody else's socket at our path is not ours to remove */
	unlink(rig->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	control_close(rig->control);
	rig->control = NULL;
	assert_int_equal(stat(rig->path, &st), 0);
	close(fd);
}

static void test_socket_refused(void **state)
{
	struct rig *rig = *state;
	struct control *control = NULL;
	char file[80], text[256], longer[200];
	struct stat st;

	/* a file that is no socket is never removed */
	snprintf(file, sizeof(file), "%s/file", rig->dir);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(control_open(rig->base, file, &fake_ops, &rig->fake, &control, rig->why,
				      sizeof(rig->why)),
			 -EEXIST);
	assert_int_equal(stat(file, &st), 0);
	snprintf(text, sizeof(text),
		 "control socket %s: there is a file that is not a socket: move it away, or set "
		 "another control-socket.socket-name",
		 file);
	assert_string_equal(rig->why, text);

	snprintf(text, sizeof(text), "%s/x.sock", file);
	assert_int_equal(control_open(rig->base, text, &fake_ops, &rig->fake, &control, rig->why,
				      sizeof(rig->why)),
			 -ENOTDIR);
	unlink(file);

	fill(longer, sizeof(longer) - 1, 'x');
	longer[0] = '/';
	assert_int_equal(control_open(rig->base, longer, &fake_ops, &rig->fake, &control, rig->why,
				      sizeof(rig->why)),
			 -ENAMETOOLONG);
	assert_null(control);
}

#define DEL_5	      DEL("\"ip-address\":\"10.0.0.5\"")
#define DELETED_REPLY "{\"result\":0,\"text\":\"IPv4 lease deleted.\"}\n"

/* The reply to a command that takes a while comes when it is done, and others do not wait. */
static void test_later(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig), other = dial(rig);
	char byte;

	puts_to(rig, fd, DEL_5);
	assert_non_null(rig->fake.done);
	turn(rig);
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	puts_to(rig, other, DEL("\"ip-address\":\"10.0.0.6\""));
	expect_reply(rig, other, DELETED_REPLY);
	clock_ahead += 11; /* no idle one is dropped that waits for us */
	turn(rig);
	rig->fake.done(rig->fake.done_ctx, CONTROL_DELETED);
	expect_reply(rig, fd, DELETED_REPLY);
}

/* Whoever waited has been shown out for a newcomer: the reply goes nowhere. */
static void test_later_nobody_waits(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig), others[CONTROL_CLIENTS_MAX];

	puts_to(rig, fd, DEL_5);
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
		others[i] = dial(rig);
	expect_reply(rig, fd, "");
	rig->fake.done(rig->fake.done_ctx, CONTROL_DELETED);
	turn(rig);
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
		close(others[i]);
	turn(rig);
}

/* The server is closed first, as when the daemon stops. */
static void test_later_than_the_server(void **state)
{
	struct rig *rig = *state;
	int fd = dial(rig);

	puts_to(rig, fd, DEL_5);
	control_close(rig->control);
	rig->control = NULL;
	rig->fake.done(rig->fake.done_ctx, CONTROL_DELETED_FAILED);
	close(fd);
}

int main(void)
{
#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		SERVER_TEST(test_fragments),
		SERVER_TEST(test_interleaved),
		SERVER_TEST(test_second_map_ignored),
		SERVER_TEST(test_garbage),
		SERVER_TEST(test_half_close),
		SERVER_TEST(test_too_deep),
		SERVER_TEST(test_oversize),
		SERVER_TEST(test_idle),
		SERVER_TEST(test_crowd),
		SERVER_TEST(test_stream),
		SERVER_TEST(test_slow_reader),
		SERVER_TEST(test_stream_filtered),
		SERVER_TEST(test_reader_leaves),
		SERVER_TEST(test_socket_file),
		SERVER_TEST(test_socket_refused),
		SERVER_TEST(test_later),
		SERVER_TEST(test_later_nobody_waits),
		SERVER_TEST(test_later_than_the_server),
	};

	alarm(120); /* a server that never answers must not hang the run */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
