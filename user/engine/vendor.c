// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Vendor-identifying options (125): blocks of an enterprise number, a length and that vendor's
 * sub-options (RFC 3925 4). Those of all scopes add up as Kea's do: a sub-option is the narrowest
 * scope's that has it. A block that does not consist of sub-options is taken from its scope whole.
 * Pure, a function of the scopes and of what stands in the request's form (I2). Who changes an
 * answer raises ENGINE_ANSWERS (engine.h).
 */
#include "option_choice.h"

#include <string.h>

#include "proto/suboption.h"

/* Is there a block of this enterprise (NULL: of any)? */
static bool find_block(const struct dhcp_opt *all, const uint32_t *enterprise,
		       struct vendor_block *ret)
{
	size_t at = 0;

	while (all->data && vendor_block_next(all, &at, ret)) {
		if (!enterprise || ret->enterprise == *enterprise)
			return true;
	}
	return false;
}

/*
 * RFC 3925: by option 124 a client says whose hardware it is, by 125 whose options it
 * understands.
 */
static bool names(const struct dhcp_msg *msg, const uint32_t *enterprise)
{
	struct vendor_block block;

	return find_block(&msg->opt[DHO_VENDOR_CLASSES], enterprise, &block) ||
	       find_block(&msg->opt[DHO_VENDOR_OPTIONS], enterprise, &block);
}

static bool is_suboptions(const struct dhcp_opt *data)
{
	struct suboption sub;
	size_t at = 0;

	while (suboption_next(data, false, &at, &sub))
		;
	return at == data->len;
}

/* Adds the sub-options that no narrower scope has; those that come in pieces belong together. */
static void add_suboptions(const struct dhcp_opt *from, bool have[256], uint8_t *data, size_t *len)
{
	bool here[256] = {false};
	struct suboption sub;

	for (size_t at = 0, start = 0; suboption_next(from, false, &at, &sub); start = at) {
		size_t n = at - start;

		if ((have[sub.code] && !here[sub.code]) || *len + n > VENDOR_BLOCK_DATA_MAX)
			continue;
		memcpy(data + *len, from->data + start, n);
		*len += n;
		have[sub.code] = here[sub.code] = true;
	}
}

static struct dhcp_opt configured(const struct ask *ask, const struct scope *scope)
{
	const struct option_value *v = scope_option(ask, scope, DHO_VENDOR_OPTIONS);

	return v ? (struct dhcp_opt){.data = v->data, .len = v->len} : (struct dhcp_opt){0};
}

/* All that the scopes have for one enterprise, the narrowest first. */
static size_t gather_block(const struct ask *ask, const struct scopes *scopes, uint32_t enterprise,
			   uint8_t data[VENDOR_BLOCK_DATA_MAX])
{
	bool have[256] = {false};
	size_t len = 0;

	for (size_t s = 0; s < scopes->n; s++) {
		const struct dhcp_opt all = configured(ask, scopes->v[s]);
		struct vendor_block block;

		if (!find_block(&all, &enterprise, &block))
			continue;
		if (is_suboptions(&block.data)) {
			add_suboptions(&block.data, have, data, &len);
		} else if (!len) {
			memcpy(data, block.data.data, block.data.len);
			return block.data.len;
		}
	}
	return len;
}

/* Adds one enterprise's block to `buf` unless it is there. */
static void add_block(const struct ask *ask, const struct scopes *scopes, uint32_t enterprise,
		      uint8_t *buf, size_t cap, size_t *len)
{
	const struct dhcp_opt so_far = {.data = buf, .len = (uint16_t)*len};
	uint8_t data[VENDOR_BLOCK_DATA_MAX];
	struct vendor_block there;
	size_t n;

	if (find_block(&so_far, &enterprise, &there))
		return;
	n = gather_block(ask, scopes, enterprise, data);
	if (n + VENDOR_BLOCK_HEADER > cap - *len)
		return; /* longer than any reply */
	vendor_block_start(buf + *len, enterprise, (uint8_t)n);
	memcpy(buf + *len + VENDOR_BLOCK_HEADER, data, n);
	*len += VENDOR_BLOCK_HEADER + n;
}

size_t vendor_options(const struct ask *ask, const struct scopes *scopes, uint8_t *buf, size_t cap,
		      bool *ret_named)
{
	size_t len = 0;

	/* Who names enterprises gets what is configured for these, and nothing else. */
	*ret_named = names(ask->msg, NULL);
	for (size_t s = 0; s < scopes->n; s++) {
		const struct dhcp_opt all = configured(ask, scopes->v[s]);
		struct vendor_block block;
		size_t at = 0;

		while (all.data && vendor_block_next(&all, &at, &block)) {
			if (!*ret_named || names(ask->msg, &block.enterprise))
				add_block(ask, scopes, block.enterprise, buf, cap, &len);
		}
	}
	return len;
}
