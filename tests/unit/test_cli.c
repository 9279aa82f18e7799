// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdhcpctl without a daemon: tables that fit their width, hostile text made harmless,
 * durations, bpftool's keys, the command line with its exit codes, replies
 * for people and for scripts, and config-test's errors with their places. Files are
 * made in a directory of its own under TMPDIR, removed at the end.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <getopt.h>

#include "cli/cli.h"

/* What went to stdout and stderr since capture(). */
static struct {
	char *text[2];
	size_t len[2];
	FILE *to[2], *was[2];
} said;

static void capture(void)
{
	for (int i = 0; i < 2; i++) {
		free(said.text[i]);
		said.text[i] = NULL;
		said.to[i] = open_memstream(&said.text[i], &said.len[i]);
		assert_non_null(said.to[i]);
	}
	said.was[0] = stdout;
	said.was[1] = stderr;
	stdout = said.to[0];
	stderr = said.to[1];
}

static void captured(void)
{
	stdout = said.was[0];
	stderr = said.was[1];
	for (int i = 0; i < 2; i++)
		fclose(said.to[i]);
}

#define OUT said.text[0]
#define ERR said.text[1]

#define MOST_ARGS 8

/* One command line, its words separated by single spaces. */
static int run(const char *line)
{
	char words[512], *argv[MOST_ARGS + 2] = {"xdhcpctl"}, *rest = words;
	int argc = 1, code;

	assert_true(strlen(line) < sizeof(words));
	strcpy(words, line);
	while (*line && rest && argc <= MOST_ARGS)
		argv[argc++] = strsep(&rest, " ");
	optind = 0; /* getopt starts anew */
	capture();
	code = cli_run(argc, argv);
	captured();
	return code;
}

static const struct column columns[] = {
	{"ADDRESS", false, false}, {"HOSTNAME", false, true}, {"HITS", true, false}};

static const char *table_text(const char *const (*rows)[3], size_t n, size_t width)
{
	struct table *table = table_new(columns, 3);

	for (size_t i = 0; i < n; i++)
		table_row(table, rows[i]);
	capture();
	table_put(table, stdout, width);
	captured();
	return OUT;
}

static void tables_fit_their_width(void **state)
{
	static const char *const rows[][3] = {
		{"10.0.0.1", "a-rather-long-name", "7"},
		{"10.0.0.200", NULL, "123456"},
	};
	(void)state;
	assert_string_equal(table_text(rows, 2, 0), "ADDRESS     HOSTNAME              HITS\n"
						    "10.0.0.1    a-rather-long-name       7\n"
						    "10.0.0.200                      123456\n");
	/* 38 columns are what it needs */
	assert_null(strchr(table_text(rows, 2, 38), '~'));
	assert_non_null(strstr(table_text(rows, 2, 37), "  a-rather-long-na~  "));
	assert_string_equal(table_text(rows, 2, 30), "ADDRESS     HOSTNAME      HITS\n"
						     "10.0.0.1    a-rather-~       7\n"
						     "10.0.0.200              123456\n");
	/* no column is cut to nothing, and only the one that may be is cut */
	assert_string_equal(table_text(rows, 2, 5), "ADDRESS     HOSTN~    HITS\n"
						    "10.0.0.1    a-rat~       7\n"
						    "10.0.0.200          123456\n");
	assert_string_equal(table_text(rows, 0, 80), "ADDRESS  HOSTNAME  HITS\n");
}

/* A list of a hundred thousand is no reason to fill every other line with blanks. */
static void one_long_cell_widens_no_other_line(void **state)
{
	static char text[1001];
	const char *const rows[][3] = {{"1", text, "7"}, {"2", "short", "8"}};

	(void)state;
	memset(text, 'x', 1000);
	table_text(rows, 2, 0);
	assert_non_null(strstr(OUT, text));
	assert_true(strlen(strstr(OUT, "\n2  ")) < 300);
}

