// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdhcp-replay: what the daemon would answer to the clients of a capture, and why.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

static const char usage[] =
	"usage: xdhcp-replay [-kv] [-i NAME=ADDRESS/LEN]... -c FILE CAPTURE\n"
	"What would be answered to the clients of a pcap or pcapng file, a line each.\n"
	"  -c, --config FILE    configuration, YAML or JSON\n"
	"  -i, --interface NAME=ADDRESS/LEN  an address of the server's on a link; several have\n"
	"                       several. The first link is that of untagged frames; those with\n"
	"                       tag 10 come in by one whose name ends in .10. Default: one link\n"
	"                       for all, with an address in each subnet\n"
	"  -k, --ignore-checksums  of UDP: where the capture was taken they were not made yet\n"
	"  -v, --verbose        the options of each answer, too\n"
	"      --version        print the version\n"
	"  -h, --help           print this\n"
	"Exit: 0; 1: the configuration is wrong; 2: the capture cannot be read, or wrong usage\n";

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
					{"interface", required_argument, NULL, 'i'},
					{"ignore-checksums", no_argument, NULL, 'k'},
					{"verbose", no_argument, NULL, 'v'},
					{"version", no_argument, NULL, 'V'},
					{"help", no_argument, NULL, 'h'},
					{0}};

static struct links links;

/* As xdhcpd -t says it. */
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

/* Whom do the clients of the capture write to? */
static int guess(const struct config *config, const char *name)
{
	struct capture_file *file = capture_open(name);
	struct dhcp_msg *msg = calloc(1, sizeof(*msg));
	struct frame *frame = calloc(1, sizeof(*frame));
	int r = file && msg && frame ? 0 : -EIO;

	while (r == 0 && (r = capture_next(file, frame)) > 0) {
		r = 0;
		if (frame_is_to_server(frame) &&
		    dhcp_decode_anew(frame->data, frame->len,
				     &(struct dhcp_ingress){.link = 1, .csum_not_ready = true},
				     msg) == DHCP_DECODE_ok)
			links_guess_from(&links, config, msg);
	}
	links_guess(&links, config);
	free(frame);
	free(msg);
	if (file)
		capture_close(file);
	return r == -EIO ? r : 0; /* one that breaks off is replayed up to there */
}

static int run(const struct config *config, const char *name, const struct replay_wishes *wishes)
{
	struct capture_file *file;
	int r;

	if (!links.n && guess(config, name) < 0)
		return 2;
	links_settle(&links);
	file = capture_open(name);
	if (!file)
		return 2;
	r = replay(config, &links, file, wishes);
	capture_close(file);
	if (r == -ENOMEM)
		fprintf(stderr, "xdhcp-replay: out of memory\n");
	return r < 0 || fflush(stdout) != 0 ? 2 : 0;
}

int main(int argc, char **argv)
{
	struct config *config;
	const char *file = NULL;
	struct replay_wishes wishes = {0};
	int c;

	while ((c = getopt_long(argc, argv, "c:i:kvh", options, NULL)) != -1) {
		if (c == 'c') {
			file = optarg;
		} else if (c == 'i') {
			if (!links_add(&links, optarg)) {
				fprintf(stderr, "xdhcp-replay: %s is no NAME=ADDRESS/LEN\n",
					optarg);
				return 2;
			}
		} else if (c == 'v') {
			wishes.verbose = true;
		} else if (c == 'k') {
			wishes.ignore_checksums = true;
		} else if (c == 'V') {
			puts("xdhcp-replay " XDHCP_VERSION);
			return 0;
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (!file || optind + 1 != argc) {
		fputs(usage, stderr);
		return 2;
	}
	if (load(file, &config) < 0)
		return 1;
	c = run(config, argv[optind], &wishes);
	config_free(config);
	return c;
}
