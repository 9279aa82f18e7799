// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two truths meet at start: the store's rows and what XDP has granted in the
 * slots. Every row is merged with its slot before it is used, and what the
 * merge changed is committed before any reply.
 *
 *  - same generation and client: the grant counts; an open slot stays in service.
 *    Credit is the smaller of the two: the slot's is lowered to the store's. Where that is because
 *    an orderly stop gave it back, the first sweep restores it: nobody waits at a start
 *    for as many rows to be written as there are leases.
 *  - a row that was published, and its slot is gone: promised until ack_until.
 *  - a slot the store does not know (another store, an older copy, a lost row): its
 *    address is held in the store until all the slot may have promised has passed.
 *
 * With foreign maps (another ABI, too small) the links pass everything by now; what was
 * granted from them is committed, then they are replaced; with the fast path switched off they are
 * removed. A crash anywhere here repeats it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "form.h"

/* A loaded lease that the store shall have as it is now. */
struct changed {
	uint32_t addr;
	uint64_t expected_generation;
};

struct adoption {
	struct daemon *d;
	enum fastpath_found found;
	bool distrust; /* the store is not the one these maps were filled from */
	uint32_t now;
	struct fastpath_grant *grants; /* by address */
	size_t n_grants, room;
	struct changed *changed; /* to be committed; there may be as many as leases */
	size_t n_changed, changed_room;
	uint64_t highest; /* generation */
	size_t rows;	  /* of the store's, loaded */
	size_t adopted, held, gone, lowered;
};

static int keep_grant(void *arg, const struct fastpath_grant *grant)
{
	struct adoption *a = arg;

	if (a->n_grants == a->room) {
		size_t room = a->room ? a->room * 2 : 1024;
		void *more = realloc(a->grants, room * sizeof(*a->grants));

		if (!more)
			return -ENOMEM;
		a->grants = more;
		a->room = room;
	}
	a->grants[a->n_grants++] = *grant;
	return 0;
}