static void width_is_of_characters(void **state)
{
	static const char *const rows[][3] = {
		{"1", "\xc3\xa4\xc3\xb6\xc3\xbc-\xe2\x82\xac-name", ""}, {"2", "ascii-name", "1"}};
	(void)state;
	assert_string_equal(table_text(rows, 2, 0),
			    "ADDRESS  HOSTNAME    HITS\n"
			    "1        \xc3\xa4\xc3\xb6\xc3\xbc-\xe2\x82\xac-name      \n"
			    "2        ascii-name     1\n");
	assert_string_equal(table_text(rows, 2, 21),
			    "ADDRESS  HOSTN~  HITS\n"
			    "1        \xc3\xa4\xc3\xb6\xc3\xbc-\xe2\x82\xac~      \n"
			    "2        ascii~     1\n");
}

/* Nothing of the C0 and C1 sets and no DEL, however it is printed. */
static void hostile_text_moves_no_cursor(void **state)
{
	static const char hostile[] = "a\x1b[2Jb\rc\x7f\x07\xc2\x9b"
				      "31md\xc2\xa0\xc3\xa4\xc2";
	static const char harmless[] = "a?[2Jb?c???31md\xc2\xa0\xc3\xa4\xc2";
	static const char *const rows[][3] = {
		{"x\ny", "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b", "\t"}};
	char expected[128];

	(void)state;
	capture();
	put_text(hostile, stdout);
	put_text("two\nlines\x08\n", stdout);
	captured();
	snprintf(expected, sizeof(expected), "%s\ntwo\nlines?\n", harmless);
	assert_string_equal(OUT, expected);
	capture();
	print_field("hostname", "%s", hostile);
	print_field("verdicts", "one\ntwo\x1b");
	captured();
	snprintf(expected, sizeof(expected),
		 "hostname     %s\nverdicts     one\n             two?\n", harmless);
	assert_string_equal(OUT, expected);
	assert_string_equal(table_text(rows, 1, 22), "ADDRESS  HOSTNA~  HITS\n"
						     "x?y      ??????~     ?\n");
}

static void durations(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{0, "0s"},
		{59, "59s"},
		{60, "1m00s"},
		{3552, "59m12s"},
		{3599, "59m59s"},
		{3600, "1h00m"},
		{11100, "3h05m"},
		{86399, "23h59m"},
		{86400, "1d00h"},
		{187200, "2d04h"},
		{UINT32_MAX, "49710d06h"},
		{UINT64_MAX, "213503982334601d07h"},
	};
	char buf[DURATION_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(duration_str(cases[i].seconds, buf), cases[i].text);
}

static void times(void **state)
{
	char buf[TIME_STR];

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_string_equal(time_str(1769850307, buf), "2026-01-31 09:05:07");
	assert_string_equal(time_str(-1, buf), "1969-12-31 23:59:59");
	assert_string_equal(time_str(INT64_MAX, buf), "9223372036854775807"); /* no such year */
}

/* bpftool takes a key byte by byte as they lie in memory. */
static void keys_are_in_host_order(void **state)
{
	const uint32_t keys[] = {0, 100, 0x01020304, UINT32_MAX};
	char buf[KEY_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		unsigned b[4];
		uint8_t bytes[4];
		uint32_t back;

		assert_int_equal(sscanf(key_str(keys[i], buf), "%2x %2x %2x %2x", &b[0], &b[1],
					&b[2], &b[3]),
				 4);
		assert_int_equal(strlen(buf), 11);
		for (int j = 0; j < 4; j++)
			bytes[j] = (uint8_t)b[j];
		memcpy(&back, bytes, sizeof(back));
		assert_int_equal(back, keys[i]);
	}
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	assert_string_equal(key_str(100, buf), "64 00 00 00");
#endif
}

static void members_of_any_type(void **state)
{
	json_t *map = json_pack("{s:I, s:s, s:n}", "n", (json_int_t)INT64_MAX, "s", "text", "none");

	(void)state;
	assert_true(get_int(map, "n", -1) == INT64_MAX);
	assert_true(get_int(map, "s", -1) == -1 && get_int(map, "none", 4) == 4);
	assert_true(get_int(map, "absent", 5) == 5 && get_int(NULL, "n", 6) == 6);
	assert_string_equal(get_str(map, "s", "?"), "text");
	assert_string_equal(get_str(map, "n", "?"), "?");
	assert_null(get_str(NULL, "s", NULL));
	json_decref(map);
}

