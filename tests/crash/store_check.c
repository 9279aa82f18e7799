// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * I1 from outside: what has been promised on the wire is in the store. A dead daemon's store is
 * copied with its log and read there, so that the next daemon finds it as the crash has left it.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "judge.h"
#include "subject.h"

#define STATE_BOUND 1
#define STATE_HELD  3

static struct row {
	bool there;
	uint8_t chaddr[6];
	int state;
	uint32_t generation; /* low half */
	int64_t limit;	     /* it may be promised up to here */
} rows[ORACLE_HOLDERS];

static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, r = -1;
	struct stat st;

	if (unlink(to) < 0 && errno != ENOENT)
		return -1;
	if (in < 0)
		return errno == ENOENT ? 0 : -1;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out >= 0 && fstat(in, &st) == 0) {
		off_t left = st.st_size;
		ssize_t n = 0;

		while (left > 0 && (n = sendfile(out, in, NULL, (size_t)left)) > 0)
			left -= n;
		r = left ? -1 : 0;
	}
	if (out >= 0)
		close(out);
	close(in);
	return r;
}

static int copy_store(char path[4096])
{
	char from[4096], to[4096];
	static const char *const parts[] = {"", "-wal", "-shm"};

	for (unsigned i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s/s.db%s", subject.dir, parts[i]);
		snprintf(to, sizeof(to), "%s/dead.db%s", subject.dir, parts[i]);
		/* the index of the log is made anew */
		if (i < 2 ? copy_file(from, to) < 0 : unlink(to) < 0 && errno != ENOENT)
			return -1;
	}
	snprintf(path, 4096, "%s/dead.db", subject.dir);
	return 0;
}

static int read_rows(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(
		    db,
		    "SELECT addr, chaddr, state, max(promised, ack_until), generation FROM lease",
		    -1, &stmt, NULL) != SQLITE_OK)
		return -1;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct row *row = &rows[sqlite3_column_int64(stmt, 0) % ORACLE_HOLDERS];
		const void *chaddr = sqlite3_column_blob(stmt, 1);

		row->there = true;
		if (chaddr && sqlite3_column_bytes(stmt, 1) >= 6)
			memcpy(row->chaddr, chaddr, 6);
		row->state = sqlite3_column_int(stmt, 2);
		row->limit = sqlite3_column_int64(stmt, 3);
		row->generation = (uint32_t)sqlite3_column_int64(stmt, 4);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int read_store(const char *path)
{
	int flags = subject.pid ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, r = 0;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 10000) != SQLITE_OK || read_rows(db) < 0) {
		printf("%s: %s\n", path, sqlite3_errmsg(db));
		r = -1;
	}
	sqlite3_close(db);
	return r;
}

static void compare(const struct oracle_holder *h)
{
	const struct row *row = &rows[h->addr % ORACLE_HOLDERS];
	char a[16], m[2][18];

	if (row->there && !memcmp(row->chaddr, h->chaddr, 6) &&
	    (row->state == STATE_BOUND || row->state == STATE_HELD) &&
	    (double)row->limit >= h->until)
		return;
	violation("not in the store: %s promised to %s at %.3f until %.3f; the store has %s, state "
		  "%d, until %lld",
		  wire_ip(h->addr, a), wire_mac(h->chaddr, m[0]), h->received, h->until,
		  row->there ? wire_mac(row->chaddr, m[1]) : "nothing", row->state,
		  (long long)row->limit);
}

/* What XDP may promise from now on. */
static void compare_slots(void)
{
	static struct pinned_slot slots[SLOTS_MAX];
	size_t n = subject_slots(slots, SLOTS_MAX);
	char a[16], m[2][18];

	for (size_t i = 0; i < n; i++) {
		const struct pinned_slot *s = &slots[i];
		const struct row *row = &rows[s->addr % ORACLE_HOLDERS];

		if (row->there && row->state == STATE_BOUND && row->generation == s->generation &&
		    !memcmp(row->chaddr, s->chaddr, 6) && row->limit >= s->ack_until)
			continue;
		violation("open without its store: the slot of %s for %s, generation %u, until %u; "
			  "the store has %s, state %d, generation %u, until %lld",
			  wire_ip(s->addr, a), wire_mac(s->chaddr, m[0]), s->generation,
			  s->ack_until, row->there ? wire_mac(row->chaddr, m[1]) : "nothing",
			  row->state, row->generation, (long long)row->limit);
	}
}

int store_check(double before, bool slots)
{
	double now = wire_now();
	char path[4096];
	int n = 0;

	memset(rows, 0, sizeof(rows));
	snprintf(path, sizeof(path), "%s/s.db", subject.dir);
	if (!subject.pid && copy_store(path) < 0)
		return -1;
	/* killed before it made one, it has promised nothing */
	if ((access(path, F_OK) == 0 || errno != ENOENT) && read_store(path) < 0)
		return -1;
	for (size_t i = 0; i < ORACLE_HOLDERS; i++) {
		const struct oracle_holder *h = oracle_running(&judge.oracle,
							       judge.oracle.holders[i].addr, now);

		if (!h || h->received > before)
			continue;
		compare(h);
		n++;
	}
	if (slots)
		compare_slots();
	return n;
}
