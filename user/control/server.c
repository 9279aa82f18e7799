// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The control channel's server: one connection carries one JSON map in and one
 * out, then the server closes (Kea's framing). Everything runs in the caller's
 * event loop and nothing blocks: requests are gathered as they come, replies wait in
 * the connection's buffer, and the long one (lease4-get-all) is made in parts as its reader
 * takes it, so that what a slow reader ties up is bounded.
 *
 *   READING ── map ended, or refused ──▶ WRITING ── all written ──▶ closed
 *      └─────── what is done takes a while ─────┘
 *
 * At most CONTROL_CLIENTS_MAX connections: one more closes the one that has
 * been still the longest. Nothing here survives a crash but the socket's file,
 * which the next server replaces.
 */
#include "control.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "commands.h"
#include "frame.h"
#include "listen.h"

#define IDLE_SECONDS	 10
#define READ_CHUNK	 65536
#define STREAM_PART	 65536 /* of a reply that is made in parts */
#define STREAM_LOW	 16384 /* the next part is made when no more than this is unwritten */
#define ACCEPT_PAUSE_MS	 1000  /* after accept failed (no descriptors, no memory) */
#define REQUEST_CAP_INIT 1024

struct client {
	TAILQ_ENTRY(client) entry;
	struct control *control;
	struct bufferevent *bev;
	struct frame frame;
	char *request;
	size_t len, cap;
	bool writing;		     /* the request is over */
	struct lease_stream *stream; /* writing: more of the reply is to be made */
	struct control_later *later; /* the reply comes when it is there */
};

TAILQ_HEAD(clients, client);

struct control {
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *resume; /* accepts again after a failure */
	const struct control_ops *ops;
	void *arg;
	char *path;
	dev_t dev;
	ino_t ino; /* of the socket's file: only our own is removed */
	struct clients clients;
	unsigned n_clients; /* head: still the longest */
};

static void nobody_waits(void *ctx, json_t *reply)
{
	(void)ctx;
	json_decref(reply);
}

static void client_free(struct client *client)
{
	if (client->later)
		client->later->deliver = nobody_waits;
	TAILQ_REMOVE(&client->control->clients, client, entry);
	client->control->n_clients--;
	lease_stream_free(client->stream);
	free(client->request);
	bufferevent_free(client->bev);
	free(client);
}

static void client_stirred(struct client *client)
{
	struct clients *clients = &client->control->clients;

	TAILQ_REMOVE(clients, client, entry);
	TAILQ_INSERT_TAIL(clients, client, entry);
}

/* Makes more of the streamed reply; false: no memory, and the client was closed. */
static bool client_feed(struct client *client)
{
	struct evbuffer *out = bufferevent_get_output(client->bev);
	struct evbuffer *part = evbuffer_new();
	int r = part ? lease_stream_next(client->stream, part, STREAM_PART) : -ENOMEM;

	if (r <= 0) { /* the last: what is left is to be written out */
		lease_stream_free(client->stream);
		client->stream = NULL;
		bufferevent_setwatermark(client->bev, EV_WRITE, 0, 0);
	}
	if (r < 0 || evbuffer_add_buffer(out, part) < 0) {
		if (part)
			evbuffer_free(part);
		client_free(client);
		return false;
	}
	evbuffer_free(part);
	return true;
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct client *client = arg;

	(void)bev;
	if (!client->writing) /* libevent also calls when there was nothing to write */
		return;
	client_stirred(client);
	if (client->stream)
		client_feed(client);
	else if (evbuffer_get_length(bufferevent_get_output(client->bev)) == 0)
		client_free(client);
}

static void client_begin_writing(struct client *client)
{
	bufferevent_disable(client->bev, EV_READ);
	client->writing = true;
	free(client->request);
	client->request = NULL;
	client->len = client->cap = 0;
}

/* Steals `reply`; NULL: no memory. */
static void client_reply(struct client *client, json_t *reply)
{
	static const char no_memory[] = "{\"result\":1,\"text\":\"no memory for the reply\"}\n";
	char *text = json_is_object(reply) ? json_dumps(reply, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;

	json_decref(reply);
	client_begin_writing(client);

	int r = text ? bufferevent_write(client->bev, text, len)
		     : bufferevent_write(client->bev, no_memory, sizeof(no_memory) - 1);

	if (r == 0 && text)
		r = bufferevent_write(client->bev, "\n", 1);
	free(text);
	if (r < 0)
		client_free(client);
}

static void reply_came(void *ctx, json_t *reply)
{
	struct client *client = ctx;

	client->later = NULL;
	client_stirred(client);
	client_reply(client, reply);
}

/* Its command has taken `later`: the reply is here, or comes. */
static void client_waits(struct client *client, struct control_later *later)
{
	if (later->here) {
		client_reply(client, later->reply);
		free(later);
		return;
	}
	bufferevent_disable(client->bev, EV_READ);
	later->deliver = reply_came;
	later->ctx = client;
	client->later = later;
}

static void client_run(struct client *client)
{
	struct control_later *later = calloc(1, sizeof(*later));
	struct control *control = client->control;
	struct lease_stream *stream = NULL;
	json_error_t error;
	json_t *request = json_loadb(client->request, client->len, JSON_REJECT_DUPLICATES, &error);

	if (!later) {
		json_decref(request);
		client_reply(client, NULL);
		return;
	}
	if (!request) {
		free(later);
		client_reply(client,
			     control_replyf(CONTROL_ERROR, "invalid JSON: line %d, column %d: %s",
					    error.line, error.column, error.text));
		return;
	}

	json_t *reply = control_start(control->ops, control->arg, request, &stream, later);

	json_decref(request);
	if (later->taken) {
		client_waits(client, later);
		return;
	}
	free(later);
	if (!stream) {
		client_reply(client, reply);
		return;
	}
	client->stream = stream;
	client_begin_writing(client);
	bufferevent_setwatermark(client->bev, EV_WRITE, STREAM_LOW, 0);
	client_feed(client);
}

/* Appends to the request; false: it would be too long. -ENOMEM ends like too long. */
static bool client_gather(struct client *client, const char *data, size_t len)
{
	if (len > CONTROL_REQUEST_MAX - client->len)
		return false;
	if (client->len + len > client->cap) {
		size_t cap = client->cap ? client->cap : REQUEST_CAP_INIT;

		while (cap < client->len + len)
			cap *= 2;

		char *more = realloc(client->request, cap);

		if (!more)
			return false;
		client->request = more;
		client->cap = cap;
	}
	memcpy(client->request + client->len, data, len);
	client->len += len;
	return true;
}

/* One piece of a request. False: the connection is past reading, or gone. */
static bool client_take(struct client *client, const char *data, size_t len)
{
	size_t used = len;
	enum frame_state state = frame_scan(&client->frame, data, len, &used);

	switch (state) {
	case FRAME_NO_MAP:
		client_reply(client, control_reply(CONTROL_ERROR,
						   "invalid JSON: a map was expected", NULL));
		return false;
	case FRAME_TOO_DEEP:
		client_reply(client, control_replyf(CONTROL_ERROR,
						    "invalid JSON: nested deeper than %d levels",
						    CONTROL_DEPTH_MAX));
		return false;
	case FRAME_MORE:
	case FRAME_END:
		break;
	}
	if (!client_gather(client, data, used)) {
		client_reply(client,
			     control_replyf(CONTROL_ERROR, "the request is longer than %u bytes",
					    CONTROL_REQUEST_MAX));
		return false;
	}
	if (state == FRAME_MORE)
		return true;
	client_run(client); /* what follows the map is not read: one connection, one command */
	return false;
}

static void on_readable(struct bufferevent *bev, void *arg)
{
	struct client *client = arg;
	char piece[4096];
	size_t n;

	client_stirred(client);
	while ((n = bufferevent_read(bev, piece, sizeof(piece))) > 0)
		if (!client_take(client, piece, n))
			return;
}

static void on_event(struct bufferevent *bev, short events, void *arg)
{
	struct client *client = arg;

	(void)bev;
	/* One that closed its sending half after half a map still reads why nothing came of it. */
	if ((events & BEV_EVENT_EOF) && client->frame.begun)
		client_reply(client, control_reply(CONTROL_ERROR,
						   "invalid JSON: the map does not end", NULL));
	else
		client_free(client);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr,
		      int addr_len, void *arg)
{
	const struct timeval idle = {.tv_sec = IDLE_SECONDS};
	struct control *control = arg;
	struct client *client = calloc(1, sizeof(*client));

	(void)listener, (void)addr, (void)addr_len;
	if (client)
		client->bev = bufferevent_socket_new(control->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->bev) {
		free(client);
		close(fd);
		return;
	}
	if (control->n_clients == CONTROL_CLIENTS_MAX)
		client_free(TAILQ_FIRST(&control->clients));
	client->control = control;
	TAILQ_INSERT_TAIL(&control->clients, client, entry);
	control->n_clients++;
	bufferevent_setcb(client->bev, on_readable, on_written, on_event, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, READ_CHUNK);
	bufferevent_set_timeouts(client->bev, &idle, &idle);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
}

/* accept failed for want of something: a busy loop would not bring it. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = {.tv_usec = ACCEPT_PAUSE_MS % 1000 * 1000,
				      .tv_sec = ACCEPT_PAUSE_MS / 1000};
	struct control *control = arg;

	evconnlistener_disable(listener);
	evtimer_add(control->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short events, void *arg)
{
	struct control *control = arg;

	(void)fd, (void)events;
	evconnlistener_enable(control->listener);
}

/* A client that goes away in the middle of its reply must not take the process along. */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

int control_open(struct event_base *base, const char *path, const struct control_ops *ops,
		 void *arg, struct control **ret_control, char *why, size_t why_len)
{
	int fd = control_listen(path, why, why_len);

	if (fd < 0)
		return fd;
	ignore_sigpipe();

	struct control *control = calloc(1, sizeof(*control));
	struct stat st;

	if (!control) {
		unlink(path);
		close(fd);
		snprintf(why, why_len, "control socket %s: no memory", path);
		return -ENOMEM;
	}
	TAILQ_INIT(&control->clients);
	control->base = base;
	control->ops = ops;
	control->arg = arg;
	control->path = strdup(path);
	if (control->path && stat(path, &st) == 0) {
		control->dev = st.st_dev;
		control->ino = st.st_ino;
	}
	control->resume = evtimer_new(base, on_resume, control);
	/* backlog 0: it listens already */
	control->listener = evconnlistener_new(
		base, on_accept, control, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!control->listener)
		close(fd);
	if (!control->listener || !control->resume || !control->path) {
		control_close(control);
		snprintf(why, why_len, "control socket %s: no memory", path);
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(control->listener, on_accept_error);
	*ret_control = control;
	return 0;
}

void control_close(struct control *control)
{
	struct stat st;

	if (!control)
		return;
	while (!TAILQ_EMPTY(&control->clients))
		client_free(TAILQ_FIRST(&control->clients));
	if (control->listener)
		evconnlistener_free(control->listener);
	if (control->resume)
		event_free(control->resume);
	if (control->path && lstat(control->path, &st) == 0 && st.st_dev == control->dev &&
	    st.st_ino == control->ino)
		unlink(control->path);
	free(control->path);
	free(control);
}
