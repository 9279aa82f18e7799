// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists of hardware addresses (filter.h). A hundred thousand entries are sorted once when the
 * configuration is read. Nothing here survives the process but by being read again.
 */
#include "filter.h"

#include <errno.h>
#include <stdlib.h>

#include "model.h"

static uint64_t number(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < DHCP_CHADDR_LEN; i++)
		value = value << 8 | (i < len ? bytes[i] : 0);
	return value;
}

int hw_list_add(struct hw_list *list, const uint8_t *prefix, size_t len)
{
	uint64_t first = number(prefix, len);

	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *more = realloc(list->v, room * sizeof(*list->v));

		if (!more)
			return -ENOMEM;
		list->v = more;
		list->room = room;
	}
	list->v[list->n++] = (struct hw_range){
		.first = first,
		.last = first | ((UINT64_C(1) << 8 * (DHCP_CHADDR_LEN - len)) - 1),
	};
	return 0;
}

static int by_first(const void *a, const void *b)
{
	const struct hw_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

void hw_list_settle(struct hw_list *list)
{
	size_t n = 0;

	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_first);
	for (size_t i = 0; i < list->n; i++) {
		const struct hw_range *range = &list->v[i];
		struct hw_range *before = n ? &list->v[n - 1] : NULL;

		if (!before || range->first > before->last + 1)
			list->v[n++] = *range;
		else if (range->last > before->last)
			before->last = range->last;
	}
	list->n = n;
}

void hw_list_free(struct hw_list *list)
{
	if (!list)
		return;
	free(list->v);
	free(list);
}

bool hw_list_has(const struct hw_list *list, const uint8_t hw[DHCP_CHADDR_LEN])
{
	uint64_t value = number(hw, DHCP_CHADDR_LEN);
	size_t low = 0, high = list->n;

	/* the first range that does not end before it */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (list->v[mid].last < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low < list->n && list->v[low].first <= value;
}

enum reason filter_refuses(const struct subnet *subnet, const uint8_t hw[DHCP_CHADDR_LEN])
{
	if (subnet->deny && hw_list_has(subnet->deny, hw))
		return SILENT_hw_address_denied;
	if (subnet->allow && !hw_list_has(subnet->allow, hw))
		return SILENT_hw_address_not_allowed;
	return REASON_NONE;
}
