// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * loadgen's command line. Prints one line of JSON; exit 0: all as it should
 * be, 1: something was lost, refused or bad, 2: it could not run.
 */
#include "loadgen.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: loadgen COMMAND -i INTERFACE [options]\n"
	"  dora -n N [-o STATE]          DISCOVER, OFFER, REQUEST, ACK for clients 0..N-1\n"
	"       --batch                  many at once (see -w) instead of one after the other\n"
	"  renew -s STATE -r ROUNDS      a REQUEST per client and round (0: until --seconds)\n"
	"       --mode renew|rebind|reboot|select\n"
	"       -o STATE                 writes the clients that hold a lease afterwards\n"
	"  release|decline -s STATE      one message per client, no answer\n"
	"  inform -s STATE [-r ROUNDS]\n"
	"  offer-flood -n N              DISCOVERs from N random MACs\n"
	"options: --form FORM (see below; default: the state file's, else dhclient), -l LOG (a "
	"line per ACK: boottime-ns address mac\n"
	"  lease-time, and when it was first asked for), --rate PPS, -w WINDOW (64), --timeout MS\n"
	"  (1000), --retries N (2), --seconds N (bound of the whole run), --broadcast (set the\n"
	"  broadcast flag), --any-lease (the lease time may differ from the state file's),\n"
	"  --lenient (another server may leave out the client identifier, the UDP checksum, and\n"
	"  what makes it 300 bytes),\n"
	"  -n N (at most N clients), --first INDEX, --prefix BYTE (of the MACs: 02:BYTE:index),\n"
	"  --seed N\n";

enum {
	OPT_BATCH = 256,
	OPT_MODE,
	OPT_FORM,
	OPT_RATE,
	OPT_TIMEOUT,
	OPT_RETRIES,
	OPT_SECONDS,
	OPT_BROADCAST,
	OPT_ANY_LEASE,
	OPT_LENIENT,
	OPT_FIRST,
	OPT_PREFIX,
	OPT_SEED
};

static const struct option long_options[] = {
	{"batch", no_argument, NULL, OPT_BATCH},
	{"mode", required_argument, NULL, OPT_MODE},
	{"form", required_argument, NULL, OPT_FORM},
	{"rate", required_argument, NULL, OPT_RATE},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"retries", required_argument, NULL, OPT_RETRIES},
	{"seconds", required_argument, NULL, OPT_SECONDS},
	{"broadcast", no_argument, NULL, OPT_BROADCAST},
	{"any-lease", no_argument, NULL, OPT_ANY_LEASE},
	{"lenient", no_argument, NULL, OPT_LENIENT},
	{"first", required_argument, NULL, OPT_FIRST},
	{"prefix", required_argument, NULL, OPT_PREFIX},
	{"seed", required_argument, NULL, OPT_SEED},
	{NULL, 0, NULL, 0},
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "loadgen: %s\n%sforms: %s\n", what, usage, form_names());
	exit(2);
}

static uint32_t number(const char *text, uint32_t max)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (!*text || *end || *text == '-' || v > max)
		die("not a number, or too large");
	return (uint32_t)v;
}

static enum mode mode_by_name(const char *name)
{
	static const char *const names[] = {
		[MODE_RENEW] = "renew",
		[MODE_REBIND] = "rebind",
		[MODE_REBOOT] = "reboot",
		[MODE_SELECT] = "select",
	};

	for (int i = 0; i <= MODE_SELECT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum mode)i;
	die("unknown mode");
}

