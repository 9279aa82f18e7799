// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table of commands and what is common to them: the envelope
 * {"command": ..., "arguments": {...}} in, {"result": ..., "text": ..., "arguments": ...}
 * out, with Kea's results and texts. A command is one row. No I/O, no state:
 * nothing here survives a command, so there is nothing to lose in a crash.
 */
#include "commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *control_text(const char *text)
{
	json_t *json = json_string(text);

	if (json)
		return json;

	char *ascii = strdup(text);

	if (!ascii)
		return NULL;
	for (char *c = ascii; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	json = json_string(ascii);
	free(ascii);
	return json;
}

json_t *control_reply(enum control_result result, const char *text, json_t *arguments)
{
	/* o*: left out when NULL */
	return json_pack("{s:i, s:o*, s:o*}", "result", (int)result, "text",
			 text ? control_text(text) : NULL, "arguments", arguments);
}

json_t *control_replyf(enum control_result result, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	int n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		return NULL;

	json_t *reply = control_reply(result, text, NULL);

	free(text);
	return reply;
}

static json_t *command_version_get(const struct control_call *call)
{
	json_t *extended = json_sprintf("xdhcp %s\njansson %s\nlibevent %s", call->ops->version,
					jansson_version_str(), event_get_version());

	return control_reply(CONTROL_OK, call->ops->version,
			     json_pack("{s:o}", "extended", extended));
}

static json_t *command_status_get(const struct control_call *call)
{
	return control_reply(CONTROL_OK, NULL, call->ops->status(call->arg));
}

static json_t *command_config_get(const struct control_call *call)
{
	json_t *config = call->ops->config(call->arg);

	if (!config)
		return control_reply(CONTROL_ERROR, "no configuration is in force", NULL);
	if (json_object_get(config, "Dhcp4"))
		return control_reply(CONTROL_OK, NULL, config);
	return control_reply(CONTROL_OK, NULL, json_pack("{s:o}", "Dhcp4", config));
}

static json_t *command_config_source(const struct control_call *call)
{
	json_t *source = call->ops->config_source(call->arg);

	return source ? control_reply(CONTROL_OK, NULL, source)
		      : control_reply(CONTROL_ERROR, "out of memory", NULL);
}

static json_t *command_config_test(const struct control_call *call)
{
	const json_t *dhcp4 = json_object_get(call->arguments, "Dhcp4");
	const char *key;
	json_t *value;

	if (!call->arguments)
		return control_reply(CONTROL_ERROR, "Missing mandatory 'arguments' parameter.",
				     NULL);
	if (!dhcp4)
		return control_reply(CONTROL_ERROR, "Missing mandatory 'Dhcp4' parameter.", NULL);
	if (!json_is_object(dhcp4))
		return control_reply(CONTROL_ERROR, "'Dhcp4' parameter expected to be a map.",
				     NULL);
	json_object_foreach ((json_t *)call->arguments, key, value) {
		if (strcmp(key, "Dhcp4") != 0)
			return control_replyf(CONTROL_ERROR, "Unsupported '%s' parameter.", key);
	}

	char *why = NULL;
	json_t *reply;

	if (call->ops->config_test(call->arg, call->arguments, &why) < 0)
		reply = control_reply(CONTROL_ERROR, why ? why : "The configuration is not valid.",
				      NULL);
	else
		reply = control_reply(CONTROL_OK, "Configuration seems sane.", NULL);
	free(why);
	return reply;
}

static json_t *command_config_reload(const struct control_call *call)
{
	char *why = NULL;
	json_t *reply;

	if (call->ops->config_reload(call->arg, &why) < 0)
		reply = control_replyf(CONTROL_ERROR,
				       "Config reload failed, nothing was changed: %s",
				       why ? why : "unknown error");
	else
		reply = control_reply(CONTROL_OK, "Configuration successful.", NULL);
	free(why);
	return reply;
}

static json_t *command_list_commands(const struct control_call *call);

/* In alphabetical order, which is also the order of list-commands. */
static const struct control_command {
	const char *name;
	json_t *(*run)(const struct control_call *call);
	/* For replies that grow with the leases; NULL: run is enough. */
	struct lease_stream *(*stream)(const struct control_call *call, json_t **ret_reply);
} commands[] = {
	{"config-get", command_config_get, NULL},
	{"config-reload", command_config_reload, NULL},
	{"config-source", command_config_source, NULL},
	{"config-test", command_config_test, NULL},
	{"lease4-del", command_lease4_del, NULL},
	{"lease4-get", command_lease4_get, NULL},
	{"lease4-get-all", command_lease4_get_all, lease_stream_new},
	{"list-commands", command_list_commands, NULL},
	{"statistic-get", command_statistic_get, NULL},
	{"statistic-get-all", command_statistic_get_all, NULL},
	{"statistic-reset", command_statistic_reset, NULL},
	{"statistic-reset-all", command_statistic_reset_all, NULL},
	{"status-get", command_status_get, NULL},
	{"version-get", command_version_get, NULL},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static json_t *command_list_commands(const struct control_call *call)
{
	json_t *names = json_array();

	(void)call;
	for (size_t i = 0; i < COMMANDS; i++)
		json_array_append_new(names, json_string(commands[i].name));
	return control_reply(CONTROL_OK, NULL, names);
}

/*
 * What is wrong with the envelope, in *ret_refusal (NULL: no memory); true: nothing. "service" and
 * "remote-address" are what Kea's control agent leaves in what it forwards.
 */
static bool check_envelope(const json_t *request, json_t **ret_refusal)
{
	const json_t *name = json_object_get(request, "command");
	const json_t *arguments = json_object_get(request, "arguments");
	const char *wrong = NULL;
	const char *key;
	json_t *value;

	if (!json_is_object(request))
		wrong = "invalid command: a map was expected";
	else if (!name)
		wrong = "invalid command: there is no 'command'";
	else if (!json_is_string(name))
		wrong = "invalid command: 'command' must be a string";
	else if (arguments && !json_is_object(arguments))
		wrong = "invalid command: 'arguments' must be a map";
	if (wrong) {
		*ret_refusal = control_reply(CONTROL_ERROR, wrong, NULL);
		return false;
	}
	json_object_foreach ((json_t *)request, key, value) {
		if (strcmp(key, "command") == 0 || strcmp(key, "arguments") == 0 ||
		    strcmp(key, "service") == 0 || strcmp(key, "remote-address") == 0)
			continue;
		*ret_refusal = control_replyf(CONTROL_ERROR,
					      "invalid command: unsupported parameter '%s'", key);
		return false;
	}
	return true;
}

json_t *control_start(const struct control_ops *ops, void *arg, const json_t *request,
		      struct lease_stream **ret_stream, struct control_later *later)
{
	json_t *refusal;

	if (!check_envelope(request, &refusal))
		return refusal;

	const char *name = json_string_value(json_object_get(request, "command"));
	const struct control_call call = {.ops = ops,
					  .arg = arg,
					  .arguments = json_object_get(request, "arguments"),
					  .later = later};

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (ret_stream && commands[i].stream) {
			json_t *reply = NULL;
			struct lease_stream *stream = commands[i].stream(&call, &reply);

			if (stream)
				*ret_stream = stream;
			return reply;
		}
		return commands[i].run(&call);
	}
	return control_replyf(CONTROL_UNSUPPORTED, "'%s' command not supported.", name);
}

void control_later_reply(struct control_later *later, json_t *reply)
{
	if (!later->deliver) {
		later->here = true;
		later->reply = reply;
		return;
	}
	later->deliver(later->ctx, reply);
	free(later);
}

static void nobody_waits(void *ctx, json_t *reply)
{
	(void)ctx;
	json_decref(reply);
}

json_t *control_execute(const struct control_ops *ops, void *arg, const json_t *request)
{
	struct control_later *later = calloc(1, sizeof(*later));
	json_t *reply;

	if (!later)
		return json_null();
	reply = control_start(ops, arg, request, NULL, later);
	if (later->taken && !later->here) {
		later->deliver = nobody_waits;
		return control_reply(CONTROL_OK, "It is under way.", NULL);
	}
	if (later->taken)
		reply = later->reply;
	free(later);
	/* The one value that needs no memory; the server turns it into an error's text. */
	return reply ? reply : json_null();
}
