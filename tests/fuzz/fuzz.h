/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libFuzzer's entry points, and what all harnesses share. An input that a harness cannot use is no
 * finding: 0 is returned. Whatever breaks is a sanitizer's finding, or an abort().
 */
#ifndef XDHCP_FUZZ_H
#define XDHCP_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Takes bytes off the front of an input; zeros when there are no more. */
struct input {
	const uint8_t *at, *end;
};

static inline size_t input_left(const struct input *in)
{
	return (size_t)(in->end - in->at);
}

static inline uint8_t take_u8(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static inline uint16_t take_u16(struct input *in)
{
	uint16_t high = take_u8(in);

	return (uint16_t)(high << 8 | take_u8(in));
}

/* `n` bytes, or as many as there are. */
static inline const uint8_t *take_bytes(struct input *in, size_t n, size_t *ret_n)
{
	const uint8_t *at = in->at;

	*ret_n = n < input_left(in) ? n : input_left(in);
	in->at += *ret_n;
	return at;
}

#endif