static void set_option(struct options *o, int option)
{
	switch (option) {
	case 'i':
		o->interface = optarg;
		break;
	case 's':
		o->state_in = optarg;
		break;
	case 'o':
		o->state_out = optarg;
		break;
	case 'l':
		o->log = optarg;
		break;
	case 'n':
		o->clients = number(optarg, 10000000);
		break;
	case 'r':
		o->rounds = number(optarg, UINT32_MAX);
		break;
	case 'w':
		o->window = number(optarg, 1000000);
		break;
	case OPT_BATCH:
		o->window = o->window == 1 ? BATCH : o->window;
		break;
	case OPT_MODE:
		o->mode = mode_by_name(optarg);
		break;
	case OPT_FORM:
		o->form = form_by_name(optarg);
		if (!o->form)
			die("unknown form");
		break;
	case OPT_RATE:
		o->rate = number(optarg, 100000000);
		break;
	case OPT_TIMEOUT:
		o->timeout_ms = number(optarg, 600000);
		break;
	case OPT_RETRIES:
		o->retries = number(optarg, 1000);
		break;
	case OPT_SECONDS:
		o->seconds = number(optarg, 1000000);
		break;
	case OPT_BROADCAST:
		o->broadcast = true;
		break;
	case OPT_ANY_LEASE:
		o->any_lease = true;
		break;
	case OPT_LENIENT:
		o->lenient = true;
		break;
	case OPT_FIRST:
		o->first = number(optarg, UINT32_MAX);
		break;
	case OPT_PREFIX:
		o->prefix = (uint8_t)number(optarg, 255);
		break;
	case OPT_SEED:
		o->seed = number(optarg, UINT32_MAX);
		break;
	default:
		die("unknown option");
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "i:s:o:l:n:r:w:", long_options, NULL)) != -1)
		set_option(o, option);
	if (optind != argc)
		die("one command only");
	if (!o->interface)
		die("-i INTERFACE is missing");
	if (!o->window || !o->timeout_ms)
		die("a window or timeout of 0 would wait for ever");
	if (!o->rounds && !o->seconds)
		die("rounds without end need --seconds");
}

/* --- commands --- */

static int compare_addr(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* No address twice: the one thing that a DHCP server is for. */
static int check_unique(const struct client *clients, size_t n, struct stats *stats)
{
	uint32_t *addrs = calloc(n, sizeof(*addrs));
	size_t held = 0;

	if (!addrs)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (clients[i].lease)
			addrs[held++] = clients[i].addr;
	qsort(addrs, held, sizeof(*addrs), compare_addr);
	for (size_t i = 1; i < held; i++)
		if (addrs[i] == addrs[i - 1]) {
			fprintf(stderr, "loadgen: an address was given to two clients\n");
			stats->bad++;
		}
	free(addrs);
	return 0;
}

static uint64_t percentile(const struct stats *stats, double p)
{
	const size_t n = sizeof(stats->rtt) / sizeof(stats->rtt[0]);
	uint64_t total = 0, sum = 0, want;

	for (size_t i = 0; i < n; i++)
		total += stats->rtt[i];
	want = (uint64_t)((double)total * p);
	for (size_t i = 0; i < n; i++) {
		sum += stats->rtt[i];
		if (sum > want) /* the step's lower end */
			return i < 8 ? i : (uint64_t)(i % 8 + 8) << (i / 8 - 1);
	}
	return 0;
}

static void report(const struct stats *s, struct io *io)
{
	double seconds = (double)(s->ended - s->started) / 1e9;

	printf("{\"sent\":%" PRIu64 ",\"acked\":%" PRIu64 ",\"nak\":%" PRIu64 ",\"lost\":%" PRIu64
	       ",\"bad\":%" PRIu64 ",\"offers\":%" PRIu64 ",\"resent\":%" PRIu64
	       ",\"duplicates\":%" PRIu64 ",\"foreign\":%" PRIu64 ",\"dropped\":%" PRIu64
	       ",\"seconds\":%.3f,\"rate\":%.0f,\"rtt_us\":{\"p50\":%" PRIu64 ",\"p99\":%" PRIu64
	       ",\"max\":%" PRIu64 "}}\n",
	       s->sent, s->acked, s->nak, s->lost, s->bad, s->offers, s->resent, s->duplicates,
	       s->foreign, io_drops(io), seconds,
	       seconds > 0 ? (double)(s->acked ? s->acked : s->sent) / seconds : 0,
	       percentile(s, 0.5), percentile(s, 0.99), s->rtt_max);
}

/* Writes those that hold a lease. */
static int write_state(const struct options *o, struct client *clients, size_t n)
{
	if (!o->state_out)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!clients[i].lease)
			clients[i].addr = 0;
	return state_write(o->state_out, clients, n);
}

