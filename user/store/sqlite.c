// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Leases in SQLite: one file in WAL mode with synchronous=FULL, one
 * transaction a commit, one fsync a transaction.
 *
 * What survives a crash of the daemon or the machine: every commit that
 * returned 0. A killed daemon's log is replayed when the file is opened next. A commit
 * that failed is rolled back; where the sync itself failed, its rows may still
 * be found after a crash that comes before the next good commit: rows nobody
 * was told of, which can only hold an address too long. That one writes them over: what it
 * says never rests on bytes whose sync failed (sqlite_log.c).
 *
 * The clock. Times in a row are CLOCK_BOOTTIME of the boot the row names, and
 * CLOCK_BOOTTIME starts anew with each boot. For a row of an older boot:
 *
 *  - What is still to run is its time less the boottime of that boot's newest
 *    commit, less what each boot in between surely lasted (from its first
 *    opening of the store to its newest commit: times are whole seconds, rounded
 *    down, so one less than their difference). Time that no commit
 *    witnessed is not counted, so a hold errs to the long side only.
 *  - It runs again from the end of `start`, the second in which this boot first opened
 *    the store, and not from second 0: a store that is moved to a machine that has
 *    long been up would otherwise find every promise run out. The newest
 *    commit of the older boot was before that on any machine, wherever in its second
 *    each was.
 *  - What has run out is 0; what never ends never ends.
 *  - A binding's slot went with the old boot unharvested, and XDP may have
 *    granted up to ack_until since the last look at it: so `promised` is then the
 *    latest of promised, granted_until and ack_until, and ack_until equals it, as for
 *    a lease that was never published. A HELD lease was harvested: it is
 *    held to the later of promised and granted_until. cltt is 0.
 *
 * A boot is the same only if it is also the newest that the store knows: a
 * store that went to another machine and came back is rebased even though the boot
 * id is known. All of this needs no write: a boot gets its row in its first commit,
 * and until then each opening computes the same or a later `start`.
 *
 * No wall clock decides anything: wall_offset serves the view `leases` only.
 */
#include "sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

_Static_assert(LEASE_FREE == 0 && LEASE_BOUND == 1 && LEASE_HELD == 3 && LEASE_DECLINED == 4,
	       "as the schema spells them");
_Static_assert(LEASE_END_RELEASED == 1 && LEASE_END_DECLINED == 2 && LEASE_END_EXPIRED == 3,
	       "as the schema spells them");
_Static_assert(XDHCP_FOREVER == 4294967295u, "as the schema spells it");

static struct sqlite_store *sqlite_of(struct store *store)
{
	return (struct sqlite_store *)store;
}

int sqlite_store_errno(sqlite3 *db)
{
	int sys = errno; /* SQLite keeps it of most calls, but not of COMMIT */

	if (sqlite3_system_errno(db))
		sys = sqlite3_system_errno(db);
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return sys > 0 ? -sys : -EACCES;
	case SQLITE_IOERR:
		/* A quota or a file size limit is a full disk to its owner. */
		if (sys == ENOSPC || sys == EDQUOT || sys == EFBIG)
			return -ENOSPC;
		return sys == EROFS ? -EROFS : -EIO;
	default: /* CORRUPT, NOTADB, a table or column that is not there */
		return -EUCLEAN;
	}
}

int sqlite_store_fail(struct sqlite_store *s, const char *doing)
{
	int r = sqlite_store_errno(s->db), code = sqlite3_errcode(s->db) & 0xff;
	bool io = code == SQLITE_IOERR;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		s->damaged = true;
	return store_fail(&s->base, r, "%s: %s: %s%s%s%s", s->path, doing, sqlite3_errmsg(s->db),
			  io ? " (" : "", io ? strerror(-r) : "", io ? ")" : "");
}

static int corrupt(struct sqlite_store *s, const char *what)
{
	return store_fail(&s->base, -EUCLEAN, "%s: %s", s->path, what);
}

/* Runs a statement that returns no rows; errno is the step's. */
static int run(sqlite3_stmt *stmt)
{
	int rc, err;

	errno = 0;
	rc = sqlite3_step(stmt);
	err = errno;
	sqlite3_reset(stmt);
	errno = err;
	return rc == SQLITE_DONE ? 0 : -1;
}

