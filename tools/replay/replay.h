/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdhcp-replay: the client messages of a capture, decided as the daemon would decide them. Frames
 * come from capture.c, whatever they were captured as; links.c says where they came in; replay.c
 * decides and prints. Nothing but the capture and the configuration is read, nothing is sent.
 */
#ifndef XDHCP_REPLAY_H
#define XDHCP_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "engine/engine.h"
#include "proto/message.h"

#define REPLAY_FRAME 65600
#define REPLAY_LINKS 64
#define REPLAY_HOST  (REPLAY_LINKS * XDHCP_LINK_ADDRS)

/* --- capture.c --- */

struct frame {
	int64_t us; /* since the first frame of the capture */
	size_t len;
	uint8_t data[REPLAY_FRAME]; /* an Ethernet frame, made one if it was captured otherwise */
};

struct capture_file;

/* NULL: it cannot be read; says why on stderr. */
struct capture_file *capture_open(const char *name);
/* 1: *ret_frame is the next; 0: there is none; -1: it is broken from here on. */
int capture_next(struct capture_file *file, struct frame *ret_frame);
void capture_complain(const struct capture_file *file); /* about that, on stderr */
void capture_close(struct capture_file *file);

/* A datagram to UDP port 67, or one that is too short to tell, or its first fragment. */
bool frame_is_to_server(const struct frame *frame);

/* --- links.c --- */

struct links {
	struct engine_link v[REPLAY_LINKS];
	size_t n;
	uint32_t host[REPLAY_HOST];
	size_t n_host;
	bool guessed;				   /* none was given: one link for all */
	const struct subnet *remote[REPLAY_LINKS]; /* guessed: relays are in them, and not we */
	size_t n_remote;
};

/* "NAME=ADDRESS/LEN"; false: it is none, or there are too many. */
bool links_add(struct links *links, const char *text);
/*
 * None was given: one link with an address in each subnet that no relay is in. It is the one that
 * clients name or write to (a first run over the capture tells), else the lowest that is in no pool
 * and not reserved.
 */
void links_guess(struct links *links, const struct config *config);
void links_guess_from(struct links *links, const struct config *config, const struct dhcp_msg *msg);
void links_settle(struct links *links);
/* The link of a frame with these tags; NULL: it is of none. */
const struct engine_link *links_of(const struct links *links, const struct dhcp_msg *msg);
/* Is it for us? As batch.c has it, but for MAC addresses, which a capture does not tell. */
bool links_to_us(const struct links *links, const struct engine_link *link, struct dhcp_msg *msg);

/* --- replay.c --- */

struct replay_wishes {
	bool verbose;
	bool ignore_checksums; /* UDP's: the capture is of before the hardware made them */
};

/* 0, -ENOMEM, or -EIO: the capture is broken somewhere. */
int replay(const struct config *config, const struct links *links, struct capture_file *file,
	   const struct replay_wishes *wishes);

#endif
