/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the control room: what a command is and how it answers. A command
 * gets its checked envelope (struct control_call) and returns the whole reply; one whose reply may
 * be too long to be held returns a stream instead when the server asks for it.
 */
#ifndef XDHCP_CONTROL_COMMANDS_H
#define XDHCP_CONTROL_COMMANDS_H

#include "control.h"

struct control_call {
	const struct control_ops *ops;
	void *arg;		 /* of the ops */
	const json_t *arguments; /* borrowed; NULL: there were none */
	struct control_later *later;
};

/*
 * A reply that may not be there when the command returns. A command that takes it returns NULL,
 * and gives the reply to control_later_reply() once, then or later; that frees it. Until then it is
 * of whoever called control_start(), who says where the reply goes when it comes.
 */
struct control_later {
	bool taken, here;
	json_t *reply;				   /* here: NULL: no memory for it */
	void (*deliver)(void *ctx, json_t *reply); /* steals it; NULL: the call is not over yet */
	void *ctx;
};
void control_later_reply(struct control_later *later, json_t *reply);

struct lease_stream;

/*
 * Starts one command. Either *ret_stream is set and NULL returned (then the reply is what the
 * stream produces), or `later` is taken, or the reply is returned. NULL with neither: no memory.
 * ret_stream NULL: the caller wants the whole reply.
 */
json_t *control_start(const struct control_ops *ops, void *arg, const json_t *request,
		      struct lease_stream **ret_stream, struct control_later *later);

/* Text of whatever bytes: what is not UTF-8 (a client chooses its hostname) is shown as '?'. */
json_t *control_text(const char *text);
/* A reply; `arguments` is stolen, and left out when NULL, as is `text`. New reference, or NULL. */
json_t *control_reply(enum control_result result, const char *text, json_t *arguments);
/* The same with a formatted text and no arguments. */
json_t *control_replyf(enum control_result result, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* leases.c */
json_t *command_lease4_get(const struct control_call *call);
json_t *command_lease4_del(const struct control_call *call);
json_t *command_lease4_get_all(const struct control_call *call);
/* NULL with *ret_reply set: the arguments are wrong. */
struct lease_stream *lease_stream_new(const struct control_call *call, json_t **ret_reply);
void lease_stream_free(struct lease_stream *stream);
struct evbuffer;
/*
 * Appends the next part, at least one byte and about `bytes`, to `out`.
 * Returns 1 while there is more, 0 after the last part, -ENOMEM.
 */
int lease_stream_next(struct lease_stream *stream, struct evbuffer *out, size_t bytes);

/* statistics.c */
json_t *command_statistic_get(const struct control_call *call);
json_t *command_statistic_get_all(const struct control_call *call);
json_t *command_statistic_reset(const struct control_call *call);
json_t *command_statistic_reset_all(const struct control_call *call);

#endif
