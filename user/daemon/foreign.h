/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Foreign servers: who else answers DHCP on a served link. See foreign.c. Nothing of it outlives
 * the process: a server that goes on is seen again.
 */
#ifndef XDHCP_DAEMON_FOREIGN_H
#define XDHCP_DAEMON_FOREIGN_H

#include <jansson.h>

#include "proto/message.h"

struct daemon;
struct port;

#define FOREIGN_SERVERS 64 /* that are known at a time, each on one link */
#define FOREIGN_LINES	64 /* of the log, in a period */
#define FOREIGN_EACH	64 /* replies that are looked at a second, on each link */

int foreign_start(struct daemon *d); /* 0 or -ENOMEM */
void foreign_stop(struct daemon *d);
/* After a scan of the interfaces or a reload: the sockets that are wanted are there. */
void foreign_follow(struct daemon *d);
void foreign_leave(struct port *port); /* it goes */
void foreign_tick(struct daemon *d);   /* once a second: reads, and says what is new */
/* The client has chosen another server than us (RFC 2131 4.3.2, SELECTING). */
void foreign_chosen(struct daemon *d, const struct port *port, const struct dhcp_msg *msg);
json_t *foreign_show(const struct daemon *d); /* those that are known. New reference */

#endif
