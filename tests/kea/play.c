// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * play: the same crafted clients against two servers, and what they answer compared field by field.
 *
 *   play CLIENTS DIFFERENCES POOLS KEA-PREFIX OUR-PREFIX
 *
 * The interfaces are PREFIX0, PREFIX1 ...; each leads to the server's interface of that number,
 * whose MAC is 02:ff:00:00:00:0N at both. A line of CLIENTS is a client:
 *
 *   NAME STEP[,STEP]... [KEY=VALUE]...
 *
 * A step is discover, request (SELECTING, of what this server has offered), reboot, renew, rebind,
 * inform, decline, release or bootp; with `!` behind it no answer is expected, of either. Keys: if
 * (0), mac (by the line's number), giaddr, src, dst, ciaddr, req (option 50 of all steps), prl
 * (1-9,15), b (the broadcast flag), hlen, htype, secs, and option codes: 60="text" or 61=hex; the
 * same code may be there twice. A line of DIFFERENCES is one that is accepted:
 *
 *   FIELD CLIENT STEP KEA OURS reason
 *
 * (all but the reason are globs; KEA and OURS are of the values, as they are printed where they
 * differ); each must occur. POOLS: a line `FIRST LAST` each, numbers. Two
 * addresses that differ are the same if a pool has both: which one of a pool a client gets is the
 * server's choice. Exit: 0 if nothing differs but what is accepted; 1 if something does; 2 for
 * errors.
 */
#include <fnmatch.h>
#include <poll.h>

#include "../common/packet_builder.h"
#include "../e2e/wire.h"

#define LINKS	 4
#define PATIENCE 5000 /* ms for an answer that is expected */
#define SILENCE	 250  /* ms for one that is not */

enum { KEA, OURS, SERVERS };
static const char *const names[SERVERS] = {"kea", "xdhcpd"};

struct step {
	char name[16];
	bool silent;
};

struct client {
	char name[64];
	struct step steps[8];
	unsigned n_steps, link;
	struct packet_host host;
	uint32_t giaddr, src, dst, ciaddr, requested;
	uint8_t hlen, htype;
	bool broadcast, has_requested;
	uint16_t secs;
	uint8_t more[1200]; /* whole options */
	size_t more_len;
};

struct option {
	bool there;
	size_t len;
	uint8_t data[1500];
};

struct answer {
	bool came;
	uint8_t frame[WIRE_MAX];
	size_t len;
	struct wire_reply reply;
	struct option options[256];
};

struct accepted {
	char field[32], client[64], step[32], values[SERVERS][256], reason[256];
	unsigned seen;
};

static struct wire links[SERVERS][LINKS];
static unsigned n_links, n_pools, n_accepted, bad, differing, played, answers_same;
static struct {
	uint32_t first, last;
} pools[64];
static struct accepted accepted[128];
static struct answer answers[SERVERS];

/* --- what is read --- */

static FILE *opened(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		wire_die(path, strerror(errno));
	return f;
}

static void read_pools(const char *path)
{
	FILE *f = opened(path);

	while (n_pools < 64 && fscanf(f, "%u %u", &pools[n_pools].first, &pools[n_pools].last) == 2)
		n_pools++;
	fclose(f);
	if (!n_pools)
		wire_die(path, "no pools");
}

static void read_accepted(const char *path)
{
	FILE *f = opened(path);
	char line[1024];

	while (fgets(line, sizeof(line), f)) {
		struct accepted *a = &accepted[n_accepted];

		if (*line == '#' || *line == '\n')
			continue;
		if (n_accepted == sizeof(accepted) / sizeof(accepted[0]))
			wire_die(path, "too many lines");
		if (sscanf(line, "%31s %63s %31s %255s %255s %255[^\n]", a->field, a->client,
			   a->step, a->values[KEA], a->values[OURS], a->reason) != 6)
			wire_die("not FIELD CLIENT STEP KEA OURS reason", line);
		n_accepted++;
	}
	fclose(f);
}

static uint32_t ip(const char *s)
{
	uint32_t addr = 0;

	if (!wire_parse_ip(s, &addr))
		wire_die("no address", s);
	return addr;
}

static void add_option(struct client *c, unsigned code, const uint8_t *data, size_t len)
{
	if (!code || code > 254 || len > 255 || c->more_len + 2 + len > sizeof(c->more))
		wire_die(c->name, "an option does not fit");
	c->more_len = (size_t)(wire_option(c->more + c->more_len, (uint8_t)code, data,
					   (uint8_t)len) -
			       c->more);
}

/* 1-9,15 */
static void add_list(struct client *c, const char *s)
{
	uint8_t data[255];
	size_t n = 0;

	while (*s) {
		char *end;
		unsigned long from = strtoul(s, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to && n < sizeof(data); from++)
			data[n++] = (uint8_t)from;
		if (*end && *end != ',')
			wire_die("no list", s);
		s = *end ? end + 1 : end;
	}
	add_option(c, 55, data, n);
}

static void add_value(struct client *c, unsigned code, const char *s)
{
	uint8_t data[255];
	size_t n = 0;

	if (*s == '"') {
		n = strlen(s + 1) - 1;
		add_option(c, code, (const uint8_t *)s + 1, n);
		return;
	}
	for (; *s; s += 2)
		if (n == sizeof(data) || sscanf(s, "%2hhx", &data[n++]) != 1)
			wire_die(c->name, "not hex");
	add_option(c, code, data, n);
}

static void key(struct client *c, const char *k, const char *v)
{
	uint32_t number = (uint32_t)strtoul(v, NULL, 10);

	if (strcmp(k, "if") == 0)
		c->link = number;
	else if (strcmp(k, "mac") == 0 && wire_parse_mac(v, c->host.mac))
		return;
	else if (strcmp(k, "giaddr") == 0)
		c->giaddr = ip(v);
	else if (strcmp(k, "src") == 0)
		c->src = ip(v);
	else if (strcmp(k, "dst") == 0)
		c->dst = ip(v);
	else if (strcmp(k, "ciaddr") == 0)
		c->ciaddr = ip(v);
	else if (strcmp(k, "req") == 0)
		c->requested = ip(v), c->has_requested = true;
	else if (strcmp(k, "prl") == 0)
		add_list(c, v);
	else if (strcmp(k, "b") == 0)
		c->broadcast = number;
	else if (strcmp(k, "hlen") == 0)
		c->hlen = (uint8_t)number;
	else if (strcmp(k, "htype") == 0)
		c->htype = (uint8_t)number;
	else if (strcmp(k, "secs") == 0)
		c->secs = (uint16_t)number;
	else if (*k >= '1' && *k <= '9')
		add_value(c, (unsigned)strtoul(k, NULL, 10), v);
	else
		wire_die(c->name, k);
}

/* The next word, in which blanks between quotes are part of it; NULL: none. */
static char *word(char **rest)
{
	char *s = *rest + strspn(*rest, " \t\n"), *p = s;
	bool quoted = false;

	if (!*s)
		return NULL;
	for (; *p && (quoted || !strchr(" \t\n", *p)); p++)
		quoted ^= *p == '"';
	*rest = *p ? p + 1 : p;
	*p = 0;
	return s;
}

static void read_client(char *line, unsigned number, struct client *c)
{
	char *w = word(&line), *steps = word(&line), *s;

	*c = (struct client){.host.mac = {2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number},
			     .hlen = 6,
			     .htype = 1};
	if (!w || !steps)
		wire_die("not NAME STEPS", w ? w : "");
	snprintf(c->name, sizeof(c->name), "%s", w);
	while ((s = strsep(&steps, ",")) && c->n_steps < 8) {
		struct step *step = &c->steps[c->n_steps++];
		size_t n = strlen(s);

		step->silent = n && s[n - 1] == '!';
		snprintf(step->name, sizeof(step->name), "%.*s", (int)(n - step->silent), s);
	}
	while ((w = word(&line))) {
		char *v = strchr(w, '=');

		if (!v)
			wire_die(c->name, w);
		*v = 0;
		key(c, w, v + 1);
	}
	if (c->link >= n_links)
		wire_die(c->name, "no such interface");
}

/* --- what is sent and answered --- */

static void build(const struct client *c, const char *step, uint32_t addr, uint32_t server_id,
		  struct packet *ret)
{
	struct packet_host server = {.mac = {2, 0xff, 0, 0, 0, (uint8_t)c->link},
				     .addr = server_id};
	struct packet p;

	if (strcmp(step, "discover") == 0)
		p = packet_discover(&c->host);
	else if (strcmp(step, "request") == 0)
		p = packet_selecting(&c->host, addr, server_id);
	else if (strcmp(step, "reboot") == 0)
		p = packet_init_reboot(&c->host, addr);
	else if (strcmp(step, "renew") == 0)
		p = packet_renewing(&c->host, addr, &server);
	else if (strcmp(step, "rebind") == 0)
		p = packet_rebinding(&c->host, addr);
	else if (strcmp(step, "inform") == 0)
		p = packet_inform(&c->host, addr);
	else if (strcmp(step, "decline") == 0)
		p = packet_decline(&c->host, addr, server_id);
	else if (strcmp(step, "release") == 0)
		p = packet_release(&c->host, addr, &server);
	else if (strcmp(step, "bootp") == 0)
		p = packet_request(&c->host);
	else
		wire_die(c->name, step);
	if (strcmp(step, "discover") == 0 && c->has_requested)
		packet_option_u32(&p, 50, c->requested);
	packet_raw(&p, c->more, c->more_len);
	p.htype = c->htype;
	p.hlen = c->hlen;
	p.secs = c->secs;
	p.flags = c->broadcast ? 0x8000 : 0;
	if (c->giaddr)
		memcpy(p.eth_src, (uint8_t[]){2, 0xfe, 0, 0, 0, 1}, 6);
	/* a renewal goes past the relay, by a router */
	if (c->giaddr && strcmp(step, "renew") != 0 && strcmp(step, "release") != 0) {
		p.giaddr = c->giaddr;
		p.hops = 1;
		p.sport = 67;
		p.ip_src = c->src ? c->src : c->giaddr;
		p.ip_dst = c->dst ? c->dst : PACKET_ADDR(10, 0, 0, 1);
		memcpy(p.eth_dst, server.mac, 6);
	} else if (c->src) {
		p.ip_src = c->src;
	}
	*ret = p;
}

static void parse_options(const uint8_t *p, const uint8_t *end, struct option *options)
{
	while (p < end && *p != 255) {
		struct option *o = &options[*p];

		if (!*p) {
			p++;
			continue;
		}
		if (end - p < 2 || end - p < 2 + p[1])
			return;
		if (o->len + p[1] <= sizeof(o->data))
			memcpy(o->data + o->len, p + 2, p[1]);
		o->len += p[1];
		o->there = true;
		p += 2 + p[1];
	}
}

/* True: an answer to `xid` has come. Long options are in pieces (RFC 3396), some perhaps in sname
 * and file. */
static bool take(struct wire *w, uint32_t xid, struct answer *a)
{
	ssize_t n;

	while ((n = recv(w->fd, a->frame, sizeof(a->frame), 0)) > 0) {
		struct option *overload;

		if (!wire_parse(a->frame, (size_t)n, &a->reply) || a->reply.xid != xid)
			continue;
		a->came = true;
		a->len = (size_t)n;
		memset(a->options, 0, sizeof(a->options));
		parse_options(a->reply.options, a->reply.options + a->reply.options_len,
			      a->options);
		overload = &a->options[52];
		if (overload->there && overload->data[0] & 1)
			parse_options(a->frame + PACKET_FILE, a->frame + PACKET_FILE + 128,
				      a->options);
		if (overload->there && overload->data[0] & 2)
			parse_options(a->frame + PACKET_SNAME, a->frame + PACKET_SNAME + 64,
				      a->options);
		return true;
	}
	return false;
}

/* The line for it, or NULL; for any values if these are NULL. */
static struct accepted *find_accepted(const struct client *c, const char *step, const char *field,
				      const char *kea, const char *ours)
{
	for (unsigned i = 0; i < n_accepted; i++) {
		struct accepted *a = &accepted[i];

		if (fnmatch(a->field, field, 0) == 0 && fnmatch(a->client, c->name, 0) == 0 &&
		    fnmatch(a->step, step, 0) == 0 &&
		    (!kea || (fnmatch(a->values[KEA], kea, 0) == 0 &&
			      fnmatch(a->values[OURS], ours, 0) == 0)))
			return a;
	}
	return NULL;
}

/* Where one server is known to be silent, or both are, that is not waited for as long as an answer.
 */
static void await_answers(const struct client *c, const struct step *s, uint32_t xid)
{
	bool one_silent = find_accepted(c, s->name, "type", NULL, NULL);
	double started = wire_now();

	while (!(answers[KEA].came && answers[OURS].came)) {
		bool one_came = answers[KEA].came || answers[OURS].came;
		bool brief = s->silent || (one_silent && one_came);
		struct pollfd fds[SERVERS];

		if (wire_now() - started > (brief ? SILENCE : PATIENCE) / 1e3)
			break;
		for (int i = 0; i < SERVERS; i++)
			fds[i] = (struct pollfd){.fd = links[i][c->link].fd, .events = POLLIN};
		if (poll(fds, SERVERS, 10) <= 0)
			continue;
		for (int i = 0; i < SERVERS; i++)
			if (fds[i].revents && !answers[i].came)
				take(&links[i][c->link], xid, &answers[i]);
	}
}

/* --- what is compared --- */

static void differs(const struct client *c, const char *step, const char *field, const char *kea,
		    const char *ours)
{
	struct accepted *a = find_accepted(c, step, field, kea, ours);

	differing++;
	if (a) {
		a->seen++;
		return;
	}
	printf("%s %s %s: %s %s, %s %s\n", field, c->name, step, names[KEA], kea, names[OURS],
	       ours);
	bad++;
}

static const char *as_hex(const uint8_t *data, size_t len, char buf[256])
{
	size_t n = len < 100 ? len : 100;

	buf[0] = 0;
	for (size_t i = 0; i < n; i++)
		snprintf(buf + 2 * i, 3, "%02x", data[i]);
	if (n < len)
		snprintf(buf + 2 * n, 8, "...");
	if (!len)
		snprintf(buf, 8, "empty");
	return buf;
}

static bool same_pool(uint32_t a, uint32_t b)
{
	for (unsigned i = 0; i < n_pools; i++)
		if (a >= pools[i].first && a <= pools[i].last && b >= pools[i].first &&
		    b <= pools[i].last)
			return true;
	return a == b;
}

static void compare_bytes(const struct client *c, const char *step, const char *field, size_t at,
			  size_t len)
{
	char kea[256], ours[256];

	if (memcmp(answers[KEA].frame + at, answers[OURS].frame + at, len) != 0)
		differs(c, step, field, as_hex(answers[KEA].frame + at, len, kea),
			as_hex(answers[OURS].frame + at, len, ours));
}

static void compare_address(const struct client *c, const char *step, const char *field,
			    uint32_t kea, uint32_t ours)
{
	char a[16], b[16];

	if (!same_pool(kea, ours))
		differs(c, step, field, wire_ip(kea, a), wire_ip(ours, b));
}

static void compare(const struct client *c, const struct step *s)
{
	const struct answer *kea = &answers[KEA], *ours = &answers[OURS];
	const char *types[SERVERS];
	unsigned before = differing;

	for (int i = 0; i < SERVERS; i++)
		types[i] = !answers[i].came ? "silence" : wire_types[answers[i].reply.type];
	if (s->silent && (kea->came || ours->came) && kea->came == ours->came)
		differs(c, s->name, "silence", types[KEA], types[OURS]);
	if (kea->came != ours->came || kea->reply.type != ours->reply.type) {
		differs(c, s->name, "type", types[KEA], types[OURS]);
		return;
	}
	if (!kea->came) {
		if (!s->silent)
			differs(c, s->name, "silence", "silence", "silence");
		return;
	}
	compare_bytes(c, s->name, "head", PACKET_BOOTP, 4);
	compare_bytes(c, s->name, "secs", PACKET_XID + 4, 2);
	compare_bytes(c, s->name, "flags", PACKET_FLAGS, 2);
	compare_address(c, s->name, "ciaddr", kea->reply.ciaddr, ours->reply.ciaddr);
	compare_address(c, s->name, "yiaddr", kea->reply.yiaddr, ours->reply.yiaddr);
	compare_bytes(c, s->name, "siaddr", PACKET_SIADDR, 4);
	compare_bytes(c, s->name, "giaddr", PACKET_GIADDR, 4);
	compare_bytes(c, s->name, "chaddr", PACKET_CHADDR, 16);
	compare_bytes(c, s->name, "sname", PACKET_SNAME, 64);
	compare_bytes(c, s->name, "file", PACKET_FILE, 128);
	compare_address(c, s->name, "src", kea->reply.src, ours->reply.src);
	compare_address(c, s->name, "dst", kea->reply.dst, ours->reply.dst);
	compare_bytes(c, s->name, "dport", PACKET_UDP + 2, 2);
	compare_bytes(c, s->name, "mac", 0, 6);
	for (unsigned code = 1; code < 255; code++) {
		const struct option *a = &kea->options[code], *b = &ours->options[code];
		char field[8], x[256], y[256];

		if (a->there == b->there && a->len == b->len &&
		    memcmp(a->data, b->data, a->len) == 0)
			continue;
		snprintf(field, sizeof(field), "%u", code);
		differs(c, s->name, field, a->there ? as_hex(a->data, a->len, x) : "absent",
			b->there ? as_hex(b->data, b->len, y) : "absent");
	}
	answers_same += differing == before;
}

static void play(const struct client *c)
{
	static const uint32_t ours[] = {PACKET_ADDR(10, 0, 0, 1), PACKET_ADDR(10, 1, 0, 1),
					PACKET_ADDR(10, 4, 0, 1), PACKET_ADDR(10, 5, 0, 1)};
	uint32_t addr[SERVERS], server_id[SERVERS];

	server_id[KEA] = server_id[OURS] = ours[c->link];
	addr[KEA] = addr[OURS] = c->has_requested ? c->requested : c->ciaddr;
	for (unsigned n = 0; n < c->n_steps; n++) {
		const struct step *s = &c->steps[n];
		uint32_t xid = (played << 8 | n) + 0x5a000000;

		for (int i = 0; i < SERVERS; i++) {
			uint8_t frame[PACKET_MAX];
			struct packet p;
			size_t len;

			build(c, s->name, addr[i], server_id[i], &p);
			p.xid = xid;
			len = packet_build(&p, frame, sizeof(frame));
			answers[i].came = false;
			answers[i].reply = (struct wire_reply){0};
			if (send(links[i][c->link].fd, frame, len, 0) != (ssize_t)len)
				wire_die(c->name, strerror(errno));
		}
		await_answers(c, s, xid);
		compare(c, s);
		for (int i = 0; i < SERVERS; i++) {
			if (!answers[i].came || answers[i].reply.type == WIRE_NAK)
				continue;
			if (answers[i].reply.yiaddr)
				addr[i] = answers[i].reply.yiaddr;
			server_id[i] = answers[i].reply.server_id;
		}
	}
	played++;
}

static void open_links(char *const prefix[SERVERS])
{
	for (int i = 0; i < SERVERS; i++)
		for (n_links = 0; n_links < LINKS; n_links++) {
			char ifname[IF_NAMESIZE];

			snprintf(ifname, sizeof(ifname), "%s%u", prefix[i], n_links);
			if (wire_open(&links[i][n_links], ifname) == -ENODEV)
				break;
		}
	if (!n_links)
		wire_die("interfaces", "there are none");
}

int main(int argc, char **argv)
{
	unsigned number = 0;
	char line[2048];
	FILE *f;

	if (argc != 6)
		wire_die("usage", "CLIENTS DIFFERENCES POOLS KEA-PREFIX OUR-PREFIX");
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_accepted(argv[2]);
	read_pools(argv[3]);
	open_links(argv + 4);
	f = opened(argv[1]);
	while (fgets(line, sizeof(line), f)) {
		struct client c;

		number++;
		if (*line == '#' || *line == '\n')
			continue;
		read_client(line, number, &c);
		play(&c);
	}
	fclose(f);
	for (unsigned i = 0; i < n_accepted; i++)
		if (!accepted[i].seen) {
			printf("accepted, but it does not occur: %s %s %s: %s\n", accepted[i].field,
			       accepted[i].client, accepted[i].step, accepted[i].reason);
			bad++;
		}
	printf("clients %u, answers alike %u, differences %u\n", played, answers_same, bad);
	return bad ? 1 : 0;
}