#define NOBODY "-s /nonexistent/xdhcp.sock "

static void command_lines(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *out, *err; /* a part; NULL: nothing at all */
	} cases[] = {
		{"", CLI_USAGE, NULL, "usage: xdhcpctl "},
		{"-h", CLI_OK, "Exit codes: 0 done", NULL},
		{"--version", CLI_OK, "xdhcpctl " XDHCP_VERSION "\n", NULL},
		{"nonsense", CLI_USAGE, NULL, "no command 'nonsense'"},
		{"--nonsense status", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"status -s", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"lease -h", CLI_OK, "usage: xdhcpctl [OPTIONS] lease ADDRESS\n", NULL},
		{"lease", CLI_USAGE, NULL, "usage: xdhcpctl lease ADDRESS\n"},
		{"lease 192.0.2.1 192.0.2.2", CLI_USAGE, NULL, "usage: xdhcpctl lease ADDRESS\n"},
		{"commands x", CLI_USAGE, NULL, "usage: xdhcpctl commands\n"},
		{"leases 0", CLI_USAGE, NULL, "'0' is not a subnet id"},
		{"leases 1 2x", CLI_USAGE, NULL, "'2x' is not a subnet id"},
		{"leases 4294967296", CLI_USAGE, NULL, "'4294967296' is not a subnet id"},
		{"leases --json 1 x", CLI_USAGE, "{\"result\":1,\"text\":\"'x' is not a subnet",
		 NULL},
		{"fast-path sideways", CLI_USAGE, NULL, "'sideways': on or off"},
		/* options stand before or after the command */
		{NOBODY "lease 192.0.2.1", CLI_UNREACHABLE, NULL,
		 "cannot reach xdhcpd at /nonexistent/xdhcp.sock: there is no such socket"},
		{"leases 1 4294967295 " NOBODY "--json", CLI_UNREACHABLE,
		 "{\"result\":1,\"text\":\"cannot reach xdhcpd at /nonexistent/", NULL},
		/* options of one command */
		{"capture -h", CLI_OK, "  -w, --write FILE ", NULL},
		{"capture x", CLI_USAGE, NULL, "usage: xdhcpctl capture [OPTIONS]\n"},
		{"status -w x", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"status --sample 1", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"--sample 1 capture", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"capture --sample", CLI_USAGE, NULL, "try xdhcpctl -h"},
		{"capture --sample 0", CLI_USAGE, NULL, "'0': --sample: one hit of so many"},
		{"capture --sample 4294967296", CLI_USAGE, NULL, "--sample: one hit of so many"},
		{"capture --sample -1", CLI_USAGE, NULL, "'-1': --sample: one hit of so many"},
		{"capture --count 1x", CLI_USAGE, NULL, "'1x': --count: a number of frames"},
		{"capture --snaplen 65536", CLI_USAGE, NULL, "'65536': --snaplen: "},
		{"capture --address 192.0.2", CLI_USAGE, NULL, "'192.0.2': --address: "},
		{"capture --address 192.0.2.0/33", CLI_USAGE, NULL, "/33': --address: "},
		{"capture --address 192.0.2.0/", CLI_USAGE, NULL, "/': --address: "},
		{"capture --address=::1", CLI_USAGE, NULL, "'::1': --address: "},
		{"capture --mac 02:00:00:00:00", CLI_USAGE, NULL, "'02:00:00:00:00': --mac: "},
		{"capture " NOBODY "--address 0.0.0.0/0 -w /nonexistent/x", CLI_UNREACHABLE, NULL,
		 "name them with --pin-path DIR"},
		{"capture " NOBODY "--json --count 1", CLI_UNREACHABLE,
		 "{\"result\":1,\"text\":\"no daemon answers at /nonexistent", NULL},
		/* another daemon's pins are not guessed */
		{NOBODY "fast-path off", CLI_UNREACHABLE, NULL, "name them with --pin-path DIR"},
		{NOBODY "status", CLI_UNREACHABLE, "name them: --pin-path DIR", "cannot reach"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int code = run(cases[i].line);

		if (code != cases[i].code || (cases[i].out ? !strstr(OUT, cases[i].out) : *OUT) ||
		    (cases[i].err ? !strstr(ERR, cases[i].err) : *ERR))
			fail_msg("'%s': exit %d, stdout '%s', stderr '%s'", cases[i].line, code,
				 OUT, ERR);
	}
}

