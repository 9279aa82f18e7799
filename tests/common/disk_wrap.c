// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The calls by which the store itself, beside SQLite, makes, links, removes and syncs files
 * and directories, told to the disk whose power can be cut (disk.h). A program that is linked
 * with these wrapped (Makefile, tests/crash/powercut) comes by here; what lies elsewhere than on
 * that disk goes its way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"

int __wrap_open(const char *path, int flags, ...);
int __wrap_link(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __wrap_rename(const char *from, const char *to);
int __wrap_fsync(int fd);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
int __wrap_ftruncate(int fd, off_t size);
pid_t __wrap_getpid(void);

/* false: errno says so, the machine is dead. */
static bool may(void)
{
	disk_about_to();
	errno = EIO;
	return !disk_is_dead();
}

int __wrap_open(const char *path, int flags, ...)
{
	bool created = flags & O_CREAT && disk_has(path) && access(path, F_OK) < 0;
	mode_t mode = 0;
	va_list ap;
	int fd;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (created && !may())
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd >= 0 && created)
		disk_open(path, true);
	return fd;
}

int __wrap_link(const char *from, const char *to)
{
	int r;

	if (!disk_has(to))
		return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (!may())
		return -1;
	r = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (r == 0)
		disk_link(from, to);
	return r;
}

int __wrap_unlink(const char *path)
{
	bool there = disk_has(path) && access(path, F_OK) == 0;

	if (there && !may())
		return -1;
	if (there)
		disk_unlink(path);
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int __wrap_rename(const char *from, const char *to)
{
	if (disk_has(to) && !may())
		return -1;
	if (disk_has(to))
		disk_rename(from, to);
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static bool path_of(int fd, char *path, size_t size)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, size - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return true;
}

static struct disk_file *file_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? NULL : disk_find(st.st_dev, st.st_ino);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	struct disk_file *file = file_of(fd);

	if (file && !may())
		return -1;
	if (file)
		disk_write(file, data, len, (size_t)at);
	return syscall(SYS_pwrite64, fd, data, len, at);
}

int __wrap_ftruncate(int fd, off_t size)
{
	struct disk_file *file = file_of(fd);

	if (file && !may())
		return -1;
	if (file)
		disk_truncate(file, (size_t)size);
	return (int)syscall(SYS_ftruncate, fd, size);
}

int __wrap_fsync(int fd)
{
	struct disk_file *file;
	char path[512];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	file = disk_find(st.st_dev, st.st_ino);
	if (!file && !(S_ISDIR(st.st_mode) && path_of(fd, path, sizeof(path)) && disk_is_at(path)))
		return (int)syscall(SYS_fsync, fd);
	if (!may())
		return -1;
	if (file)
		disk_sync(file);
	else
		disk_sync_dir(path);
	return 0;
}

/* It stands in the store's lock: a text of the same length in each run, or the same seed would not
 * be the same rounds. */
pid_t __wrap_getpid(void)
{
	return 12345;
}
