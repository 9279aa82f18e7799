// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a store must hold; see store_truth.h. */
#include "store_truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi.h"

void truth_boot_id(unsigned boot, uint8_t ret_id[16])
{
	memset(ret_id, 0x5a, 16);
	ret_id[0] = (uint8_t)boot;
}

void truth_commit(struct truth *t, unsigned boot, int64_t start, int64_t now,
		  const struct store_change *changes, size_t n, bool *refused)
{
	struct truth_boot *b = &t->boots[boot];
	bool stop[TRUTH_ADDRS] = {false};

	t->newest_commit++;
	if (!b->known)
		b->start = b->newest = start;
	b->known = true;
	if (now > b->newest)
		b->newest = now;
	for (size_t i = 0; i < n; i++) {
		uint32_t at = changes[i].row->addr - TRUTH_ADDR;
		struct truth_row *row = &t->at[at];
		uint64_t there = row->known ? row->row.generation : 0;

		refused[i] = stop[at] || changes[i].expected_generation != there;
		stop[at] = refused[i];
		if (refused[i])
			continue;
		row->known = true;
		row->boot = boot;
		row->row = *changes[i].row;
	}
}

struct comparison {
	const struct truth *t;
	unsigned boot;
	int64_t start;
	char *what;
	size_t what_len;
};

#define SAY(c, ...) (snprintf((c)->what, (c)->what_len, __VA_ARGS__), false)

/* What has surely passed since a boot's newest commit when this one began to count. */
static int64_t witnessed_since(const struct comparison *c, unsigned boot)
{
	int64_t sum = 0;

	/* As both are rounded down, a second less is sure. */
	for (unsigned i = boot + 1; i < c->boot; i++)
		if (c->t->boots[i].known && c->t->boots[i].newest > c->t->boots[i].start)
			sum += c->t->boots[i].newest - c->t->boots[i].start - 1;
	return sum;
}

/*
 * A time `t` of an older boot's row and what it was read as. It must not be over before it is
 * over; and it may last longer by the time that nobody has witnessed, and by the second in which
 * the boot opened the store, but no more.
 */
static bool time_matches(const struct comparison *c, const struct truth_row *row, uint32_t t,
			 uint32_t read, const char *name)
{
	const struct truth_boot *then = &c->t->boots[row->boot], *now = &c->t->boots[c->boot];
	int64_t witnessed = witnessed_since(c, row->boot), end = then->zero + t;
	int64_t unwitnessed = c->start - then->newest - witnessed;

	if (t == XDHCP_FOREVER || read == XDHCP_FOREVER)
		return read == t || SAY(c, "%u: %s never ends, or does it?", row->row.addr, name);
	if (read == 0)
		return end <= then->newest + witnessed ||
		       SAY(c, "%u: %s has run out %" PRId64 " s early", row->row.addr, name,
			   end - c->start);
	if (now->zero + read < end)
		return SAY(c, "%u: %s ends %" PRId64 " s early", row->row.addr, name,
			   end - now->zero - read);
	if (now->zero + read > end + unwitnessed + 1)
		return SAY(c, "%u: %s ends %" PRId64 " s late, %" PRId64 " of them witnessed",
			   row->row.addr, name, now->zero + read - end,
			   now->zero + read - end - unwitnessed - 1);
	return true;
}

static bool times_match(const struct comparison *c, const struct truth_row *row,
			const struct lease_row *read)
{
	const struct lease_row *want = &row->row;
	uint32_t until = want->promised, credit = want->ack_until;

	if (row->boot == c->boot)
		return (want->cltt == read->cltt && want->promised == read->promised &&
			want->granted_until == read->granted_until &&
			want->ack_until == read->ack_until) ||
		       SAY(c, "%u: other times than were stored", want->addr);
	if (want->state == LEASE_BOUND || want->state == LEASE_HELD)
		until = later(until, want->granted_until);
	if (want->state == LEASE_BOUND)
		credit = until = later(until, want->ack_until);
	return time_matches(c, row, until, read->promised, "promised") &&
	       time_matches(c, row, want->granted_until, read->granted_until, "granted_until") &&
	       time_matches(c, row, credit, read->ack_until, "ack_until");
}

static bool row_matches(const struct comparison *c, const struct truth_row *row,
			const struct lease_row *read)
{
	const struct lease_row *want = &row->row;

	if (want->generation != read->generation)
		return SAY(c, "%u: generation %" PRIu64 " instead of %" PRIu64, want->addr,
			   read->generation, want->generation);
	if (want->state != read->state || want->end != read->end ||
	    want->subnet_id != read->subnet_id || want->lifetime != read->lifetime ||
	    want->giaddr != read->giaddr || want->agent_len != read->agent_len ||
	    want->client.client_id_len != read->client.client_id_len ||
	    memcmp(&want->client, &read->client, sizeof(want->client)) ||
	    memcmp(want->agent, read->agent, sizeof(want->agent)) ||
	    strcmp(want->hostname, read->hostname))
		return SAY(c, "%u: another lease than was stored", want->addr);
	return times_match(c, row, read);
}

bool truth_matches(const struct truth *t, unsigned boot, int64_t start,
		   const struct store_info *info, const struct lease_row *rows, size_t n,
		   char *what, size_t what_len)
{
	struct comparison c = {t, boot, start, what, what_len};
	size_t at = 0;

	if (t->made && memcmp(info->uuid, t->uuid, sizeof(t->uuid)))
		return SAY(&c, "another store");
	if (info->newest_commit != t->newest_commit)
		return SAY(&c, "commit %" PRIu64 " instead of %" PRIu64, info->newest_commit,
			   t->newest_commit);
	for (size_t i = 0; i < TRUTH_ADDRS; i++) {
		const struct truth_row *row = &t->at[i];

		if (!row->known)
			continue;
		if (at == n || rows[at].addr != TRUTH_ADDR + i)
			return SAY(&c, "%zu: lost", i);
		if (!row_matches(&c, row, &rows[at++]))
			return false;
	}
	return at == n || SAY(&c, "%u: came from nowhere", rows[at].addr);
}
