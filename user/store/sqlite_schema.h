/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SQLite store's schema and statements, all of its SQL in one place.
 *
 * A store is known by its application_id; user_version is the schema's
 * version and raised by any change of what stands here. A store of an older version is
 * taken to this one when it is opened (sqlite_open.c), so what a migration leaves and what is
 * made new are the same. Times are seconds of CLOCK_BOOTTIME of the boot that the row
 * names; 4294967295 never ends. Numbers of enum lease_state and lease_end are pinned by asserts in
 * sqlite.c.
 *
 *  1  the first
 *  2  lease.giaddr and lease.agent: the relay information of a lease
 */
#ifndef XDHCP_STORE_SQLITE_SCHEMA_H
#define XDHCP_STORE_SQLITE_SCHEMA_H

#define SQLITE_STORE_APPLICATION_ID 0x58444843 /* "XDHC" */
#define SQLITE_STORE_VERSION	    2

#define SQLITE_SCHEMA_STR_(x) #x
#define SQLITE_SCHEMA_STR(x)  SQLITE_SCHEMA_STR_(x)

/* Text of a time column: empty for never set, UTC otherwise. */
#define SQLITE_SCHEMA_TIME(t)                                      \
	"CASE " t " WHEN 0 THEN NULL WHEN 4294967295 THEN 'never'" \
	" ELSE datetime(" t " + boot.wall_offset, 'unixepoch') END"
#define SQLITE_SCHEMA_MAC(n) "substr(lower(hex(chaddr)), " #n ", 2)"
#define SQLITE_SCHEMA_ADDR(a)                                                          \
	"(" a " >> 24) || '.' || ((" a " >> 16) & 255) || '.' || ((" a " >> 8) & 255)" \
	" || '.' || (" a " & 255)"
/*
 * A lease's columns between its key, addr, and its boot, and those that later versions add at the
 * table's end: X(name, type and what there is to say of it). Statements, numbers of parameters and
 * of results come from here (sqlite.h); bind_lease() and column_lease() say what is in them.
 */
#define SQLITE_LEASE_COLUMNS_1(X)                                              \
	X(subnet_id, "INTEGER NOT NULL")                                       \
	X(generation, "INTEGER NOT NULL")                                      \
	X(state, "INTEGER NOT NULL /* 0 free, 1 bound, 3 held, 4 declined */") \
	X(ended, "INTEGER NOT NULL /* 1 released, 2 declined, 3 expired */")   \
	X(chaddr, "BLOB NOT NULL")                                             \
	X(client_id, "BLOB")                                                   \
	X(hostname, "TEXT")                                                    \
	X(cltt, "INTEGER NOT NULL")                                            \
	X(lifetime, "INTEGER NOT NULL")                                        \
	X(promised, "INTEGER NOT NULL")                                        \
	X(granted_until, "INTEGER NOT NULL")                                   \
	X(ack_until, "INTEGER NOT NULL")
#define SQLITE_LEASE_COLUMNS_2(X) \
	X(giaddr, "INTEGER")      \
	X(agent, "BLOB")
#define SQLITE_LEASE_COLUMNS(X)   \
	SQLITE_LEASE_COLUMNS_1(X) \
	SQLITE_LEASE_COLUMNS_2(X)

#define SQLITE_COLUMN_MADE_(name, type)	     ",\n  " #name " " type
#define SQLITE_COLUMN_ADDED_(name, type)     "ALTER TABLE lease ADD COLUMN " #name " " type ";"
#define SQLITE_COLUMN_NAME_(name, type)	     #name ", "
#define SQLITE_COLUMN_PARAMETER_(name, type) ":" #name ", "
#define SQLITE_COLUMN_SET_(name, type)	     #name " = :" #name ", "

/* boot and the key stand last in all of them, so that a parameter has the same number in each. */
#define SQLITE_LEASE_NAMES	SQLITE_LEASE_COLUMNS(SQLITE_COLUMN_NAME_) "boot, addr"
#define SQLITE_LEASE_PARAMETERS SQLITE_LEASE_COLUMNS(SQLITE_COLUMN_PARAMETER_) ":boot, :addr"
#define SQLITE_LEASE_SET	SQLITE_LEASE_COLUMNS(SQLITE_COLUMN_SET_) "boot = :boot"

