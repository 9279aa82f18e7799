// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the status says of the start, and of memory: the daemon's own, its highest since the start,
 * and apart from it the maps', which belong to no process and outlive this one.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/inspect.h"

static json_int_t milliseconds(int64_t us)
{
	return (json_int_t)((us + 500) / 1000);
}

json_t *status_start(const struct daemon *d)
{
	const struct start *s = &d->start;
	json_t *phases = json_array();

	for (unsigned i = 0; i < START_PHASE_COUNT; i++)
		json_array_append_new(phases,
				      json_pack("{s:s, s:I, s:I, s:s}", "phase",
						start_phase_name((enum start_phase)i),
						"milliseconds", milliseconds(s->phases[i].us),
						"count", (json_int_t)s->phases[i].count, "of",
						start_phase_unit((enum start_phase)i)));
	return json_pack("{s:I, s:o}", "milliseconds", milliseconds(s->us), "phases", phases);
}

/* "RssAnon:     1234 kB" of /proc/self/status, in bytes. */
static void put_size(json_t *object, const char *line)
{
	static const struct {
		const char *field, *name;
	} wanted[] = {
		{"RssAnon:", "rss-anon"},
		{"RssFile:", "rss-file"},
		{"RssShmem:", "rss-shmem"},
		{"VmHWM:", "rss-peak"},
	};
	unsigned long long kb;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t len = strlen(wanted[i].field);

		if (!strncmp(line, wanted[i].field, len) && sscanf(line + len, "%llu", &kb) == 1)
			json_object_set_new(object, wanted[i].name,
					    json_integer((json_int_t)(kb * 1024)));
	}
}

json_t *status_memory(const struct daemon *d)
{
	FILE *status = fopen("/proc/self/status", "re");
	json_t *object = json_object();
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		put_size(object, line);
	if (status)
		fclose(status);
	json_object_set_new(object, "maps",
			    json_integer(d->fp ? (json_int_t)fastpath_map_bytes(d->fp) : 0));
	return object;
}
