// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reservations: found by identifier in the order that the model says, and by address. Pure
 * look-ups; the sets do not change after model_index().
 */
#include "model.h"

#include <string.h>

const char *reserved_by_name(enum reserved_by by)
{
	static const char *const names[RESERVED_BY_COUNT] = {
#define X(name, key) [RESERVED_BY_##name] = key,
		RESERVED_BY(X)
#undef X
	};

	return names[by];
}

static uint16_t make_key(uint8_t key[1 + 255], enum reserved_by by, const void *data, size_t len)
{
	key[0] = (uint8_t)by;
	memcpy(key + 1, data, len);
	return (uint16_t)(1 + len);
}

void reservation_identify(struct reservation *reservation, enum reserved_by by, const void *data,
			  size_t len)
{
	reservation->key_len = make_key(reservation->key, by, data, len);
}

static const struct reservation *find(const struct model *model, const struct reservation_set *set,
				      const struct identifiers *ids)
{
	for (size_t i = 0; set->by_id && i < model->n_order; i++) {
		enum reserved_by by = model->order[i];
		struct reservation *r = NULL;
		uint8_t key[1 + 255];
		uint16_t len;

		if (!ids->v[by].len || ids->v[by].len > 255)
			continue;
		len = make_key(key, by, ids->v[by].data, ids->v[by].len);
		HASH_FIND(by_id, set->by_id, key, len, r);
		if (r)
			return r;
	}
	return NULL;
}

const struct reservation *model_reservation(const struct model *model, const struct subnet *subnet,
					    const struct identifiers *ids)
{
	const struct reservation *r = NULL;

	if (subnet->reservations_in_subnet)
		r = find(model, &subnet->reservations, ids);
	if (!r && subnet->reservations_global)
		r = find(model, &model->reservations, ids);
	return r;
}

bool reservation_is_for(const struct reservation *reservation, const struct identifiers *ids)
{
	enum reserved_by by = reservation_by(reservation);

	return ids->v[by].len == reservation->key_len - 1 &&
	       !memcmp(ids->v[by].data, reservation->key + 1, ids->v[by].len);
}

const struct reservation *subnet_reserved_address(const struct subnet *subnet, uint32_t addr)
{
	struct reservation *r = NULL;

	HASH_FIND(by_addr, subnet->reserved, &addr, sizeof(addr), r);
	return r;
}
