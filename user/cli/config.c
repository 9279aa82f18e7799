// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * config, config-test, reload: the configuration in force, another one, the file's; what its keys
 * mean. A file is read by the daemon's reader, so that places and rules are the same in both.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static int say_text(const struct cli *cli, const char *command, json_t *arguments)
{
	json_t *reply;
	int code = client_command(cli, command, arguments, CLIENT_SECONDS_LONG, &reply);

	if (!reply)
		return code;
	put_text(get_str(reply, "text", "done"), stdout);
	json_decref(reply);
	return code;
}

int cli_reload(const struct cli *cli)
{
	return say_text(cli, "config-reload", NULL);
}

/* config doc [KEY] */
static int config_doc_of(const struct cli *cli, const char *path)
{
	char nearest[CONFIG_PATH_MAX] = "";
	json_t *json = cli->json ? config_doc_json(path) : NULL;

	if (json) {
		json_dumpf(json, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(json);
		return CLI_OK;
	}
	if (!cli->json && config_doc_key(stdout, path, nearest) == 0)
		return CLI_OK;
	if (cli->json)
		config_doc_nearest(path, nearest);
	return *nearest ? cli_fail(cli, CLI_EMPTY, "no key \"%s\", did you mean \"%s\"?", path,
				   nearest)
			: cli_fail(cli, CLI_EMPTY,
				   "no key \"%s\"; all of them: xdhcpctl config doc", path);
}

static int config_get(const struct cli *cli)
{
	json_t *reply;
	int code = client_command(cli, "config-get", NULL, CLIENT_SECONDS, &reply);

	if (!reply)
		return code;
	json_dumpf(json_object_get(reply, "arguments"), stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(reply);
	return code;
}

static void put_lines(char *const *lines, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		put_text(lines[i], out);
}

/* All errors: a line each for people, with --json as the text of one reply. */
static int say_errors(const struct cli *cli, const struct config_errors *errors)
{
	char *text = NULL;
	size_t len;
	FILE *all;

	if (!cli->json) {
		put_lines(errors->lines, errors->n, stderr);
		return CLI_ERROR;
	}
	all = open_memstream(&text, &len);
	for (size_t i = 0; all && i < errors->n; i++)
		fprintf(all, "%s%s", i ? "\n" : "", errors->lines[i]);
	if (all)
		fclose(all);
	cli_fail(cli, CLI_ERROR, "%s", text ? text : "no memory");
	free(text);
	return CLI_ERROR;
}

int cli_config_test(const struct cli *cli)
{
	const char *file = strcmp(cli->argv[0], "-") == 0 ? "/dev/stdin" : cli->argv[0];
	struct config_errors errors;
	struct config *config = NULL;
	int code, r = config_load(file, NULL, &config, &errors);

	if (!cli->json)
		put_lines(errors.notices, errors.n_notices, stderr);
	if (r < 0)
		code = say_errors(cli, &errors);
	else
		code = say_text(cli, "config-test", json_incref(config->tree));
	if (r == 0 && code == CLI_ERROR && !cli->json)
		fprintf(stderr,
			"xdhcpctl: that was the daemon, on %s as JSON; no error was found here\n",
			cli->argv[0]);
	config_errors_free(&errors);
	config_free(config);
	return code;
}

/* --- config show --- */

const struct option cli_config_options[] = {
	{"file", required_argument, NULL, 'f'},
	{NULL, 0, NULL, 0},
};

static const char *file_given(const struct cli *cli)
{
	const char *file = NULL;

	for (unsigned i = 0; i < cli->n_given; i++)
		file = cli->given[i].value;
	return file;
}

/* Of --file, or of the daemon. */
static int load_shown(const struct cli *cli, struct config **ret_config)
{
	const char *file = file_given(cli);
	struct config_errors errors;
	json_t *reply = NULL;
	int code = CLI_OK, r;

	if (file) {
		r = config_load(file, NULL, ret_config, &errors);
	} else {
		/* of the reply only what is in it counts, so --json is not for it */
		struct cli quiet = *cli;

		quiet.json = false;
		code = client_command(&quiet, "config-source", NULL, CLIENT_SECONDS_LONG, &reply);
		if (!reply)
			return code == CLI_OK ? CLI_ERROR : code;
		r = config_load_source(json_object_get(reply, "arguments"), ret_config, &errors);
		json_decref(reply);
	}
	if (r < 0)
		code = say_errors(cli, &errors);
	config_errors_free(&errors);
	return code;
}

/* "default"; "here" is said by the place alone. */
static const char *from_text(const json_t *row, char *buf, size_t len)
{
	const char *from = get_str(row, "from", ""), *at = get_str(row, "at", NULL);

	if (!at)
		return from;
	if (strcmp(from, "here") == 0)
		return at;
	snprintf(buf, len, "%s, %s", from, at);
	return buf;
}

static void put_shown(struct table *table, const json_t *row)
{
	json_t *value = json_object_get(row, "value");
	char *text = json_is_string(value)
			     ? NULL
			     : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6)),
	     buf[512];
	const char *cells[] = {get_str(row, "key", ""), text ? text : json_string_value(value),
			       from_text(row, buf, sizeof(buf))};

	table_row(table, cells);
	free(text);
}

/* A table a map, under its name. */
static void print_shown(const json_t *rows)
{
	static const struct column columns[] = {
		{"KEY", false, false}, {"VALUE", false, true}, {"FROM", false, false}};
	struct table *table = NULL;
	const char *in = "";
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (strcmp(in, get_str(row, "in", "")) != 0) {
			if (table)
				table_print(table, stdout);
			in = get_str(row, "in", "");
			if (i)
				putchar('\n');
			put_text(in, stdout);
			table = table_new(columns, 3);
		}
		if (table)
			put_shown(table, row);
	}
	if (table)
		table_print(table, stdout);
}

#define SHOWN_MAX 64

/* config show [SUBNET-ID...] */
static int config_show_of(const struct cli *cli)
{
	uint32_t ids[SHOWN_MAX];
	size_t n = 0;
	struct config *config = NULL;
	json_t *rows = NULL;
	int code;

	for (int i = 1; i < cli->argc; i++) {
		char *end;
		unsigned long id = strtoul(cli->argv[i], &end, 10);

		if (*end || !id || id > UINT32_MAX || n == SHOWN_MAX)
			return cli_fail(cli, CLI_USAGE, "%s is no subnet's id, or one too many",
					cli->argv[i]);
		ids[n++] = (uint32_t)id;
	}
	code = load_shown(cli, &config);
	if (!config)
		return code;
	if (config_show(config, ids, n, &rows) < 0)
		code = cli_fail(cli, CLI_ERROR, "no memory");
	else if (!json_array_size(rows))
		code = cli_fail(cli, CLI_EMPTY, "no such subnet");
	else if (!cli->json)
		print_shown(rows);
	else if (json_dumpf(rows, stdout, JSON_COMPACT) == 0)
		putchar('\n');
	json_decref(rows);
	config_free(config);
	return code;
}

int cli_config(const struct cli *cli)
{
	const char *what = cli->argc ? cli->argv[0] : NULL;
	bool show = what && strcmp(what, "show") == 0;

	if (show)
		return config_show_of(cli);
	if (!file_given(cli) && !what)
		return config_get(cli);
	if (!file_given(cli) && strcmp(what, "doc") == 0 && cli->argc < 3)
		return config_doc_of(cli, cli->argc > 1 ? cli->argv[1] : "global");
	fputs("usage: xdhcpctl config [show [--file FILE] [SUBNET-ID...] | doc [KEY]]\n", stderr);
	return CLI_USAGE;
}
