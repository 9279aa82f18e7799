/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text that programs of schema version 1 made a store with. It never changes. Read by
 * tests/e2e/case_migrate.sh, too, a line of it in quotes a line.
 */
#ifndef XDHCP_TEST_STORE_VERSION_1_H
#define XDHCP_TEST_STORE_VERSION_1_H

/* clang-format off */
static const char store_version_1[] =
	"PRAGMA journal_mode = WAL; BEGIN;\n"
	"PRAGMA application_id = 0x58444843;\n"
	"PRAGMA user_version = 1;\n"
	"CREATE TABLE meta (\n"
	"  id INTEGER PRIMARY KEY CHECK (id = 1),\n"
	"  uuid BLOB NOT NULL,\n"
	"  newest_commit INTEGER NOT NULL -- its number\n"
	");\n"
	"CREATE TABLE boot (\n"
	"  number INTEGER PRIMARY KEY, -- 1, 2, 3 ...\n"
	"  boot_id BLOB NOT NULL,\n"
	"  start INTEGER NOT NULL, -- boottime when this boot first opened the store\n"
	"  newest INTEGER NOT NULL, -- boottime of its newest commit\n"
	"  wall_offset INTEGER NOT NULL -- wall clock less boottime then; for display\n"
	");\n"
	"CREATE TABLE lease (\n"
	"  addr INTEGER PRIMARY KEY,\n"
	"  subnet_id INTEGER NOT NULL,\n"
	"  generation INTEGER NOT NULL,\n"
	"  state INTEGER NOT NULL, -- 0 free, 1 bound, 3 held, 4 declined\n"
	"  ended INTEGER NOT NULL, -- 1 released, 2 declined, 3 expired\n"
	"  chaddr BLOB NOT NULL,\n"
	"  client_id BLOB,\n"
	"  hostname TEXT,\n"
	"  cltt INTEGER NOT NULL,\n"
	"  lifetime INTEGER NOT NULL,\n"
	"  promised INTEGER NOT NULL,\n"
	"  granted_until INTEGER NOT NULL,\n"
	"  ack_until INTEGER NOT NULL,\n"
	"  boot INTEGER NOT NULL REFERENCES boot\n"
	");\n"
	"CREATE VIEW leases AS -- for people; times are UTC, as of the newest sweep\n"
	"SELECT (addr >> 24) || '.' || ((addr >> 16) & 255) || '.' || ((addr >> 8) & 255)\n"
	"    || '.' || (addr & 255) AS address,\n"
	"  substr(lower(hex(chaddr)), 1, 2) || ':' || substr(lower(hex(chaddr)), 3, 2) || ':'\n"
	"    || substr(lower(hex(chaddr)), 5, 2) || ':' || substr(lower(hex(chaddr)), 7, 2) || ':'\n"
	"    || substr(lower(hex(chaddr)), 9, 2) || ':' || substr(lower(hex(chaddr)), 11, 2) AS mac,\n"
	"  lower(hex(client_id)) AS client_id,\n"
	"  hostname,\n"
	"  CASE state WHEN 0 THEN 'free' WHEN 1 THEN 'bound' WHEN 3 THEN 'held'\n"
	"    WHEN 4 THEN 'declined' END\n"
	"    || CASE WHEN state IN (1, 4) THEN ''\n"
	"       ELSE CASE ended WHEN 1 THEN ' (released)' WHEN 2 THEN ' (declined)'\n"
	"         WHEN 3 THEN ' (expired)' ELSE '' END END AS state,\n"
	"  CASE max(promised, granted_until) WHEN 0 THEN NULL WHEN 4294967295 THEN 'never'"
	" ELSE datetime(max(promised, granted_until) + boot.wall_offset, 'unixepoch') END AS expires,\n"
	"  CASE ack_until WHEN 0 THEN NULL WHEN 4294967295 THEN 'never'"
	" ELSE datetime(ack_until + boot.wall_offset, 'unixepoch') END AS ack_until,\n"
	"  CASE cltt WHEN 0 THEN NULL WHEN 4294967295 THEN 'never'"
	" ELSE datetime(cltt + boot.wall_offset, 'unixepoch') END AS cltt,\n"
	"  subnet_id\n"
	"FROM lease JOIN boot ON boot.number = lease.boot ORDER BY addr;\n"
	"INSERT INTO meta (id, uuid, newest_commit) VALUES (1, x'00112233445566778899aabbccddeeff', 0);"
	"COMMIT;";
/* clang-format on */

#endif
