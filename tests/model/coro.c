// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Coroutines over ucontext; once one has started, setjmp and longjmp switch, which need no system
 * call.
 */
#include "coro.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static struct coro *current;
static jmp_buf host;
static ucontext_t unused; /* where swapcontext() saves what host already has */

struct coro *coro_current(void)
{
	return current;
}

void coro_forget(void)
{
	current = NULL;
}

static void trampoline(void)
{
	current->fn(current->arg);
	current->finished = true;
	_longjmp(host, 1);
}

void coro_begin(struct coro *c, void (*fn)(void *arg), void *arg)
{
	if (!c->stack) {
		c->stack = mmap(NULL, CORO_STACK, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (c->stack == MAP_FAILED)
			abort();
	}
	c->fn = fn;
	c->arg = arg;
	c->started = c->finished = false;
}

static void start(struct coro *c)
{
	c->started = true;
	if (getcontext(&c->first) < 0)
		abort();
	c->first.uc_stack.ss_sp = c->stack;
	c->first.uc_stack.ss_size = CORO_STACK;
	c->first.uc_link = NULL;
	makecontext(&c->first, trampoline, 0);
	swapcontext(&unused, &c->first);
}

void coro_resume(struct coro *c)
{
	if (current || c->finished)
		abort();
	current = c;
	if (_setjmp(host) == 0) {
		if (c->started)
			_longjmp(c->here, 1);
		start(c);
	}
	current = NULL;
}

void coro_yield(void)
{
	if (!current)
		abort();
	if (_setjmp(current->here) == 0)
		_longjmp(host, 1);
}
