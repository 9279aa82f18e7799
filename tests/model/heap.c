// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The arena: size classes of powers of two, each chunk under a header that says its class. Blocks
 * lie at the same places in every run, so that a schedule replayed meets the same memory.
 */
#include "heap.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "world.h"

#define ARENA	(512ull << 20)
#define CLASSES 32

struct chunk {
	uint32_t class;
	uint32_t reserved[3];
	struct chunk *next[]; /* while free */
};

_Static_assert(sizeof(struct chunk) == 16, "blocks are aligned as malloc's");

static uint8_t *arena, *top;
static struct chunk *unused[CLASSES];
static int left;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *p);

void heap_reset(void)
{
	if (!arena) {
		arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (arena == MAP_FAILED)
			abort();
	}
	top = arena;
	memset(unused, 0, sizeof(unused));
}

void heap_leave(void)
{
	left++;
}

void heap_return(void)
{
	left--;
}

static bool is_ours(const void *p)
{
	return arena && (const uint8_t *)p >= arena && (const uint8_t *)p < arena + ARENA;
}

static bool is_wanted(void)
{
	return !left && world_in_daemon();
}

static uint32_t class_of(size_t size)
{
	uint32_t class = 5; /* 32 bytes with the header */

	while ((1ull << class) < size + sizeof(struct chunk))
		class ++;
	return class;
}

static void *take(size_t size)
{
	uint32_t class = class_of(size);
	struct chunk *chunk = class < CLASSES ? unused[class] : NULL;

	if (chunk) {
		unused[class] = chunk->next[0];
		return chunk + 1;
	}
	if (class >= CLASSES || (size_t)(arena + ARENA - top) < 1ull << class)
		abort(); /* the model is to be made smaller */
	chunk = (struct chunk *)top;
	chunk->class = class;
	top += 1ull << class;
	return chunk + 1;
}

void *__wrap_malloc(size_t size)
{
	return is_wanted() ? take(size) : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p;

	if (!is_wanted())
		return __real_calloc(n, size);
	p = take(n * size);
	memset(p, 0, n * size);
	return p;
}

void *__wrap_realloc(void *p, size_t size)
{
	const struct chunk *chunk = NULL;
	void *grown;

	if (p ? !is_ours(p) : !is_wanted())
		return __real_realloc(p, size);
	if (p)
		chunk = (struct chunk *)p - 1;
	if (p && class_of(size) <= chunk->class)
		return p;
	grown = take(size);
	if (p)
		memcpy(grown, p, (1ull << chunk->class) - sizeof(*chunk));
	__wrap_free(p);
	return grown;
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return __wrap_realloc(p, n * size);
}

char *__wrap_strdup(const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = __wrap_malloc(len);

	return copy ? memcpy(copy, text, len) : NULL;
}

void __wrap_free(void *p)
{
	struct chunk *chunk;

	if (!is_ours(p)) {
		__real_free(p);
		return;
	}
	chunk = (struct chunk *)p - 1;
	chunk->next[0] = unused[chunk->class];
	unused[chunk->class] = chunk;
}
