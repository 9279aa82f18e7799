/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Faults planted at the rim or by the linker's wraps, one at a time; the product knows of none. */
#ifndef XDHCP_TESTS_MODEL_FAULTS_H
#define XDHCP_TESTS_MODEL_FAULTS_H

#include <stdbool.h>

/* X(name, what is broken) */
#define FAULTS(X)                                                                               \
	X(NONE, "nothing")                                                                      \
	X(FREE_AT_ONCE, "close, free, barrier: the address is free before barrier and harvest") \
	X(FREE_BEFORE_BARRIER, "close, harvest, free: nothing waits for the barrier")           \
	X(FREE_BEFORE_HARVEST, "close, barrier, free: the harvest comes after the free")        \
	X(BARRIER_AT_ONCE, "the barrier waits for nobody")                                      \
	X(NO_HARVEST, "the harvest finds nothing granted")                                      \
	X(GRANT_OVERWRITTEN, "XDP sets granted_until, and does not raise it")                   \
	X(GRANT_CLEARED, "a slot that opens again for the same lease forgets what it granted")  \
	X(PROMISED_NOT_STORED, "the store does not keep `promised`")                            \
	X(PROMISED_NOT_COUNTED, "the daemon does not count what it has promised itself")        \
	X(COMMIT_UNCONDITIONAL, "a commit does not ask for the generation")                     \
	X(NAK_FREES, "a NAK ends the lease that it refuses to continue")                        \
	X(SENT_BEFORE_COMMIT, "frames leave, and memos are published, before the commit")       \
	X(PUBLISHED_BEFORE_COMMIT, "memos are published before the commit")                     \
	X(CREDIT_BEFORE_COMMIT, "the sweep raises a slot's credit before the commit")           \
	X(ADOPTION_NOT_COMMITTED, "a start commits nothing of what it merges")                  \
	X(ADOPTION_KEEPS_CREDIT, "a start brings credit of slot and store together in neither") \
	X(GONE_IGNORED, "a start ignores that a slot is gone")                                  \
	X(REBASE_FORGETS, "a reboot forgets what XDP may have granted")                         \
	X(NEWEST_NOT_KNOWN, "the maps do not know the newest commit")                           \
	X(TEMPLATE_AT_ONCE, "a template that no slot names is free before the barrier")         \
	X(FOREIGN_ANSWERS,                                                                      \
	  "maps of another ABI are harvested while programs still answer from them")

enum fault {
#define X(name, what) FAULT_##name,
	FAULTS(X)
#undef X
		FAULT_COUNT,
};

void fault_plant(enum fault fault);
bool fault_is(enum fault fault);
void faults_process_gone(void); /* what a fault holds back goes with the process */
const char *fault_name(enum fault fault);
enum fault fault_by_name(const char *name); /* NULL: none */
const char *fault_what(enum fault fault);

#endif