/* clang-format off */
#define SQLITE_STORE_VIEW \
	"CREATE VIEW leases AS -- for people; times are UTC, as of the newest sweep\n" \
	"SELECT " SQLITE_SCHEMA_ADDR("addr") " AS address,\n" \
	"  " SQLITE_SCHEMA_MAC(1) " || ':' || " SQLITE_SCHEMA_MAC(3) " || ':'\n" \
	"    || " SQLITE_SCHEMA_MAC(5) " || ':' || " SQLITE_SCHEMA_MAC(7) " || ':'\n" \
	"    || " SQLITE_SCHEMA_MAC(9) " || ':' || " SQLITE_SCHEMA_MAC(11) " AS mac,\n" \
	"  lower(hex(client_id)) AS client_id,\n" \
	"  hostname,\n" \
	"  CASE state WHEN 0 THEN 'free' WHEN 1 THEN 'bound' WHEN 3 THEN 'held'\n" \
	"    WHEN 4 THEN 'declined' END\n" \
	"    || CASE WHEN state IN (1, 4) THEN ''\n" \
	"       ELSE CASE ended WHEN 1 THEN ' (released)' WHEN 2 THEN ' (declined)'\n" \
	"         WHEN 3 THEN ' (expired)' ELSE '' END END AS state,\n" \
	"  " SQLITE_SCHEMA_TIME("max(promised, granted_until)") " AS expires,\n" \
	"  " SQLITE_SCHEMA_TIME("ack_until") " AS ack_until,\n" \
	"  " SQLITE_SCHEMA_TIME("cltt") " AS cltt,\n" \
	"  subnet_id,\n" \
	"  " SQLITE_SCHEMA_ADDR("giaddr") " AS relay,\n" \
	"  lower(hex(agent)) AS agent\n" \
	"FROM lease JOIN boot ON boot.number = lease.boot ORDER BY addr;\n"

/* Run once, in a file of its own that then gets the store's name. */
#define SQLITE_STORE_SCHEMA \
	"PRAGMA application_id = " SQLITE_SCHEMA_STR(SQLITE_STORE_APPLICATION_ID) ";\n" \
	"PRAGMA user_version = " SQLITE_SCHEMA_STR(SQLITE_STORE_VERSION) ";\n" \
	"CREATE TABLE meta (\n" \
	"  id INTEGER PRIMARY KEY CHECK (id = 1),\n" \
	"  uuid BLOB NOT NULL,\n" \
	"  newest_commit INTEGER NOT NULL -- its number\n" \
	");\n" \
	"CREATE TABLE boot (\n" \
	"  number INTEGER PRIMARY KEY, -- 1, 2, 3 ...\n" \
	"  boot_id BLOB NOT NULL,\n" \
	"  start INTEGER NOT NULL, -- boottime when this boot first opened the store\n" \
	"  newest INTEGER NOT NULL, -- boottime of its newest commit\n" \
	"  wall_offset INTEGER NOT NULL -- wall clock less boottime then; for display\n" \
	");\n" \
	"CREATE TABLE lease (\n" \
	"  addr INTEGER PRIMARY KEY" SQLITE_LEASE_COLUMNS_1(SQLITE_COLUMN_MADE_) \
	",\n  boot INTEGER NOT NULL REFERENCES boot" SQLITE_LEASE_COLUMNS_2(SQLITE_COLUMN_MADE_) \
	"\n);\n" SQLITE_STORE_VIEW

/* From each version to the next, [0]: from 1. In one transaction, whatever the distance. */
#define SQLITE_STORE_MIGRATIONS \
	SQLITE_LEASE_COLUMNS_2(SQLITE_COLUMN_ADDED_),
/* clang-format on */

#define SQLITE_STORE_FIRST_META "INSERT INTO meta (id, uuid, newest_commit) VALUES (1, ?1, 0)"

/*
 * FULL: the log is synced in every COMMIT, before it returns (I1). At how many pages it is folded
 * is said here; sqlite_log.c does it. Cells are checked so that a damaged page is an error, and not
 * one without the lease that is looked for.
 */
#define SQLITE_STORE_PRAGMAS                    \
	"PRAGMA synchronous = FULL;"            \
	"PRAGMA wal_autocheckpoint = 1000;"     \
	"PRAGMA journal_size_limit = 67108864;" \
	"PRAGMA cache_size = -16384;"           \
	"PRAGMA cell_size_check = ON;"          \
	"PRAGMA temp_store = MEMORY"

#define SQLITE_STORE_READ_META	"SELECT uuid, newest_commit FROM meta WHERE id = 1"
#define SQLITE_STORE_READ_BOOTS "SELECT number, boot_id, start, newest FROM boot ORDER BY number"
#define SQLITE_STORE_COUNT	"SELECT count(*) FROM lease"

/*
 * Prepared once. X(name, sql). A lease's parameters have the same numbers in insert
 * and update; :expected is the expected generation.
 */
#define SQLITE_STORE_STATEMENTS(X)                                                                \
	X(begin, "BEGIN IMMEDIATE")                                                               \
	X(commit, "COMMIT")                                                                       \
	X(rollback, "ROLLBACK")                                                                   \
	X(meta, "UPDATE meta SET newest_commit = ?1 WHERE id = 1 AND newest_commit = ?1 - 1")     \
	X(boot, "INSERT INTO boot (number, boot_id, start, newest, wall_offset)"                  \
		" VALUES (?1, ?2, ?3, max(?3, ?4), ?5) ON CONFLICT (number) DO UPDATE"            \
		" SET newest = max(newest, excluded.newest), wall_offset = excluded.wall_offset") \
	X(insert, "INSERT INTO lease (" SQLITE_LEASE_NAMES ")"                                    \
		  " VALUES (" SQLITE_LEASE_PARAMETERS ") ON CONFLICT (addr) DO NOTHING")          \
	X(update,                                                                                 \
	  "UPDATE lease SET " SQLITE_LEASE_SET " WHERE addr = :addr AND generation = :expected")  \
	X(load, "SELECT " SQLITE_LEASE_NAMES " FROM lease ORDER BY addr")

#endif
