// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The listening AF_UNIX socket: its directory, a stale predecessor, its mode.
 * A crash leaves the socket's file behind; whether anybody listens there is
 * found out by connecting, never guessed from a pid. Nothing that is not a socket is ever removed.
 */
#include "listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

/* Makes the directories that lead to `path`. */
static int make_directory(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	snprintf(dir, sizeof(dir), "%s", path);
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0750) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* 0: the path is free now. -EADDRINUSE: somebody listens. -EEXIST: it is no socket. */
static int make_room(const struct sockaddr_un *addr)
{
	struct stat st;

	if (lstat(addr->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;

	int r = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	close(fd);
	/* EAGAIN: its backlog is full, so there is one. */
	if (r == 0 || r == -EAGAIN || r == -EINPROGRESS)
		return -EADDRINUSE;
	if (r != -ECONNREFUSED)
		return r;
	return unlink(addr->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Between bind and listen nobody can connect, so the mode is never wrong for anyone. */
static int bind_and_listen(int fd, const struct sockaddr_un *addr)
{
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0)
		return -errno;
	if (chmod(addr->sun_path, 0660) < 0 || listen(fd, BACKLOG) < 0) {
		int r = -errno;

		unlink(addr->sun_path);
		return r;
	}
	return 0;
}

static int explain(int r, const char *path, char *why, size_t why_len)
{
	switch (r) {
	case -EADDRINUSE:
		snprintf(why, why_len,
			 "control socket %s: another server listens there: stop it, or set another "
			 "control-socket.socket-name",
			 path);
		break;
	case -EEXIST:
		snprintf(
			why, why_len,
			"control socket %s: there is a file that is not a socket: move it away, or "
			"set another control-socket.socket-name",
			path);
		break;
	case -ENAMETOOLONG:
		snprintf(why, why_len, "control socket %s: the path has more than %zu bytes", path,
			 sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
		break;
	default:
		snprintf(why, why_len, "control socket %s: %s", path, strerror(-r));
	}
	return r;
}

int control_listen(const char *path, char *why, size_t why_len)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(addr.sun_path))
		return explain(-ENAMETOOLONG, path, why, why_len);
	strcpy(addr.sun_path, path);

	int r = make_directory(path);

	if (r == 0)
		r = make_room(&addr);
	if (r < 0)
		return explain(r, path, why, why_len);

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return explain(-errno, path, why, why_len);
	r = bind_and_listen(fd, &addr);
	if (r < 0) {
		close(fd);
		return explain(r, path, why, why_len);
	}
	return fd;
}
