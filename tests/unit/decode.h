/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tests of dhcp_decode() share: one message, and a frame built and
 * decoded into it. A frame must outlive the look at the message, which points into it.
 */
#ifndef XDHCP_TEST_DECODE_H
#define XDHCP_TEST_DECODE_H

#include "frame.h"
#include "proto/message.h"

static const struct dhcp_ingress NOTHING;

/* Static: the message is large, and points into itself. */
static struct dhcp_msg msg;

static inline enum dhcp_decode_result decode_built(const struct request *r, struct frame *ret_frame)
{
	*ret_frame = frame_build(r);
	return dhcp_decode(ret_frame->data, ret_frame->len, &NOTHING, &msg);
}

static inline enum dhcp_decode_result decode_once(const struct request *r)
{
	struct frame f;
	enum dhcp_decode_result result = decode_built(r, &f);

	free(f.data);
	return result;
}

static inline void discover(struct request *r)
{
	request_init(r);
	request_u8(r, 53, DHCP_DISCOVER);
}

#endif