static struct reply reply_of(const char *text)
{
	struct reply reply = {.text = strdup(text), .len = strlen(text)};

	reply.json = json_loads(text, 0, NULL);
	assert_non_null(reply.json);
	reply.result = (int)get_int(reply.json, "result", -1);
	return reply;
}

static int take(bool json, const char *text, json_t **ret)
{
	const struct cli cli = {.json = json};
	struct reply reply = reply_of(text);
	int code;

	capture();
	code = client_take(&cli, &reply, ret);
	captured();
	assert_null(reply.text);
	return code;
}

/* Kea's results are exit codes; scripts get the reply as it came and nothing else. */
static void replies(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(take(false, "{\"result\": 0, \"text\": \"fine\"}", &json), CLI_OK);
	assert_string_equal(get_str(json, "text", ""), "fine");
	assert_true(!*OUT && !*ERR);
	json_decref(json);
	assert_int_equal(take(false, "{\"result\":3,\"text\":\"none\\u001b\"}", &json), CLI_EMPTY);
	assert_null(json);
	assert_string_equal(ERR, "xdhcpctl: none?\n");
	assert_int_equal(take(false, "{\"result\":1}", &json), CLI_ERROR);
	assert_string_equal(ERR, "xdhcpctl: unknown error\n");
	assert_int_equal(take(true, "{ \"result\":2}", &json), CLI_ERROR);
	assert_null(json);
	assert_string_equal(OUT, "{ \"result\":2}\n");
	assert_int_equal(take(true, "{\"result\":0}\n", &json), CLI_OK);
	assert_null(json);
	assert_string_equal(OUT, "{\"result\":0}\n");
	assert_true(!*ERR);
}

/*
 * The command line, in front of it the socket of a daemon that answers its one or two questions
 * thus, and goes.
 */
static int run_with(const char *const *answers, size_t n, const char *line)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char dir[] = "/tmp/xdhcp-cli-XXXXXX", whole[512], request[4096];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), code, status;
	pid_t child;

	assert_non_null(mkdtemp(dir));
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/sock", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(20);
		for (size_t i = 0; i < n; i++) {
			int peer = accept(fd, NULL, NULL);

			/* requests are short: they come in one piece */
			if (peer < 0 || read(peer, request, sizeof(request)) <= 0 ||
			    write(peer, answers[i], strlen(answers[i])) < 0)
				_exit(1);
			close(peer);
		}
		_exit(0);
	}
	close(fd);
	snprintf(whole, sizeof(whole), "-s %s/sock %s", dir, line);
	code = run(whole);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	unlink(at.sun_path);
	rmdir(dir);
	return code;
}

#define DIRECT                                                                                \
	"{\"ip-address\":\"192.0.2.7\",\"subnet-id\":1,\"hw-address\":\"02:00:00:00:00:07\"," \
	"\"hostname\":\"pc\",\"state\":0,\"user-context\":{\"xdhcp\":{\"expire\":null}}}"
#define RELAYED(address, isc)                                                                   \
	"{\"ip-address\":\"" address "\",\"subnet-id\":1,\"hw-address\":\"02:00:00:00:00:08\"," \
	"\"hostname\":\"\",\"state\":0,\"user-context\":{" isc "\"xdhcp\":{\"expire\":null,"    \
	"\"giaddr\":\"10.0.0.1\"}}}"
#define INFO(hex)    "\"ISC\":{\"relay-agent-info\":{\"sub-options\":\"" hex "\"}},"
#define LEASES(list) "{\"result\":0,\"text\":\"\",\"arguments\":{\"leases\":[" list "]}}"

