// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options and enterprises' blocks. See suboption.h. Holds no state.
 */
#include "suboption.h"

#define HEADER 2u /* code and length */

bool suboption_next(const struct dhcp_opt *all, bool padded, size_t *at, struct suboption *ret)
{
	const uint8_t *p = all->data;

	while (padded && *at < all->len && p[*at] == DHO_PAD)
		++*at;
	if (all->len - *at < HEADER || (padded && p[*at] == DHO_END) ||
	    all->len - *at - HEADER < p[*at + 1])
		return false;
	*ret = (struct suboption){p[*at], {.data = p + *at + HEADER, .len = p[*at + 1]}};
	*at += HEADER + ret->data.len;
	return true;
}

bool suboption_find(const struct dhcp_opt *all, bool padded, uint8_t code, struct dhcp_opt *ret)
{
	struct suboption it;
	size_t at = 0;

	while (all->data && suboption_next(all, padded, &at, &it)) {
		if (it.code != code)
			continue;
		*ret = it.data;
		return true;
	}
	return false;
}

bool vendor_block_next(const struct dhcp_opt *all, size_t *at, struct vendor_block *ret)
{
	size_t left = all->len - *at;
	const uint8_t *p;

	if (left < VENDOR_BLOCK_HEADER)
		return false;
	p = all->data + *at; /* not before: of what is absent there is no address */
	if (left - VENDOR_BLOCK_HEADER < p[VENDOR_BLOCK_HEADER - 1])
		return false;
	*ret = (struct vendor_block){
		dhcp_get_u32(p),
		{.data = p + VENDOR_BLOCK_HEADER, .len = p[VENDOR_BLOCK_HEADER - 1]}};
	*at += VENDOR_BLOCK_HEADER + ret->data.len;
	return true;
}