/* --- opening --- */

static bool column_u32(sqlite3_stmt *stmt, int column, uint32_t *ret_value)
{
	/* looked up once: a million leases have ten such columns each */
	sqlite3_value *value = sqlite3_column_value(stmt, column);
	sqlite3_int64 v = sqlite3_value_int64(value);

	if (v < 0 || v > UINT32_MAX || sqlite3_value_type(value) != SQLITE_INTEGER)
		return false;
	*ret_value = (uint32_t)v;
	return true;
}

static bool column_16_bytes(sqlite3_stmt *stmt, int column, uint8_t ret_bytes[16])
{
	const void *blob = sqlite3_column_blob(stmt, column);

	if (!blob || sqlite3_column_bytes(stmt, column) != 16)
		return false;
	memcpy(ret_bytes, blob, 16);
	return true;
}

static int read_meta(struct sqlite_store *s)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(s->db, SQLITE_STORE_READ_META, -1, &stmt, NULL) != SQLITE_OK)
		return sqlite_store_fail(s, "meta");
	if (sqlite3_step(stmt) != SQLITE_ROW || !column_16_bytes(stmt, 0, s->base.info.uuid) ||
	    sqlite3_column_int64(stmt, 1) < 0)
		r = corrupt(s, "table meta is empty or damaged");
	else
		s->base.info.newest_commit = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_finalize(stmt);
	return r;
}

static int read_boot(struct sqlite_store *s, sqlite3_stmt *stmt)
{
	struct sqlite_boot boot = {0}, *grown;

	if (sqlite3_column_int64(stmt, 0) != (sqlite3_int64)s->n_older + 1 ||
	    !column_16_bytes(stmt, 1, boot.boot_id) || !column_u32(stmt, 2, &boot.start) ||
	    !column_u32(stmt, 3, &boot.newest) || boot.newest < boot.start)
		return corrupt(s, "table boot is damaged");
	grown = reallocarray(s->older, s->n_older + 1, sizeof(*grown));
	if (!grown)
		return store_fail(&s->base, -ENOMEM, "no memory");
	s->older = grown;
	s->older[s->n_older++] = boot;
	return 0;
}

/* Which boot is this one, and what has passed on the clocks of the others? */
static int read_boots(struct sqlite_store *s, uint32_t now)
{
	sqlite3_stmt *stmt = NULL;
	uint64_t since = 0;
	int rc, r = 0;

	if (sqlite3_prepare_v2(s->db, SQLITE_STORE_READ_BOOTS, -1, &stmt, NULL) != SQLITE_OK)
		return sqlite_store_fail(s, "boots");
	while (r == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		r = read_boot(s, stmt);
	if (r == 0 && rc != SQLITE_DONE)
		r = sqlite_store_fail(s, "boots");
	sqlite3_finalize(stmt);
	if (r < 0)
		return r;

	s->start = now;
	if (s->n_older > 0 &&
	    memcmp(s->older[s->n_older - 1].boot_id, s->boot_id, sizeof(s->boot_id)) == 0)
		s->start = s->older[--s->n_older].start;
	for (size_t i = s->n_older; i-- > 0;) {
		s->older[i].elapsed = s->older[i].newest + since;
		if (s->older[i].newest > s->older[i].start)
			since += s->older[i].newest - s->older[i].start - 1;
	}
	return 0;
}

static int count_rows(struct sqlite_store *s)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(s->db, SQLITE_STORE_COUNT, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		r = sqlite_store_fail(s, "counting leases");
	else
		s->base.info.rows = (size_t)sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return r;
}

int sqlite_store_prepare(struct sqlite_store *s, uint32_t now)
{
	static const char *const sql[] = {
#define X(name, text) [SQLITE_STMT_##name] = text,
		SQLITE_STORE_STATEMENTS(X)
#undef X
	};
	int r;

	for (int i = 0; i < SQLITE_STMT_COUNT; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[i],
				       NULL) != SQLITE_OK)
			return sqlite_store_fail(s, "schema");
	r = read_meta(s);
	if (r == 0)
		r = read_boots(s, now);
	if (r == 0)
		r = count_rows(s);
	return r;
}

