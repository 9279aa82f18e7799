// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * notifysink SOCKET: a service manager's ear. Prints what is sent to the socket ('@' first:
 * abstract), a datagram a line, its own lines set apart by "; ". Lasts until it is ended.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int ear(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !len || len >= sizeof(at.sun_path))
		return -1;
	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	if (bind(fd, (struct sockaddr *)&at,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? ear(argv[1]) : -1;
	char text[4096];
	ssize_t n;

	if (fd < 0) {
		fprintf(stderr, "usage: notifysink SOCKET, one that is not there yet\n");
		return 2;
	}
	puts("listening");
	fflush(stdout);
	while ((n = recv(fd, text, sizeof(text), 0)) >= 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (text[i] == '\n')
				fputs("; ", stdout);
			else
				putchar(text[i]);
		}
		putchar('\n');
		fflush(stdout);
	}
	return 1;
}
