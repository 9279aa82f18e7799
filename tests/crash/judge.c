// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See judge.h. */
#include <stdarg.h>

#include "judge.h"

#define MIGHT_LAST 5.0 /* seconds after which no request of before is still answered */

struct judge judge;

void violation(const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	oracle_violation(&judge.oracle, "%s", text);
}

void judge_mac(int client, uint8_t ret_mac[6])
{
	const uint8_t mac[6] = {2, judge.seed, 0, 0, (uint8_t)(client >> 8), (uint8_t)client};

	memcpy(ret_mac, mac, 6);
}

int judge_client(const uint8_t mac[6])
{
	int client = mac[4] << 8 | mac[5];
	uint8_t ours[6];

	judge_mac(client, ours);
	return memcmp(mac, ours, 6) ? -1 : client;
}

bool judge_holds(int client, uint32_t addr, double at)
{
	uint8_t mac[6];

	judge_mac(client, mac);
	return oracle_holds(&judge.oracle, addr, mac, at);
}

static const char *name_of(int client, char text[18])
{
	uint8_t mac[6];

	judge_mac(client, mac);
	return wire_mac(mac, text);
}

/* --- configurations --- */

void judge_may(unsigned variant)
{
	judge.may |= 1u << variant;
	judge.might |= 1u << variant;
}

void judge_settled(unsigned variant, double now)
{
	judge.might = judge.may | (now < judge.since + MIGHT_LAST ? judge.might : 0);
	judge.may = 1u << variant;
	judge.since = now;
}

static unsigned in_force(double sent)
{
	return sent < judge.since ? judge.might | judge.may : judge.may;
}

static bool in_pool(const struct variant *v, uint32_t addr)
{
	return addr >= v->first && addr <= v->last;
}

bool judge_may_lack(uint32_t addr, double sent)
{
	for (unsigned i = 0; i < judge.n_variants; i++)
		if (in_force(sent) & 1u << i && !in_pool(&judge.variants[i], addr))
			return true;
	return false;
}

static void check_variant(const struct asked *asked, const struct wire_reply *r)
{
	char a[16], router[16], m[18];

	for (unsigned i = 0; i < judge.n_variants; i++) {
		const struct variant *v = &judge.variants[i];

		if (in_force(asked->sent) & 1u << i && in_pool(v, r->yiaddr) &&
		    r->lifetime == v->lifetime && r->router == v->router)
			return;
	}
	if (judge.n_variants)
		violation("%s to %s for %u s with router %s: so says no configuration that "
			  "may be in force (set %#x)",
			  wire_ip(r->yiaddr, a), name_of(asked->client, m), r->lifetime,
			  wire_ip(r->router, router), in_force(asked->sent));
}

/* --- replies --- */

static void check_times(const struct asked *asked, const struct wire_reply *r)
{
	char m[18];

	/* RFC 2131 4.4.5: T1 is before T2, and T2 before the end of the lease. */
	if (!r->lifetime || (r->t1 && r->t1 >= r->lifetime) || (r->t2 && r->t2 >= r->lifetime) ||
	    (r->t1 && r->t2 && r->t1 >= r->t2))
		violation("%s gets lifetime %u, T1 %u, T2 %u", name_of(asked->client, m),
			  r->lifetime, r->t1, r->t2);
}

static void check_decline(const struct asked *asked, uint32_t addr)
{
	const struct judge_decline *d = &judge.declines[addr % ORACLE_HOLDERS];
	char a[16], m[18];

	if (d->addr == addr && d->life && d->life == asked->life && d->sent < asked->sent &&
	    asked->sent < d->sent + judge.quarantine)
		violation("%s, declined at %.3f, is offered to %s, who asked at %.3f",
			  wire_ip(addr, a), d->sent, name_of(asked->client, m), asked->sent);
}

void judge_reply(const struct asked *asked, const struct wire_reply *r)
{
	static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	const char *type = wire_types[r->type <= WIRE_INFORM ? r->type : 0];
	const char *wrong = NULL;
	char m[18];

	if (!judge.server)
		judge.server = r->server_id;

	if (!r->sums_good)
		wrong = "a bad checksum";
	else if (!r->server_id || (judge.server && r->server_id != judge.server))
		wrong = "another server identifier";
	else if (r->src != r->server_id)
		wrong = "a source that is not the server";
	else if (memcmp(r->dmac, r->chaddr, 6) != 0 && memcmp(r->dmac, broadcast, 6) != 0)
		wrong = "another's MAC";
	else if (r->giaddr || r->port != 68)
		wrong = "a relay's address or port";
	else if (r->type == WIRE_NAK && (r->yiaddr || r->lifetime))
		wrong = "an address or a lifetime in a NAK";
	else if (r->type == WIRE_ACK && r->yiaddr != asked->addr)
		wrong = "an address that was not asked for";
	else if (r->type == WIRE_ACK && r->ciaddr != asked->ciaddr)
		wrong = "another ciaddr than the request's";
	else if (r->type == WIRE_OFFER && !r->yiaddr)
		wrong = "no address";
	if (wrong)
		violation("%s to %s has %s", type, name_of(asked->client, m), wrong);
	if (r->type == WIRE_NAK)
		return;
	check_times(asked, r);
	check_variant(asked, r);
	if (r->type == WIRE_OFFER)
		check_decline(asked, r->yiaddr);
}

void judge_decline(uint32_t addr, double sent, unsigned life)
{
	judge.declines[addr % ORACLE_HOLDERS] = (struct judge_decline){addr, sent, life};
}

void judge_nak(const struct asked *asked, double at)
{
	const struct oracle_holder *h = oracle_running(&judge.oracle, asked->addr, at);
	char a[16], m[18];

	/* What was asked for before the promise was made is not judged by it. */
	if (!h || judge_client(h->chaddr) != asked->client || asked->sent < h->sent ||
	    judge_may_lack(asked->addr, asked->sent))
		return;
	violation("%s refused to %s at %.3f, who holds it until %.3f", wire_ip(asked->addr, a),
		  name_of(asked->client, m), at, h->until);
}
