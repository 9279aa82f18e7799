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
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../generator/generator.h"
#include "doras.h"

#define BUSY 0.97 /* of the time of the generator's CPU: it has none left */

static const char usage_text[] =
	"usage: doras -i INTERFACE -n CLIENTS -r RATE [options]\n"
	"  -r RATE       exchanges begun a second\n" GENERATOR_USAGE
	"  --random      any of the clients, instead of one after the other and then anew\n"
	"  --first N     the first client's index (0); --prefix BYTE of their MACs (16)\n"
	"  --patience MS in which an exchange is to end (1000)\n"
	"  --retransmit  clients that send again, as RFC 2131 4.1 has it\n"
	"  --settle MS   what they may still take when no more exchanges begin (0)\n"
	"  --lenient     the server is another's: what is odd about its replies is counted, and no "
	"more\n"
	"  --echo        an answer is the message itself, sent back\n"
	"  -g PID,PID... whose CPU time is the generator's, beside this process\n"
	"  --gcpu N      its CPU\n";

enum {
	OPT_RANDOM = OPT_OWN,
	OPT_FIRST,
	OPT_PREFIX,
	OPT_PATIENCE,
	OPT_RETRANSMIT,
	OPT_SETTLE,
	OPT_LENIENT,
	OPT_ECHO,
	OPT_GCPU
};

struct settings {
	struct generator g;
	struct doras_options o;
	struct account own;
};

static void add_own(struct settings *s, const char *name, const char *pids)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s=%s", name, pids);
	if (account_add(&s->own, whole) < 0)
		generator_die(&s->g, "not a list of processes");
}

static void set_option(struct settings *s, int option)
{
	switch (option) {
	case 'n':
		s->o.clients = (uint32_t)generator_number(&s->g, optarg, 1e8);
		break;
	case 'g':
		add_own(s, "network", optarg);
		break;
	case OPT_RANDOM:
		s->o.random = true;
		break;
	case OPT_FIRST:
		s->o.first = (uint32_t)generator_number(&s->g, optarg, 4e9);
		break;
	case OPT_PREFIX:
		s->o.prefix = (uint8_t)generator_number(&s->g, optarg, 255);
		break;
	case OPT_PATIENCE:
		s->o.patience_ms = (uint32_t)generator_number(&s->g, optarg, 1e6);
		break;
	case OPT_RETRANSMIT:
		s->o.retransmit = true;
		break;
	case OPT_SETTLE:
		s->o.settle_ms = (uint32_t)generator_number(&s->g, optarg, 1e6);
		break;
	case OPT_LENIENT:
		s->o.lenient = true;
		break;
	case OPT_ECHO:
		s->o.echo = true;
		break;
	case OPT_GCPU:
		s->own.cpu = (int)generator_number(&s->g, optarg, 1e5);
		break;
	default:
		generator_option(&s->g, option);
	}
}

static void parse(struct settings *s, int argc, char **argv)
{
	static const struct option long_options[] = {
		GENERATOR_LONG,
		{"random", no_argument, NULL, OPT_RANDOM},
		{"first", required_argument, NULL, OPT_FIRST},
		{"prefix", required_argument, NULL, OPT_PREFIX},
		{"patience", required_argument, NULL, OPT_PATIENCE},
		{"retransmit", no_argument, NULL, OPT_RETRANSMIT},
		{"settle", required_argument, NULL, OPT_SETTLE},
		{"lenient", no_argument, NULL, OPT_LENIENT},
		{"echo", no_argument, NULL, OPT_ECHO},
		{"gcpu", required_argument, NULL, OPT_GCPU},
		{NULL, 0, NULL, 0},
	};
	char self[16];
	int option;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	add_own(s, "process", self);
	while ((option = getopt_long(argc, argv, GENERATOR_SHORT "n:g:", long_options, NULL)) != -1)
		set_option(s, option);
	if (optind != argc || !s->o.clients || !(s->g.rate > 0))
		generator_die(&s->g, "-n and -r are needed, and no more words");
	generator_check(&s->g);
	s->o.interface = s->g.interface;
}

struct measuring {
	const struct settings *s;
	struct doras *doras;
	struct doras_result last;
};

static int probe(void *arg, double rate, double seconds, struct search_result *ret_result)
{
	struct measuring *m = arg;
	struct doras_result *r = &m->last;

	if (doras_run(m->doras, rate, seconds, r) < 0)
		return -1;
	*ret_result = (struct search_result){
		.carried = r->loss <= SEARCH_LOSS &&
			   (double)r->behind <= (double)r->begun * SEARCH_LOSS,
		/* one may be due just when it ends */
		.cut_short = (double)r->begun + 1 < rate * r->seconds * SEARCH_MADE,
		.made = (double)r->begun / r->seconds,
	};
	return 0;
}

