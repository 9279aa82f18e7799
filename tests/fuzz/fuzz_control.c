// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The control channel: framing, JSON and commands, against a daemon's own operations with a few
 * leases of every kind behind them. Input: what a client sends, cut into pieces whose size follows
 * from the input's. It is scanned and executed here, and sent to a server over its socket: both
 * must come to the same result. The reload has no file here, and says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/require.h"
#include "control/commands.h"
#include "control/frame.h"
#include "daemon/daemon.h"
#include "fuzz.h"

static const char served[] =
	"interfaces-config: {interfaces: [eth0]}\n"
	"subnet4:\n"
	"- {id: 1, subnet: 192.0.2.0/24, pools: [{pool: 192.0.2.10 - 192.0.2.19}]}\n"
	"- {id: 4294967294, subnet: 198.51.100.0/24, pools: [{pool: 198.51.100.0/28}]}\n";

static struct daemon d;
static struct control_ops ops;
static struct control *control;
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int no_file(void *arg, char **ret_text)
{
	(void)arg;
	*ret_text = strdup("there is no file \xff");
	return -ENOENT;
}

static void load_leases(void)
{
	static const char agent[] = "\x01\x03one\x02\x03two\x0c\x05twelv";

	for (unsigned i = 0; i < 12; i++) {
		struct lease_row row = {.addr = (i % 3 ? 0xc000020a : 0xc6336401) + i,
					.subnet_id = i % 3 ? 1 : 4294967294,
					.generation = 1 + i,
					.state = (const uint8_t[]){LEASE_BOUND, LEASE_FREE,
								   LEASE_HELD,
								   LEASE_DECLINED}[i % 4],
					.client.chaddr = {2, 0, 0, 0, 0, (uint8_t)i},
					.promised = i % 5 ? 0xfffffff0 + i : XDHCP_FOREVER,
					.ack_until = XDHCP_FOREVER,
					.lifetime = i % 5 ? 3600 : XDHCP_FOREVER};

		if (i % 2) {
			row.agent_len = sizeof(agent) - 1;
			memcpy(row.agent, agent, row.agent_len);
			row.giaddr = 0x0a000001;
		}
		strcpy(row.hostname, i % 3 ? "caf\xe9" : "a-name");
		row.client.client_id_len = (uint8_t)(i % 7 * 42);
		memset(row.client.client_id, (int)i * 37, row.client.client_id_len);
		require(lease_load(d.leases, &row) == 0);
	}
}

static void start(void)
{
	struct engine_config ec = {.horizon = 3};
	struct config_errors errors;
	const char *tmp = getenv("TMPDIR");
	char dir[80], why[256];

	require(config_load("served", served, &d.config, &errors) == 0);
	config_errors_free(&errors);
	require((d.leases = lease_table_new()) && (d.engine = engine_new(d.leases)));
	load_leases();
	ec.model = &d.config->model;
	require(engine_configure(d.engine, &ec) == 0);
	ops = daemon_control_ops;
	ops.config_reload = no_file;
	require((d.base = event_base_new()) != NULL);
	snprintf(dir, sizeof(dir), "%.40s/fuzz-control.XXXXXX", tmp ? tmp : "/tmp");
	require(mkdtemp(dir) != NULL);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", dir);
	if (control_open(d.base, address.sun_path, &ops, &d, &control, why, sizeof(why)) < 0)
		wrong("%s", why);
}

/* The result of a reply, which must be one; -1: there was none. */
static int result_of(const json_t *reply)
{
	json_t *result = json_object_get(reply, "result");
	json_t *text = json_object_get(reply, "text");

	require(json_is_object(reply) && json_is_integer(result));
	require(json_integer_value(result) >= 0 && json_integer_value(result) <= CONTROL_CONFLICT);
	require(!text || json_is_string(text));
	return (int)json_integer_value(result);
}

static enum frame_state scan(const char *data, size_t len, size_t piece, size_t *ret_used)
{
	struct frame frame = {0};
	enum frame_state state = FRAME_MORE;
	size_t at = 0;

	*ret_used = 0;
	while (at < len && state == FRAME_MORE) {
		size_t n = len - at < piece ? len - at : piece, used = 0;

		state = frame_scan(&frame, data + at, n, &used);
		if (state == FRAME_END) {
			require(used > 0 && used <= n);
			*ret_used = at + used;
		}
		at += n;
	}
	require(frame.depth <= CONTROL_DEPTH_MAX + 1);
	return state;
}

/* What the server must come to; -1: it closes without a word. */
static int execute(const char *data, size_t len, size_t piece)
{
	size_t used, whole;
	enum frame_state state = scan(data, len, piece, &used);
	json_t *request, *reply;
	int result;

	require(scan(data, len, len + 1, &whole) == state && whole == used);
	if (state != FRAME_END)
		return state == FRAME_MORE && strspn(data, " \t\r\n") >= len ? -1 : CONTROL_ERROR;
	request = json_loadb(data, used, JSON_REJECT_DUPLICATES, NULL);
	if (!request)
		return CONTROL_ERROR;
	reply = control_execute(&ops, &d, request);
	result = result_of(reply);
	json_decref(request);
	json_decref(reply);
	return result;
}

/* --- the same through the socket --- */

static void turn(void)
{
	require(event_base_loop(d.base, EVLOOP_NONBLOCK) >= 0);
}

static void put(int fd, const char *data, size_t len, size_t piece)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len < piece ? len : piece, MSG_NOSIGNAL);

		turn();
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n < 0)
			return; /* it has heard enough */
		data += n;
		len -= (size_t)n;
	}
	shutdown(fd, SHUT_WR);
}

static int ask(const char *data, size_t len, size_t piece)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), result = -1;
	static char text[1 << 20];
	size_t got = 0;
	ssize_t n;

	require(fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)));
	turn();
	put(fd, data, len, piece);
	do {
		turn();
		n = recv(fd, text + got, sizeof(text) - got, 0);
		if (n > 0)
			got += (size_t)n;
		require(got < sizeof(text));
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	/* what it had not read yet is a reset, behind the reply */
	require(n == 0 || errno == ECONNRESET);
	close(fd);
	turn();
	if (got) {
		json_t *reply = json_loadb(text, got, JSON_REJECT_DUPLICATES, NULL);

		require(reply && text[got - 1] == '\n');
		result = result_of(reply);
		json_decref(reply);
	}
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = 1 + size * 7 % 97;
	int here, there;
	char *text;

	if (!control)
		start();
	text = malloc(size + 1);
	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	here = execute(text, size, piece);
	there = ask(text, size, piece);
	if (here != there)
		wrong("the result is %d, over the socket %d", here, there);
	free(text);
	return 0;
}
