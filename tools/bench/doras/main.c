// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench/doras: whole exchanges at a rate, and what they cost whoever answers. The same for any
 * server. One line of JSON on stdout.
 *
 * Its own CPU time is told beside the server's: a rate that it cannot make, or for which its CPU
 * has no time left, says nothing of the server.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../renewals/account.h"
#include "../renewals/search.h"
#include "doras.h"

#define BUSY 0.97 /* of the time of the generator's CPU: it has none left */

static const char usage_text[] =
	"usage: doras -i INTERFACE -n CLIENTS -r RATE [options]\n"
	"  -r RATE       exchanges begun a second\n"
	"  -t SECONDS    how long (1)\n"
	"  --search      first finds the highest rate, from RATE on, of which at most 1 % is lost\n"
	"  --probe S     how long it tries each (0.5)\n"
	"  --close RATIO of the two rates between which it ends (1.04)\n"
	"  --random      any of the clients, instead of one after the other and then anew\n"
	"  --first N     the first client's index (0); --prefix BYTE of their MACs (16)\n"
	"  --patience MS in which an exchange is to end (1000)\n"
	"  --lenient     as loadgen's\n"
	"  -a NAME=PID,PID...  whose CPU time is to be counted; up to four times\n"
	"  --cpu N       how long that CPU was busy\n"
	"  -g PID,PID... whose CPU time is the generator's, beside this process\n"
	"  --gcpu N      its CPU\n";

enum {
	OPT_SEARCH = 256,
	OPT_PROBE,
	OPT_CLOSE,
	OPT_RANDOM,
	OPT_FIRST,
	OPT_PREFIX,
	OPT_PATIENCE,
	OPT_LENIENT,
	OPT_CPU,
	OPT_GCPU
};

struct settings {
	struct doras_options o;
	double rate, seconds, probe, close;
	bool search;
	struct account server, generator;
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "doras: %s\n%s", what, usage_text);
	exit(2);
}

static double number(const char *text, double max)
{
	char *end;
	double v = strtod(text, &end);

	if (!*text || *end || !(v >= 0 && v <= max))
		die("not a number, or too large");
	return v;
}

static void add(struct account *account, const char *name, const char *text)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", name, text);
	if (account_add(account, whole) < 0)
		die("not a list of processes");
}

static void set_option(struct settings *s, int option)
{
	switch (option) {
	case 'i':
		s->o.interface = optarg;
		break;
	case 'n':
		s->o.clients = (uint32_t)number(optarg, 1e8);
		break;
	case 'r':
		s->rate = number(optarg, 1e8);
		break;
	case 't':
		s->seconds = number(optarg, 1e6);
		break;
	case 'a':
		add(&s->server, "", optarg);
		break;
	case 'g':
		add(&s->generator, "network=", optarg);
		break;
	case OPT_SEARCH:
		s->search = true;
		break;
	case OPT_PROBE:
		s->probe = number(optarg, 1e3);
		break;
	case OPT_CLOSE:
		s->close = number(optarg, 10);
		break;
	case OPT_RANDOM:
		s->o.random = true;
		break;
	case OPT_FIRST:
		s->o.first = (uint32_t)number(optarg, 4e9);
		break;
	case OPT_PREFIX:
		s->o.prefix = (uint8_t)number(optarg, 255);
		break;
	case OPT_PATIENCE:
		s->o.patience_ms = (uint32_t)number(optarg, 1e6);
		break;
	case OPT_LENIENT:
		s->o.lenient = true;
		break;
	case OPT_CPU:
		s->server.cpu = (int)number(optarg, 1e5);
		break;
	case OPT_GCPU:
		s->generator.cpu = (int)number(optarg, 1e5);
		break;
	default:
		die("unknown option");
	}
}

static void parse(struct settings *s, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"search", no_argument, NULL, OPT_SEARCH},
		{"probe", required_argument, NULL, OPT_PROBE},
		{"close", required_argument, NULL, OPT_CLOSE},
		{"random", no_argument, NULL, OPT_RANDOM},
		{"first", required_argument, NULL, OPT_FIRST},
		{"prefix", required_argument, NULL, OPT_PREFIX},
		{"patience", required_argument, NULL, OPT_PATIENCE},
		{"lenient", no_argument, NULL, OPT_LENIENT},
		{"cpu", required_argument, NULL, OPT_CPU},
		{"gcpu", required_argument, NULL, OPT_GCPU},
		{NULL, 0, NULL, 0},
	};
	char self[16];
	int option;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	add(&s->generator, "process=", self);
	while ((option = getopt_long(argc, argv, "i:n:r:t:a:g:", long_options, NULL)) != -1)
		set_option(s, option);
	if (optind != argc || !s->o.interface || !s->o.clients || !(s->rate > 0) ||
	    !(s->seconds > 0) || !(s->probe > 0))
		die("-i, -n and -r are needed, and no more words");
}

