// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A file layer under SQLite that fails on demand; see faulty_vfs.h. */
#include "faulty_vfs.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define NAME_SIZE 512

struct faulty_file {
	sqlite3_file base;
	struct disk_file *disk; /* NULL: not one of a database, log or journal */
	bool sync_dir;		/* with the first sync of a new log the directory is synced */
	char dir[NAME_SIZE];
	sqlite3_file *real; /* lies behind this struct */
};

static sqlite3_vfs *real_vfs;
static int fail_rc[FAULTY_OPS];

static struct faulty_file *faulty(sqlite3_file *file)
{
	return (struct faulty_file *)file;
}

#define REAL(file)	   (faulty(file)->real)
#define CALL(file, m, ...) REAL(file)->pMethods->m(REAL(file), ##__VA_ARGS__)

/* --- the file's methods --- */

/* 0, or the error this operation shall have. */
static int before(sqlite3_file *file, enum faulty_op op)
{
	if (!faulty(file)->disk)
		return 0;
	disk_about_to();
	return disk_is_dead() ? SQLITE_IOERR : fail_rc[op];
}

static int f_close(sqlite3_file *file)
{
	return CALL(file, xClose);
}

static int f_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	return CALL(file, xRead, p, n, at);
}

static int f_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	int rc = before(file, FAULTY_WRITE);

	if (rc)
		return rc;
	if (faulty(file)->disk)
		disk_write(faulty(file)->disk, p, (size_t)n, (size_t)at);
	return CALL(file, xWrite, p, n, at);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = before(file, FAULTY_WRITE);

	if (rc)
		return rc;
	if (faulty(file)->disk)
		disk_truncate(faulty(file)->disk, (size_t)size);
	return CALL(file, xTruncate, size);
}

/* The disk's own word stands for the real one's, which need not be troubled. */
static int f_sync(sqlite3_file *file, int flags)
{
	struct faulty_file *f = faulty(file);
	int rc = before(file, FAULTY_SYNC);

	(void)flags;
	if (rc || !f->disk)
		return rc;
	if (fail_rc[FAULTY_SYNC_LOSES]) {
		disk_lose_unsynced(f->disk);
		return fail_rc[FAULTY_SYNC_LOSES];
	}
	disk_sync(f->disk);
	if (f->sync_dir && (rc = before(file, FAULTY_SYNC)) == 0) {
		disk_sync_dir(f->dir);
		f->sync_dir = false;
	}
	return rc;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return CALL(file, xFileSize, size);
}

static int f_lock(sqlite3_file *file, int level)
{
	return CALL(file, xLock, level);
}

static int f_unlock(sqlite3_file *file, int level)
{
	return CALL(file, xUnlock, level);
}

static int f_check(sqlite3_file *file, int *reserved)
{
	return CALL(file, xCheckReservedLock, reserved);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
	return CALL(file, xFileControl, op, arg);
}

static int f_sector(sqlite3_file *file)
{
	return CALL(file, xSectorSize);
}

/*
 * Nothing is promised of an unsynced write, no atomicity and no order, but
 * that it spares the bytes beside it: as the system's own layer has it.
 */
static int f_device(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **p)
{
	return CALL(file, xShmMap, page, size, extend, p);
}

static int f_shm_lock(sqlite3_file *file, int at, int n, int flags)
{
	return CALL(file, xShmLock, at, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
	CALL(file, xShmBarrier);
}

static int f_shm_unmap(sqlite3_file *file, int remove)
{
	return CALL(file, xShmUnmap, remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close,
	.xRead = f_read,
	.xWrite = f_write,
	.xTruncate = f_truncate,
	.xSync = f_sync,
	.xFileSize = f_size,
	.xLock = f_lock,
	.xUnlock = f_unlock,
	.xCheckReservedLock = f_check,
	.xFileControl = f_control,
	.xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device,
	.xShmMap = f_shm_map,
	.xShmLock = f_shm_lock,
	.xShmBarrier = f_shm_barrier,
	.xShmUnmap = f_shm_unmap,
};

/* --- the file system --- */

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	const int ours = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
	struct faulty_file *f = faulty(file);
	bool known = name && flags & ours, creates;
	int rc;

	(void)vfs;
	memset(f, 0, sizeof(*f));
	f->real = (sqlite3_file *)(f + 1);
	creates = known && flags & SQLITE_OPEN_CREATE && access(name, F_OK) < 0;
	if (creates)
		disk_about_to();
	if (creates && disk_is_dead())
		return SQLITE_CANTOPEN;
	rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
	if (rc != SQLITE_OK)
		return rc;
	f->base.pMethods = &methods;
	if (!known)
		return rc;
	f->disk = disk_open(name, creates);
	/* As the system's own layer does. */
	f->sync_dir = flags & SQLITE_OPEN_CREATE && !(flags & SQLITE_OPEN_MAIN_DB);
	snprintf(f->dir, sizeof(f->dir), "%s", name);
	dirname(f->dir);
	return rc;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	char dir[NAME_SIZE];
	int rc;

	(void)vfs;
	disk_about_to();
	if (disk_is_dead())
		return SQLITE_IOERR_DELETE;
	if (access(name, F_OK) == 0)
		disk_unlink(name);
	rc = real_vfs->xDelete(real_vfs, name, 0);
	if (rc != SQLITE_OK || !sync)
		return rc;
	disk_about_to();
	if (disk_is_dead())
		return SQLITE_IOERR_DIR_FSYNC;
	snprintf(dir, sizeof(dir), "%s", name);
	disk_sync_dir(dirname(dir));
	return rc;
}

static sqlite3_vfs vfs;

void faulty_vfs_install(void)
{
	real_vfs = sqlite3_vfs_find("unix");
	vfs = *real_vfs;
	vfs.zName = "faulty";
	vfs.pNext = NULL;
	vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct faulty_file);
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	memset(fail_rc, 0, sizeof(fail_rc));
	disk_start(NULL);
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}

void faulty_vfs_uninstall(void)
{
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
	disk_stop();
}

void faulty_vfs_fail(enum faulty_op op, int rc)
{
	fail_rc[op] = rc;
}
