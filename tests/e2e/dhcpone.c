// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcpone: one DHCP request, as the words of the command line make it, and the
 * replies to it, one JSON line each.
 *
 *   dhcpone IF TYPE [chaddr=MAC] [smac=MAC] [dmac=MAC] [src=IP] [dst=IP] [ciaddr=IP]
 *           [requested=IP] [server=IP] [lifetime=N] [maxsize=N] [cid=HEX] [host=NAME]
 *           [prl=1,3,6] [broadcast=1] [xid=N] [wait=MS] [replies=N] [count=N] [every=MS] [hex=1]
 *           [giaddr=IP] [sport=N] [option=CODE:HEX]... [vlan=N]
 *           [vary=chaddr|cid|host|options]... [walk=N] [quiet=1] [log=FILE]
 *
 * TYPE is discover, request, decline, release, inform or bootp. The defaults are a
 * broadcast by the interface's own MAC. It ends when `replies` (1) have come or
 * `wait` (3000) ms after the last of `count` (1) requests; the n-th request's
 * xid is xid + n (random). With count > 1 each reply is printed and none ends it.
 * vlan: with that tag (0x8100) in the frame; a reply counts whatever tag it has.
 * A release or decline has no reply: it prints {"type":"sent","sent":TIME} instead and is done.
 * Exit: 0 with a reply, 3 without, 2 for errors. Each line has the CLOCK_BOOTTIME of
 * the request and of the reply, and the options in hex by their codes; with hex=1 also the
 * reply's whole frame.
 *
 * For floods: vary= gives each request another of these at random (chaddr: smac too), walk= asks
 * for the next of N addresses each time (ciaddr, src, requested, as far as given), every=0 sends as
 * fast as it goes, quiet=1 prints one line of counts at the end, and log= appends a line for each
 * ACK, as loadgen's -l.
 */
#include <poll.h>
#include <signal.h>

#include "wire.h"

struct job {
	struct wire_request request;
	unsigned wait, replies, count;
	double every;
	uint16_t vlan;
	bool hex, quiet;
	unsigned vary, walk;
	FILE *log;
	unsigned got[WIRE_INFORM + 1]; /* replies by type */
	uint32_t first_xid;	       /* the n-th request's is first_xid + n */
	double *sent_at;	       /* by request, as far as `sent` */
	unsigned sent;
};

enum { VARY_CHADDR = 1, VARY_CID = 2, VARY_HOST = 4, VARY_OPTIONS = 8 };

static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void hex(const char *s, uint8_t *data, uint8_t *ret_len)
{
	uint8_t n = 0;

	for (; s[0] && s[1] && n < 64; s += 2 + (s[2] == ':'))
		if (sscanf(s, "%2hhx", &data[n++]) != 1)
			wire_die("not hex", s);
	*ret_len = n;
}

/* CODE:HEX, behind those given before. */
static void option(struct wire_request *r, const char *s)
{
	uint8_t data[255], len = 0;
	char *end;
	unsigned long code = strtoul(s, &end, 10);

	if (*end != ':' || code < 1 || code > 254)
		wire_die("not CODE:HEX", s);
	for (s = end + 1; s[0] && s[1] && len < 255; s += 2)
		if (sscanf(s, "%2hhx", &data[len++]) != 1)
			wire_die("not hex", s);
	if (r->more_len + 2u + len > sizeof(r->more))
		wire_die("too many options", s);
	r->more_len = (uint16_t)(wire_option(r->more + r->more_len, (uint8_t)code, data, len) -
				 r->more);
}

static void list(const char *s, uint8_t *data, uint8_t *ret_len)
{
	uint8_t n = 0;
	char *end;

	for (; *s && n < 64; s = *end == ',' ? end + 1 : end) {
		data[n++] = (uint8_t)strtoul(s, &end, 10);
		if (end == s)
			wire_die("not a list of numbers", s);
	}
	*ret_len = n;
}

