/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A disk whose power can be cut. Beside the real files of one directory it keeps what a
 * disk would hold for certain (the bytes of each file as of its last sync, the names as of the
 * directory's last sync) and everything done since, any of which may or may not have reached
 * it. Who writes says so here: SQLite through faulty_vfs.c, the store's own calls through
 * disk_wrap.c. One disk, one user at a time.
 *
 * What a cut may leave, as rnd() says:
 *  - of each unsynced write: all of it, some of its sectors, or nothing; where it lengthened the
 *    file, the length may be there without the bytes (zeros, or what lay there before); of each
 *    unsynced truncation: all or nothing. Files and writes are independent of each other, so that
 *    later ones may be there without the earlier.
 *  - of unsynced creations, links, deletions and renames either a beginning of their sequence,
 *    and all that came before the last sync of any file (a journal that orders all); or any
 *    of them without the others (only the directory's own sync counts). A rename is whole or not.
 *  - a -shm file, which nobody ever syncs: as it is, shorter, other bytes, or not at all.
 */
#ifndef XDHCP_TEST_DISK_H
#define XDHCP_TEST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_file; /* a file itself, whatever its names */

/*
 * Forgets what was. All that is in `dir` now is there for certain. NULL: any directory, and of
 * a file what is in it when it is first named.
 */
void disk_start(const char *dir);
void disk_stop(void);
/* Is this path the disk's business? And is this the directory? */
bool disk_has(const char *path);
bool disk_is_at(const char *dir);

/* The file of that name; `created`: it is new, its name unsynced, and has no bytes yet. */
struct disk_file *disk_open(const char *path, bool created);
struct disk_file *disk_find(uint64_t dev, uint64_t ino); /* NULL: unknown */
void disk_write(struct disk_file *file, const void *data, size_t len, size_t at);
void disk_truncate(struct disk_file *file, size_t size);
void disk_sync(struct disk_file *file);
/* A sync that fails, and takes with it what it should have written: the file as it is read may
 * never be what the disk has. */
void disk_lose_unsynced(struct disk_file *file);
void disk_link(const char *from, const char *to);
void disk_unlink(const char *path);
void disk_rename(const char *from, const char *to);
void disk_sync_dir(const char *dir);

/* Writes and truncations not synced of files whose names end so; names not synced that end so. */
unsigned disk_unsynced(const char *suffix);
unsigned disk_unsynced_names(const char *suffix);

/* Called before every operation that could reach the disk. Not from within itself. */
void disk_watch(void (*fn)(void *arg), void *arg);
void disk_about_to(void); /* whoever is about to write, sync, create or remove says so */

/* Writes to the directory `to` what a disk may hold if the power fails now. */
void disk_cut(const char *to, uint32_t (*rnd)(uint32_t below));

/* The machine is dead: whatever is tried fails and changes nothing, so that its owner can be
 * taken down. Until told otherwise, or disk_start(). */
void disk_set_dead(bool dead);
bool disk_is_dead(void);

/* Planted lies, for the proof that their effects are found: such calls return and do nothing. */
enum disk_lie { DISK_LIE_NONE, DISK_LIE_SYNC, DISK_LIE_SYNC_DIR };
void disk_set_lie(enum disk_lie lie);

#endif