/* The column of relays is there for those who have any. */
static void leases_with_their_relays(void **state)
{
	static const char *const direct[] = {LEASES(DIRECT)};
	static const char *const relayed[] = {
		LEASES(DIRECT "," RELAYED("192.0.2.8", INFO("0x0104676520310202AABB")) "," RELAYED(
			"192.0.2.9", INFO("0x0202AABB")) "," RELAYED("192.0.2.10", ""))};

	(void)state;
	assert_int_equal(run_with(direct, 1, "leases"), CLI_OK);
	assert_string_equal(OUT, "ADDRESS    MAC                HOSTNAME  STATE  EXPIRES IN  SUBNET"
				 "  HITS\n"
				 "192.0.2.7  02:00:00:00:00:07  pc        bound       never       1"
				 "     -\n");
	assert_int_equal(run_with(relayed, 1, "leases"), CLI_OK);
	assert_non_null(strstr(OUT, "  HITS  RELAY\n"));
	assert_non_null(strstr(OUT, "     1     -  \n192.0.2.8 "));
	assert_non_null(strstr(OUT, "     -  10.0.0.1 \"ge 1\"\n"));
	assert_non_null(strstr(OUT, "     -  10.0.0.1 aa:bb\n"));
	assert_non_null(strstr(OUT, "     -  10.0.0.1\n"));
}

static void a_lease_with_its_relay(void **state)
{
	static const char *const answers[] = {"{\"result\":0,\"text\":\"\",\"arguments\":" RELAYED(
		"192.0.2.8", INFO("0x0104676520310202AABB0C0172")) "}"};
	/* neither hex nor sub-options: nothing is made of it */
	static const char *const odd[] = {"{\"result\":0,\"text\":\"\",\"arguments\":" RELAYED(
		"192.0.2.8", INFO("0x0108zz")) "}"};

	(void)state;
	assert_int_equal(run_with(answers, 1, "lease 192.0.2.8"), CLI_OK);
	assert_non_null(strstr(OUT, "relay        10.0.0.1\n"
				    "circuit-id   \"ge 1\"\n"
				    "remote-id    aa:bb\n"
				    "relay-id     \"r\"\n"));
	assert_int_equal(run_with(odd, 1, "lease 192.0.2.8"), CLI_OK);
	assert_non_null(strstr(OUT, "relay        10.0.0.1\n"));
	assert_null(strstr(OUT, "circuit-id"));
}

/* Reasons that were never met are not shown; a total of nothing needs none. */
static void drops_with_their_reasons(void **state)
{
	static const char *const some[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"drops\":{\"total\":5,\"kernel\":"
		"0,"
		"\"parse-failed\":5,\"parse-failed-by-reason\":{\"truncated\":3,\"op\":0,"
		"\"udp_checksum\":2}}}}",
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"drops\":{\"total\":9,\"xdp\":9,"
		"\"xdp-by-reason\":{\"drop_client_rate\":7,\"drop_other_rate\":2,"
		"\"drop_internal\":0}}}}"};
	static const char *const other[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"drops\":{\"total\":3,"
		"\"some-queue\":3,\"some-queue-by-reason\":{\"full\":2,\"late\":1}}}}"};
	static const char *const none[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"drops\":{\"total\":0,"
		"\"parse-failed-by-reason\":{\"truncated\":0}}}}"};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "drops        5: parse-failed 5\n"
				    "malformed    truncated 3\n"
				    "             udp_checksum 2\n"));
	assert_int_equal(run_with(&some[1], 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "drops        9: xdp 9\n"
				    "by XDP       drop_client_rate 7\n"
				    "             drop_other_rate 2\n"));
	assert_null(strstr(OUT, "drop_internal"));
	assert_int_equal(run_with(none, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "drops        0\n"));
	assert_null(strstr(OUT, "malformed"));
	/* a group that this xdhcpctl knows nothing of */
	assert_int_equal(run_with(other, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "drops        3: some-queue 3\n"
				    "some-queue   full 2\n"
				    "             late 1\n"));
}

