// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A disk whose power can be cut; see disk.h. */
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR	  512
#define PATH_SIZE 512

struct op { /* data NULL: truncate to `at` */
	uint8_t *data;
	size_t len, at;
};

struct disk_file {
	struct disk_file *next;
	uint64_t dev, ino; /* as long as it has a name */
	uint8_t *bytes;	   /* as of the last sync */
	size_t len;
	struct op *ops; /* since */
	size_t n_ops;
	char written_to[2 * PATH_SIZE]; /* by the cut under way */
};

struct name {
	char path[PATH_SIZE];
	struct disk_file *file; /* NULL: no such name */
};

struct names {
	struct name *list;
	size_t n;
};

/* A change of one name, or of two at once. */
struct name_op {
	struct name set[2];
	unsigned n;
	bool journalled; /* some file was synced since */
};

static struct {
	char root[PATH_SIZE];
	struct disk_file *files;
	struct names names;  /* as they are */
	struct names synced; /* as of the directory's last sync */
	struct name_op *pending;
	size_t n_pending;
	void (*watcher)(void *arg);
	void *watcher_arg;
	bool watching, dead;
	enum disk_lie lie;
} disk;

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static bool ends_with(const char *path, const char *suffix)
{
	size_t len = strlen(path), tail = strlen(suffix);

	return len >= tail && strcmp(path + len - tail, suffix) == 0;
}

/* --- names --- */

static struct name *name_find(const struct names *names, const char *path)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->list[i].path, path) == 0)
			return &names->list[i];
	return NULL;
}

static void name_set(struct names *names, const char *path, struct disk_file *file)
{
	struct name *name = name_find(names, path);

	if (!name) {
		names->list = must(reallocarray(names->list, names->n + 1, sizeof(*name)));
		name = &names->list[names->n++];
		if (snprintf(name->path, sizeof(name->path), "%s", path) >= PATH_SIZE)
			abort();
	}
	name->file = file;
}

static struct disk_file *file_of(const char *path)
{
	struct name *name = name_find(&disk.names, path);

	return name ? name->file : NULL;
}

static void op_apply(const struct name_op *op, struct names *names)
{
	for (unsigned i = 0; i < op->n; i++)
		name_set(names, op->set[i].path, op->set[i].file);
}

static void change_names(const struct name_op *op)
{
	op_apply(op, &disk.names);
	disk.pending = must(reallocarray(disk.pending, disk.n_pending + 1, sizeof(*op)));
	disk.pending[disk.n_pending++] = *op;
}

static struct name named(const char *path, struct disk_file *file)
{
	struct name name = {.file = file};

	if (snprintf(name.path, sizeof(name.path), "%s", path) >= PATH_SIZE)
		abort();
	return name;
}

/* --- files --- */

static void remember_inode(struct disk_file *file, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	/* The number of one that is gone may be another's now. */
	for (struct disk_file *other = disk.files; other; other = other->next)
		if (other->dev == st.st_dev && other->ino == st.st_ino)
			other->ino = 0;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
}

static struct disk_file *file_new(void)
{
	struct disk_file *file = must(calloc(1, sizeof(*file)));

	file->next = disk.files;
	disk.files = file;
	return file;
}

/* Bytes to have for a file of so many: files grow by pages, and shall not be copied each time. */
static size_t room(size_t len)
{
	size_t n = 4096;

	while (n < len)
		n *= 2;
	return n;
}

/* A file that was there before anybody told of it: all of it is synced. */
static struct disk_file *file_found(const char *path)
{
	struct disk_file *file = file_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		off_t len = lseek(fd, 0, SEEK_END);

		file->bytes = must(malloc(room((size_t)len)));
		if (pread(fd, file->bytes, (size_t)len, 0) != len)
			abort();
		file->len = (size_t)len;
		close(fd);
	}
	name_set(&disk.names, path, file);
	name_set(&disk.synced, path, file);
	remember_inode(file, path);
	return file;
}

struct disk_file *disk_find(uint64_t dev, uint64_t ino)
{
	for (struct disk_file *file = disk.files; file; file = file->next)
		if (file->ino && file->dev == dev && file->ino == ino)
			return file;
	return NULL;
}

struct disk_file *disk_open(const char *path, bool created)
{
	struct disk_file *file = file_of(path);
	struct stat st;

	if (created) {
		struct name_op op = {.n = 1};

		file = file_new();
		op.set[0] = named(path, file);
		change_names(&op);
		remember_inode(file, path);
		return file;
	}
	if (file)
		return file;
	/* Another name of a file that is known. */
	if (stat(path, &st) == 0 && (file = disk_find(st.st_dev, st.st_ino))) {
		name_set(&disk.names, path, file);
		name_set(&disk.synced, path, file);
		return file;
	}
	return file_found(path);
}