struct probing {
	struct doras *doras;
	double seconds;
	struct doras_result last;
};

static bool carried(const struct doras_result *r)
{
	return r->loss <= SEARCH_LOSS && (double)r->behind <= (double)r->begun * SEARCH_LOSS;
}

static bool cut_short(const struct doras_result *r, double rate)
{
	return (double)r->begun < rate * r->seconds * SEARCH_MADE;
}

static int probe(void *arg, double rate, struct search_result *ret_result)
{
	struct probing *p = arg;

	if (doras_run(p->doras, rate, p->seconds, &p->last) < 0)
		return -1;
	*ret_result = (struct search_result){
		.carried = carried(&p->last),
		.cut_short = cut_short(&p->last, rate),
		.made = (double)p->last.begun / p->last.seconds,
	};
	return 0;
}

/* {process, network, all, cpu_busy: us an exchange; share: 0-1, of the time of its CPU; dropped} */
static json_t *generator_json(const struct settings *s, const struct usage *before,
			      const struct usage *after, const struct doras_result *r)
{
	json_t *json = account_json(&s->generator, before, after, r->begun);
	double us = json_number_value(json_object_get(json, "all")) * (double)r->begun;

	json_object_set_new(json, "share", json_real(us / r->seconds / 1e6));
	json_object_set_new(json, "dropped", json_integer((json_int_t)r->dropped));
	return json;
}

static json_t *measure(const struct settings *s, struct doras *d, double rate,
		       struct doras_result *r)
{
	struct usage before, after, own_before, own_after;

	if (account_read(&s->server, &before) < 0 || account_read(&s->generator, &own_before) < 0 ||
	    doras_run(d, rate, s->seconds, r) < 0 || account_read(&s->generator, &own_after) < 0 ||
	    account_read(&s->server, &after) < 0)
		return NULL;
	return json_pack(
		"{s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:o, s:o}",
		"wanted", rate, "begun", (json_int_t)r->begun, "again", (json_int_t)r->again,
		"offered", (json_int_t)r->offered, "acked", (json_int_t)r->acked, "naks",
		(json_int_t)r->naks, "wrong", (json_int_t)r->wrong, "late", (json_int_t)r->late,
		"behind", (json_int_t)r->behind, "seconds", r->seconds, "rate",
		(double)r->acked / r->seconds, "loss", r->loss, "us_a_dora",
		account_json(&s->server, &before, &after, r->acked), "generator",
		generator_json(s, &own_before, &own_after, r), "latency_us", doras_latency(d));
}

static double search(const struct settings *s, struct doras *d, bool *ret_generator)
{
	struct probing p = {.doras = d, .seconds = s->probe};
	const struct doras_result *r = &p.last;
	double rate = search_rate(s->rate, s->close, probe, &p, ret_generator);

	if (rate == 0)
		fprintf(stderr,
			"doras: no rate is carried: of %llu %llu offered, %llu acked, "
			"%llu refused, %llu wrong\n",
			(unsigned long long)r->begun, (unsigned long long)r->offered,
			(unsigned long long)r->acked, (unsigned long long)r->naks,
			(unsigned long long)r->wrong);
	return rate > 0 ? rate : -1;
}

static int run(const struct settings *s, struct doras *d)
{
	struct doras_result r;
	double rate = s->rate;
	bool generator = false;
	json_t *json;

	if (s->search) {
		rate = search(s, d, &generator);
		if (rate < 0)
			return -1;
	}
	json = measure(s, d, rate, &r);
	/* what was carried for a moment is too much for longer */
	for (int i = 0; json && s->search && !carried(&r) && i < SEARCH_PROBES; i++) {
		json_decref(json);
		rate /= s->close;
		json = measure(s, d, rate, &r);
	}
	if (!json)
		return -1;
	generator = generator || cut_short(&r, rate) || r.dropped ||
		    json_number_value(
			    json_object_get(json_object_get(json, "generator"), "share")) > BUSY;
	json_object_set_new(json, "limit", json_string(generator ? "generator" : "server"));
	json_object_set_new(json, "next", json_integer(doras_next(d)));
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(json);
	if (r.acked && !r.wrong)
		return 0;
	fprintf(stderr, "doras: %llu acked, %llu wrong\n", (unsigned long long)r.acked,
		(unsigned long long)r.wrong);
	return -1;
}

int main(int argc, char **argv)
{
	struct settings s = {.seconds = 1,
			     .probe = 0.5,
			     .close = SEARCH_CLOSE,
			     .o = {.patience_ms = 1000, .prefix = 0x10},
			     .server = {.cpu = -1},
			     .generator = {.cpu = -1}};
	struct doras *doras;
	int r;

	parse(&s, argc, argv);
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
	if (doras_open(&s.o, &doras) < 0)
		return 1;
	r = run(&s, doras);
	doras_close(doras);
	return r < 0 ? 1 : 0;
}
