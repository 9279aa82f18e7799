// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * unsynced IMAGE LOG SEED: makes of IMAGE, as it was when the machine was started, what a disk with
 * a volatile cache may hold after a cut of the power. LOG is what QEMU's blklogwrites has kept of
 * the machine's writes (the layout is dm-log-writes'): all up to the last flush are there, and of
 * those after it each is there, or not, or some of its sectors are, as SEED has it. Prints how many
 * of which.
 *
 * A log that was cut off in its last entry is read as far as it goes: nobody was told of more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC	  0x6a736677736872ull
#define FLUSH	  1u
#define FUA	  2u
#define DISCARD	  4u
#define ENTRY_MAX (64u << 20)

struct super {
	uint64_t magic, version, entries;
	uint32_t sector_size;
};

struct entry {
	uint64_t sector, sectors, flags, data_len;
};

static struct {
	int image, log;
	uint32_t sector_size;
	uint8_t *data;
	unsigned synced, kept, lost, torn;
} cut;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "unsynced: %s: %s\n", what,
		errno ? strerror(errno) : "not what it should be");
	exit(2);
}

static void apply(uint64_t sector, uint64_t from, uint64_t n)
{
	size_t len = n * cut.sector_size;

	if (pwrite(cut.image, cut.data + from * cut.sector_size, len,
		   (off_t)((sector + from) * cut.sector_size)) != (ssize_t)len)
		die("write");
}

/* false: the log ends here. Leaves the data in cut.data and *at behind it. */
static bool next(off_t *at, struct entry *e)
{
	size_t len;

	if (pread(cut.log, e, sizeof(*e), *at) != sizeof(*e) || (!e->sectors && !e->flags))
		return false;
	len = e->flags & DISCARD ? 0 : e->sectors * cut.sector_size;
	if (e->sectors > ENTRY_MAX / cut.sector_size)
		die("log");
	if (pread(cut.log, cut.data, len, *at + cut.sector_size) != (ssize_t)len)
		return false;
	*at += (off_t)(cut.sector_size + len);
	return true;
}

static void by_chance(const struct entry *e)
{
	long dice = random() % 5;

	if (dice < 2) {
		cut.kept++;
		apply(e->sector, 0, e->sectors);
	} else if (dice < 4) {
		cut.lost++;
	} else {
		cut.torn++;
		for (uint64_t i = 0; i < e->sectors; i++)
			if (random() % 2)
				apply(e->sector, i, 1);
	}
}

int main(int argc, char **argv)
{
	off_t begin, at, flushed;
	struct super super;
	struct entry e;

	if (argc != 4) {
		fprintf(stderr, "usage: unsynced IMAGE LOG SEED\n");
		return 2;
	}
	srandom((unsigned)strtoul(argv[3], NULL, 0));
	cut.image = open(argv[1], O_RDWR | O_CLOEXEC);
	cut.log = open(argv[2], O_RDONLY | O_CLOEXEC);
	cut.data = malloc(ENTRY_MAX);
	if (cut.image < 0 || cut.log < 0 || !cut.data)
		die("open");
	if (pread(cut.log, &super, sizeof(super), 0) != sizeof(super) || super.magic != MAGIC ||
	    super.sector_size < 512 || super.sector_size > 4096)
		die("log");
	cut.sector_size = super.sector_size;
	begin = flushed = at = super.sector_size;
	while (next(&at, &e))
		if (e.flags & FLUSH)
			flushed = at;
	for (at = begin; next(&at, &e);) {
		if (e.flags & DISCARD)
			continue;
		if (at <= flushed || e.flags & FUA) {
			cut.synced++;
			apply(e.sector, 0, e.sectors);
		} else {
			by_chance(&e);
		}
	}
	printf("%u writes synced; of the others %u kept, %u lost, %u torn\n", cut.synced, cut.kept,
	       cut.lost, cut.torn);
	return fsync(cut.image) < 0 ? 2 : 0;
}
