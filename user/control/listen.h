/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The listening AF_UNIX socket of the control channel (listen.c).
 */
#ifndef XDHCP_CONTROL_LISTEN_H
#define XDHCP_CONTROL_LISTEN_H

#include <stddef.h>

/*
 * Listens on `path`, mode 0660; missing directories are made, 0750. Returns a
 * non-blocking fd that is the caller's. -EADDRINUSE: a live server has the path;
 * -EEXIST: a file that is no socket; -ENAMETOOLONG; other negative errno. `why` gets one
 * line with the remedy on every error.
 */
int control_listen(const char *path, char *why, size_t why_len);

#endif
