// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * statistic-get and -reset, of one and of all, in Kea's shape: name -> samples, newest
 * first, each [value, "YYYY-MM-DD hh:mm:ss.ffffff"] in local time as Kea has it. The
 * daemon keeps no history, so there is one sample, of now.
 */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct collection {
	json_t *into;
	const char *only; /* NULL: all */
	char stamp[48];
};

static void stamp_now(char *buf, size_t len)
{
	struct timespec now;
	struct tm tm;
	char date[32];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf, len, "%s.%06u", date, (unsigned)(now.tv_nsec / 1000) % 1000000);
}

static void collect(void *ctx, const struct control_stat *stat)
{
	struct collection *all = ctx;

	if (all->only && strcmp(all->only, stat->name) != 0)
		return;
	json_object_set_new(all->into, stat->name,
			    json_pack("[[I, s]]", (json_int_t)stat->value, all->stamp));
}

static json_t *answer(const struct control_call *call, const char *only)
{
	struct collection all = {.into = json_object(), .only = only};

	stamp_now(all.stamp, sizeof(all.stamp));
	call->ops->statistics(call->arg, collect, &all);
	return control_reply(CONTROL_OK, NULL, all.into);
}

json_t *command_statistic_get_all(const struct control_call *call)
{
	return answer(call, NULL);
}

/* The argument 'name'; NULL: it is missing or wrong, *ret_refusal says so. */
static const char *name_of(const struct control_call *call, json_t **ret_refusal)
{
	const json_t *name = json_object_get(call->arguments, "name");

	if (!name)
		*ret_refusal = control_reply(CONTROL_ERROR, "'name' parameter is missing", NULL);
	else if (!json_is_string(name))
		*ret_refusal = control_reply(CONTROL_ERROR, "'name' parameter must be a string",
					     NULL);
	return json_string_value(name);
}

/* An unknown name is no error: the map is empty, as Kea has it. */
json_t *command_statistic_get(const struct control_call *call)
{
	json_t *refusal = NULL;
	const char *name = name_of(call, &refusal);

	return name ? answer(call, name) : refusal;
}

json_t *command_statistic_reset(const struct control_call *call)
{
	json_t *refusal = NULL;
	const char *name = name_of(call, &refusal);

	if (!name)
		return refusal;
	switch (call->ops->statistics_reset(call->arg, name)) {
	case 0:
		return control_replyf(CONTROL_OK, "'%s' is reset", name);
	case -ENOENT:
		return control_replyf(CONTROL_ERROR, "there is no statistic '%s'", name);
	case -EINVAL:
		return control_replyf(CONTROL_ERROR, "'%s' is no count: it is not reset", name);
	default:
		return control_replyf(CONTROL_ERROR, "no memory to reset '%s'", name);
	}
}

json_t *command_statistic_reset_all(const struct control_call *call)
{
	if (call->ops->statistics_reset(call->arg, NULL) < 0)
		return control_reply(CONTROL_ERROR, "no memory to reset all counts", NULL);
	return control_reply(CONTROL_OK, "all counts are reset", NULL);
}
