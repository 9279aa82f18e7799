// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * statistic-get and statistic-get-all, in Kea's shape: name -> samples, newest
 * first, each [value, "YYYY-MM-DD hh:mm:ss.ffffff"] in local time as Kea has it. The
 * daemon keeps no history, so there is one sample, of now.
 */
#include "commands.h"

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

/* An unknown name is no error: the map is empty, as Kea has it. */
json_t *command_statistic_get(const struct control_call *call)
{
	const json_t *name = json_object_get(call->arguments, "name");

	if (!name)
		return control_reply(CONTROL_ERROR, "'name' parameter is missing", NULL);
	if (!json_is_string(name))
		return control_reply(CONTROL_ERROR, "'name' parameter must be a string", NULL);
	return answer(call, json_string_value(name));
}
