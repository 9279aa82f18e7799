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

double oracle_promised(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double sent,
		       double now, uint32_t lifetime)
{
	struct oracle_holder *h = &o->holders[addr & 0xffff];
	double until = lifetime == UINT32_MAX ? 1e18 : sent + lifetime;
	bool same = !memcmp(h->chaddr, chaddr, 6);
	static const uint8_t nobody[6];
	char a[16], m[2][18];

	fprintf(o->log, "P %s %s %.6f %.6f %.6f\n", wire_ip(addr, a), wire_mac(chaddr, m[0]), sent,
		now, until);
	if (!same && memcmp(h->chaddr, nobody, 6)) {
		o->wandered++;
		if (h->until > now)
			oracle_violation(o,
					 "%s promised to %s at %.3f while %s holds it until %.3f",
					 a, m[0], now, wire_mac(h->chaddr, m[1]), h->until);
	}
	if (!same || until > h->until) {
		memcpy(h->chaddr, chaddr, 6);
		h->until = until;
	}
	return until;
}

void oracle_ended(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now)
{
	struct oracle_holder *h = &o->holders[addr & 0xffff];
	char a[16], m[18];

	fprintf(o->log, "E %s %s %.6f\n", wire_ip(addr, a), wire_mac(chaddr, m), now);
	if (!memcmp(h->chaddr, chaddr, 6))
		h->until = now;
}
