/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Captures, as userspace holds them: copies of hits that XDP puts into a ring buffer
 * (bpf/capture.h) while somebody reads it. Works on the pins alone, whether or not a daemon runs.
 *
 * One capture at a time: it holds a flock on the pin of `capture`, which goes with its holder,
 * however that ends. What a crash leaves: the ring, in `captures`, into which nothing is copied two
 * seconds later; the next capture replaces it, or the daemon removes it (fastpath_capture_tidy).
 */
#ifndef XDHCP_CAPTURE_H
#define XDHCP_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

struct capture_session;

/*
 * Begins. `filter`: what is copied, `link` and `lost` left out; `interface`: only of this one, by
 * the name that the daemon serves it under (NULL: any). -EBUSY: another capture runs (`why` says
 * which). -ENOENT: nothing is pinned, or no such interface is served. -EPROTO: by a daemon of
 * another ABI.
 */
int capture_begin(const char *pin_path, const struct capture *filter, const char *interface,
		  struct capture_session **ret_session, char *why, size_t why_len);
/*
 * To be called at least once a second, else nothing is copied after two: at `now`, the second of
 * CLOCK_BOOTTIME. -ESTALE: other maps are pinned now, nothing more will come of these.
 */
int capture_go_on(struct capture_session *session, uint32_t now);
/*
 * Gives `fn` the frames that lie there, `most` at most, in the order in which XDP saw them on one
 * CPU. fn's return other than 0 ends it after that frame. Returns how many, or negative errno.
 */
int capture_read(struct capture_session *session, unsigned most,
		 int (*fn)(void *arg, const struct captured *frame), void *arg);
/* Nothing is copied any more when this returns, and the ring is out; what lies in it can be read.
 */
void capture_stop(struct capture_session *session);
/* Frames that found the ring full. */
uint64_t capture_lost(const struct capture_session *session);
void capture_end(struct capture_session *session); /* NULL: nothing */

#endif
