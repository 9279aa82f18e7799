// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fast-path on|off: the operator's gate, written straight into the pinned
 * `policy` map, so that it works whether or not a daemon runs. What the gate
 * says survives the daemon, not a reboot.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "net/fastpath.h"

int cli_fast_path(const struct cli *cli)
{
	bool off = strcmp(cli->argv[0], "off") == 0;
	char why[512] = "";
	int code = CLI_OK;

	if (!off && strcmp(cli->argv[0], "on") != 0)
		return cli_fail(cli, CLI_USAGE, "'%s': on or off", cli->argv[0]);

	char *pins = client_pin_path(cli);

	if (!pins)
		return cli_no_pins(cli);

	int r = fastpath_operator_gate(pins, off, why, sizeof(why));

	if (r < 0) {
		code = cli_fail(cli, CLI_ERROR, "%s", *why ? why : strerror(-r));
	} else if (cli->json) {
		json_t *reply = json_pack("{s:i, s:s, s:{s:s, s:s}}", "result", 0, "text",
					  off ? "Fast path is off." : "Fast path is on.",
					  "arguments", "operator", off ? "off" : "on", "pin-path",
					  pins);

		json_dumpf(reply, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(reply);
	} else {
		printf("fast path is %s (%s)\n",
		       off ? "off: every request goes to the daemon" : "on", pins);
	}
	free(pins);
	return code;
}
