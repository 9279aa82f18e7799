/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rig of the tests that attach: a pair of veths in the test's own namespace and a pin
 * directory, made anew for each test, and what is seen on them.
 */
#ifndef XDHCP_TESTS_VETHS_H
#define XDHCP_TESTS_VETHS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/bpf.h>

#include "net/fastpath.h"

extern char why[512];
extern uint32_t v0, v1; /* their ifindexes */

int set_up(void **state);
int tear_down(void **state);

struct fastpath *open_options(const struct fastpath_options *options, enum fastpath_found expected);
struct fastpath *open_sized(uint32_t slots, enum fastpath_found expected);
struct fastpath *open_as(enum fastpath_found expected); /* of one block */
void attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode);

/* What an interface runs: XDP_ATTACHED_*, and the program's id. */
uint8_t runs(uint32_t ifindex, uint32_t *ret_program);
void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN]);
void assert_runs(uint32_t ifindex, uint8_t mode, const char *program);
/* Somebody else's, which passes everything. */
int foreign_program(void);

#endif
