/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a JSON map ends in a byte stream: by counting brackets outside
 * strings, each byte looked at once however the stream is cut. Says nothing of
 * whether the map is valid JSON: that is the parser's. Pure.
 */
#ifndef XDHCP_CONTROL_FRAME_H
#define XDHCP_CONTROL_FRAME_H

#include <stdbool.h>
#include <stddef.h>

struct frame {
	unsigned depth;
	bool in_string, escaped, begun;
};

enum frame_state {
	FRAME_MORE,	/* the map has not ended */
	FRAME_END,	/* it has; *ret_used bytes of this piece belong to it */
	FRAME_NO_MAP,	/* the first byte that is not white space does not begin a map */
	FRAME_TOO_DEEP, /* more than CONTROL_DEPTH_MAX brackets are open */
};

/* Takes the next piece. Begin with a zeroed struct frame; not to be called again after the end. */
enum frame_state frame_scan(struct frame *frame, const char *data, size_t len, size_t *ret_used);

#endif