static bool set_address(struct wire_request *r, const char *key, const char *value)
{
	const struct {
		const char *key;
		uint32_t *addr;
	} addrs[] = {{"src", &r->src},
		     {"dst", &r->dst},
		     {"ciaddr", &r->ciaddr},
		     {"giaddr", &r->giaddr},
		     {"requested", &r->requested},
		     {"server", &r->server_id}};
	const struct {
		const char *key;
		uint8_t *mac;
	} macs[] = {{"chaddr", r->chaddr}, {"smac", r->smac}, {"dmac", r->dmac}};

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		if (!strcmp(key, addrs[i].key))
			return wire_parse_ip(value, addrs[i].addr) || (wire_die(key, value), false);
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		if (!strcmp(key, macs[i].key))
			return wire_parse_mac(value, macs[i].mac) || (wire_die(key, value), false);
	return false;
}

static unsigned vary(const char *value)
{
	static const char *const names[] = {"chaddr", "cid", "host", "options"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(value, names[i]))
			return 1u << i;
	wire_die("vary", value);
}

static FILE *append(const char *file)
{
	FILE *f = fopen(file, "a");

	if (!f)
		wire_die(file, strerror(errno));
	return f;
}

static void set(struct job *job, const char *key, const char *value)
{
	struct wire_request *r = &job->request;
	unsigned number = (unsigned)strtoul(value, NULL, 0);

	if (set_address(r, key, value)) {
		if (!strcmp(key, "chaddr"))
			memcpy(r->smac, r->chaddr, 6);
	} else if (!strcmp(key, "lifetime"))
		r->lifetime = number;
	else if (!strcmp(key, "maxsize"))
		r->max_size = (uint16_t)number;
	else if (!strcmp(key, "sport"))
		r->sport = (uint16_t)number;
	else if (!strcmp(key, "vlan"))
		job->vlan = (uint16_t)number;
	else if (!strcmp(key, "option"))
		option(r, value);
	else if (!strcmp(key, "cid"))
		hex(value, r->cid, &r->cid_len);
	else if (!strcmp(key, "prl"))
		list(value, r->prl, &r->prl_len);
	else if (!strcmp(key, "host"))
		r->hostname = value;
	else if (!strcmp(key, "broadcast"))
		r->broadcast = number;
	else if (!strcmp(key, "xid")) {
		job->first_xid = number;
	} else if (!strcmp(key, "wait"))
		job->wait = number;
	else if (!strcmp(key, "replies"))
		job->replies = number;
	else if (!strcmp(key, "count"))
		job->count = number;
	else if (!strcmp(key, "every"))
		job->every = strtod(value, NULL);
	else if (!strcmp(key, "hex"))
		job->hex = number;
	else if (!strcmp(key, "vary"))
		job->vary |= vary(value);
	else if (!strcmp(key, "walk"))
		job->walk = number;
	else if (!strcmp(key, "quiet"))
		job->quiet = number;
	else if (!strcmp(key, "log"))
		job->log = append(value);
	else
		wire_die("unknown word", key);
}

static void print_options(const struct wire_reply *r)
{
	const uint8_t *p = r->options, *end = p + r->options_len;
	const char *comma = "";

	printf(",\"options\":{");
	while (p < end) {
		if (!*p) {
			p++;
			continue;
		}
		printf("%s\"%u\":\"", comma, p[0]);
		for (unsigned i = 0; i < p[1]; i++)
			printf("%02x", p[2 + i]);
		printf("\"");
		comma = ",";
		p += 2 + p[1];
	}
	printf("}");
}

