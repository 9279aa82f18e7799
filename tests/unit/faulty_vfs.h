/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file layer under SQLite that can fail and whose power can be cut. It
 * passes everything to the system's own, and keeps beside it what a disk
 * would hold for certain: the bytes as of each file's last sync, and the writes
 * since, any of which may or may not have reached it. One user at a time.
 */
#ifndef XDHCP_TEST_FAULTY_VFS_H
#define XDHCP_TEST_FAULTY_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum faulty_op { FAULTY_WRITE, FAULTY_SYNC };

/* Becomes SQLite's default until uninstalled; forgets all that was. */
void faulty_vfs_install(void);
void faulty_vfs_uninstall(void);

/* From now on every such operation fails with SQLite's error `rc`; 0: works again. */
void faulty_vfs_fail(enum faulty_op op, int rc);

/* Unsynced writes to the file whose name ends so. */
unsigned faulty_vfs_unsynced(const char *suffix);

/* Called before every write and sync to a database or its log. */
void faulty_vfs_watch(void (*fn)(void *arg), void *arg);

/*
 * Writes to `dir` what a disk may hold if the power fails now: every synced
 * byte, and of the writes since, as rnd() says, each wholly, up to one of its sectors, or not.
 */
void faulty_vfs_power_cut(const char *dir, uint32_t (*rnd)(uint32_t below));

#endif
