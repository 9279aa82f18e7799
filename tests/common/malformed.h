/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The corpus of malformed frames: every way to lie in a request that anybody has thought of, by
 * name, with the decoder's answer to it. Frames that are refused stand beside their nearest
 * good ones, and beside odd ones that are well-formed all the same (`ok`). One place, so that the
 * decoder, the XDP program and a whole daemon are shown the same frames.
 *
 * What is expected follows from how a frame was made, not from what the decoder says of it.
 */
#ifndef XDHCP_TESTS_MALFORMED_H
#define XDHCP_TESTS_MALFORMED_H

#include <stddef.h>
#include <stdint.h>

#include "packet_builder.h"
#include "proto/message.h"

struct malformed {
	const char *name;     /* unique */
	const uint8_t *frame; /* in an allocation of exactly its size */
	size_t len;
	enum dhcp_decode_result result;
};

/*
 * Calls fn for each frame; both live until it returns. The frames are the same ones in the same
 * order in each run: REQUESTs that `client` broadcasts to keep client->addr (REBINDING), which
 * the fast path would answer if they were good, and other messages where they are the point.
 * The first is "good". The last byte of the client's MAC must not be 0. Returns how many there
 * were.
 */
size_t malformed_each(const struct packet_host *client, const struct packet_host *server,
		      void (*fn)(void *ctx, const struct malformed *m), void *ctx);

#endif
