// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The ways out that no frame can reach on purpose: the kernel refuses room, lies
 * about it, or another writer always wins the grant word. The program under
 * test is the production object, with single instructions replaced before it is loaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"
#include "world.h"

#define CALL	    (BPF_JMP | BPF_CALL)
#define SET_R0(val) ((struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = (val)})

/* Replaces every call of a helper; returns how many there were. */
static int replace_calls(struct bpf_insn *insns, size_t n, int helper, struct bpf_insn with)
{
	int replaced = 0;

	for (size_t i = 0; i < n; i++) {
		if (insns[i].code != CALL || insns[i].src_reg != 0 || insns[i].imm != helper)
			continue;
		insns[i] = with;
		replaced++;
	}
	return replaced;
}

static void no_room_at_head(struct bpf_insn *insns, size_t n)
{
	assert_int_equal(replace_calls(insns, n, BPF_FUNC_xdp_adjust_head, SET_R0(-1)), 1);
}

static void no_room(struct bpf_insn *insns, size_t n)
{
	no_room_at_head(insns, n);
	assert_int_equal(replace_calls(insns, n, BPF_FUNC_xdp_adjust_tail, SET_R0(-1)), 1);
}

static void false_room(struct bpf_insn *insns, size_t n)
{
	assert_int_equal(replace_calls(insns, n, BPF_FUNC_xdp_adjust_head, SET_R0(0)), 1);
	assert_int_equal(replace_calls(insns, n, BPF_FUNC_xdp_adjust_tail, SET_R0(0)), 1);
}

/* The exchange finds another value than was expected (which is in r0), every time. */
static void lost_exchange(struct bpf_insn *insns, size_t n)
{
	int replaced = 0;

	for (size_t i = 0; i < n; i++) {
		if (insns[i].code != (BPF_STX | BPF_ATOMIC | BPF_DW) || insns[i].imm != BPF_CMPXCHG)
			continue;
		insns[i] = (struct bpf_insn){.code = BPF_ALU64 | BPF_XOR | BPF_K, .imm = 1};
		replaced++;
	}
	assert_in_range(replaced, 1, 16);
}

static struct packet request(const struct world *w, size_t bootp_min)
{
	struct packet p = packet_renewing(&w->client, WORLD_ADDR, &w->server);

	p.bootp_min = bootp_min;
	return p;
}

/* Runs a request that would be answered by a frame that is longer (grow) or shorter. */
static void run(void (*patch)(struct bpf_insn *, size_t), bool grow, enum xdhcp_verdict verdict)
{
	uint8_t in[PACKET_MAX], expected[PACKET_MAX];
	struct world w;
	struct outcome out;

	world_open_patched(&w, patch);
	struct packet p = request(&w, grow ? 0 : 600);
	size_t len = packet_build(&p, in, sizeof(in));

	world_learn(&w, &p);
	world_run(&w, in, len, &out);
	assert_string_equal(verdict_name(out.verdict), verdict_name(verdict));
	assert_int_equal(out.action, world_verdict_action(verdict));
	if (out.action == XDP_PASS) {
		assert_int_equal(out.len, len);
		assert_memory_equal(out.frame, in, len);
		assert_int_equal(w.slot->hits, 0);
	} else if (out.action == XDP_TX) {
		assert_int_equal(out.len, world_expected(&w, &p, expected, sizeof(expected)));
		assert_memory_equal(out.frame, expected, out.len);
	}
	/* a grant without an answer is harmless, one beyond the credit is not */
	assert_true(w.slot->granted_until <= w.slot->ack_until);
	if (verdict == XDHCP_VERDICT_pass_contended)
		assert_int_equal(w.slot->granted_until, 0);
	world_close(&w);
}

static void unpatched(void **state)
{
	(void)state;
	run(NULL, true, XDHCP_VERDICT_ack_renewing);
	run(NULL, false, XDHCP_VERDICT_ack_renewing);
}

static void head_refused_tail_taken(void **state)
{
	(void)state;
	run(no_room_at_head, true, XDHCP_VERDICT_ack_renewing);
}

static void room(void **state)
{
	(void)state;
	run(no_room, true, XDHCP_VERDICT_pass_room);
	run(no_room, false, XDHCP_VERDICT_pass_room);
}

static void internal(void **state)
{
	(void)state;
	run(false_room, true, XDHCP_VERDICT_drop_internal);
	run(false_room, false, XDHCP_VERDICT_drop_internal);
}

static void contended(void **state)
{
	(void)state;
	run(lost_exchange, true, XDHCP_VERDICT_pass_contended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpatched), cmocka_unit_test(head_refused_tail_taken),
		cmocka_unit_test(room),	     cmocka_unit_test(internal),
		cmocka_unit_test(contended),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
