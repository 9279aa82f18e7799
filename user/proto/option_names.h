/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Domain names in options (RFC 1035 3.1, 4.1.4): text to labels, and labels to and from an
 * option's data with or without compression. For option_parse.c and option_format.c. Pure.
 */
#ifndef XDHCP_OPTION_NAMES_H
#define XDHCP_OPTION_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_NAME_MAX	 255 /* RFC 1035 2.3.4: bytes with the root's, uncompressed */
#define OPTION_LABEL_MAX 63

/*
 * Text ("a.example.org", a trailing dot changes nothing) to labels. Returns their length with the
 * root's byte; -EINVAL: no domain name; -E2BIG: longer than OPTION_NAME_MAX.
 */
int option_name_encode(const char *text, size_t len, uint8_t ret_name[OPTION_NAME_MAX]);

/*
 * How much of `name` must be written at buf[len] when buf holds nothing but names that this
 * compression wrote: returns the bytes of leading labels to copy, and in *ret_pointer where the
 * rest of the name stands in buf, or -1 if nowhere (then the root's byte is among those returned).
 */
size_t option_name_compress(const uint8_t *name, const uint8_t *buf, size_t len, int *ret_pointer);

/*
 * The name at data[at], expanded. Pointers only if `compressed`, and only backwards: each must
 * point before the labels it follows, so that no data makes a loop. Returns the bytes taken
 * at `at`, 0 if that is no name or only the root; *ret_len counts the root's byte.
 */
size_t option_name_expand(const uint8_t *data, size_t len, size_t at, bool compressed,
			  uint8_t ret_name[OPTION_NAME_MAX], size_t *ret_len);

#endif
