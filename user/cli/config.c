/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * config, config-test, reload: the configuration in force, another one, the file's.
 */
#include "cli.h"

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

int cli_config(const struct cli *cli)
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

int cli_config_test(const struct cli *cli)
{
	char why[512];
	json_t *config = document_read(cli->argv[0], why, sizeof(why));

	if (!config)
		return cli_fail(cli, CLI_ERROR, "%s", why);

	int code = say_text(cli, "config-test", config);

	if (code == CLI_ERROR && !cli->json)
		fprintf(stderr,
			"xdhcpctl: the places above are in the JSON that was sent; those in the "
			"file: xdhcpd -t -c %s\n",
			cli->argv[0]);
	return code;
}
