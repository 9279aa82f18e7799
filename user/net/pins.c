// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pin directory: its place on a bpffs, its lock, its names.
 *
 * The lock is a flock on the directory: it goes with its holder, however that
 * ends, and leaves nothing to clean up. A directory that was removed and made
 * anew while we waited for the lock is another directory; hence the comparison of
 * inodes after it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/magic.h>

#include "fastpath_private.h"

#define LOCK_ATTEMPTS 8

const char *const net_map_names[MAP_COUNT] = {
#define X(id, name) #name,
	XDHCP_MAPS(X)
#undef X
};

int net_why(char *why, size_t why_len, int error, const char *fmt, ...)
{
	va_list args;

	if (why_len == 0)
		return error;
	va_start(args, fmt);
	vsnprintf(why, why_len, fmt, args);
	va_end(args);
	return error;
}

int net_why_errno(char *why, size_t why_len, int error, const char *what)
{
	if (error == -EPERM || error == -EACCES)
		return net_why(why, why_len, error,
			       "%s: %s: needs root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON",
			       what, strerror(-error));
	return net_why(why, why_len, error, "%s: %s", what, strerror(-error));
}

int pins_path(char buf[PATH_MAX], const char *pin_path, const char *name)
{
	int len = snprintf(buf, PATH_MAX, "%s/%s", pin_path, name);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int pins_get(const char *pin_path, const char *name)
{
	char path[PATH_MAX];
	int r = pins_path(path, pin_path, name);

	if (r < 0)
		return r;
	r = bpf_obj_get(path);
	return r < 0 ? -errno : r;
}

int pins_remove(const char *pin_path, const char *name)
{
	char path[PATH_MAX];
	int r = pins_path(path, pin_path, name);

	if (r < 0)
		return r;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int not_bpffs(const char *pin_path, char *why, size_t why_len)
{
	return net_why(why, why_len, -ENODEV,
		       "%s is not on a bpffs; mount one: mount -t bpf bpf /sys/fs/bpf", pin_path);
}

int pins_check(const char *pin_path, char *why, size_t why_len)
{
	struct statfs fs;

	if (statfs(pin_path, &fs) < 0)
		return net_why_errno(why, why_len, -errno, pin_path);
	if ((uint32_t)fs.f_type != BPF_FS_MAGIC)
		return not_bpffs(pin_path, why, why_len);
	return 0;
}

/* A bpffs refuses even to look up a name with a dot. */
static int why_no_directory(const char *path, int error, char *why, size_t why_len)
{
	if (error == -EPERM && strchr(path, '.'))
		return net_why(why, why_len, -EINVAL, "%s: a bpffs allows no dot in a name", path);
	return net_why_errno(why, why_len, error, path);
}

/* Makes the directory and its parents, if the nearest one that exists is on a bpffs. */
static int make_directory(const char *pin_path, char *why, size_t why_len)
{
	char path[PATH_MAX];
	size_t len = strlen(pin_path);
	struct statfs fs;

	if (len == 0 || len >= sizeof(path) || pin_path[0] != '/')
		return net_why(why, why_len, -EINVAL, "pin-path \"%s\" is not an absolute path",
			       pin_path);
	memcpy(path, pin_path, len + 1);
	while (statfs(path, &fs) < 0) {
		char *slash = strrchr(path, '/');

		if (errno != ENOENT)
			return why_no_directory(path, -errno, why, why_len);
		if (slash == path)
			slash++;
		*slash = '\0';
	}
	if ((uint32_t)fs.f_type != BPF_FS_MAGIC)
		return not_bpffs(pin_path, why, why_len);

	for (size_t at = strlen(path); at < len;) {
		at++;
		at += strcspn(pin_path + at, "/");
		memcpy(path, pin_path, at);
		path[at] = '\0';
		if (mkdir(path, 0700) == 0 || errno == EEXIST)
			continue;
		return why_no_directory(path, -errno, why, why_len);
	}
	return 0;
}

int pins_lock_holder(const struct stat *st)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	int holder = 0;

	if (!locks)
		return 0;
	while (holder == 0 && fgets(line, sizeof(line), locks)) {
		unsigned major_nr, minor_nr;
		unsigned long long inode;
		int pid;

		/* "1: FLOCK  ADVISORY  WRITE 1234 00:1f:5678 0 EOF"; a waiter has "->" before FLOCK
		 */
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%llu", &pid, &major_nr, &minor_nr,
			   &inode) == 4 &&
		    major_nr == major(st->st_dev) && minor_nr == minor(st->st_dev) &&
		    inode == st->st_ino && pid > 0)
			holder = pid;
	}
	fclose(locks);
	return holder;
}