static void grow(uint8_t **bytes, size_t *len, size_t end)
{
	if (end <= *len)
		return;
	if (!*bytes || room(end) != room(*len))
		*bytes = must(realloc(*bytes, room(end)));
	memset(*bytes + *len, 0, end - *len);
	*len = end;
}

static void apply(uint8_t **bytes, size_t *len, const struct op *op)
{
	if (!op->data) {
		if (op->at < *len)
			*len = op->at;
		grow(bytes, len, op->at);
		return;
	}
	grow(bytes, len, op->at + op->len);
	memcpy(*bytes + op->at, op->data, op->len);
}

static void add_op(struct disk_file *file, const void *data, size_t len, size_t at)
{
	struct op op = {.len = len, .at = at};

	if (data)
		op.data = memcpy(must(malloc(len + 1)), data, len);
	file->ops = must(reallocarray(file->ops, file->n_ops + 1, sizeof(op)));
	file->ops[file->n_ops++] = op;
}

static void forget_ops(struct disk_file *file, bool done)
{
	for (size_t i = 0; i < file->n_ops; i++) {
		if (done)
			apply(&file->bytes, &file->len, &file->ops[i]);
		free(file->ops[i].data);
	}
	free(file->ops);
	file->ops = NULL;
	file->n_ops = 0;
}

void disk_write(struct disk_file *file, const void *data, size_t len, size_t at)
{
	if (len)
		add_op(file, data, len, at);
}

void disk_truncate(struct disk_file *file, size_t size)
{
	add_op(file, NULL, 0, size);
}

void disk_sync(struct disk_file *file)
{
	if (disk.lie == DISK_LIE_SYNC)
		return;
	forget_ops(file, true);
	for (size_t i = 0; i < disk.n_pending; i++)
		disk.pending[i].journalled = true;
}

void disk_lose_unsynced(struct disk_file *file)
{
	forget_ops(file, false);
}

void disk_link(const char *from, const char *to)
{
	struct name_op op = {.n = 1};

	op.set[0] = named(to, disk_open(from, false));
	change_names(&op);
}

void disk_unlink(const char *path)
{
	struct disk_file *file = disk_open(path, false);
	struct name_op op = {.n = 1};
	bool named_still = false;

	op.set[0] = named(path, NULL);
	change_names(&op);
	for (size_t i = 0; i < disk.names.n; i++)
		named_still |= disk.names.list[i].file == file;
	if (!named_still)
		file->ino = 0; /* the number may soon be another's */
}

void disk_rename(const char *from, const char *to)
{
	struct name_op op = {.n = 2};

	op.set[0] = named(to, disk_open(from, false));
	op.set[1] = named(from, NULL);
	change_names(&op);
}

static bool lies_in(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/');
}

void disk_sync_dir(const char *dir)
{
	size_t kept = 0;

	if (disk.lie == DISK_LIE_SYNC_DIR)
		return;
	for (size_t i = 0; i < disk.n_pending; i++) {
		if (lies_in(disk.pending[i].set[0].path, dir))
			op_apply(&disk.pending[i], &disk.synced);
		else
			disk.pending[kept++] = disk.pending[i];
	}
	disk.n_pending = kept;
}

/* --- the disk --- */

void disk_stop(void)
{
	struct disk_file *file;

	while ((file = disk.files)) {
		disk.files = file->next;
		forget_ops(file, false);
		free(file->bytes);
		free(file);
	}
	free(disk.names.list);
	free(disk.synced.list);
	free(disk.pending);
	memset(&disk, 0, sizeof(disk));
}

static bool is_shm(const char *path)
{
	return ends_with(path, "-shm");
}

void disk_start(const char *dir)
{
	struct dirent *entry;
	DIR *d;

	disk_stop();
	if (!dir)
		return;
	if (snprintf(disk.root, sizeof(disk.root), "%s", dir) >= PATH_SIZE || !(d = opendir(dir)))
		abort();
	while ((entry = readdir(d))) {
		char path[PATH_SIZE + 256];

		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_type == DT_REG && !is_shm(path))
			disk_open(path, false);
	}
	closedir(d);
}

bool disk_has(const char *path)
{
	return disk.root[0] ? lies_in(path, disk.root) : false;
}

bool disk_is_at(const char *dir)
{
	return disk.root[0] && strcmp(dir, disk.root) == 0;
}

unsigned disk_unsynced(const char *suffix)
{
	unsigned n = 0;

	for (size_t i = 0; i < disk.names.n; i++)
		if (disk.names.list[i].file && ends_with(disk.names.list[i].path, suffix))
			n += (unsigned)disk.names.list[i].file->n_ops;
	return n;
}

unsigned disk_unsynced_names(const char *suffix)
{
	unsigned n = 0;

	for (size_t i = 0; i < disk.n_pending; i++)
		for (unsigned j = 0; j < disk.pending[i].n; j++)
			n += ends_with(disk.pending[i].set[j].path, suffix);
	return n;
}

void disk_watch(void (*fn)(void *arg), void *arg)
{
	disk.watcher = fn;
	disk.watcher_arg = arg;
}