static void close_database(struct sqlite_store *s)
{
	for (int i = 0; i < SQLITE_STMT_COUNT; i++) {
		sqlite3_finalize(s->stmt[i]);
		s->stmt[i] = NULL;
	}
	sqlite3_close(s->db);
	s->db = NULL;
}

void sqlite_store_close_database(struct sqlite_store *s)
{
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	close_database(s);
}

void sqlite_store_free(struct sqlite_store *s)
{
	close_database(s);
	free(s->older);
	/* The pid in it is nobody's from here on; the file stays, or two could lock two. */
	if (s->lock_fd >= 0 && ftruncate(s->lock_fd, 0) == 0)
		fsync(s->lock_fd);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}

static void sqlite_close(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	sqlite_log_stop(s);
	sqlite_store_free(s);
}

/* --- commit --- */

#define PARAMETER(column) (SQLITE_LEASE_##column + 1)

static void bind_lease(sqlite3_stmt *stmt, const struct lease_row *row, size_t boot)
{
	const struct client *client = &row->client;

	/* Static binding: the rows outlive the step. Bind fails on nothing but misuse. */
	sqlite3_bind_int64(stmt, PARAMETER(addr), row->addr);
	sqlite3_bind_int64(stmt, PARAMETER(subnet_id), row->subnet_id);
	sqlite3_bind_int64(stmt, PARAMETER(generation), (sqlite3_int64)row->generation);
	sqlite3_bind_int(stmt, PARAMETER(state), row->state);
	sqlite3_bind_int(stmt, PARAMETER(ended), row->end);
	sqlite3_bind_blob(stmt, PARAMETER(chaddr), client->chaddr, sizeof(client->chaddr),
			  SQLITE_STATIC);
	if (client->client_id_len)
		sqlite3_bind_blob(stmt, PARAMETER(client_id), client->client_id,
				  client->client_id_len, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, PARAMETER(client_id));
	if (row->hostname[0])
		sqlite3_bind_text(stmt, PARAMETER(hostname), row->hostname, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, PARAMETER(hostname));
	sqlite3_bind_int64(stmt, PARAMETER(cltt), row->cltt);
	sqlite3_bind_int64(stmt, PARAMETER(lifetime), row->lifetime);
	sqlite3_bind_int64(stmt, PARAMETER(promised), row->promised);
	sqlite3_bind_int64(stmt, PARAMETER(granted_until), row->granted_until);
	sqlite3_bind_int64(stmt, PARAMETER(ack_until), row->ack_until);
	sqlite3_bind_int64(stmt, PARAMETER(boot), (sqlite3_int64)boot);
	if (row->giaddr)
		sqlite3_bind_int64(stmt, PARAMETER(giaddr), row->giaddr);
	else
		sqlite3_bind_null(stmt, PARAMETER(giaddr));
	if (row->agent_len)
		sqlite3_bind_blob(stmt, PARAMETER(agent), row->agent, row->agent_len,
				  SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, PARAMETER(agent));
}

static int write_head(struct sqlite_store *s, uint32_t now, uint64_t wall)
{
	sqlite3_stmt *meta = s->stmt[SQLITE_STMT_meta], *boot = s->stmt[SQLITE_STMT_boot];

	sqlite3_bind_int64(meta, 1, (sqlite3_int64)s->base.info.newest_commit + 1);
	if (run(meta) < 0)
		return sqlite_store_fail(s, "commit number");
	if (sqlite3_changes(s->db) != 1)
		return corrupt(s, "another program has written to the store");
	/* It says this second already, and a page less is written and synced. */
	if (s->boot_stored && s->boot_newest == now)
		return 0;
	sqlite3_bind_int64(boot, 1, (sqlite3_int64)s->n_older + 1);
	sqlite3_bind_blob(boot, 2, s->boot_id, sizeof(s->boot_id), SQLITE_STATIC);
	sqlite3_bind_int64(boot, 3, s->start);
	sqlite3_bind_int64(boot, 4, now);
	sqlite3_bind_int64(boot, 5, (sqlite3_int64)wall - now);
	return run(boot) < 0 ? sqlite_store_fail(s, "boot") : 0;
}