static void print(const struct wire_reply *r, double sent)
{
	char a[9][18];

	printf("{\"type\":\"%s\",\"yiaddr\":\"%s\",\"ciaddr\":\"%s\",\"giaddr\":\"%s\","
	       "\"server\":\"%s\",\"src\":\"%s\",\"dst\":\"%s\",\"port\":%u,\"ttl\":%u,"
	       "\"smac\":\"%s\",\"dmac\":\"%s\",\"chaddr\":\"%s\","
	       "\"broadcast\":%s,\"lifetime\":%u,\"t1\":%u,\"t2\":%u,",
	       wire_types[r->type <= WIRE_INFORM ? r->type : 0], wire_ip(r->yiaddr, a[0]),
	       wire_ip(r->ciaddr, a[1]), wire_ip(r->giaddr, a[8]), wire_ip(r->server_id, a[2]),
	       wire_ip(r->src, a[3]), wire_ip(r->dst, a[4]), r->port, r->ttl,
	       wire_mac(r->smac, a[5]), wire_mac(r->dmac, a[6]), wire_mac(r->chaddr, a[7]),
	       r->flags & 0x8000 ? "true" : "false", r->lifetime, r->t1, r->t2);
	printf("\"router\":\"%s\",\"dns\":\"%s\",\"sums\":%s,\"sent\":%.6f,\"at\":%.6f",
	       wire_ip(r->router, a[0]), wire_ip(r->dns, a[1]), r->sums_good ? "true" : "false",
	       sent, wire_now());
	print_options(r);
}

static void print_frame(const uint8_t *frame, size_t n)
{
	printf(",\"frame\":\"");
	for (size_t i = 0; i < n; i++)
		printf("%02x", frame[i]);
	printf("\"");
}

static bool is_last_word(const struct job *job)
{
	return job->request.type == WIRE_RELEASE || job->request.type == WIRE_DECLINE;
}

static void random_bytes(uint8_t *p, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(random() >> 8);
}

/* Three options that nobody knows, and a list of random codes. */
static void random_options(struct wire_request *r)
{
	uint8_t data[16], *p = r->more;

	random_bytes(data, sizeof(data));
	for (unsigned i = 0; i < 3; i++)
		p = wire_option(p, (uint8_t)(224 + (data[i] + i * 7) % 30), data, data[i] % 16);
	r->more_len = (uint16_t)(p - r->more);
	r->prl_len = 1 + data[3] % 32;
	random_bytes(r->prl, r->prl_len);
}

static void step(uint32_t *addr, const struct job *job)
{
	if (*addr && *addr != 0xffffffff && job->sent)
		*addr += job->sent % job->walk ? 1u : 1u - job->walk;
}

/* What the next request has of its own. */
static void change(struct job *job)
{
	struct wire_request *r = &job->request;
	static char name[16];

	if (job->vary & VARY_CHADDR) {
		random_bytes(r->chaddr, 6);
		r->chaddr[0] = 6; /* not one of anybody's clients */
		memcpy(r->smac, r->chaddr, 6);
	}
	if (job->vary & VARY_CID) {
		r->cid_len = 9;
		random_bytes(r->cid, r->cid_len);
	}
	if (job->vary & VARY_HOST) {
		snprintf(name, sizeof(name), "h%08lx", random());
		r->hostname = name;
	}
	if (job->vary & VARY_OPTIONS)
		random_options(r);
	if (job->walk) {
		step(&r->ciaddr, job);
		step(&r->src, job);
		step(&r->requested, job);
	}
}

static size_t add_tag(uint8_t *frame, size_t n, uint16_t vlan)
{
	memmove(frame + 16, frame + 12, n - 12);
	wire_put16(frame + 12, ETH_P_8021Q);
	wire_put16(frame + 14, vlan);
	return n + 4;
}

static void transmit(const struct wire *w, struct job *job, double now)
{
	uint8_t frame[WIRE_MAX + 4];
	size_t n;

	change(job);
	job->request.xid = job->first_xid + job->sent;
	job->sent_at[job->sent++] = now;
	n = wire_build(&job->request, frame);
	if (job->vlan)
		n = add_tag(frame, n, job->vlan);
	while (send(w->fd, frame, n, 0) != (ssize_t)n) {
		if (errno != ENOBUFS && errno != EAGAIN)
			wire_die("send", strerror(errno));
		usleep(100);
	}
	if (is_last_word(job) && !job->quiet)
		printf("{\"type\":\"sent\",\"sent\":%.6f}\n", now);
}

