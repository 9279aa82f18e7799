// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench/renewals: renewals of the clients of a loadgen state file, at a rate, and
 * what they cost whoever answers. The same for any server. One line of JSON on stdout.
 *
 * The generator is a BPF program whose frames go into the veth as a driver's would come out of a
 * ring: a sender in userspace could not keep XDP busy, and the server's side would pay for taking
 * its socket buffers apart, which no network card makes it do. The sink is one, too, at the other
 * end of the way back. Both, and this process, are to stay on one CPU, all that is the server's
 * (its process, and the NAPI thread of its end of the veth, in which XDP and the kernel's network
 * stack run) on another, or all on the same: see tools/bench/rig.sh. What a renewal costs then is
 * what those tasks used.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "../generator/generator.h"
#include "flood.h"

static const char usage_text[] =
	"usage: renewals -i INTERFACE -s STATE [options]\n"
	"  -r RATE       frames a second; 0 (default): as fast as it goes\n" GENERATOR_USAGE
	"  --in-turn     each client once a round, instead of any of them\n"
	"  --echo        an answer is the request itself, sent back\n"
	"  --warm S      so many seconds at that rate before what is measured\n"
	"  --program ID  a BPF program's own run time, which costs some time itself\n";

enum { OPT_IN_TURN = OPT_OWN, OPT_ECHO, OPT_WARM, OPT_PROGRAM };

struct settings {
	struct generator g;
	const char *state;
	double warm;
	bool in_turn, echo;
};

static void parse(struct settings *s, int argc, char **argv)
{
	static const struct option long_options[] = {
		GENERATOR_LONG,
		{"in-turn", no_argument, NULL, OPT_IN_TURN},
		{"echo", no_argument, NULL, OPT_ECHO},
		{"warm", required_argument, NULL, OPT_WARM},
		{"program", required_argument, NULL, OPT_PROGRAM},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, GENERATOR_SHORT "s:", long_options, NULL)) != -1) {
		switch (option) {
		case 's':
			s->state = optarg;
			break;
		case OPT_IN_TURN:
			s->in_turn = true;
			break;
		case OPT_ECHO:
			s->echo = true;
			break;
		case OPT_WARM:
			s->warm = generator_number(&s->g, optarg, 1e6);
			break;
		case OPT_PROGRAM:
			s->g.server.program = (int)generator_number(&s->g, optarg, 2e9);
			break;
		default:
			generator_option(&s->g, option);
		}
	}
	if (optind != argc || !s->state)
		generator_die(&s->g, "-s is needed, and no more words");
	generator_check(&s->g);
}

struct measuring {
	const struct settings *s;
	struct flood *flood;
	struct flood_result last;
};

static int probe(void *arg, double rate, double seconds, struct search_result *ret_result)
{
	struct measuring *m = arg;
	struct flood_result *r = &m->last;

	if (flood_run(m->flood, rate, seconds, r) < 0)
		return -1;
	*ret_result = (struct search_result){
		.carried = r->loss <= SEARCH_LOSS,
		.cut_short = (double)r->sent < rate * seconds * SEARCH_MADE,
		.made = (double)r->sent / r->seconds,
	};
	return 0;
}

static void nothing(void *arg)
{
	const struct measuring *m = arg;

	fprintf(stderr, "renewals: no rate is carried: %llu of %llu answered, %llu wrong\n",
		(unsigned long long)m->last.answered, (unsigned long long)m->last.sent,
		(unsigned long long)m->last.wrong);
}

static json_t *measure(void *arg, double rate, struct search_result *ret_result)
{
	struct measuring *m = arg;
	const struct account *account = &m->s->g.server;
	const struct flood_result *r = &m->last;
	struct usage before, after;

	if (account_read(account, &before) < 0 ||
	    probe(arg, rate, m->s->g.seconds, ret_result) < 0 || account_read(account, &after) < 0)
		return NULL;
	return json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:o, s:I}", "wanted",
			 rate, "sent", (json_int_t)r->sent, "answered", (json_int_t)r->answered,
			 "wrong", (json_int_t)r->wrong, "duplicates", (json_int_t)r->duplicates,
			 "late", (json_int_t)r->late, "seconds", r->seconds, "rate", r->rate,
			 "loss", r->loss, "us_a_renewal",
			 account_json(account, &before, &after, r->answered), "latency_us",
			 flood_latency(m->flood), "clients", (json_int_t)flood_clients(m->flood));
}

static int run(struct measuring *m)
{
	static const struct generator_calls calls = {probe, measure, nothing};
	const struct settings *s = m->s;
	const struct flood_result *r = &m->last;
	json_t *json;

	if (s->warm > 0 && flood_run(m->flood, s->g.rate, s->warm, &m->last) < 0)
		return -1;
	json = generator_measure(&s->g, &calls, m);
	if (!json)
		return -1;
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(json);
	if (r->answered && !r->wrong)
		return 0;
	fprintf(stderr, "renewals: %llu answered, %llu wrongly\n", (unsigned long long)r->answered,
		(unsigned long long)r->wrong);
	return -1;
}

int main(int argc, char **argv)
{
	struct settings s = {.g = GENERATOR_DEFAULTS};
	struct measuring m = {.s = &s};
	int statistics = -1, r;

	s.g.usage = usage_text;
	parse(&s, argc, argv);
	if (flood_open(s.g.interface, s.state, s.in_turn, s.echo, &m.flood) < 0)
		return 1;
	if (s.g.server.program)
		statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (s.g.server.program && statistics < 0)
		fprintf(stderr, "renewals: BPF statistics: %s\n", strerror(errno));
	r = s.g.server.program && statistics < 0 ? -1 : run(&m);
	if (statistics >= 0)
		close(statistics);
	flood_close(m.flood);
	return r < 0 ? 1 : 0;
}