static int write_entries(struct sqlite_store *s, struct store_entry *entries, size_t n,
			 size_t *inserted)
{
	int expected = sqlite3_bind_parameter_index(s->stmt[SQLITE_STMT_update], ":expected");

	for (size_t i = 0; i < n; i++) {
		const struct store_change *change = entries[i].change;
		bool insert = change->expected_generation == 0;
		sqlite3_stmt *stmt = s->stmt[insert ? SQLITE_STMT_insert : SQLITE_STMT_update];

		if (store_entry_follows_refused(entries, i)) {
			entries[i].refused = true;
			continue;
		}
		bind_lease(stmt, change->row, s->n_older + 1);
		if (!insert)
			sqlite3_bind_int64(stmt, expected,
					   (sqlite3_int64)change->expected_generation);
		if (run(stmt) < 0)
			return sqlite_store_fail(s, "lease");
		if (sqlite3_changes(s->db) == 0)
			entries[i].refused = true;
		else
			*inserted += insert;
	}
	return 0;
}

static void roll_back(struct sqlite_store *s)
{
	/* SQLite may already have done it; one that fails is tried again by the next commit. */
	if (!sqlite3_get_autocommit(s->db))
		(void)run(s->stmt[SQLITE_STMT_rollback]);
}

static int transact(struct sqlite_store *s, struct store_entry *entries, size_t n, uint32_t now,
		    uint64_t wall, size_t *ret_inserted)
{
	int r;

	roll_back(s);
	if (run(s->stmt[SQLITE_STMT_begin]) < 0)
		return sqlite_store_fail(s, "begin");
	r = write_head(s, now, wall);
	if (r == 0)
		r = write_entries(s, entries, n, ret_inserted);
	if (r == 0 && run(s->stmt[SQLITE_STMT_commit]) < 0)
		r = sqlite_store_fail(s, "commit");
	if (r < 0)
		roll_back(s);
	return r;
}

static int sqlite_commit(struct store *store, struct store_entry *entries, size_t n, uint32_t now,
			 uint64_t wall)
{
	struct sqlite_store *s = sqlite_of(store);
	size_t inserted = 0;
	int r = sqlite_log_check(s, now);

	if (r < 0)
		return r;
	r = transact(s, entries, n, now, wall, &inserted);
	s->boot_stored = r == 0;
	s->boot_newest = now;
	if (r == 0) {
		store->info.newest_commit++;
		store->info.rows += inserted;
	}
	sqlite_log_after(s, r, now);
	return r;
}

/* --- load --- */

/* An older boot's time on this boot's clock. */
static uint32_t carry(const struct sqlite_store *s, const struct sqlite_boot *boot, uint32_t t)
{
	uint64_t carried;

	if (t == XDHCP_FOREVER)
		return t;
	if (t <= boot->elapsed)
		return 0;
	carried = s->start + 1 + (t - boot->elapsed);
	return carried < XDHCP_FOREVER ? (uint32_t)carried : XDHCP_FOREVER - 1;
}

static void rebase(const struct sqlite_store *s, const struct sqlite_boot *boot,
		   struct lease_row *row)
{
	uint32_t until = row->promised;

	if (row->state == LEASE_BOUND || row->state == LEASE_HELD)
		until = later(until, row->granted_until);
	if (row->state == LEASE_BOUND)
		until = row->ack_until = later(until, row->ack_until);
	row->promised = carry(s, boot, until);
	row->granted_until = carry(s, boot, row->granted_until);
	row->ack_until = carry(s, boot, row->ack_until);
	row->cltt = 0;
}

static bool column_client(sqlite3_stmt *stmt, struct client *client)
{
	const void *chaddr = sqlite3_column_blob(stmt, SQLITE_LEASE_chaddr);
	const void *id = sqlite3_column_blob(stmt, SQLITE_LEASE_client_id);
	int id_len = sqlite3_column_bytes(stmt, SQLITE_LEASE_client_id);

	if (!chaddr || sqlite3_column_bytes(stmt, SQLITE_LEASE_chaddr) != sizeof(client->chaddr) ||
	    id_len > (int)sizeof(client->client_id))
		return false;
	memcpy(client->chaddr, chaddr, sizeof(client->chaddr));
	if (id)
		memcpy(client->client_id, id, (size_t)id_len);
	client->client_id_len = (uint8_t)id_len;
	return true;
}

