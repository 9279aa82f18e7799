// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The daemon's clocks. Everything that decides uses CLOCK_BOOTTIME, the same
 * clock as the XDP program (it counts suspend); wall time is for people.
 *
 * In a time namespace the daemon's CLOCK_BOOTTIME may lie beside the kernel's, which is what
 * XDP reads; and the boot id, by which rows in the store are known to be of one clock, is the same
 * inside and outside. So the daemon does not run beside the kernel's clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"

static uint64_t seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec;
}

static int64_t milliseconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

uint32_t boot_seconds(void)
{
	return (uint32_t)seconds(CLOCK_BOOTTIME);
}

/* The monotonic clock stands still meanwhile, and is otherwise the same. */
int64_t slept_milliseconds(void)
{
	return milliseconds(CLOCK_BOOTTIME) - milliseconds(CLOCK_MONOTONIC);
}

int64_t monotonic_microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void wait_microseconds(int64_t us)
{
	const struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	(void)nanosleep(&ts, NULL);
}

uint64_t wall_seconds(void)
{
	return seconds(CLOCK_REALTIME);
}

/*
 * While the wall clock is not set yet what has passed may lie before 1970: shown as its start. The
 * difference of the clocks is rounded, not each of them: their seconds begin at different moments,
 * and the same time would be shown as now this, now the next second.
 */
uint64_t boot_to_wall(uint32_t boottime)
{
	struct timespec wall, boot;
	int64_t difference;

	if (boottime == XDHCP_FOREVER)
		return 0;
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	difference = (int64_t)wall.tv_sec - boot.tv_sec - (wall.tv_nsec < boot.tv_nsec);
	return difference + boottime > 0 ? (uint64_t)(difference + boottime) : 1;
}

/* --- time namespaces --- */

#define INITIAL_TIME_NAMESPACE "time:[4026531834]" /* PROC_TIME_INIT_INO; never has an offset */

static ssize_t namespace_of(const char *proc, const char *which, char name[64])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/ns/%s", proc, which);
	n = readlink(path, name, 63);
	name[n < 0 ? 0 : n] = '\0';
	return n < 0 ? -errno : n;
}

/* "boottime SECONDS NANOSECONDS", in one of two lines. */
static int read_offset(const char *proc, int64_t *ret_seconds, int64_t *ret_ns)
{
	char path[64], line[128], clock[32];
	int64_t seconds_off, ns;
	int r = -EINVAL;
	FILE *f;

	snprintf(path, sizeof(path), "%s/timens_offsets", proc);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (r < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %" SCNd64 " %" SCNd64, clock, &seconds_off, &ns) != 3 ||
		    strcmp(clock, "boottime"))
			continue;
		*ret_seconds = seconds_off;
		*ret_ns = ns;
		r = 0;
	}
	fclose(f);
	return r;
}

/*
 * The offsets that the kernel shows are those of the namespace that children get. Where this is
 * another one than our own, ours are unknown.
 */
int clock_is_kernels(const char *proc, char *why, size_t why_len)
{
	char own[64], children[64];
	int64_t offset = 0, ns = 0;
	ssize_t r = namespace_of(proc, "time", own);

	if (r == -ENOENT || (r > 0 && !strcmp(own, INITIAL_TIME_NAMESPACE)))
		return 0; /* there are none in this kernel, or we are in none */
	if (r > 0)
		r = namespace_of(proc, "time_for_children", children);
	if (r > 0)
		r = read_offset(proc, &offset, &ns);
	if (r < 0) {
		snprintf(why, why_len, "the offset of this time namespace cannot be seen: %s",
			 strerror((int)-r));
		return (int)r;
	}
	if (!strcmp(own, children) && !offset && !ns)
		return 0;
	if (strcmp(own, children))
		snprintf(why, why_len,
			 "the offset of this process's time namespace cannot be seen");
	else
		snprintf(why, why_len,
			 "this time namespace's is %" PRId64 " s and %" PRId64 " ns off", offset,
			 ns);
	return -EXDEV;
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
