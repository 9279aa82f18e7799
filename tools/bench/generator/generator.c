// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See generator.h. */
#include "generator.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define FEWEST	16 /* exchanges of which a probe can tell that few are lost */
#define LONGEST 3  /* seconds of a probe, however few they are */

void generator_die(const struct generator *g, const char *what)
{
	fprintf(stderr, "%s: %s\n%s", program_invocation_short_name, what, g->usage);
	exit(2);
}

double generator_number(const struct generator *g, const char *text, double max)
{
	char *end;
	double v = strtod(text, &end);

	if (!*text || *end || !(v >= 0 && v <= max))
		generator_die(g, "not a number, or too large");
	return v;
}

void generator_option(struct generator *g, int option)
{
	switch (option) {
	case 'i':
		g->interface = optarg;
		break;
	case 'r':
		g->rate = generator_number(g, optarg, 1e8);
		break;
	case 't':
		g->seconds = generator_number(g, optarg, 1e6);
		break;
	case 'a':
		if (account_add(&g->server, optarg) < 0)
			generator_die(g, "-a: not NAME=PID,PID...");
		break;
	case OPT_SEARCH:
		g->search = true;
		break;
	case OPT_PROBE:
		g->probe = generator_number(g, optarg, 1e3);
		break;
	case OPT_CLOSE:
		g->close = generator_number(g, optarg, 10);
		break;
	case OPT_CPU:
		g->server.cpu = (int)generator_number(g, optarg, 1e5);
		break;
	default:
		generator_die(g, "unknown option");
	}
}

void generator_check(const struct generator *g)
{
	if (!g->interface || !(g->seconds > 0))
		generator_die(g, "-i is needed, and some time");
	if (g->search && !(g->rate > 0 && g->probe > 0 && g->close > 1))
		generator_die(g, "a search begins with a rate, probes for some time, and ends");
}

struct probing {
	const struct generator *g;
	const struct generator_calls *calls;
	void *arg;
};

static int probe(void *arg, double rate, struct search_result *ret_result)
{
	const struct probing *p = arg;
	double seconds = FEWEST / rate;

	if (seconds > LONGEST)
		seconds = LONGEST;
	if (seconds < p->g->probe)
		seconds = p->g->probe;
	return p->calls->probe(p->arg, rate, seconds, ret_result);
}

json_t *generator_measure(const struct generator *g, const struct generator_calls *calls, void *arg)
{
	struct probing p = {g, calls, arg};
	struct search_result r;
	double rate = g->rate;
	bool generator = false;
	json_t *json;

	if (g->search) {
		rate = search_rate(rate, g->close, probe, &p, &generator);
		if (rate == 0)
			calls->nothing(arg);
		if (rate <= 0)
			return NULL;
	}
	json = calls->measure(arg, rate, &r);
	/* what was carried for a moment is too much for longer */
	for (int i = 0; json && g->search && !r.carried && i < SEARCH_PROBES; i++) {
		json_decref(json);
		rate /= g->close;
		json = calls->measure(arg, rate, &r);
	}
	if (json && g->search)
		json_object_set_new(json, "limit",
				    json_string(generator || r.cut_short ? "generator" : "server"));
	return json;
}