void disk_about_to(void)
{
	if (!disk.watcher || disk.watching || disk.dead)
		return;
	disk.watching = true;
	disk.watcher(disk.watcher_arg);
	disk.watching = false;
}

void disk_set_dead(bool dead)
{
	disk.dead = dead;
}

bool disk_is_dead(void)
{
	return disk.dead;
}

void disk_set_lie(enum disk_lie lie)
{
	disk.lie = lie;
}

/* --- the cut --- */

/* Of a write: those of its sectors that `keeps` says. */
static void apply_sectors(uint8_t **bytes, size_t *len, const struct op *op,
			  uint32_t (*rnd)(uint32_t below), bool prefix)
{
	size_t end = op->at + op->len, first = op->at / SECTOR, last = (end - 1) / SECTOR;
	size_t stop = first + (prefix ? rnd((uint32_t)(last - first) + 1) : last - first + 1);

	for (size_t sector = first; sector < stop; sector++) {
		size_t from = sector * SECTOR, to = from + SECTOR;
		struct op part = *op;

		if (!prefix && rnd(2))
			continue;
		part.at = from > op->at ? from : op->at;
		part.len = (to < end ? to : end) - part.at;
		part.data = op->data + (part.at - op->at);
		apply(bytes, len, &part);
	}
}

/* The length is there, the bytes are not. */
static void apply_length(uint8_t **bytes, size_t *len, const struct op *op,
			 uint32_t (*rnd)(uint32_t below), bool zeros)
{
	size_t old = *len;

	grow(bytes, len, op->at + op->len);
	for (size_t i = old; !zeros && i < *len; i++)
		(*bytes)[i] = (uint8_t)rnd(256);
}

static void write_whole(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

static void cut_file(const struct disk_file *file, const char *path, uint32_t (*rnd)(uint32_t))
{
	uint8_t *bytes = must(malloc(room(file->len)));
	/* All or nothing of everything is a cut too. */
	uint32_t temper = rnd(8);
	size_t len = file->len;

	if (len)
		memcpy(bytes, file->bytes, len);
	for (size_t i = 0; i < file->n_ops && temper != 0; i++) {
		const struct op *op = &file->ops[i];
		uint32_t fate = temper == 1 ? 0 : rnd(10);

		if (fate < 4)
			apply(&bytes, &len, op);
		else if (fate < 6 && op->data)
			apply_sectors(&bytes, &len, op, rnd, fate == 4);
		else if (fate < 7 && op->data)
			apply_length(&bytes, &len, op, rnd, rnd(2));
	}
	write_whole(path, bytes, len);
	free(bytes);
}

static void cut_shm(const char *from, const char *to, uint32_t (*rnd)(uint32_t))
{
	uint32_t fate = rnd(4);
	uint8_t bytes[8192];
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return;
	len = read(fd, bytes, sizeof(bytes));
	close(fd);
	if (fate == 0 || len < 0)
		return;
	if (fate == 1)
		len = (ssize_t)rnd((uint32_t)len + 1);
	for (ssize_t i = 0; fate == 2 && i < len; i++)
		bytes[i] = (uint8_t)rnd(256);
	write_whole(to, bytes, (size_t)len);
}

/* The names that are left, for the caller to free. */
static struct names cut_names(uint32_t (*rnd)(uint32_t below))
{
	struct names names = {.n = disk.synced.n};
	size_t stop = disk.n_pending;
	bool ordered = rnd(2);

	names.list = must(calloc(names.n + 1, sizeof(*names.list)));
	if (names.n)
		memcpy(names.list, disk.synced.list, names.n * sizeof(*names.list));
	if (ordered) {
		for (stop = 0; stop < disk.n_pending && disk.pending[stop].journalled; stop++)
			;
		stop += rnd((uint32_t)(disk.n_pending - stop) + 1);
	}
	for (size_t i = 0; i < stop; i++)
		if (ordered || rnd(2))
			op_apply(&disk.pending[i], &names);
	return names;
}

void disk_cut(const char *to, uint32_t (*rnd)(uint32_t below))
{
	struct names names = cut_names(rnd);
	char path[2 * PATH_SIZE], shm[PATH_SIZE + 8];

	for (struct disk_file *file = disk.files; file; file = file->next)
		file->written_to[0] = '\0';
	for (size_t i = 0; i < names.n; i++) {
		struct disk_file *file = names.list[i].file;

		if (!file)
			continue;
		snprintf(path, sizeof(path), "%s%s", to, strrchr(names.list[i].path, '/'));
		if (file->written_to[0]) {
			if (link(file->written_to, path) < 0)
				abort();
		} else {
			cut_file(file, path, rnd);
			strcpy(file->written_to, path);
		}
		snprintf(shm, sizeof(shm), "%s-shm", names.list[i].path);
		strcat(path, "-shm");
		cut_shm(shm, path, rnd);
	}
	free(names.list);
}
