/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names that clients send: option 12, and option 81 (RFC 4702). What is taken from them can be
 * stored, logged and sent back whatever the bytes were. Pure; private to engine/.
 */
#ifndef XDHCP_NAME_H
#define XDHCP_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "proto/message.h"

#define NAME_LABEL_MAX 63  /* RFC 1035 2.3.4 */
#define NAME_MAX_LEN   253 /* so that it fits 255 bytes on the wire, lengths and root included */

/*
 * A name in dots as it may be kept: labels of 1 to 63 letters, digits, '-' and '_', none of which
 * begins or ends with '-'; no dot but between two labels. Other characters become '-', NULs at the
 * end are dropped, labels that come to nothing too, and labels after 253 characters. A name without
 * a letter or digit is none: empty.
 */
void name_clean(const uint8_t *text, size_t len, char ret_name[MODEL_NAME_MAX + 1]);

/*
 * Is `partial` the first label of `name`, which has more? Windows sends its name alone until it has
 * learned the domain, and with it from then on.
 */
bool name_completes(const char *name, const char *partial);

/*
 * `name` with this domain behind it, unless it ends in that or would be longer than a name may be:
 * then as it is. `name` may be ret_name.
 */
void name_qualify(const char *name, const char *domain, char ret_name[MODEL_NAME_MAX + 1]);

/* A client's option 81. */
struct fqdn {
	bool present;		       /* and of use */
	bool server_updates;	       /* S: the client wants the server to update the A record */
	bool wire;		       /* E: RFC 1035 labels, else the deprecated ASCII */
	bool full;		       /* it ended with the root: a fully qualified name */
	char name[MODEL_NAME_MAX + 1]; /* clean; empty: the server shall choose */
};

/*
 * Reads option 81. What is malformed, or has a name of which nothing can be kept, is as if it had
 * not been sent: ret->present is false.
 */
void fqdn_read(const struct dhcp_opt *option, struct fqdn *ret);
/*
 * The data of the option 81 that answers `fqdn`, with this name (clean or reserved; `full`: ended
 * by the root). Returns its length, or -ENOSPC if the name makes it longer than an option, -EINVAL
 * if it has a label that cannot be encoded.
 */
int fqdn_write(const struct fqdn *fqdn, const char *name, bool full, uint8_t ret_data[255]);

#endif