static int finish(struct io *io, const struct stats *stats, int r, bool all_acked)
{
	bool fine = stats->bad == 0 && stats->lost == 0 && stats->nak == 0 && !stop_requested;

	report(stats, io);
	io_close(io);
	if (r < 0)
		return 2;
	return fine && all_acked ? 0 : 1;
}

static int cmd_dora(struct options *o)
{
	struct stats stats = {0};
	struct client *clients;
	struct io *io;
	int r;

	if (!o->clients)
		die("dora needs -n N");
	clients = calloc(o->clients, sizeof(*clients));
	if (!clients || io_open(o->interface, &io) < 0)
		return 2;
	for (uint32_t i = 0; i < o->clients; i++)
		client_init(&clients[i], o->first + i, o->prefix, o->form);
	o->mode = MODE_DISCOVER;
	r = run_exchanges(io, o, clients, o->clients, &stats);
	if (check_unique(clients, o->clients, &stats) < 0 ||
	    write_state(o, clients, o->clients) < 0)
		r = -1;
	free(clients);
	return finish(io, &stats, r, stats.acked == o->clients);
}

static int cmd_from_state(struct options *o, bool one_way)
{
	struct stats stats = {0};
	struct client *clients;
	struct io *io;
	int n, r;

	if (!o->state_in)
		die("-s STATE is missing");
	n = state_read(o->state_in, o->first, o->clients, &clients);
	for (int i = 0; i < n && o->form; i++)
		clients[i].form = o->form;
	if (n < 0 || io_open(o->interface, &io) < 0)
		return 2;
	r = (one_way ? run_one_way : run_exchanges)(io, o, clients, (size_t)n, &stats);
	if (!one_way && o->mode != MODE_INFORM && write_state(o, clients, (size_t)n) < 0)
		r = -1;
	free(clients);
	return finish(io, &stats, r, one_way || stats.acked == stats.sent);
}

static int cmd_flood(struct options *o)
{
	struct stats stats = {0};
	struct io *io;
	int r;

	if (!o->clients)
		die("offer-flood needs -n N");
	if (io_open(o->interface, &io) < 0)
		return 2;
	r = run_flood(io, o, &stats);
	return finish(io, &stats, r, true); /* a pool may end: silence is an answer */
}

static void on_signal(int signal)
{
	(void)signal;
	stop_requested++;
}

int main(int argc, char **argv)
{
	struct options o = {.window = 64,
			    .rounds = 1,
			    .timeout_ms = 1000,
			    .retries = 2,
			    .prefix = 0x10,
			    .seed = io_now()};
	const char *command = argc > 1 ? argv[1] : "";
	bool one_way = strcmp(command, "release") == 0 || strcmp(command, "decline") == 0;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (strcmp(command, "dora") == 0)
		o.window = 1;
	if (one_way || strcmp(command, "offer-flood") == 0)
		o.rate = 5000; /* nothing else would keep it from overrunning the server */
	if (argc > 1)
		parse(&o, argc - 1, argv + 1);
	if (!o.form && !o.state_in)
		o.form = form_by_name("dhclient");
	if (strcmp(command, "dora") == 0)
		return cmd_dora(&o);
	if (strcmp(command, "renew") == 0)
		return cmd_from_state(&o, false);
	if (one_way) {
		o.mode = command[0] == 'r' ? MODE_RELEASE : MODE_DECLINE;
		return cmd_from_state(&o, true);
	}
	if (strcmp(command, "inform") == 0) {
		o.mode = MODE_INFORM;
		return cmd_from_state(&o, false);
	}
	if (strcmp(command, "offer-flood") == 0)
		return cmd_flood(&o);
	die("unknown command");
}