/* One attempt. -ESTALE: the directory was replaced meanwhile, try again. */
static int lock_once(const char *pin_path, int *ret_lock, int *ret_holder, char *why,
		     size_t why_len)
{
	struct stat opened, there;
	int fd, r;

	r = make_directory(pin_path, why, why_len);
	if (r < 0)
		return r;
	fd = open(pin_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESTALE : net_why_errno(why, why_len, -errno, pin_path);
	if (fstat(fd, &opened) < 0) {
		r = net_why_errno(why, why_len, -errno, pin_path);
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = -errno;
		if (r == -EWOULDBLOCK) {
			*ret_holder = pins_lock_holder(&opened);
			r = net_why(why, why_len, -EBUSY, "%s is held by another xdhcpd (pid %d)",
				    pin_path, *ret_holder);
		} else {
			net_why_errno(why, why_len, r, pin_path);
		}
	} else if (stat(pin_path, &there) < 0 || there.st_ino != opened.st_ino ||
		   there.st_dev != opened.st_dev) {
		r = -ESTALE;
	}
	if (r < 0)
		close(fd);
	else
		*ret_lock = fd;
	return r;
}

int fastpath_lock(const char *pin_path, int *ret_lock, int *ret_holder, char *why, size_t why_len)
{
	int r = -ESTALE;

	for (unsigned i = 0; r == -ESTALE && i < LOCK_ATTEMPTS; i++)
		r = lock_once(pin_path, ret_lock, ret_holder, why, why_len);
	if (r == -ESTALE)
		net_why_errno(why, why_len, r, pin_path);
	return r;
}

int pins_each(const char *pin_path, const char *prefix,
	      int (*fn)(void *arg, const char *name, uint32_t ifindex), void *arg)
{
	struct dirent **names;
	int n, r = 0, called = 0;

	/* the whole listing first: fn removes entries */
	n = scandir(pin_path, &names, NULL, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		const char *digits = names[i]->d_name + strlen(prefix);
		unsigned long ifindex;
		char *end;

		if (r >= 0 && strncmp(names[i]->d_name, prefix, strlen(prefix)) == 0 &&
		    isdigit((unsigned char)*digits)) {
			ifindex = strtoul(digits, &end, 10);
			if (*end == '\0' && ifindex > 0 && ifindex <= INT_MAX) {
				r = fn(arg, names[i]->d_name, ifindex);
				called++;
			}
		}
		free(names[i]);
	}
	free(names);
	return r < 0 ? r : called;
}

int pins_each_link(const char *pin_path, int (*fn)(void *arg, const char *name, uint32_t ifindex),
		   void *arg)
{
	return pins_each(pin_path, PIN_LINK_PREFIX, fn, arg);
}

int pins_remove_link(const char *pin_path, const char *name, int fd)
{
	/* also from under anybody else who holds it open; fails only if it is detached already */
	bpf_link_detach(fd);
	close(fd);
	return pins_remove(pin_path, name);
}

static int remove_link(void *arg, const char *name, uint32_t ifindex)
{
	const char *pin_path = arg;
	int fd = pins_get(pin_path, name);

	(void)ifindex;
	return fd < 0 ? pins_remove(pin_path, name) : pins_remove_link(pin_path, name, fd);
}

static int remove_dispatched(void *arg, const char *name, uint32_t ifindex)
{
	(void)name;
	return dispatcher_detach(arg, ifindex);
}

int fastpath_remove(const char *pin_path, char *why, size_t why_len)
{
	static const char *const others[] = {PIN_LEASES_TXT, PIN_LEASES_TXT_NEW,
					     PIN_DISPATCHER_NEW};
	int r;

	if (access(pin_path, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = pins_check(pin_path, why, why_len);
	if (r < 0)
		return r;
	/* links first: while one runs, its maps shall be found by whoever comes after a crash here
	 */
	r = pins_each_link(pin_path, remove_link, (void *)(uintptr_t)pin_path);
	/* it passes everything, even where it cannot be taken away: in another network namespace */
	if (r >= 0)
		r = dispatchers_neutralise(pin_path);
	if (r >= 0)
		r = pins_each(pin_path, PIN_DISPATCHER, remove_dispatched,
			      (void *)(uintptr_t)pin_path);
	for (size_t i = 0; r >= 0 && i < sizeof(others) / sizeof(others[0]); i++)
		r = pins_remove(pin_path, others[i]);
	for (int i = MAP_COUNT - 1; r >= 0 && i >= 0; i--)
		r = pins_remove(pin_path, net_map_names[i]);
	if (r < 0)
		return net_why_errno(why, why_len, r, pin_path);
	/* what is not ours stays, and then the directory does */
	if (rmdir(pin_path) < 0 && errno != ENOTEMPTY && errno != EBUSY)
		return net_why_errno(why, why_len, -errno, pin_path);
	return 0;
}
