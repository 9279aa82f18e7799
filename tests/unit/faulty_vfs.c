// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A file layer under SQLite that fails on demand; see faulty_vfs.h. */
#include "faulty_vfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define SECTOR	   512
#define IMAGES_MAX 64

struct op { /* data NULL: truncate to `offset` */
	uint8_t *data;
	size_t len;
	size_t offset;
};

struct image {
	char path[512];
	uint8_t *bytes; /* as of the last sync */
	size_t len;
	struct op *ops; /* since */
	size_t n_ops;
};

struct faulty_file {
	sqlite3_file base;
	struct image *image; /* NULL: not one of a database or log */
	sqlite3_file *real;  /* lies behind this struct */
};

static struct image images[IMAGES_MAX];
static size_t n_images;
static sqlite3_vfs *real_vfs;
static int fail_rc[2];
static void (*watcher)(void *arg);
static void *watcher_arg;

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void apply(uint8_t **bytes, size_t *len, const struct op *op, size_t take)
{
	size_t end = op->offset + take;

	if (!op->data) {
		if (op->offset < *len)
			*len = op->offset;
		return;
	}
	if (take == 0)
		return;
	if (end > *len) {
		*bytes = must(realloc(*bytes, end));
		memset(*bytes + *len, 0, end - *len);
		*len = end;
	}
	memcpy(*bytes + op->offset, op->data, take);
}

static void forget_ops(struct image *image, bool done)
{
	for (size_t i = 0; i < image->n_ops; i++) {
		if (done)
			apply(&image->bytes, &image->len, &image->ops[i], image->ops[i].len);
		free(image->ops[i].data);
	}
	free(image->ops);
	image->ops = NULL;
	image->n_ops = 0;
}

static void add_op(struct image *image, const void *data, size_t len, size_t offset)
{
	struct op op = {.len = len, .offset = offset};

	if (data)
		op.data = memcpy(must(malloc(len + 1)), data, len);
	image->ops = must(reallocarray(image->ops, image->n_ops + 1, sizeof(op)));
	image->ops[image->n_ops++] = op;
}

static void forget(struct image *image)
{
	forget_ops(image, false);
	free(image->bytes);
	*image = images[--n_images];
	memset(&images[n_images], 0, sizeof(images[0]));
}

static struct image *find(const char *path)
{
	for (size_t i = 0; i < n_images; i++)
		if (strcmp(images[i].path, path) == 0)
			return &images[i];
	return NULL;
}

/* What is there when a file is first opened counts as synced. */
static struct image *image_of(const char *path)
{
	struct image *image = find(path);
	int fd;

	if (image)
		return image;
	if (n_images == IMAGES_MAX)
		abort();
	image = &images[n_images++];
	snprintf(image->path, sizeof(image->path), "%s", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		off_t len = lseek(fd, 0, SEEK_END);

		image->bytes = must(malloc((size_t)len + 1));
		if (pread(fd, image->bytes, (size_t)len, 0) != len)
			abort();
		image->len = (size_t)len;
		close(fd);
	}
	return image;
}

/* --- the file's methods --- */

static struct faulty_file *faulty(sqlite3_file *file)
{
	return (struct faulty_file *)file;
}

#define REAL(file)	   (faulty(file)->real)
#define CALL(file, m, ...) REAL(file)->pMethods->m(REAL(file), ##__VA_ARGS__)

/* 0, or the error this operation shall have. */
static int before(sqlite3_file *file, enum faulty_op op)
{
	if (!faulty(file)->image)
		return 0;
	if (watcher)
		watcher(watcher_arg);
	return fail_rc[op];
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
	if (faulty(file)->image)
		add_op(faulty(file)->image, p, (size_t)n, (size_t)at);
	return CALL(file, xWrite, p, n, at);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (faulty(file)->image)
		add_op(faulty(file)->image, NULL, 0, (size_t)size);
	return CALL(file, xTruncate, size);
}

/* The image stands for the disk, so the real one need not be troubled. */
static int f_sync(sqlite3_file *file, int flags)
{
	int rc = before(file, FAULTY_SYNC);

	(void)flags;
	if (rc == 0 && faulty(file)->image)
		forget_ops(faulty(file)->image, true);
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
	struct faulty_file *f = faulty(file);
	int rc;

	(void)vfs;
	memset(f, 0, sizeof(*f));
	f->real = (sqlite3_file *)(f + 1);
	rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
	if (rc != SQLITE_OK)
		return rc;
	f->base.pMethods = &methods;
	if (name && flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))
		f->image = image_of(name);
	return rc;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct image *image = find(name);

	(void)vfs;
	if (image)
		forget_ops(image, false);
	if (image) { /* it may be opened again under the same struct: empty it, keep it */
		free(image->bytes);
		image->bytes = NULL;
		image->len = 0;
	}
	return real_vfs->xDelete(real_vfs, name, sync);
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
	fail_rc[FAULTY_WRITE] = fail_rc[FAULTY_SYNC] = 0;
	watcher = NULL;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}

void faulty_vfs_uninstall(void)
{
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
	while (n_images)
		forget(&images[0]);
}

void faulty_vfs_fail(enum faulty_op op, int rc)
{
	fail_rc[op] = rc;
}

unsigned faulty_vfs_unsynced(const char *suffix)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_images; i++) {
		size_t len = strlen(images[i].path), tail = strlen(suffix);

		if (len >= tail && strcmp(images[i].path + len - tail, suffix) == 0)
			n += (unsigned)images[i].n_ops;
	}
	return n;
}

void faulty_vfs_watch(void (*fn)(void *arg), void *arg)
{
	watcher = fn;
	watcher_arg = arg;
}

static void cut_image(const struct image *image, const char *dir, uint32_t (*rnd)(uint32_t below))
{
	const char *name = strrchr(image->path, '/') + 1;
	uint8_t *bytes = must(malloc(image->len + 1));
	size_t len = image->len;
	char path[1024];
	int fd;

	if (len)
		memcpy(bytes, image->bytes, len);
	for (size_t i = 0; i < image->n_ops; i++) {
		const struct op *op = &image->ops[i];
		uint32_t fate = rnd(3);

		if (fate == 0 && op->data)
			apply(&bytes, &len, op, op->len);
		else if (fate == 0)
			apply(&bytes, &len, op, 0);
		else if (fate == 1 && op->data)
			apply(&bytes, &len, op, rnd((uint32_t)(op->len / SECTOR) + 1) * SECTOR);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
	free(bytes);
}

void faulty_vfs_power_cut(const char *dir, uint32_t (*rnd)(uint32_t below))
{
	for (size_t i = 0; i < n_images; i++)
		if (access(images[i].path, F_OK) == 0)
			cut_image(&images[i], dir, rnd);
}