/* Frames of any kind are not in the total; what has lost none has no line. */
static void losses_beneath_stand_apart(void **state)
{
	static const char *const some[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"fast-path\":{\"mode\":\"native\","
		"\"interfaces\":["
		"{\"name\":\"eth0\",\"mode\":\"native\",\"rx-dropped\":3,\"rx-missed\":12},"
		"{\"name\":\"eth1\",\"mode\":\"off\",\"rx-dropped\":0,\"rx-missed\":0},"
		"{\"name\":\"eth2\",\"mode\":\"off\"}]},"
		"\"drops\":{\"total\":1,\"kernel\":1}}}"};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "drops        1: kernel 1\n"
				    "beneath      eth0: 3 dropped, 12 missed, of frames of any "
				    "kind\n"));
	assert_null(strstr(OUT, "eth1:"));
	assert_null(strstr(OUT, "eth2:"));
}

static void foreign_servers_are_named(void **state)
{
#define FOREIGN(list) \
	"{\"result\":0,\"arguments\":{\"version\":\"1\",\"foreign-servers\":[" list "]}}"
	static const char *const none[] = {FOREIGN("")};
	static const char *const some[] = {FOREIGN(
		"{\"server\":\"192.0.2.66\",\"interface\":\"eth0\",\"mac\":\"02:00:00:00:00:66\","
		"\"offers\":3,\"acks\":2,\"naks\":1,\"chosen\":4},"
		"{\"server\":\"192.0.2.67\",\"interface\":\"eth1\",\"offers\":0,\"acks\":0,"
		"\"naks\":0,\"chosen\":1}")};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(
		strstr(OUT, "foreign      192.0.2.66 on eth0, 02:00:00:00:00:66: 3 offers, 2 ACKs, "
			    "1 NAKs, chosen 4 times\n"
			    "             192.0.2.67 on eth1: 0 offers, 0 ACKs, 0 NAKs, chosen 1 "
			    "times\n"));
	assert_int_equal(run_with(none, 1, "status"), CLI_OK);
	assert_null(strstr(OUT, "foreign"));
}

static void commits_in_a_line(void **state)
{
#define COMMIT(n)                                                                               \
	"{\"result\":0,\"arguments\":{\"version\":\"1\",\"commits\":" n                         \
	",\"commit\":{\"leases\":{"                                                             \
	"\"count\":" n ",\"sum\":40,\"max\":20,\"p50\":5,\"p99\":16,\"buckets\":{}},"           \
	"\"microseconds\":{\"count\":" n ",\"sum\":9000,\"max\":5000,\"p50\":320,\"p99\":1280," \
	"\"buckets\":{}}}}}"
	static const char *const some[] = {COMMIT("9")}, *const none[] = {COMMIT("0")};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "commits      9 of 40 leases; in each 5, 16, at most 20; took "
				    "320, 1280, at most 5000 us\n"));
	assert_int_equal(run_with(none, 1, "status"), CLI_OK);
	assert_null(strstr(OUT, "commits"));
}

/* A store that serves is not worth a line. */
static void a_store_that_fails_is_shown(void **state)
{
	static const char *const fails[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"leases\":2,\"store\":{"
		"\"state\":\"failing\",\"for\":75,\"error\":\"/x/y.db: commit: disk I/O "
		"error\"}}}"};
	static const char *const serves[] = {"{\"result\":0,\"arguments\":{\"version\":\"1\","
					     "\"store\":{\"state\":\"serving\"}}}"};

	(void)state;
	assert_int_equal(run_with(fails, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "leases       2\n"
				    "store        failing for 1m15s: /x/y.db: commit: disk I/O "
				    "error\n"));
	assert_int_equal(run_with(serves, 1, "status"), CLI_OK);
	assert_null(strstr(OUT, "store"));
}

/* Phases of no weight are left out, and the lines with an older daemon, which has nothing to say.
 */
static void the_start_and_memory_are_shown(void **state)
{
	static const char *const some[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"leases\":2,\"start\":{"
		"\"milliseconds\":2849,\"phases\":[{\"phase\":\"store\",\"milliseconds\":49},{"
		"\"phase\":\"load\",\"milliseconds\":1240},{\"phase\":\"check\","
		"\"milliseconds\":50}]},\"memory\":{\"rss-anon\":189000000,\"maps\":231540000}}}"};
	static const char *const older[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"leases\":2}}"};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "started in   2.8 s: load 1.2, check 0.1\n"
				    "memory       189.0 MB, maps 231.5 MB beside it\n"
				    "leases       2\n"));
	assert_int_equal(run_with(older, 1, "status"), CLI_OK);
	assert_null(strstr(OUT, "started in"));
	assert_null(strstr(OUT, "memory"));
}

