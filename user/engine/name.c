// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Host and domain names of clients. No byte of them is trusted: every name is put together anew,
 * label by label, so that what comes out is a name or nothing.
 */
#include "name.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "wire.h"

/* RFC 4702 2.1 */
#define FQDN_S	    0x01
#define FQDN_O	    0x02
#define FQDN_E	    0x04
#define FQDN_N	    0x08
#define FQDN_HEADER 3	 /* flags and two result codes */
#define FQDN_RCODE  0xff /* RFC 4702 2.2: what a server sends in the fields that are given up */

/* A name in the making. */
struct names {
	char *text;
	size_t len;
	bool named; /* has a letter or digit */
	bool full;  /* no room for another label */
};

static bool letter_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool stands(uint8_t c)
{
	return letter_or_digit(c) || c == '_';
}

static void add_label(struct names *names, const uint8_t *label, size_t len)
{
	size_t dot = names->len ? 1 : 0;

	while (len && !stands(label[0])) {
		label++;
		len--;
	}
	if (len > NAME_LABEL_MAX)
		len = NAME_LABEL_MAX;
	while (len && !stands(label[len - 1]))
		len--;
	if (!len || names->full)
		return;
	if (names->len + dot + len > NAME_MAX_LEN) {
		names->full = true;
		return;
	}
	if (dot)
		names->text[names->len++] = '.';
	for (size_t i = 0; i < len; i++) {
		names->text[names->len++] = stands(label[i]) ? (char)label[i] : '-';
		names->named |= letter_or_digit(label[i]);
	}
}

static void add_text(struct names *names, const uint8_t *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '.')
			continue;
		add_label(names, text + from, i - from);
		from = i + 1;
	}
}

static void end_name(struct names *names)
{
	names->text[names->named ? names->len : 0] = '\0';
}

/* Some clients end it as a C string. */
static size_t without_nuls(const uint8_t *text, size_t len)
{
	while (len && !text[len - 1])
		len--;
	return len;
}

void name_clean(const uint8_t *text, size_t len, char ret_name[MODEL_NAME_MAX + 1])
{
	struct names names = {.text = ret_name};

	if (text)
		add_text(&names, text, without_nuls(text, len));
	end_name(&names);
}

bool name_completes(const char *name, const char *partial)
{
	size_t len = strlen(partial);

	return len && !strchr(partial, '.') && !strncmp(name, partial, len) && name[len] == '.';
}

void name_qualify(const char *name, const char *domain, char ret_name[MODEL_NAME_MAX + 1])
{
	size_t len = strlen(name), n = strlen(domain);
	/* RFC 1035 2.3.3: names are compared without regard to case */
	bool ends = len >= n && !strcasecmp(name + len - n, domain) &&
		    (len == n || name[len - n - 1] == '.');

	memmove(ret_name, name, len + 1);
	if (!len || ends || len + 1 + n > NAME_MAX_LEN)
		return;
	ret_name[len] = '.';
	memcpy(ret_name + len + 1, domain, n + 1);
}

/*
 * RFC 4702 2.3: labels without compression; a partial name has no root at its end.
 * False: not that. *ret_empty: there is no label.
 */
static bool read_labels(struct names *names, const uint8_t *p, size_t len, bool *ret_full,
			bool *ret_empty)
{
	size_t i = 0;

	*ret_full = false;
	*ret_empty = !len || !p[0];
	while (i < len && p[i]) {
		size_t label = p[i];

		if (label > NAME_LABEL_MAX || label >= len - i)
			return false;
		add_label(names, p + i + 1, label);
		i += 1 + label;
	}
	if (i == len)
		return true;
	*ret_full = true;
	return i + 1 == len; /* nothing stands behind the root */
}

/* RFC 4702 2.3.1: the name as text. */
static void read_ascii(struct names *names, const uint8_t *p, size_t len, bool *ret_full,
		       bool *ret_empty)
{
	len = without_nuls(p, len);
	*ret_full = len > 1 && p[len - 1] == '.';
	*ret_empty = !len || (len == 1 && p[0] == '.');
	add_text(names, p, len);
}

void fqdn_read(const struct dhcp_opt *option, struct fqdn *ret)
{
	struct names names = {.text = ret->name};
	const uint8_t *data = option->data;
	size_t len = option->len;
	bool empty, good = true;

	*ret = (struct fqdn){0};
	if (!data || len < FQDN_HEADER)
		return;
	/* The bits that must be zero are ignored (RFC 4702 2.1), and so are the result codes. */
	ret->server_updates = data[0] & FQDN_S;
	ret->wire = data[0] & FQDN_E;
	if (ret->wire)
		good = read_labels(&names, data + FQDN_HEADER, len - FQDN_HEADER, &ret->full,
				   &empty);
	else
		read_ascii(&names, data + FQDN_HEADER, len - FQDN_HEADER, &ret->full, &empty);
	end_name(&names);
	ret->present = good && (ret->name[0] || empty);
	if (!ret->present)
		ret->name[0] = '\0';
}

static int write_labels(const char *name, bool full, uint8_t *p, size_t cap)
{
	size_t at = 0;

	while (*name) {
		size_t label = strcspn(name, ".");

		if (!label || label > NAME_LABEL_MAX)
			return -EINVAL;
		if (at + 1 + label > cap)
			return -ENOSPC;
		p[at++] = (uint8_t)label;
		memcpy(p + at, name, label);
		at += label;
		name += label;
		if (*name)
			name++;
	}
	if (full && at == cap)
		return -ENOSPC;
	if (full)
		p[at++] = 0;
	return (int)at;
}

int fqdn_write(const struct fqdn *fqdn, const char *name, bool full, uint8_t ret_data[255])
{
	size_t cap = 255 - FQDN_HEADER, len = strlen(name);
	int n = (int)len;

	/*
	 * RFC 4702 2.1, of a server that updates no DNS: N is set and S therefore is not; O if the
	 * client had wished for S; E as the client had it.
	 */
	ret_data[0] = FQDN_N | (fqdn->server_updates ? FQDN_O : 0) | (fqdn->wire ? FQDN_E : 0);
	ret_data[1] = ret_data[2] = FQDN_RCODE;
	if (fqdn->wire)
		n = write_labels(name, full, ret_data + FQDN_HEADER, cap);
	else if (len > cap)
		return -ENOSPC;
	else
		memcpy(ret_data + FQDN_HEADER, name, len);
	return n < 0 ? n : FQDN_HEADER + n;
}