static void nothing(void *arg)
{
	const struct measuring *m = arg;
	const struct doras_result *r = &m->last;

	fprintf(stderr,
		"doras: no rate is carried: of %llu %llu offered, %llu acked, %llu refused, %llu "
		"wrong\n",
		(unsigned long long)r->begun, (unsigned long long)r->offered,
		(unsigned long long)r->acked, (unsigned long long)r->naks,
		(unsigned long long)r->wrong);
}

/* {process, network, all, cpu_busy: us an exchange; share: 0-1, of the time of its CPU; dropped} */
static json_t *own_json(const struct settings *s, const struct usage *before,
			const struct usage *after, const struct doras_result *r)
{
	json_t *json = account_json(&s->own, before, after, r->begun);
	double us = json_number_value(json_object_get(json, "all")) * (double)r->begun;

	json_object_set_new(json, "share", json_real(us / r->seconds / 1e6));
	json_object_set_new(json, "dropped", json_integer((json_int_t)r->dropped));
	return json;
}

static json_t *counts_json(const struct doras_result *r)
{
	const struct {
		const char *name;
		uint64_t n;
	} counts[] = {
		{"begun", r->begun},	   {"again", r->again},	    {"offered", r->offered},
		{"acked", r->acked},	   {"in_time", r->in_time}, {"naks", r->naks},
		{"wrong", r->wrong},	   {"doubled", r->doubled}, {"late", r->late},
		{"behind", r->behind},	   {"sent", r->sent},	    {"resent", r->resent},
		{"answered", r->answered}, {"foreign", r->foreign},
	};
	json_t *json = json_object();

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_set_new(json, counts[i].name, json_integer((json_int_t)counts[i].n));
	return json;
}

static json_t *measure(void *arg, double rate, struct search_result *ret_result)
{
	struct measuring *m = arg;
	const struct settings *s = m->s;
	const struct doras_result *r = &m->last;
	struct usage before, after, own_before, own_after;
	json_t *json, *own;
	bool limit;

	if (account_read(&s->g.server, &before) < 0 || account_read(&s->own, &own_before) < 0 ||
	    probe(arg, rate, s->g.seconds, ret_result) < 0 ||
	    account_read(&s->own, &own_after) < 0 || account_read(&s->g.server, &after) < 0)
		return NULL;
	own = own_json(s, &own_before, &own_after, r);
	limit = ret_result->cut_short || r->dropped ||
		json_number_value(json_object_get(own, "share")) > BUSY;
	json = counts_json(r);
	json_object_update_new(
		json,
		json_pack("{s:f, s:f, s:f, s:f, s:b, s:o, s:o, s:o, s:o, s:I}", "wanted", rate,
			  "seconds", r->seconds, "rate", (double)r->acked / r->seconds, "loss",
			  r->loss, "generator_limit", limit, "us_a_dora",
			  account_json(&s->g.server, &before, &after, r->acked), "generator", own,
			  "latency_us", doras_latency(m->doras), "oddities",
			  doras_oddities(m->doras), "next", (json_int_t)doras_next(m->doras)));
	return json;
}

/* Another's server may err; how often is told. */
static int run(struct measuring *m)
{
	static const struct generator_calls calls = {probe, measure, nothing};
	const struct doras_result *r = &m->last;
	json_t *json = generator_measure(&m->s->g, &calls, m);

	if (!json)
		return -1;
	if (json_is_true(json_object_get(json, "generator_limit")) &&
	    json_object_get(json, "limit"))
		json_object_set_new(json, "limit", json_string("generator"));
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(json);
	if (r->acked && (!r->wrong || m->s->o.lenient))
		return 0;
	fprintf(stderr, "doras: %llu acked, %llu wrong\n", (unsigned long long)r->acked,
		(unsigned long long)r->wrong);
	return -1;
}

int main(int argc, char **argv)
{
	struct settings s = {.g = GENERATOR_DEFAULTS,
			     .o = {.patience_ms = 1000, .prefix = 0x10},
			     .own = {.cpu = -1}};
	struct measuring m = {.s = &s};
	int r;

	s.g.usage = usage_text;
	parse(&s, argc, argv);
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
	if (doras_open(&s.o, &m.doras) < 0)
		return 1;
	r = run(&m);
	doras_close(m.doras);
	return r < 0 ? 1 : 0;
}
