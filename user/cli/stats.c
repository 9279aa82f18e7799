// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * stats: the statistics as a table.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

int cli_stats(const struct cli *cli)
{
	static const struct column columns[] = {{"STATISTIC", false, true}, {"VALUE", true, false}};
	json_t *reply, *statistics, *samples;
	const char *name;
	int code = client_command(cli, "statistic-get-all", NULL, CLIENT_SECONDS, &reply);

	if (!reply)
		return code;

	struct table *table = table_new(columns, 2);
	size_t shown = 0;

	statistics = json_object_get(reply, "arguments");
	json_object_foreach (statistics, name, samples) {
		char *text = json_dumps(get_sample(statistics, name), JSON_ENCODE_ANY);

		if (cli->argc > 0 && !strstr(name, cli->argv[0])) {
			free(text);
			continue;
		}
		table_row(table, (const char *const[]){name, text});
		free(text);
		shown++;
	}
	if (shown == 0) {
		fprintf(stderr, "xdhcpctl: no statistic has '%s' in its name\n",
			cli->argc > 0 ? cli->argv[0] : "");
		code = CLI_EMPTY;
		table_free(table);
	} else {
		table_print(table, stdout);
	}
	json_decref(reply);
	return code;
}