/* Those of what was understood are shown in the same way, kind by kind. */
static void decisions_with_their_reasons(void **state)
{
	static const char *const some[] = {
		"{\"result\":0,\"arguments\":{\"version\":\"1\",\"reasons\":{"
		"\"silent\":{\"no_free_address\":3,\"unknown_client\":0,\"out_of_memory\":1},"
		"\"nak\":{\"taken\":0},\"offer\":{\"ipv6_only\":7}}}}"};

	(void)state;
	assert_int_equal(run_with(some, 1, "status"), CLI_OK);
	assert_non_null(strstr(OUT, "silent       no_free_address 3\n"
				    "             out_of_memory 1\n"
				    "no address   ipv6_only 7\n"));
	assert_null(strstr(OUT, "nak"));
}

/* A failure of our own may be longer than any line, and need not be UTF-8. */
static void failures(void **state)
{
	struct cli cli = {.json = true};
	char text[5000];
	json_t *json;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture();
	assert_int_equal(cli_fail(&cli, CLI_EMPTY, "%s", text), CLI_EMPTY);
	captured();
	json = json_loads(OUT, 0, NULL);
	assert_string_equal(get_str(json, "text", ""), text);
	json_decref(json);
	capture();
	cli_fail(&cli, CLI_ERROR, "\xff");
	captured();
	assert_string_equal(OUT, "{\"result\":1,\"text\":\"failed\"}\n");
	cli.json = false;
	capture();
	cli_fail(&cli, CLI_ERROR, "%s", text);
	captured();
	assert_int_equal(strlen(ERR), strlen("xdhcpctl: \n") + strlen(text));
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Errors of syntax and of meaning stand where they are in the file, and nobody is asked. */
static void config_test(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200], file[256], line[400], expected[1024];
	json_t *json;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/xdhcp-cli-XXXXXX", tmp && strlen(tmp) < 160 ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/a.yaml", dir);
	snprintf(line, sizeof(line), NOBODY "config-test %s", file);

	assert_int_equal(run(line), CLI_ERROR);
	assert_non_null(strstr(ERR, "/a.yaml: cannot be read: No such file"));
	/* as everywhere: no aliases */
	write_file(file,
		   "interfaces-config: {interfaces: [a]}\n"
		   "comment: &x no\nsubnet4: [{id: 1, subnet: 192.0.2.0/33}]\nvalid-lifetim: 1\n");
	assert_int_equal(run(line), CLI_ERROR);
	snprintf(expected, sizeof(expected), "%s:2:10: anchors (&name) are not", file);
	assert_ptr_equal(strstr(ERR, expected), ERR);
	snprintf(expected, sizeof(expected), "\n%s:3:27: ", file);
	assert_non_null(strstr(ERR, expected));
	snprintf(expected, sizeof(expected), "\n%s:4:1: unknown key \"valid-lifetim\"", file);
	assert_non_null(strstr(ERR, expected));
	assert_null(strstr(ERR, "cannot reach"));

	snprintf(line, sizeof(line), NOBODY "--json config-test %s", file);
	assert_int_equal(run(line), CLI_ERROR);
	json = json_loads(OUT, 0, NULL);
	assert_non_null(strstr(get_str(json, "text", ""), expected));
	assert_int_equal(get_int(json, "result", -1), 1);
	json_decref(json);
	assert_string_equal(ERR, "");

	/* no fault here: the daemon's turn */
	write_file(file, "// JSON's comments\n{\"interfaces-config\": {\"interfaces\": [\"a\"]},"
			 " \"subnet4\": []}\n");
	assert_int_equal(run(line), CLI_UNREACHABLE);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* A file's values and a key's meaning are told without a daemon; a running one is asked for. */