/* Of a direct client both are NULL. */
static bool column_relay(sqlite3_stmt *stmt, struct lease_row *row)
{
	const void *agent = sqlite3_column_blob(stmt, SQLITE_LEASE_agent);
	int agent_len = sqlite3_column_bytes(stmt, SQLITE_LEASE_agent);

	if ((sqlite3_column_type(stmt, SQLITE_LEASE_giaddr) != SQLITE_NULL &&
	     !column_u32(stmt, SQLITE_LEASE_giaddr, &row->giaddr)) ||
	    agent_len > (int)sizeof(row->agent))
		return false;
	if (agent)
		memcpy(row->agent, agent, (size_t)agent_len);
	row->agent_len = (uint8_t)agent_len;
	return true;
}

static bool column_lease(sqlite3_stmt *stmt, struct lease_row *row, uint32_t *ret_boot)
{
	const char *hostname = (const char *)sqlite3_column_text(stmt, SQLITE_LEASE_hostname);
	int hostname_len = sqlite3_column_bytes(stmt, SQLITE_LEASE_hostname);
	uint32_t state, end;

	row->generation = (uint64_t)sqlite3_column_int64(stmt, SQLITE_LEASE_generation);
	if (!column_u32(stmt, SQLITE_LEASE_addr, &row->addr) ||
	    !column_u32(stmt, SQLITE_LEASE_subnet_id, &row->subnet_id) ||
	    sqlite3_column_int64(stmt, SQLITE_LEASE_generation) <= 0 ||
	    !column_u32(stmt, SQLITE_LEASE_state, &state) ||
	    !column_u32(stmt, SQLITE_LEASE_ended, &end) || !column_client(stmt, &row->client) ||
	    !column_u32(stmt, SQLITE_LEASE_cltt, &row->cltt) ||
	    !column_u32(stmt, SQLITE_LEASE_lifetime, &row->lifetime) ||
	    !column_u32(stmt, SQLITE_LEASE_promised, &row->promised) ||
	    !column_u32(stmt, SQLITE_LEASE_granted_until, &row->granted_until) ||
	    !column_u32(stmt, SQLITE_LEASE_ack_until, &row->ack_until) ||
	    !column_u32(stmt, SQLITE_LEASE_boot, ret_boot) || !column_relay(stmt, row))
		return false;
	if ((state != LEASE_FREE && state != LEASE_BOUND && state != LEASE_HELD &&
	     state != LEASE_DECLINED) ||
	    end > LEASE_END_EXPIRED || hostname_len >= (int)sizeof(row->hostname))
		return false;
	row->state = (uint8_t)state;
	row->end = (uint8_t)end;
	if (hostname)
		memcpy(row->hostname, hostname, (size_t)hostname_len);
	return true;
}

static int load_row(struct sqlite_store *s, sqlite3_stmt *stmt,
		    int (*fn)(void *arg, const struct lease_row *row), void *arg)
{
	struct lease_row row = {0};
	uint32_t boot;

	if (!column_lease(stmt, &row, &boot) || boot == 0 || boot > s->n_older + 1)
		return store_fail(
			&s->base, -EUCLEAN,
			"%s: the lease with addr = %lld is damaged: mend or delete its row",
			s->path, (long long)sqlite3_column_int64(stmt, SQLITE_LEASE_addr));
	if (boot <= s->n_older)
		rebase(s, &s->older[boot - 1], &row);
	return fn(arg, &row);
}

static int sqlite_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row),
		       void *arg)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *stmt = s->stmt[SQLITE_STMT_load];
	sqlite3_int64 before = -1;
	int rc = SQLITE_OK, r = s->db ? 0 : -EUCLEAN; /* base.error says why it was closed */

	while (r >= 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		sqlite3_int64 addr = sqlite3_column_int64(stmt, SQLITE_LEASE_addr);

		/* They come as they lie: pages that were mixed up show here. */
		r = addr > before ? load_row(s, stmt, fn, arg)
				  : corrupt(s, "leases are out of order: pages are mixed up");
		before = addr;
	}
	if (r >= 0)
		r = rc == SQLITE_DONE ? 0 : sqlite_store_fail(s, "reading leases");
	sqlite3_reset(stmt);
	if (r == -EUCLEAN) /* it stays as it is, its log beside it */
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return r;
}

const struct store_ops sqlite_store_ops = {
	.load = sqlite_load,
	.commit = sqlite_commit,
	.close = sqlite_close,
};
