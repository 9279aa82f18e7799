// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See oracle.h. */
#include <stdarg.h>

#include "../e2e/wire.h"
#include "oracle.h"

void oracle_open(struct oracle *o, const char *path)
{
	o->log = fopen(path ? path : "/dev/null", "w");
	if (!o->log) {
		perror(path);
		exit(2);
	}
	setvbuf(o->log, NULL, _IOLBF, 1 << 16);
}

void oracle_violation(struct oracle *o, const char *format, ...)
{
	va_list ap;

	printf("violation: ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
	o->violations++;
}

static const struct oracle_holder *holder(const struct oracle *o, uint32_t addr)
{
	return &o->holders[addr % ORACLE_HOLDERS];
}

const struct oracle_holder *oracle_running(const struct oracle *o, uint32_t addr, double at)
{
	const struct oracle_holder *h = holder(o, addr);

	return h->addr == addr && h->ended == 0 && h->until > at ? h : NULL;
}

bool oracle_holds(const struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double at)
{
	const struct oracle_holder *h = oracle_running(o, addr, at);

	return h && !memcmp(h->chaddr, chaddr, 6);
}

static void check_others(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], const char *what,
			 double now)
{
	const struct oracle_holder *h = oracle_running(o, addr, now);
	char a[16], m[2][18];

	if (h && memcmp(h->chaddr, chaddr, 6))
		oracle_violation(o, "%s %s to %s at %.3f while %s holds it until %.3f",
				 wire_ip(addr, a), what, wire_mac(chaddr, m[0]), now,
				 wire_mac(h->chaddr, m[1]), h->until);
}

double oracle_promised(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double sent,
		       double now, uint32_t lifetime)
{
	struct oracle_holder *h = &o->holders[addr % ORACLE_HOLDERS];
	double until = lifetime == UINT32_MAX ? 1e18 : sent + lifetime;
	bool same = !memcmp(h->chaddr, chaddr, 6);
	static const uint8_t nobody[6];
	char a[16], m[18];

	if (same && sent <= h->ended)
		return 0;
	check_others(o, addr, chaddr, "promised", now);
	fprintf(o->log, "P %s %s %.6f %.6f %.6f\n", wire_ip(addr, a), wire_mac(chaddr, m), sent,
		now, until);
	o->promised++;
	o->wandered += !same && memcmp(h->chaddr, nobody, 6);
	if (!same || h->ended > 0 || until > h->until) {
		*h = (struct oracle_holder){
			.addr = addr,
			.sent = sent,
			.received = now,
			.until = until,
			.gave_up = same ? h->gave_up : 0,
		};
		memcpy(h->chaddr, chaddr, 6);
	}
	return until;
}

void oracle_offered(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now)
{
	check_others(o, addr, chaddr, "offered", now);
}

void oracle_ended(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now)
{
	struct oracle_holder *h = &o->holders[addr % ORACLE_HOLDERS];
	char a[16], m[18];

	fprintf(o->log, "E %s %s %.6f\n", wire_ip(addr, a), wire_mac(chaddr, m), now);
	if (!memcmp(h->chaddr, chaddr, 6))
		h->ended = h->gave_up = now;
}
