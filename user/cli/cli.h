/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside xdhcpctl: one invocation, its subcommands, and how they ask and print.
 * Exit codes are for scripts and never change their meaning. With --json the
 * reply's JSON is printed as it came and nothing else goes to stdout; a failure
 * of our own is then JSON too, in the shape of a reply.
 */
#ifndef XDHCP_CLI_H
#define XDHCP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <getopt.h>
#include <jansson.h>

#include "paths.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_ERROR = 1,	     /* the daemon, or we, could not do it */
	CLI_USAGE = 2,	     /* wrong arguments */
	CLI_EMPTY = 3,	     /* nothing there: no such lease, an empty list */
	CLI_UNREACHABLE = 4, /* no daemon answers */
};

/* An option of one subcommand, and what was given with it. */
struct cli_given {
	int option; /* its `val`: CLI_OWN_OPTIONS or above, or a letter that is none of the common
		     */
	const char *value;
};

#define CLI_OWN_OPTIONS 512
#define CLI_GIVEN_MAX	32

struct cli {
	const char *socket;
	bool socket_given;    /* it names one of several daemons */
	const char *pin_path; /* NULL: not given */
	bool json;
	struct cli_given given[CLI_GIVEN_MAX]; /* the subcommand's own, in their order */
	unsigned n_given;
	int argc; /* of the subcommand, without its name */
	char **argv;
};

/* One command line, from start to exit code. */
int cli_run(int argc, char **argv);

/* The subcommands; each returns enum cli_exit. */
int cli_status(const struct cli *cli);
int cli_stats(const struct cli *cli);
int cli_leases(const struct cli *cli);
int cli_lease(const struct cli *cli);
int cli_release(const struct cli *cli);
int cli_reload(const struct cli *cli);
int cli_fast_path(const struct cli *cli);
int cli_capture(const struct cli *cli);
int cli_config(const struct cli *cli);
int cli_config_test(const struct cli *cli);
int cli_commands(const struct cli *cli);

extern const struct option cli_capture_options[];
extern const struct option cli_config_options[];

/* --- status.c, status_offline.c --- */

#define GATE_OFF "off: the operator closed it; open: xdhcpctl fast-path on"

struct verdict {
	const char *name;
	int64_t count;
};

/* Those that were met, the most frequent first. Sorts them. */
void print_verdicts(struct verdict *all, size_t n);
/* No daemon answers: what the pins still say. */
void print_offline(const struct cli *cli);

/* --- client.c --- */

struct reply {
	char *text; /* as it came */
	size_t len;
	json_t *json; /* a map */
	int result;
};

/*
 * Sends one command (`arguments` is stolen, NULL: none) and reads its reply.
 * 0: *ret_reply is the caller's, reply_free() it. Negative errno: no daemon
 * answered; `why` gets one line with the remedy. `seconds`: the longest silence.
 */
int client_ask(const struct cli *cli, const char *command, json_t *arguments, unsigned seconds,
	       struct reply *ret_reply, char *why, size_t why_len);
void reply_free(struct reply *reply);

/*
 * Prints a reply that is no success (and, with --json, one that is), frees it
 * and returns the exit code. *ret_json is set only when there is a success to be printed for
 * people; json_decref() it.
 */
int client_take(const struct cli *cli, struct reply *reply, json_t **ret_json);
/* The usual way: client_ask, then client_take; says so when no daemon answers. */
int client_command(const struct cli *cli, const char *command, json_t *arguments, unsigned seconds,
		   json_t **ret_json);

#define CLIENT_SECONDS	    10
#define CLIENT_SECONDS_LONG 60 /* reload */

/*
 * The pins to work on: as given, else as the daemon says, else the default,
 * malloc'ed. NULL: no daemon answers at a socket that was named, so the default may well be
 * another daemon's.
 */
char *client_pin_path(const struct cli *cli);
/* Says so and how to name them; returns the exit code. */
int cli_no_pins(const struct cli *cli);

/* Prints one line on stderr, or with --json a reply with that text; returns `code`. */
int cli_fail(const struct cli *cli, enum cli_exit code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- output.c --- */

/* A table of text: columns as wide as their contents, one of which shrinks to fit the terminal. */
struct table;

struct column {
	const char *title;
	bool right;  /* numbers */
	bool shrink; /* is cut first when the terminal is too narrow; at most one */
};

/* NULL: no memory. `columns` is borrowed. */
struct table *table_new(const struct column *columns, size_t n);
/* n texts, copied; NULL counts as "". Bytes that would move the cursor are shown as '?'. */
void table_row(struct table *table, const char *const *cells);
/* Prints and frees. `width`: characters in a line, 0: no limit. */
void table_put(struct table *table, FILE *out, size_t width);
/* The same, in the width of the terminal; without limit when `out` is none. */
void table_print(struct table *table, FILE *out);
void table_free(struct table *table);

/* Lines of text from elsewhere, each ended. Bytes that a terminal would obey are shown as '?'. */
void put_text(const char *text, FILE *out);

/* "NAME     text", names in a column of their own; text after the first line is indented alike. */
void print_field(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define DURATION_STR 32
/* "59m12s", "3h05m", "2d04h" */
const char *duration_str(uint64_t seconds, char buf[DURATION_STR]);
#define KEY_STR 12
/* A key of an array map as bpftool takes it: its 4 bytes in the host's order, in hex. */
const char *key_str(uint32_t key, char buf[KEY_STR]);
#define TIME_STR 32
/* "2026-01-31 09:05:07", local time */
const char *time_str(int64_t wall, char buf[TIME_STR]);

/* An integer member, or `otherwise` when there is none. */
int64_t get_int(const json_t *map, const char *name, int64_t otherwise);
/* The newest value of a statistic in what statistic-get and -get-all bring; NULL: none. Borrowed.
 */
const json_t *get_sample(const json_t *statistics, const char *name);
/* A string member, or `otherwise`. Control characters are the printer's to blank. */
const char *get_str(const json_t *map, const char *name, const char *otherwise);

#endif