static void config_show(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200], file[256], line[400];
	json_t *json;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/xdhcp-cli-XXXXXX", tmp && strlen(tmp) < 160 ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/a.yaml", dir);
	write_file(file, "interfaces-config: {interfaces: [a]}\nvalid-lifetime: 77\n"
			 "subnet4: [{id: 5, subnet: 192.0.2.0/24}]\n");
	snprintf(line, sizeof(line), NOBODY "config show --file %s", file);
	assert_int_equal(run(line), CLI_OK);
	assert_non_null(strstr(OUT, "\nsubnet4[5]\nKEY "));
	assert_non_null(strstr(OUT, "valid-lifetime"));
	assert_non_null(strstr(OUT, " 77 "));
	assert_non_null(strstr(OUT, "/a.yaml:2:17"));
	assert_non_null(strstr(OUT, "global, "));
	assert_null(strstr(OUT, "here")); /* the place alone says so */
	snprintf(line, sizeof(line), NOBODY "--json config show 5 -f %s", file);
	assert_int_equal(run(line), CLI_OK);
	json = json_loads(OUT, 0, NULL);
	assert_string_equal(get_str(json_array_get(json, 0), "in", ""), "subnet4[5]");
	json_decref(json);
	snprintf(line, sizeof(line), NOBODY "config show 6 -f %s", file);
	assert_int_equal(run(line), CLI_EMPTY);
	snprintf(line, sizeof(line), NOBODY "config show five -f %s", file);
	assert_int_equal(run(line), CLI_USAGE);
	snprintf(line, sizeof(line), NOBODY "config -f %s", file);
	assert_int_equal(run(line), CLI_USAGE);
	write_file(file, "valid-lifetim: 1\n");
	snprintf(line, sizeof(line), NOBODY "config show -f %s", file);
	assert_int_equal(run(line), CLI_ERROR);
	assert_non_null(strstr(ERR, "/a.yaml:1:1: unknown key"));
	assert_int_equal(run(NOBODY "config show"), CLI_UNREACHABLE);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(dir), 0);

	assert_int_equal(run(NOBODY "config doc subnet4.pools.pool"), CLI_OK);
	assert_ptr_equal(strstr(OUT, "subnet4[].pools[].pool\n"), OUT);
	assert_int_equal(run(NOBODY "config doc"), CLI_OK);
	assert_non_null(strstr(OUT, "valid-lifetime"));
	assert_int_equal(run(NOBODY "config doc pol"), CLI_EMPTY);
	assert_non_null(strstr(ERR, "did you mean \"pool\"?"));
	assert_int_equal(run(NOBODY "--json config doc relay"), CLI_OK);
	json = json_loads(OUT, 0, NULL);
	assert_string_equal(get_str(json_array_get(json, 0), "key", ""), "relay");
	json_decref(json);
	assert_int_equal(run(NOBODY "config dok"), CLI_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_fit_their_width),
		cmocka_unit_test(one_long_cell_widens_no_other_line),
		cmocka_unit_test(width_is_of_characters),
		cmocka_unit_test(hostile_text_moves_no_cursor),
		cmocka_unit_test(durations),
		cmocka_unit_test(times),
		cmocka_unit_test(keys_are_in_host_order),
		cmocka_unit_test(members_of_any_type),
		cmocka_unit_test(command_lines),
		cmocka_unit_test(replies),
		cmocka_unit_test(leases_with_their_relays),
		cmocka_unit_test(a_lease_with_its_relay),
		cmocka_unit_test(drops_with_their_reasons),
		cmocka_unit_test(losses_beneath_stand_apart),
		cmocka_unit_test(foreign_servers_are_named),
		cmocka_unit_test(commits_in_a_line),
		cmocka_unit_test(the_start_and_memory_are_shown),
		cmocka_unit_test(a_store_that_fails_is_shown),
		cmocka_unit_test(decisions_with_their_reasons),
		cmocka_unit_test(failures),
		cmocka_unit_test(config_test),
		cmocka_unit_test(config_show),
	};
	int r = cmocka_run_group_tests(tests, NULL, NULL);

	for (int i = 0; i < 2; i++)
		free(said.text[i]);
	return r;
}
