// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Vendor-identifying options (125): blocks of an enterprise number, a length and that vendor's
 * sub-options (RFC 3925 4). Those of all scopes add up as Kea's do: a sub-option is the narrowest
 * scope's that has it. A block that does not consist of sub-options is taken from its scope whole.
 * Pure, a function of the scopes and of what stands in the request's form (I2).
 */
#include "option_choice.h"

#include <string.h>

#define ENTERPRISE_LEN 4u
#define BLOCK_HEADER   (ENTERPRISE_LEN + 1)
#define BLOCK_MAX      255u

struct vendor_block {
	const uint8_t *enterprise; /* four bytes */
	const uint8_t *data;
	uint8_t len;
};

/* The next block from *at; false: there is none, or it runs past the end. */
static bool next_block(const uint8_t *data, size_t len, size_t *at, struct vendor_block *ret)
{
	if (len - *at < BLOCK_HEADER || len - *at - BLOCK_HEADER < data[*at + ENTERPRISE_LEN])
		return false;
	*ret = (struct vendor_block){.enterprise = data + *at,
				     .data = data + *at + BLOCK_HEADER,
				     .len = data[*at + ENTERPRISE_LEN]};
	*at += BLOCK_HEADER + ret->len;
	return true;
}

/* Is there a block of this enterprise (NULL: of any)? */
static bool find_block(const uint8_t *data, size_t len, const uint8_t *enterprise,
		       struct vendor_block *ret)
{
	size_t at = 0;

	while (data && next_block(data, len, &at, ret)) {
		if (!enterprise || !memcmp(ret->enterprise, enterprise, ENTERPRISE_LEN))
			return true;
	}
	return false;
}

/*
 * RFC 3925: by option 124 a client says whose hardware it is, by 125 whose options it
 * understands.
 */
static bool names(const struct dhcp_msg *msg, const uint8_t *enterprise)
{
	const struct dhcp_opt *classes = &msg->opt[DHO_VENDOR_CLASSES];
	const struct dhcp_opt *options = &msg->opt[DHO_VENDOR_OPTIONS];
	struct vendor_block block;

	return find_block(classes->data, classes->len, enterprise, &block) ||
	       find_block(options->data, options->len, enterprise, &block);
}

static bool is_suboptions(const struct vendor_block *block)
{
	size_t at = 0;

	while (block->len - at >= 2 && block->len - at - 2 >= block->data[at + 1])
		at += 2u + block->data[at + 1];
	return at == block->len;
}

/* Adds the sub-options that no narrower scope has; those that come in pieces belong together. */
static void add_suboptions(const struct vendor_block *block, bool have[256], uint8_t *data,
			   size_t *len)
{
	bool here[256] = {false};

	for (size_t at = 0; at < block->len; at += 2u + block->data[at + 1]) {
		size_t n = 2u + block->data[at + 1];
		uint8_t code = block->data[at];

		if ((have[code] && !here[code]) || *len + n > BLOCK_MAX)
			continue;
		memcpy(data + *len, block->data + at, n);
		*len += n;
		have[code] = here[code] = true;
	}
}

/* All that the scopes have for one enterprise, the narrowest first. At most BLOCK_MAX bytes. */
static size_t gather_block(const struct scopes *scopes, const uint8_t *enterprise, uint8_t *data)
{
	bool have[256] = {false};
	size_t len = 0;

	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_value *v = scope_option(scopes->v[s], DHO_VENDOR_OPTIONS);
		struct vendor_block block;

		if (!v || !find_block(v->data, v->len, enterprise, &block))
			continue;
		if (is_suboptions(&block)) {
			add_suboptions(&block, have, data, &len);
		} else if (!len) {
			memcpy(data, block.data, block.len);
			return block.len;
		}
	}
	return len;
}

/* Adds one enterprise's block to `buf` unless it is there. */
static void add_block(const struct scopes *scopes, const uint8_t *enterprise, uint8_t *buf,
		      size_t cap, size_t *len)
{
	uint8_t data[BLOCK_MAX];
	struct vendor_block there;
	size_t n;

	if (find_block(buf, *len, enterprise, &there))
		return;
	n = gather_block(scopes, enterprise, data);
	if (n + BLOCK_HEADER > cap - *len)
		return; /* longer than any reply */
	memcpy(buf + *len, enterprise, ENTERPRISE_LEN);
	buf[*len + ENTERPRISE_LEN] = (uint8_t)n;
	memcpy(buf + *len + BLOCK_HEADER, data, n);
	*len += BLOCK_HEADER + n;
}

size_t vendor_options(const struct dhcp_msg *msg, const struct scopes *scopes, uint8_t *buf,
		      size_t cap, bool *ret_named)
{
	size_t len = 0;

	/* Who names enterprises gets what is configured for these, and nothing else. */
	*ret_named = names(msg, NULL);
	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_value *v = scope_option(scopes->v[s], DHO_VENDOR_OPTIONS);
		struct vendor_block block;
		size_t at = 0;

		while (v && next_block(v->data, v->len, &at, &block)) {
			if (!*ret_named || names(msg, block.enterprise))
				add_block(scopes, block.enterprise, buf, cap, &len);
		}
	}
	return len;
}
