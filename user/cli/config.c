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

int cli_config(const struct cli *cli)
{
	const char *what = cli->argc ? cli->argv[0] : NULL;

	if (!what)
		return config_get(cli);
	if (strcmp(what, "doc") == 0)
		return config_doc_of(cli, cli->argc > 1 ? cli->argv[1] : "global");
	fputs("usage: xdhcpctl config [doc [KEY]]\n", stderr);
	return CLI_USAGE;
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
