/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A look-up of reservations as most tests need it. */
#ifndef XDHCP_TEST_RESERVATION_OF_H
#define XDHCP_TEST_RESERVATION_OF_H

#include "engine/model.h"

/* The reservation of a client with this MAC and client id. */
static inline const struct reservation *reservation_of(const struct model *model,
						       const struct subnet *s, const uint8_t hw[6],
						       const uint8_t *id, size_t id_len)
{
	struct identifiers ids = {0};

	ids.v[RESERVED_BY_HW_ADDRESS].data = hw;
	ids.v[RESERVED_BY_HW_ADDRESS].len = 6;
	ids.v[RESERVED_BY_CLIENT_ID].data = id;
	ids.v[RESERVED_BY_CLIENT_ID].len = (uint16_t)id_len;
	return model_reservation(model, s, &ids);
}

#endif
