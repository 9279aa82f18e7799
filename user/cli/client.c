// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One command over the control socket: connect, send, read to the server's
 * close. Every wait is bounded, so that a stuck daemon cannot hold an operator.
 */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int explain(const struct cli *cli, int r, unsigned seconds, char *why, size_t why_len)
{
	const char *remedy;
	char text[96];

	switch (r) {
	case -ENOENT:
		remedy = "there is no such socket: is xdhcpd running? Another socket: -s SOCKET";
		break;
	case -ECONNREFUSED:
		remedy = "nobody listens there: xdhcpd is not running; start it";
		break;
	case -EACCES:
	case -EPERM:
		remedy = "permission denied: run as root, or as a member of the socket's group";
		break;
	case -EAGAIN:
		snprintf(text, sizeof(text),
			 "no answer within %u s: xdhcpd hangs; its log may say why", seconds);
		remedy = text;
		break;
	case -EBADMSG:
		remedy = "the answer is not a reply: is this xdhcpd's control socket?";
		break;
	default:
		snprintf(text, sizeof(text), "%s", strerror(-r));
		remedy = text;
	}
	snprintf(why, why_len, "cannot reach xdhcpd at %s: %s", cli->socket, remedy);
	return r;
}

static int dial(const char *path, unsigned seconds)
{
	const struct timeval wait = {.tv_sec = seconds};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static int send_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		/* A server that refuses half-way has written why: that is read next. */
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int read_all(int fd, struct reply *reply)
{
	size_t cap = 65536;

	reply->len = 0;
	reply->text = malloc(cap);
	if (!reply->text)
		return -ENOMEM;
	for (;;) {
		if (reply->len == cap) {
			char *more = realloc(reply->text, cap *= 2);

			if (!more)
				return -ENOMEM;
			reply->text = more;
		}

		ssize_t n = recv(fd, reply->text + reply->len, cap - reply->len, 0);

		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			reply->len += (size_t)n;
	}
}

static int parse(struct reply *reply)
{
	const json_t *result;

	reply->json = json_loadb(reply->text, reply->len, 0, NULL);
	result = json_object_get(reply->json, "result");
	if (!json_is_integer(result))
		return -EBADMSG;
	reply->result = (int)json_integer_value(result);
	return 0;
}

int client_ask(const struct cli *cli, const char *command, json_t *arguments, unsigned seconds,
	       struct reply *ret_reply, char *why, size_t why_len)
{
	json_t *request = json_pack("{s:s, s:o*}", "command", command, "arguments", arguments);
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	struct reply reply = {0};
	int fd = -1, r = text ? 0 : -ENOMEM;

	if (r == 0)
		r = fd = dial(cli->socket, seconds);
	if (r >= 0)
		r = send_all(fd, text);
	if (r >= 0)
		r = read_all(fd, &reply);
	if (r >= 0)
		r = parse(&reply);
	if (fd >= 0)
		close(fd);
	free(text);
	json_decref(request);
	if (r < 0) {
		reply_free(&reply);
		return explain(cli, r, seconds, why, why_len);
	}
	*ret_reply = reply;
	return 0;
}

void reply_free(struct reply *reply)
{
	free(reply->text);
	json_decref(reply->json);
	*reply = (struct reply){0};
}

/* Kea's results as exit codes. */
static int exit_code(int result)
{
	switch (result) {
	case 0:
		return CLI_OK;
	case 3:
		return CLI_EMPTY;
	default:
		return CLI_ERROR;
	}
}

int client_take(const struct cli *cli, struct reply *reply, json_t **ret_json)
{
	int code = exit_code(reply->result);

	*ret_json = NULL;
	if (cli->json) {
		fwrite(reply->text, 1, reply->len, stdout);
		if (reply->text[reply->len - 1] != '\n')
			putchar('\n');
	} else if (code != CLI_OK) {
		fputs("xdhcpctl: ", stderr);
		put_text(get_str(reply->json, "text", "unknown error"), stderr);
	} else {
		*ret_json = json_incref(reply->json);
	}
	reply_free(reply);
	return code;
}

int client_command(const struct cli *cli, const char *command, json_t *arguments, unsigned seconds,
		   json_t **ret_json)
{
	struct reply reply;
	char why[512];

	*ret_json = NULL;
	if (client_ask(cli, command, arguments, seconds, &reply, why, sizeof(why)) < 0)
		return cli_fail(cli, CLI_UNREACHABLE, "%s", why);
	return client_take(cli, &reply, ret_json);
}

char *client_pin_path(const struct cli *cli)
{
	struct reply reply;
	char why[512];
	char *path;

	if (cli->pin_path)
		return strdup(cli->pin_path);
	/* briefly: what waits for this answer may be the emergency switch */
	if (client_ask(cli, "status-get", NULL, 2, &reply, why, sizeof(why)) < 0)
		return cli->socket_given ? NULL : strdup(XDHCP_PIN_PATH);

	const json_t *status = json_object_get(reply.json, "arguments");

	path = strdup(get_str(json_object_get(status, "fast-path"), "pin-path", XDHCP_PIN_PATH));
	reply_free(&reply);
	return path;
}
