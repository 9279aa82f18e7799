// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Domain names in options. See option_names.h. A pointer that is followed is
 * always smaller than the place it is read from, in what was written here as in what a
 * client sent: every walk ends.
 */
#include "option_names.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define POINTER	    0xc0   /* RFC 1035 4.1.4: the two bits that make a length a pointer */
#define POINTER_MAX 0x3fff /* what its other 14 bits hold */

static bool is_label(const char *at, size_t len)
{
	if (len == 0 || len > OPTION_LABEL_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)at[i]) && at[i] != '-' && at[i] != '_')
			return false;
	return true;
}

int option_name_encode(const char *text, size_t len, uint8_t ret_name[OPTION_NAME_MAX])
{
	uint8_t name[OPTION_NAME_MAX];
	size_t n = 0;
	bool fits = true;

	if (len > 1 && text[len - 1] == '.')
		len--;
	for (const char *end = text + len, *at = text; at <= end;) {
		const char *dot = memchr(at, '.', (size_t)(end - at));
		size_t label = (size_t)((dot ? dot : end) - at);

		/* too long or not, what is no name at all is called that */
		if (!is_label(at, label))
			return -EINVAL;
		fits = fits && n + 1 + label < OPTION_NAME_MAX;
		if (fits) {
			name[n++] = (uint8_t)label;
			memcpy(name + n, at, label);
			n += label;
		}
		at += label + 1;
	}
	if (!fits)
		return -E2BIG;
	name[n++] = 0;
	memcpy(ret_name, name, n);
	return (int)n;
}

static size_t pointer_at(const uint8_t *p)
{
	return (size_t)(p[0] & ~POINTER) << 8 | p[1];
}

/* Upper and lower case are kept apart, so that what is read back is what was written. */
static bool same_name(const uint8_t *name, const uint8_t *buf, size_t at)
{
	for (;;) {
		while (buf[at] >= POINTER)
			at = pointer_at(buf + at);
		/* the lengths first: buf may end with a shorter label */
		if (*name != buf[at] || memcmp(name + 1, buf + at + 1, *name) != 0)
			return false;
		if (*name == 0)
			return true;
		at += 1u + *name;
		name += 1u + *name;
	}
}

static int find_name(const uint8_t *name, const uint8_t *buf, size_t len)
{
	size_t at = 0;

	while (at < len && at <= POINTER_MAX) {
		if (buf[at] == 0) {
			at++;
		} else if (buf[at] >= POINTER) {
			at += 2;
		} else if (same_name(name, buf, at)) {
			return (int)at;
		} else {
			at += 1u + buf[at];
		}
	}
	return -1;
}

size_t option_name_compress(const uint8_t *name, const uint8_t *buf, size_t len, int *ret_pointer)
{
	size_t n = 0;

	for (; name[n] != 0; n += 1u + name[n]) {
		int found = find_name(name + n, buf, len);

		if (found >= 0) {
			*ret_pointer = found;
			return n;
		}
	}
	*ret_pointer = -1;
	return n + 1;
}

size_t option_name_expand(const uint8_t *data, size_t len, size_t at, bool compressed,
			  uint8_t ret_name[OPTION_NAME_MAX], size_t *ret_len)
{
	uint8_t name[OPTION_NAME_MAX];
	size_t start = at, run = at, used = 0, n = 0;

	while (at < len && data[at] != 0) {
		size_t label = data[at];

		if (label >= POINTER) {
			size_t to = compressed && len - at >= 2 ? pointer_at(data + at) : run;

			if (to >= run)
				return 0;
			used = used ? used : at + 2 - start;
			at = run = to;
			continue;
		}
		if (label > OPTION_LABEL_MAX || label > len - at - 1 ||
		    n + 1 + label >= OPTION_NAME_MAX)
			return 0;
		memcpy(name + n, data + at, 1 + label);
		n += 1 + label;
		at += 1 + label;
	}
	if (at >= len || n == 0)
		return 0;
	name[n++] = 0;
	memcpy(ret_name, name, n);
	*ret_len = n;
	return used ? used : at + 1 - start;
}
