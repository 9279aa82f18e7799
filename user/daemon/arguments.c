// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command line of xdhcpd, and its exit codes: 0 stopped in order (or -t: the
 * file is valid), 1 could not start (or -t: it is not), 2 usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "paths.h"

static const char usage[] =
	"usage: xdhcpd [-c FILE] [-t | --detach-fast-path]\n"
	"  -c, --config FILE    configuration, YAML or JSON (default " XDHCP_CONFIG_FILE ")\n"
	"  -t, --test           check the file: exit 0, or 1 with every error\n"
	"      --detach-fast-path  detach XDP, remove the pins of the file's pin-path, exit\n"
	"      --config-doc     print every configuration key with its type, default and meaning\n"
	"      --version        print the version\n"
	"  -h, --help           print this\n"
	"Runs in the foreground and logs to stderr. SIGHUP reloads, SIGTERM stops.\n";

enum action { RUN, TEST, DETACH };

static int load(const char *file, struct config **ret_config)
{
	struct config_errors errors = {0};
	int r = config_load(file, NULL, ret_config, &errors);

	for (size_t i = 0; i < errors.n_notices; i++)
		fprintf(stderr, "%s\n", errors.notices[i]);
	for (size_t i = 0; i < errors.n; i++)
		fprintf(stderr, "%s\n", errors.lines[i]);
	config_errors_free(&errors);
	return r;
}

static int detach(const struct config *config)
{
	const char *pins = config->fast_path.pin_path;
	char why[512] = "";
	int lock = -1, holder = 0, r;

	r = fastpath_lock(pins, &lock, &holder, why, sizeof(why));
	if (r == -EBUSY)
		snprintf(why, sizeof(why), "process %d runs on it: stop it first", holder);
	if (r == 0)
		r = fastpath_remove(pins, why, sizeof(why));
	if (r < 0) {
		log_error("%s: %s", pins, why);
		return 1;
	}
	log_notice("fast path detached, pins in %s removed", pins);
	return 0;
}

/* `began`: monotonic_microseconds(), of the start. */
static int run(const char *file, struct config *config, int64_t began)
{
	struct daemon *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return 1;
	d->config_file = file;
	d->config = config;
	d->start.began = began;
	log_set_level(config->log_level);
	r = daemon_start(d);
	if (r == 0) {
		event_base_dispatch(d->base);
		log_notice("server stopped");
	}
	daemon_stop(d);
	config_free(d->config);
	free(d);
	return r == 0 ? 0 : 1;
}

int daemon_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"test", no_argument, NULL, 't'},
		{"detach-fast-path", no_argument, NULL, 'd'},
		{"config-doc", no_argument, NULL, 'D'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *file = XDHCP_CONFIG_FILE;
	struct config *config = NULL;
	enum action action = RUN;
	int64_t began = monotonic_microseconds();
	int c, r;

	while ((c = getopt_long(argc, argv, "c:th", options, NULL)) >= 0) {
		switch (c) {
		case 'c':
			file = optarg;
			break;
		case 't':
			action = TEST;
			break;
		case 'd':
			action = DETACH;
			break;
		case 'D':
			config_doc(stdout);
			return 0;
		case 'v':
			puts("xdhcpd " XDHCP_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return 2;
	}
	if (load(file, &config) < 0)
		return 1;
	if (action == RUN)
		return run(file, config, began);
	r = action == DETACH ? detach(config) : 0;
	config_free(config);
	return r;
}
