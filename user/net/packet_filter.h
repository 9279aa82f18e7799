/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel lets into a packet socket: DHCP requests of one kind, or replies. Pure: it makes
 * the program, and attaches nothing.
 */
#ifndef XDHCP_PACKET_FILTER_H
#define XDHCP_PACKET_FILTER_H

#include <stddef.h>

#include <linux/filter.h>

#include "packet.h"

#define PACKET_FILTER_MAX   320
#define PACKET_FILTER_STEPS 12 /* options that are walked before DHCP's message type */

/* Returns how many instructions it has. */
size_t packet_filter(enum packet_kind kind, struct sock_filter ret[PACKET_FILTER_MAX]);
/* The same of what servers send, PACKET_REPLIES. */
size_t packet_filter_replies(struct sock_filter ret[PACKET_FILTER_MAX]);

#endif