static void note(struct job *job, const struct wire_reply *r, double sent)
{
	char a[16], m[18];

	job->got[r->type <= WIRE_INFORM ? r->type : 0]++;
	if (job->log && r->type == WIRE_ACK && r->yiaddr)
		fprintf(job->log, "%.0f %s %s %u %.0f\n", wire_now() * 1e9, wire_ip(r->yiaddr, a),
			wire_mac(r->chaddr, m), r->lifetime, sent * 1e9);
}

/* Reads what has come; returns the number of replies to our requests. */
static unsigned receive(const struct wire *w, struct job *job)
{
	struct wire_reply reply;
	uint8_t frame[2048];
	unsigned got = 0;
	ssize_t n;

	while ((n = recv(w->fd, frame, sizeof(frame), 0)) > 0)
		if (wire_parse(frame, (size_t)n, &reply) &&
		    reply.xid - job->first_xid < job->sent &&
		    (job->vary & VARY_CHADDR || !memcmp(reply.chaddr, job->request.chaddr, 6))) {
			double sent = job->sent_at[reply.xid - job->first_xid];

			note(job, &reply, sent);
			got++;
			if (job->quiet)
				continue;
			print(&reply, sent);
			if (job->hex)
				print_frame(frame, (size_t)n);
			printf("}\n");
			fflush(stdout);
		}
	return got;
}

static int run(const struct wire *w, struct job *job)
{
	unsigned got = 0;
	double next = 0;

	job->sent_at = calloc(job->count, sizeof(*job->sent_at));
	if (!job->sent_at)
		wire_die("count", strerror(ENOMEM));
	while (!stopped) {
		struct pollfd pfd = {.fd = w->fd, .events = POLLIN};
		double now = wire_now();

		if (job->sent < job->count && now >= next) {
			transmit(w, job, now);
			next = now + (job->sent < job->count ? job->every : job->wait) / 1e3;
		} else if (job->sent == job->count &&
			   (now >= next || (job->count == 1 && got >= job->replies))) {
			break;
		}
		if (job->sent < job->count && next - now < 1e-3) { /* too short to poll */
			if (next > now)
				usleep((useconds_t)((next - now) * 1e6));
			if (job->sent % 16 == 0)
				got += receive(w, job);
			continue;
		}
		if (poll(&pfd, 1, (int)((next - now) * 1e3) + 1) > 0)
			got += receive(w, job);
	}
	if (job->quiet)
		printf("{\"sent\":%u,\"offer\":%u,\"ack\":%u,\"nak\":%u}\n", job->sent,
		       job->got[WIRE_OFFER], job->got[WIRE_ACK], job->got[WIRE_NAK]);
	if (job->log)
		fclose(job->log);
	free(job->sent_at);
	return got || is_last_word(job) ? 0 : 3;
}

int main(int argc, char **argv)
{
	struct job job = {.wait = 3000, .replies = 1, .count = 1, .every = 100};
	struct wire w;
	int r;

	if (argc < 3)
		wire_die("usage", "dhcpone IF TYPE [KEY=VALUE ...]");
	r = wire_open(&w, argv[1]);
	if (r < 0)
		wire_die(argv[1], strerror(-r));
	srandom((unsigned)(wire_now() * 1e6) ^ (unsigned)getpid());
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	while (job.request.type <= WIRE_INFORM && strcmp(argv[2], wire_types[job.request.type]))
		job.request.type++;
	if (job.request.type > WIRE_INFORM)
		wire_die("unknown type", argv[2]);
	job.first_xid = (uint32_t)random();
	memcpy(job.request.chaddr, w.mac, 6);
	memcpy(job.request.smac, w.mac, 6);
	memset(job.request.dmac, 0xff, 6);
	job.request.dst = 0xffffffff;
	if (is_last_word(&job))
		job.wait = 0;
	for (int i = 3; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			wire_die("not KEY=VALUE", argv[i]);
		*value++ = 0;
		set(&job, argv[i], value);
	}
	return run(&w, &job);
}
