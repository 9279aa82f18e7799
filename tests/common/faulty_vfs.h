/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file layer under SQLite that can fail and whose power can be cut. It
 * passes everything to the system's own but the syncs, and tells disk.h of every write,
 * truncation, sync, creation and deletion of a database, its log or its journal: what the
 * power's failure would leave is asked there. One user at a time.
 */
#ifndef XDHCP_TEST_FAULTY_VFS_H
#define XDHCP_TEST_FAULTY_VFS_H

#include "disk.h"

enum faulty_op {
	FAULTY_WRITE,
	FAULTY_SYNC,
	FAULTY_SYNC_LOSES, /* and what was not synced will never be, as Linux has it */
	FAULTY_OPS,
};

/* Becomes SQLite's default until uninstalled; the disk forgets all that was. */
void faulty_vfs_install(void);
void faulty_vfs_uninstall(void);

/* From now on every such operation fails with SQLite's error `rc`; 0: works again. */
void faulty_vfs_fail(enum faulty_op op, int rc);

#endif
