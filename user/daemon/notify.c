// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sd_notify(3)'s protocol without its library: one datagram to the socket
 * named by NOTIFY_SOCKET ('@' first: abstract), NAME=value a line. A failure is nobody's loss.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define STATE_MAX 1024

/* Where to. 0: nowhere; also where it is neither a path nor an abstract name. */
static socklen_t address(struct sockaddr_un *ret)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t len = name ? strlen(name) : 0;

	if (len < 2 || len >= sizeof(ret->sun_path) || (name[0] != '/' && name[0] != '@'))
		return 0;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path, name, len);
	if (name[0] == '@')
		ret->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

bool notify_wanted(void)
{
	struct sockaddr_un to;

	return address(&to) > 0;
}

void notify_service(const char *format, ...)
{
	char state[STATE_MAX];
	struct sockaddr_un to;
	socklen_t len = address(&to);
	va_list args;
	int fd, n;

	if (!len)
		return;
	va_start(args, format);
	n = vsnprintf(state, sizeof(state), format, args);
	va_end(args);
	if (n < 0 || n >= (int)sizeof(state))
		return; /* half a line would say something else */
	/* a manager that does not read must not keep clients waiting */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&to, len) < 0)
		log_debug("service manager not notified: %s", strerror(errno));
	close(fd);
}

static bool number(const char *text, uint64_t *ret)
{
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return !errno && !*end;
}

int64_t notify_watchdog(void)
{
	const char *whose = getenv("WATCHDOG_PID");
	uint64_t pid, us;

	/* meant for another process of the service's */
	if (whose && (!number(whose, &pid) || pid != (uint64_t)getpid()))
		return 0;
	if (!number(getenv("WATCHDOG_USEC"), &us) || us < 2 || us > INT64_MAX)
		return 0;
	return (int64_t)(us / 2); /* as sd_watchdog_enabled(3) advises */
}
