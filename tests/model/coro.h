/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Coroutines: code that stops at its yields and goes on when it is resumed, each on a stack of
 * its own. One thread; a coroutine resumes no other. One that is abandoned while it stands at a
 * yield simply never goes on: that is what kill -9 is here.
 */
#ifndef XDHCP_TESTS_MODEL_CORO_H
#define XDHCP_TESTS_MODEL_CORO_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

#define CORO_STACK (512u << 10)

struct coro {
	void (*fn)(void *arg);
	void *arg;
	void *stack; /* mapped at the first start, kept for the next ones */
	ucontext_t first;
	jmp_buf here;
	bool started, finished;
};

/* It begins anew with fn(arg) when it is resumed next. */
void coro_begin(struct coro *c, void (*fn)(void *arg), void *arg);
/* Runs it up to its next yield, or its end. */
void coro_resume(struct coro *c);
/* From inside: back to who resumed it. */
void coro_yield(void);
/* The one that runs now; NULL: none does. */
struct coro *coro_current(void);

/* A test was left by a jump out of a coroutine: none runs any more. */
void coro_forget(void);

#endif
