// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * storm: the clients (clients.h) and their oracle, over a server that somebody else looks after.
 *
 *   storm -i IF [-n CLIENTS] [-s SEED] [-t SECONDS] [-r OPS_PER_SECOND] [-l LOG] [-d]
 *
 * With -d they decline, too. It runs until -t is over or SIGTERM comes, and ends with one JSON
 * line; exit 0: no violation, 1: some, 2: errors. What LOG holds is said in oracle.h.
 *
 * Whoever takes the server away says so before by SIGUSR1, and by SIGUSR2 that it is ready again,
 * at which every promise that runs is renewed with it.
 */
#include <getopt.h>
#include <signal.h>

#include "clients.h"

static volatile sig_atomic_t stopped, told;
static bool auditing;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void tell(int signo)
{
	told = signo;
}

static bool is_due(void)
{
	if (auditing && clients_audited())
		auditing = false;
	return stopped || told;
}

/* One life of the server after the other; 0 is none. */
static void run(double until, unsigned rate)
{
	unsigned lives = 1;

	clients.life = lives;
	while (!stopped && wire_now() < until) {
		clients_run(until, rate, is_due);
		if (told == SIGUSR1) {
			clients.life = 0;
			auditing = false;
		} else if (told == SIGUSR2) {
			clients.life = ++lives;
			clients_audit();
			auditing = true;
		}
		told = 0;
	}
}

struct arguments {
	const char *ifname, *log;
	double seconds;
	unsigned n, seed, rate;
};

static void parse(int argc, char **argv, struct arguments *a)
{
	int c;

	while ((c = getopt(argc, argv, "i:n:s:t:r:l:d")) != -1) {
		switch (c) {
		case 'i':
			a->ifname = optarg;
			break;
		case 'n':
			a->n = (unsigned)atoi(optarg);
			break;
		case 's':
			a->seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 't':
			a->seconds = atof(optarg);
			break;
		case 'r':
			a->rate = (unsigned)atoi(optarg);
			break;
		case 'l':
			a->log = optarg;
			break;
		case 'd':
			clients.decline = true;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct arguments a = {.seconds = 10, .n = 100, .seed = (unsigned)getpid(), .rate = 1000};
	int r;

	parse(argc, argv, &a);
	if (!a.ifname || !a.n || a.n > CLIENTS_MAX || !a.rate) {
		fprintf(stderr, "storm: -i IF, -n 1..%u, -r at least 1\n", CLIENTS_MAX);
		return 2;
	}
	oracle_open(&judge.oracle, a.log);
	judge.seed = (uint8_t)a.seed;
	r = clients_open(a.ifname, a.n, a.seed);
	if (r < 0) {
		fprintf(stderr, "storm: %s: %s\n", a.ifname, strerror(-r));
		return 2;
	}
	signal(SIGUSR1, tell);
	signal(SIGUSR2, tell);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	run(wire_now() + a.seconds, a.rate);
	printf("{\"seed\":%u,", a.seed);
	clients_print();
	printf(",\"audited\":%lu}\n", clients.audited);
	return judge.oracle.violations ? 1 : 0;
}