static int by_addr(const void *a, const void *b)
{
	const struct fastpath_grant *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static const struct fastpath_grant *grant_of(const struct adoption *a, uint32_t addr)
{
	struct fastpath_grant key = {.addr = addr};

	if (!a->n_grants)
		return NULL;
	return bsearch(&key, a->grants, a->n_grants, sizeof(key), by_addr);
}

static int commit_changed(struct adoption *a)
{
	struct commit_row *rows = a->n_changed ? calloc(COMMIT_MAX, sizeof(*rows)) : NULL;
	int r = a->n_changed && !rows ? -ENOMEM : 0;

	start_phase(a->d, START_COMMIT, a->n_changed);
	for (size_t at = 0; r == 0 && at < a->n_changed; at += COMMIT_MAX) {
		size_t n = a->n_changed - at < COMMIT_MAX ? a->n_changed - at : COMMIT_MAX;

		start_progress(a->d, at);
		for (size_t i = 0; i < n; i++) {
			const struct changed *changed = &a->changed[at + i];

			lease_row(lease_at(a->d->leases, changed->addr), &rows[i].row);
			rows[i].expected_generation = changed->expected_generation;
		}
		r = commit_rows(a->d, rows, n);
	}
	free(rows);
	if (r == 0)
		start_phase_done(a->d, a->n_changed);
	return r;
}

/* The row that is loaded, or will be at once, is to be committed. */
static int to_commit(struct adoption *a, uint32_t addr, uint64_t expected)
{
	if (a->n_changed == a->changed_room) {
		size_t room = a->changed_room ? a->changed_room * 2 : 256;
		void *more = realloc(a->changed, room * sizeof(*a->changed));

		if (!more)
			return -ENOMEM;
		a->changed = more;
		a->changed_room = room;
	}
	a->changed[a->n_changed++] = (struct changed){.addr = addr,
						      .expected_generation = expected};
	return 0;
}

static bool same_lease(uint64_t generation, const uint8_t chaddr[6],
		       const struct fastpath_grant *grant)
{
	return grant && grant->generation == (uint32_t)generation &&
	       !memcmp(grant->chaddr, chaddr, sizeof(grant->chaddr));
}

/* All that a slot of unknown origin may have promised, by XDP or by the daemon that filled it. */
static uint32_t may_have_promised(const struct fastpath_grant *grant)
{
	return later(grant->granted_until, grant->ack_until);
}

static void hold(struct lease_row *row, const struct fastpath_grant *grant, uint64_t generation)
{
	row->generation = generation;
	row->promised = later(row->promised, may_have_promised(grant));
	row->granted_until = later(row->granted_until, grant->granted_until);
	row->ack_until = row->promised;
	if (row->state == LEASE_DECLINED)
		return; /* still quarantined, now at least as long */
	row->state = LEASE_HELD;
	row->end = LEASE_END_NONE;
	lease_row_forget_client(row);
	memcpy(row->client.chaddr, grant->chaddr, sizeof(row->client.chaddr));
}

/*
 * The slot of this very lease: *row takes its grant. true: the store is to have it so. Of a slot
 * that stays, a grant within the stored credit needs no row, as in the sweep: the slot has it still
 * after a crash, or else the credit bounds it.
 */
static bool merge_same(struct adoption *a, struct lease_row *row,
		       const struct fastpath_grant *grant)
{
	struct lease_row before = *row;

	row->granted_until = later(row->granted_until, grant->granted_until);
	row->cltt = later(row->cltt, grant->last);
	if (a->distrust)
		row->promised = later(row->promised, may_have_promised(grant));
	if (a->found != FASTPATH_FOREIGN && !a->distrust)
		return row->granted_until > later(row->promised, row->ack_until);
	row->ack_until = later(row->promised, row->granted_until);
	return before.granted_until != row->granted_until || before.promised != row->promised ||
	       before.ack_until != row->ack_until;
}

static void log_conflict(const struct lease_row *row, const struct fastpath_grant *grant)
{
	char addr[DHCP_ADDR_STR], theirs[DHCP_MAC_STR], ours[DHCP_MAC_STR];

	log_error("%s: the fast path has answered %s, the store says %s; the store's is kept",
		  dhcp_addr_str(row->addr, addr), dhcp_mac_str(grant->chaddr, theirs),
		  dhcp_mac_str(row->client.chaddr, ours));
}

static int load_row(void *arg, const struct lease_row *stored)
{
	struct adoption *a = arg;
	const struct fastpath_grant *grant = grant_of(a, stored->addr);
	struct lease_row row = *stored;
	int r = 0;

	start_progress(a->d, ++a->rows);
	if (row.generation > a->highest)
		a->highest = row.generation;
	if (row.state == LEASE_BOUND && same_lease(row.generation, row.client.chaddr, grant)) {
		if (merge_same(a, &row, grant))
			r = to_commit(a, row.addr, stored->generation);
		return r < 0 ? r : lease_load(a->d->leases, &row);
	}
	/* Its slot is gone unharvested, whatever else stands in its place. */
	if (row.state == LEASE_BOUND && row.ack_until > row.promised) {
		row.promised = row.ack_until;
		a->gone++;
	}
	if (grant && !a->distrust && row.state == LEASE_BOUND && grant->open) {
		/* Never by this daemon's order of things. The store's client keeps its lease; the
		 * slot is closed by adopt_slot(). */
		log_conflict(&row, grant);
	} else if (grant && (grant->open || a->distrust) && may_have_promised(grant) > a->now) {
		hold(&row, grant, row.generation + 1);
		a->held++;
		r = to_commit(a, row.addr, stored->generation);
	}
	return r < 0 ? r : lease_load(a->d->leases, &row);
}

/* Slots whose address the store has no row for. */
static int hold_unknown(struct adoption *a)
{
	for (size_t i = 0; i < a->n_grants; i++) {
		const struct fastpath_grant *grant = &a->grants[i];
		const struct subnet *subnet;
		struct lease_row row;
		int r;

		if (lease_at(a->d->leases, grant->addr) || (!grant->open && !a->distrust) ||
		    may_have_promised(grant) <= a->now)
			continue;
		subnet = model_subnet_of(&a->d->config->model, grant->addr);
		row = (struct lease_row){.addr = grant->addr,
					 .subnet_id = subnet ? subnet->id : 0,
					 .cltt = grant->last};
		hold(&row, grant, ++a->highest);
		a->held++;
		r = to_commit(a, row.addr, 0);
		if (r == 0)
			r = lease_load(a->d->leases, &row);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Every form's template is indexed again, or the slot does not stay open. */
static bool adopt_templates(struct daemon *d, const struct slot *slot)
{
	uint32_t n;

	fastpath_templates(d->fp, &n);
	for (unsigned i = 0; i < XDHCP_FORMS; i++) {
		uint32_t at = form_template(slot->forms[i]);

		if (slot->forms[i] &&
		    (!at || at >= n || template_index_adopt(d->templates, at) < 0))
			return false;
	}
	return true;
}

static void adopt_slot(struct adoption *a, const struct fastpath_grant *grant)
{
	struct daemon *d = a->d;
	struct lease *lease = lease_at(d->leases, grant->addr);
	uint32_t index;
	struct slot *slot = fastpath_slot(d->fp, grant->addr, false, &index);

	if (!slot || !slot_is_open(slot))
		return;
	if (!lease || lease->state != LEASE_BOUND ||
	    !same_lease(lease->generation, lease->chaddr, grant) || !adopt_templates(d, slot)) {
		slot_close(slot);
		return;
	}
	if (slot_get_credit(slot) > lease->ack_until) {
		slot_credit(slot, lease->ack_until);
		a->lowered++;
	}
	set_published(d, lease, true);
	d->hits_logged[index] = (uint32_t)slot->hits;
	a->adopted++;
}

static void close_all(struct adoption *a)
{
	for (size_t i = 0; i < a->n_grants; i++) {
		struct slot *slot = fastpath_slot(a->d->fp, a->grants[i].addr, false, NULL);

		if (slot && slot_is_open(slot))
			slot_close(slot);
	}
}

static int harvest(struct adoption *a)
{
	int r = fastpath_harvest(a->d->fp, keep_grant, a);

	if (r == 0 && a->n_grants)
		qsort(a->grants, a->n_grants, sizeof(*a->grants), by_addr);
	return r;
}

/*
 * Were the maps filled from another store, or from a newer state of this one? Until all they know
 * is committed they are no store's: the commits number the store up, and a start after a crash
 * between them must not take it for theirs.
 */
static void recognise(struct adoption *a, const struct store_info *store)
{
	struct meta *meta = a->found == FASTPATH_FRESH ? NULL : fastpath_meta(a->d->fp);
	bool other;

	if (!meta)
		return;
	other = memcmp(meta->store_uuid, store->uuid, sizeof(store->uuid)) != 0;
	a->distrust = other || meta->newest_commit > store->newest_commit;
	if (!a->distrust)
		return;
	log_warning("the store is %s than the one the fast path was filled from: what XDP may have "
		    "promised is held first",
		    other ? "another" : "older");
	memset(meta->store_uuid, 0, sizeof(meta->store_uuid));
}

/* XDP answers no more from slots that hold what this store knows nothing of. */
static int close_distrusted(struct adoption *a)
{
	if (harvest(a) < 0)
		return -EIO;
	close_all(a);
	a->n_grants = 0;
	return fastpath_barrier(a->d->fp);
}

/* The fast path is configured off: what an earlier run left attached stops, then is harvested. */
static int retire(struct adoption *a)
{
	int r = fastpath_prune(a->d->fp, NULL, 0);

	if (r >= 0)
		r = fastpath_barrier(a->d->fp);
	if (r < 0)
		log_error("cannot detach the fast path: %s", strerror(-r));
	a->found = FASTPATH_FOREIGN;
	return r;
}

/* What the maps knew is in the store. */
static int remove_pins(const struct adoption *a)
{
	char why[256];
	int r = fastpath_remove(a->d->config->fast_path.pin_path, why, sizeof(why));

	if (r < 0)
		log_error("cannot remove the fast path's pins: %s", why);
	return r;
}

static int merge(struct adoption *a, const struct store_info *store)
{
	struct daemon *d = a->d;
	int r;

	start_phase(d, START_LOAD, store->rows);
	r = d->fp ? harvest(a) : 0;
	if (r == 0)
		r = store_load(d->store, load_row, a);
	if (r == -EUCLEAN)
		log_error("store %s: %s: nothing was changed; restore a copy, or save what "
			  "sqlite3's .dump still reads",
			  d->config->lease_database, store_error(d->store));
	if (r == 0)
		r = hold_unknown(a);
	if (r < 0)
		return r;
	start_phase_done(d, lease_count(d->leases));
	return commit_changed(a);
}

static int take_over(struct adoption *a, const struct store_info *store)
{
	struct daemon *d = a->d;
	struct meta *meta;
	struct template *templates;
	char why[256];
	uint32_t n;
	int r;

	if (a->found == FASTPATH_FOREIGN) {
		r = fastpath_replace(d->fp, why, sizeof(why));
		if (r < 0) {
			log_error("cannot replace the fast path's maps: %s", why);
			return r;
		}
		if (sweep_start(d) < 0 || collect_start(d) < 0)
			return -ENOMEM;
	}
	templates = fastpath_templates(d->fp, &n);
	r = template_index_new(templates, n, &d->templates);
	if (r < 0)
		return r;
	if (a->found == FASTPATH_ADOPTED) {
		for (size_t i = 0; i < a->n_grants; i++) {
			adopt_slot(a, &a->grants[i]);
			start_progress(d, i + 1);
		}
		d->sweep_restores = a->lowered > 0;
		/* A slot that a crash left closed may be written only after this. Nor does any
		 * program run on that goes by the credit of before; until then answer_until bounds
		 * it. */
		r = fastpath_barrier(d->fp);
		if (r < 0)
			return r;
	}
	meta = fastpath_meta(d->fp);
	memcpy(meta->store_uuid, store->uuid, sizeof(meta->store_uuid));
	__atomic_store_n(&meta->newest_commit, d->newest_commit, __ATOMIC_RELEASE);
	return 0;
}

int adopt(struct daemon *d, enum fastpath_found found)
{
	struct adoption a = {.d = d, .found = found, .now = boot_seconds()};
	bool off = d->config->fast_path.mode == FAST_PATH_OFF;
	struct store_info store;
	int r = 0;

	store_info(d->store, &store);
	d->newest_commit = store.newest_commit;
	if (d->fp)
		recognise(&a, &store);
	if (d->fp && off)
		r = retire(&a);
	else if (a.distrust && found == FASTPATH_ADOPTED)
		r = close_distrusted(&a);
	if (r == 0)
		r = merge(&a, &store);
	if (r == 0)
		start_phase(d, START_ADOPT, a.n_grants);
	if (r == 0 && d->fp)
		r = off ? remove_pins(&a) : take_over(&a, &store);
	if (r == 0)
		start_phase_done(d, a.adopted);
	if (r == 0)
		log_notice("%zu leases loaded; fast path: %zu slots adopted, %zu addresses held, "
			   "%zu promised to the end of their credit",
			   lease_count(d->leases), a.adopted, a.held, a.gone);
	free(a.grants);
	free(a.changed);
	return r;
}
