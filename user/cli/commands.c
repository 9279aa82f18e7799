// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table of subcommands, the command line's options and the help made from
 * the table. Options may stand before or after the subcommand.
 */
#include "cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct subcommand {
	const char *name, *arguments;
	const char *help;    /* one line */
	const char *details; /* more for -h; NULL: none */
	int min, max;	     /* arguments; max -1: any number */
	int (*run)(const struct cli *cli);
} subcommands[] = {
	{"status", "", "the server, its fast path and its drops",
	 "With no daemon running it says so, and what is known of the pinned fast path.", 0, 0,
	 cli_status},
	{"stats", "[TEXT]", "all statistics, or those whose name contains TEXT", NULL, 0, 1,
	 cli_stats},
	{"leases", "[SUBNET-ID...]", "all leases, or those of some subnets",
	 "HITS are renewals answered by XDP; - : the lease is not in the fast path.", 0, -1,
	 cli_leases},
	{"lease", "ADDRESS", "one lease, and how to see its slot with bpftool", NULL, 1, 1,
	 cli_lease},
	{"reload", "", "read the configuration file again",
	 "A file with errors changes nothing: they are printed, and the exit code is 1.", 0, 0,
	 cli_reload},
	{"fast-path", "on|off", "open or close the operator's gate",
	 "off: XDP answers nothing more from this moment, every packet goes to the daemon. It\n"
	 "writes the pinned map itself, so it works with no daemon running, and a daemon that\n"
	 "starts later honours it. on takes it back. With -s and no daemon there, its pins must\n"
	 "be named: --pin-path.",
	 1, 1, cli_fast_path},
	{"config", "", "the configuration in force, as JSON", NULL, 0, 0, cli_config},
	{"config-test", "FILE", "check a configuration without applying it",
	 "FILE is YAML or JSON; - : standard input. It is read here by the daemon's own rules:\n"
	 "every error is printed as FILE:LINE:COL: message, and the exit code is 1. A file\n"
	 "without errors is then sent to the daemon, whose verdict is the result. Without a\n"
	 "daemon: xdhcpd -t -c FILE.",
	 1, 1, cli_config_test},
	{"commands", "", "the commands the daemon takes", NULL, 0, 0, cli_commands},
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static const char options_help[] =
	"Options:\n"
	"  -s, --socket SOCKET  the daemon's control socket (default " XDHCP_SOCKET ")\n"
	"      --pin-path DIR   the fast path's pins (default: as the daemon says, else\n"
	"                       " XDHCP_PIN_PATH ")\n"
	"      --json           print the reply's JSON as it came\n"
	"  -h, --help           this help; after a command, that command's\n"
	"      --version        the version\n";

static const char exit_help[] =
	"Exit codes: 0 done, 1 error, 2 usage, 3 empty or not found, 4 no daemon answers.\n";

static void help(FILE *out)
{
	fputs("usage: xdhcpctl [-s SOCKET] [--pin-path DIR] [--json] COMMAND [ARGUMENTS]\n\n"
	      "Commands:\n",
	      out);
	for (const struct subcommand *s = subcommands; s < subcommands + SUBCOMMANDS; s++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", s->name, s->arguments);
		fprintf(out, "  %-22s %s\n", left, s->help);
	}
	fprintf(out, "\n%s\n%s", options_help, exit_help);
}

static void help_on(const struct subcommand *s, FILE *out)
{
	fprintf(out, "usage: xdhcpctl [OPTIONS] %s%s%s\n\n%s\n", s->name, *s->arguments ? " " : "",
		s->arguments, s->help);
	if (s->details)
		fprintf(out, "%s\n", s->details);
	fprintf(out, "\n%s\n%s", options_help, exit_help);
}

static const struct subcommand *find(const char *name)
{
	for (const struct subcommand *s = subcommands; s < subcommands + SUBCOMMANDS; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

int cli_fail(const struct cli *cli, enum cli_exit code, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!cli->json) {
		fprintf(stderr, "xdhcpctl: %s\n", text ? text : "no memory");
		free(text);
		return code;
	}

	json_t *reply = json_pack("{s:i, s:s}", "result", 1, "text", text ? text : "no memory");

	if (!reply) /* not UTF-8 */
		reply = json_pack("{s:i, s:s}", "result", 1, "text", "failed");
	json_dumpf(reply, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(reply);
	free(text);
	return code;
}

enum option_value { OPTION_PIN_PATH = 256, OPTION_JSON, OPTION_VERSION };

/* The options into *cli. -1: go on; else the exit code. */
static int parse_options(int argc, char **argv, struct cli *cli, bool *ret_help)
{
	static const struct option options[] = {
		{"socket", required_argument, NULL, 's'},
		{"pin-path", required_argument, NULL, OPTION_PIN_PATH},
		{"json", no_argument, NULL, OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "s:h", options, NULL)) >= 0) {
		switch (c) {
		case 's':
			cli->socket = optarg;
			cli->socket_given = true;
			break;
		case OPTION_PIN_PATH:
			cli->pin_path = optarg;
			break;
		case OPTION_JSON:
			cli->json = true;
			break;
		case 'h':
			*ret_help = true;
			break;
		case OPTION_VERSION:
			puts("xdhcpctl " XDHCP_VERSION);
			return CLI_OK;
		default: /* getopt has said what is wrong */
			fputs("try xdhcpctl -h\n", stderr);
			return CLI_USAGE;
		}
	}
	return -1;
}

int cli_run(int argc, char **argv)
{
	struct cli cli = {.socket = XDHCP_SOCKET};
	bool want_help = false;
	int r = parse_options(argc, argv, &cli, &want_help);

	if (r >= 0)
		return r;
	if (optind == argc) {
		help(want_help ? stdout : stderr);
		return want_help ? CLI_OK : CLI_USAGE;
	}

	const struct subcommand *s = find(argv[optind]);

	if (!s) {
		fprintf(stderr, "xdhcpctl: no command '%s'; try xdhcpctl -h\n", argv[optind]);
		return CLI_USAGE;
	}
	if (want_help) {
		help_on(s, stdout);
		return CLI_OK;
	}
	cli.argc = argc - optind - 1;
	cli.argv = argv + optind + 1;
	if (cli.argc < s->min || (s->max >= 0 && cli.argc > s->max)) {
		fprintf(stderr, "usage: xdhcpctl %s%s%s\n", s->name, *s->arguments ? " " : "",
			s->arguments);
		return CLI_USAGE;
	}
	r = s->run(&cli);
	/* a full disk or a closed pipe must not look like success */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("xdhcpctl: the output could not be written\n", stderr);
		return r == CLI_OK ? CLI_ERROR : r;
	}
	return r;
}
