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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "account.h"
#include "flood.h"
#include "search.h"

#define RESERVE 0.97 /* after a rate that was carried for a short while only */

static const char usage_text[] =
	"usage: renewals -i INTERFACE -s STATE [options]\n"
	"  -r RATE       frames a second; 0 (default): as fast as it goes\n"
	"  -t SECONDS    how long (1)\n"
	"  --search      first finds the highest rate, from RATE on, of which at most 1 % is lost\n"
	"  --probe S     how long it tries each (0.5)\n"
	"  --in-turn     each client once a round, instead of any of them\n"
	"  --echo        an answer is the request itself, sent back\n"
	"  --warm S      so many seconds at that rate before what is measured\n"
	"  -a NAME=PID,PID...  whose CPU time is to be counted; up to four times\n"
	"  --cpu N       how long that CPU was busy\n"
	"  --program ID  a BPF program's own run time, which costs some time itself\n";

enum { OPT_SEARCH = 256, OPT_PROBE, OPT_IN_TURN, OPT_ECHO, OPT_WARM, OPT_CPU, OPT_PROGRAM };

struct settings {
	const char *interface, *state;
	double rate, seconds, probe, warm;
	bool search, in_turn, echo;
	struct account account;
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "renewals: %s\n%s", what, usage_text);
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

static void parse(struct settings *s, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"search", no_argument, NULL, OPT_SEARCH},
		{"probe", required_argument, NULL, OPT_PROBE},
		{"in-turn", no_argument, NULL, OPT_IN_TURN},
		{"echo", no_argument, NULL, OPT_ECHO},
		{"warm", required_argument, NULL, OPT_WARM},
		{"cpu", required_argument, NULL, OPT_CPU},
		{"program", required_argument, NULL, OPT_PROGRAM},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "i:s:r:t:a:", long_options, NULL)) != -1) {
		switch (option) {
		case 'i':
			s->interface = optarg;
			break;
		case 's':
			s->state = optarg;
			break;
		case 'r':
			s->rate = number(optarg, 1e8);
			break;
		case 't':
			s->seconds = number(optarg, 1e6);
			break;
		case 'a':
			if (account_add(&s->account, optarg) < 0)
				die("-a: not NAME=PID,PID...");
			break;
		case OPT_SEARCH:
			s->search = true;
			break;
		case OPT_PROBE:
			s->probe = number(optarg, 1e3);
			break;
		case OPT_IN_TURN:
			s->in_turn = true;
			break;
		case OPT_ECHO:
			s->echo = true;
			break;
		case OPT_WARM:
			s->warm = number(optarg, 1e6);
			break;
		case OPT_CPU:
			s->account.cpu = (int)number(optarg, 1e5);
			break;
		case OPT_PROGRAM:
			s->account.program = (int)number(optarg, 2e9);
			break;
		default:
			die("unknown option");
		}
	}
	if (optind != argc || !s->interface || !s->state)
		die("-i and -s are needed, and no more words");
	if (s->search && !(s->rate > 0 && s->probe > 0))
		die("a search begins with a rate, and probes for some time");
}

struct probing {
	struct flood *flood;
	double seconds;
	struct flood_result last;
};

static int probe(void *arg, double rate, struct search_result *ret_result)
{
	struct probing *p = arg;
	struct flood_result *r = &p->last;

	if (flood_run(p->flood, rate, p->seconds, r) < 0)
		return -1;
	*ret_result = (struct search_result){
		.carried = r->loss <= SEARCH_LOSS,
		.cut_short = (double)r->sent < rate * p->seconds * SEARCH_MADE,
		.made = (double)r->sent / r->seconds,
	};
	return 0;
}

/* The highest rate that is carried, if need be the highest that can be made; -1: said why. */
static double search(struct flood *f, double rate, double seconds, bool *ret_generator)
{
	struct probing p = {.flood = f, .seconds = seconds};
	const struct flood_result *r = &p.last;
	double found = search_rate(rate, SEARCH_CLOSE, probe, &p, ret_generator);

	if (found == 0)
		fprintf(stderr, "renewals: no rate is carried: %llu of %llu answered, %llu wrong\n",
			(unsigned long long)r->answered, (unsigned long long)r->sent,
			(unsigned long long)r->wrong);
	return found > 0 ? found : -1;
}

static json_t *measure(const struct settings *s, struct flood *f, double rate,
		       struct flood_result *ret_result)
{
	struct usage before, after;
	json_t *json;

	if (account_read(&s->account, &before) < 0 ||
	    flood_run(f, rate, s->seconds, ret_result) < 0 || account_read(&s->account, &after) < 0)
		return NULL;
	json = json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:o}", "wanted", rate,
			 "sent", (json_int_t)ret_result->sent, "answered",
			 (json_int_t)ret_result->answered, "wrong", (json_int_t)ret_result->wrong,
			 "duplicates", (json_int_t)ret_result->duplicates, "late",
			 (json_int_t)ret_result->late, "seconds", ret_result->seconds, "rate",
			 ret_result->rate, "loss", ret_result->loss, "us_a_renewal",
			 account_json(&s->account, &before, &after, ret_result->answered),
			 "latency_us", flood_latency(f));
	return json;
}

static int run(const struct settings *s, struct flood *f)
{
	struct flood_result result;
	double rate = s->rate;
	bool generator = false;
	json_t *json;

	if (s->warm > 0 && flood_run(f, rate, s->warm, &result) < 0)
		return -1;
	if (s->search) {
		rate = search(f, rate, s->probe, &generator);
		if (rate < 0)
			return -1;
	}
	json = measure(s, f, rate, &result);
	/* what was carried for a moment is too much for longer */
	for (int i = 0; json && s->search && result.loss > SEARCH_LOSS && i < SEARCH_PROBES; i++) {
		json_decref(json);
		rate *= RESERVE;
		json = measure(s, f, rate, &result);
	}
	if (!json)
		return -1;
	if (s->search)
		json_object_set_new(json, "limit", json_string(generator ? "generator" : "server"));
	json_object_set_new(json, "clients", json_integer(flood_clients(f)));
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(json);
	if (result.answered && !result.wrong)
		return 0;
	fprintf(stderr, "renewals: %llu answered, %llu wrongly\n",
		(unsigned long long)result.answered, (unsigned long long)result.wrong);
	return -1;
}

int main(int argc, char **argv)
{
	struct settings s = {.seconds = 1, .probe = 0.5, .account = {.cpu = -1}};
	struct flood *flood;
	int statistics = -1, r;

	parse(&s, argc, argv);
	if (flood_open(s.interface, s.state, s.in_turn, s.echo, &flood) < 0)
		return 1;
	if (s.account.program)
		statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (s.account.program && statistics < 0)
		fprintf(stderr, "renewals: BPF statistics: %s\n", strerror(errno));
	r = s.account.program && statistics < 0 ? -1 : run(&s, flood);
	if (statistics >= 0)
		close(statistics);
	flood_close(flood);
	return r < 0 ? 1 : 0;
}
