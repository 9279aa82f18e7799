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
	const struct option *options; /* of its own, long ones; NULL: none */
} subcommands[] = {
	{"status", "", "the server, its fast path and its drops",
	 "With no daemon running it says so, and what is known of the pinned fast path.", 0, 0,
	 cli_status, NULL},
	{"stats", "[TEXT]", "all statistics, or those whose name contains TEXT", NULL, 0, 1,
	 cli_stats, NULL},
	{"leases", "[SUBNET-ID...]", "all leases, or those of some subnets",
	 "HITS are renewals answered by XDP; - : the lease is not in the fast path.", 0, -1,
	 cli_leases, NULL},
	{"lease", "ADDRESS", "one lease, and how to see its slot with bpftool", NULL, 1, 1,
	 cli_lease, NULL},
	{"release", "ADDRESS", "end a lease, or the quarantine of a declined address",
	 "As if its client had sent a DHCPRELEASE: the address may go to others, so its host\n"
	 "should have gone, too. It returns when the end is on disk.",
	 1, 1, cli_release, NULL},
	{"reload", "", "read the configuration file again",
	 "A file with errors changes nothing: they are printed, and the exit code is 1.", 0, 0,
	 cli_reload, NULL},
	{"fast-path", "on|off", "open or close the operator's gate",
	 "off: XDP answers nothing more from this moment, every packet goes to the daemon. It\n"
	 "writes the pinned map itself, so it works with no daemon running, and a daemon that\n"
	 "starts later honours it. on takes it back. With -s and no daemon there, its pins must\n"
	 "be named: --pin-path.",
	 1, 1, cli_fast_path, NULL},
	{"capture", "[OPTIONS]", "what XDP answers, as pcap on standard output",
	 "For tcpdump and tshark, which do not see it otherwise:\n"
	 "  xdhcpctl capture | tcpdump -n -r -        xdhcpctl capture | tshark -r -\n"
	 "Both frames of a hit, the request as it came and the reply as it is sent. It works with\n"
	 "no daemon running. What is left out is not even copied; while no capture runs, nothing\n"
	 "is. Ctrl-C ends it; what found the ring buffer full is counted and told at the end.\n"
	 "      --sample N       one hit of N, at random\n"
	 "      --address A      hits of this client's address, or of a prefix A/LENGTH; may be\n"
	 "                       given 8 times: of any of them\n"
	 "      --mac M          hits of this client's MAC; may be given 8 times\n"
	 "      --interface I    hits of this served interface\n"
	 "      --count N        end after N frames\n"
	 "      --snaplen N      no more than N bytes of a frame\n"
	 "  -w, --write FILE     to a file",
	 0, 0, cli_capture, cli_capture_options},
	{"config", "[show [SUBNET-ID...] | doc [KEY]]",
	 "the configuration in force, as JSON; its effective values; what a key means",
	 "show: every key's value in effect, of all or of some subnets and their pools, and where\n"
	 "it comes from: here, a level that it is inherited from, or default; with FILE:LINE:COL.\n"
	 "  -f, --file FILE      of that file, instead of the running configuration\n"
	 "doc KEY: the key's type, range, default and meaning. KEY may have its path:\n"
	 "subnet4.pools.option-data; without one: all global keys. It needs no daemon.",
	 0, -1, cli_config, cli_config_options},
	{"config-test", "FILE", "check a configuration without applying it",
	 "FILE is YAML or JSON; - : standard input. It is read here by the daemon's own rules:\n"
	 "every error is printed as FILE:LINE:COL: message, and the exit code is 1. A file\n"
	 "without errors is then sent to the daemon, whose verdict is the result. Without a\n"
	 "daemon: xdhcpd -t -c FILE.",
	 1, 1, cli_config_test, NULL},
	{"commands", "", "the commands the daemon takes", NULL, 0, 0, cli_commands, NULL},
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

int cli_no_pins(const struct cli *cli)
{
	return cli_fail(cli, CLI_UNREACHABLE,
			"no daemon answers at %s, so its pins are not known: name them with "
			"--pin-path DIR",
			cli->socket);
}

enum option_value { OPTION_PIN_PATH = 256, OPTION_JSON, OPTION_VERSION };

static const struct option common_options[] = {
	{"socket", required_argument, NULL, 's'},
	{"pin-path", required_argument, NULL, OPTION_PIN_PATH},
	{"json", no_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
};

#define COMMON_OPTIONS (sizeof(common_options) / sizeof(common_options[0]))
#define OPTIONS_MAX    32

/* The common options and those of `s`. */
static void all_options(const struct subcommand *s, struct option all[OPTIONS_MAX])
{
	size_t n = COMMON_OPTIONS;

	memset(all, 0, OPTIONS_MAX * sizeof(*all));
	memcpy(all, common_options, sizeof(common_options));
	for (const struct option *o = s ? s->options : NULL; o && o->name && n < OPTIONS_MAX - 1;
	     o++)
		all[n++] = *o;
}

static bool take_own(struct cli *cli, int c, const char *value)
{
	if (c == '?')
		return false; /* getopt has said what is wrong */
	if (cli->n_given == CLI_GIVEN_MAX) {
		fputs("xdhcpctl: too many options\n", stderr);
		return false;
	}
	cli->given[cli->n_given++] = (struct cli_given){c, value};
	return true;
}

/*
 * The options into *cli: up to the subcommand (`s` NULL), or the rest of the line, with its own
 * among them. -1: go on at `optind`; else the exit code.
 */
static int parse_options(int argc, char **argv, const struct subcommand *s, struct cli *cli,
			 bool *ret_help)
{
	struct option all[OPTIONS_MAX];
	int c;

	all_options(s, all);
	optind = 0; /* getopt begins anew, and reads whether it shall stop at the first word */
	while ((c = getopt_long(argc, argv,
				!s	     ? "+s:h"
				: s->options ? "s:hw:f:"
					     : "s:h",
				all, NULL)) >= 0) {
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
		default:
			if (take_own(cli, c, optarg))
				break;
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
	int r = parse_options(argc, argv, NULL, &cli, &want_help);

	if (r >= 0)
		return r;
	if (optind >= argc) {
		help(want_help ? stdout : stderr);
		return want_help ? CLI_OK : CLI_USAGE;
	}

	const struct subcommand *s = find(argv[optind]);

	if (!s) {
		fprintf(stderr, "xdhcpctl: no command '%s'; try xdhcpctl -h\n", argv[optind]);
		return CLI_USAGE;
	}
	argv[optind] = argv[0]; /* with which getopt begins its messages */
	argc -= optind;
	argv += optind;
	r = parse_options(argc, argv, s, &cli, &want_help);
	if (r >= 0)
		return r;
	if (want_help) {
		help_on(s, stdout);
		return CLI_OK;
	}
	cli.argc = argc - optind;
	cli.argv = argv + optind;
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
