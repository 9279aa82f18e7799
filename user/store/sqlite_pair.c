// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Does the log beside an SQLite store belong to it? SQLite takes any log that lies under the right
 * name. With an older copy of the file, restored while the log was left where it was, it makes
 * something of the two that passes for a store and lacks whatever the log does not have.
 *
 * The file alone, as it was last folded, has a commit's number; the log begins with the next one
 * and has one more with each of its commits. So the newest number, less the commits in the log, is
 * at most the file's. Nothing is written here.
 */
#include "sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/message.h"

/* The SQLite file format, sections 4.1: a log's header and a frame's */
#define LOG_HEADER	 32
#define LOG_PAGE_SIZE	 8
#define LOG_SALT	 16
#define LOG_SALT_LEN	 8
#define FRAME_HEADER	 24
#define FRAME_COMMIT	 4 /* not 0: the last of a commit */
#define FRAME_SALT	 8
#define URI_SUFFIX	 "?immutable=1"
#define URI_LEN		 (3 * PATH_MAX + sizeof("file:" URI_SUFFIX))
#define URI_AS_IT_STANDS "/.-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void uri_of(const char *path, char uri[URI_LEN])
{
	size_t n = (size_t)sprintf(uri, "file:");

	for (const char *c = path; *c; c++)
		n += (size_t)sprintf(uri + n, strchr(URI_AS_IT_STANDS, *c) ? "%c" : "%%%02X",
				     (unsigned char)*c);
	strcpy(uri + n, URI_SUFFIX);
}

/* As if there were no log. false: it cannot be told, as after a power cut amidst a fold. */
static bool file_alone(const char *path, struct store_info *ret)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	char uri[URI_LEN];
	bool known;

	uri_of(path, uri);
	known = sqlite3_open_v2(uri, &db,
				SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
				NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(db, SQLITE_STORE_READ_META, -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW &&
		sqlite3_column_bytes(stmt, 0) == sizeof(ret->uuid) &&
		sqlite3_column_type(stmt, 1) == SQLITE_INTEGER;
	if (known) {
		memcpy(ret->uuid, sqlite3_column_blob(stmt, 0), sizeof(ret->uuid));
		ret->newest_commit = (uint64_t)sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return known;
}

/* At least so many as are valid: those of a failed commit may lie behind them. */
static uint64_t commits_in(const char *wal)
{
	uint8_t header[LOG_HEADER], frame[FRAME_HEADER];
	int fd = open(wal, O_RDONLY | O_CLOEXEC);
	off_t at = LOG_HEADER, step = 0;
	uint64_t n = 0;

	if (fd >= 0 && pread(fd, header, sizeof(header), 0) == sizeof(header))
		step = FRAME_HEADER + (off_t)dhcp_get_u32(header + LOG_PAGE_SIZE);
	for (; step && pread(fd, frame, sizeof(frame), at) == sizeof(frame); at += step)
		n += !memcmp(frame + FRAME_SALT, header + LOG_SALT, LOG_SALT_LEN) &&
		     dhcp_get_u32(frame + FRAME_COMMIT) != 0;
	if (fd >= 0)
		close(fd);
	return n;
}

enum sqlite_pair sqlite_store_pair(const struct sqlite_store *s, const char *wal)
{
	const struct store_info *both = &s->base.info;
	struct store_info alone;

	if (!file_alone(s->path, &alone))
		return SQLITE_PAIR_FITS;
	if (memcmp(alone.uuid, both->uuid, sizeof(alone.uuid)) != 0)
		return SQLITE_PAIR_ANOTHERS;
	return alone.newest_commit + commits_in(wal) < both->newest_commit ? SQLITE_PAIR_NEWER
									   : SQLITE_PAIR_FITS;
}
