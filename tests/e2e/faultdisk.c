// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultdisk.so: a disk that fails on demand, under an unchanged xdhcpd (LD_PRELOAD). The
 * words of the file $FAULTDISK, read anew at each call, say what fails from now on; an empty or
 * missing file: nothing. Files whose path does not begin with $FAULTDISK_UNDER are left alone.
 *
 *   sync=ERRNO     fsync and fdatasync fail, with 5 (EIO) say; `sync-wal` and `sync-db`: only
 *                  those of *-wal, or of other files
 *   sync-ms=N      they take N milliseconds longer, and then work
 *   write=ERRNO    pwrite fails
 *   grow-wal=ERRNO pwrite fails where it would make a file named *-wal longer
 *   bad-page=N     what pread gets of page N (4096 bytes, the first is 1) of other files is zeros
 *
 * Each sync leaves a line in $FAULTDISK.log, "BEGIN END RESULT PATH" (seconds of CLOCK_BOOTTIME).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The number behind `word`; 0: it does not stand there. */
static int told(const char *word)
{
	const char *name = getenv("FAULTDISK"), *at;
	char text[256];
	ssize_t n;
	int fd;

	if (!name || (fd = open(name, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	for (at = text; (at = strstr(at, word)); at++)
		if ((at == text || at[-1] <= ' ') && at[strlen(word)] == '=')
			return atoi(at + strlen(word) + 1);
	return 0;
}

static bool concerns(int fd, char path[4096])
{
	const char *under = getenv("FAULTDISK_UNDER");
	char name[64];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, 4095);
	if (!under || n < 0)
		return false;
	path[n] = 0;
	return strncmp(path, under, strlen(under)) == 0;
}

static bool is_wal(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, "-wal") == 0;
}

static void note(double begin, int error, const char *path)
{
	char name[4096], line[4400];
	int fd, n;

	snprintf(name, sizeof(name), "%s.log", getenv("FAULTDISK"));
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	n = snprintf(line, sizeof(line), "%.6f %.6f %d %s\n", begin, now(), error, path);
	if (fd >= 0 && write(fd, line, (size_t)n) < 0)
		abort();
	close(fd);
}

static int sync_it(int fd, long call)
{
	char path[4096];
	double begin = now();
	int error, ms, r;

	if (!concerns(fd, path))
		return (int)syscall(call, fd);
	error = told("sync");
	if (!error)
		error = told(is_wal(path) ? "sync-wal" : "sync-db");
	ms = told("sync-ms");
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
	r = error ? -1 : (int)syscall(call, fd);
	note(begin, error, path);
	if (error)
		errno = error;
	return r;
}

int fsync(int fd)
{
	return sync_it(fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return sync_it(fd, SYS_fdatasync);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	char path[4096];
	struct stat st;
	int error = 0;

	if (concerns(fd, path)) {
		error = told("write");
		if (!error && is_wal(path) && fstat(fd, &st) == 0 && at + (off_t)len > st.st_size)
			error = told("grow-wal");
	}
	if (error) {
		errno = error;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return pwrite(fd, data, len, at);
}

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
	ssize_t n = syscall(SYS_pread64, fd, data, len, at);
	off_t page = at / 4096 + 1;
	char path[4096];

	if (n > 0 && concerns(fd, path) && !is_wal(path) && told("bad-page") == page)
		memset(data, 0, (size_t)n);
	return n;
}

ssize_t pread64(int fd, void *data, size_t len, off64_t at)
{
	return pread(fd, data, len, at);
}
