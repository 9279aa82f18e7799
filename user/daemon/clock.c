// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The daemon's clocks. Everything that decides uses CLOCK_BOOTTIME, the same
 * clock as the XDP program (it counts suspend); wall time is for people.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"

static uint64_t seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec;
}

uint32_t boot_seconds(void)
{
	return (uint32_t)seconds(CLOCK_BOOTTIME);
}

uint64_t wall_seconds(void)
{
	return seconds(CLOCK_REALTIME);
}

uint64_t boot_to_wall(uint32_t boottime)
{
	if (boottime == XDHCP_FOREVER)
		return 0;
	return wall_seconds() - boot_seconds() + boottime;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int boot_id(uint8_t ret_id[16])
{
	char text[64];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n;
	unsigned at = 0;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text));
	close(fd);
	for (ssize_t i = 0; i + 1 < n && at < 16; i++) {
		if (text[i] == '-')
			continue;
		if (nibble(text[i]) < 0 || nibble(text[i + 1]) < 0)
			break;
		ret_id[at++] = (uint8_t)(nibble(text[i]) << 4 | nibble(text[i + 1]));
		i++;
	}
	return at == 16 ? 0 : -EINVAL;
}
