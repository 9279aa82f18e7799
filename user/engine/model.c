// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Look-ups in the model and the arithmetic of lifetimes. The model does not
 * change after model_index(); nothing of it survives the process.
 */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(elt) \
	do {                     \
		(void)(elt);     \
		oom = true;      \
	} while (0)

#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

const struct subnet *model_subnet_of(const struct model *model, uint32_t addr)
{
	size_t low = 0, high = model->n_subnets;

	/* the last one whose prefix is not above addr */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (model->subnets[mid].prefix <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || (addr & model->subnets[low - 1].mask) != model->subnets[low - 1].prefix)
		return NULL;
	return &model->subnets[low - 1];
}

const struct subnet *model_subnet_by_id(const struct model *model, uint32_t id)
{
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].id == id)
			return &model->subnets[i];
	}
	return NULL;
}

static uint16_t reservation_key(uint8_t key[1 + 255], bool by_client_id, const uint8_t *data,
				size_t len)
{
	key[0] = by_client_id;
	memcpy(key + 1, data, len);
	return (uint16_t)(1 + len);
}

static const struct reservation *find(const struct subnet *subnet, bool by_client_id,
				      const uint8_t *data, size_t len)
{
	struct reservation *r = NULL;
	uint8_t key[1 + 255];
	uint16_t key_len = reservation_key(key, by_client_id, data, len);

	HASH_FIND(by_id, subnet->reservations, key, key_len, r);
	return r;
}

const struct reservation *subnet_reservation(const struct subnet *subnet, const uint8_t hw[6],
					     const uint8_t *client_id, size_t client_id_len)
{
	const struct reservation *r = NULL;

	if (client_id_len && client_id_len <= 255)
		r = find(subnet, true, client_id, client_id_len);
	return r ? r : find(subnet, false, hw, 6);
}

const struct reservation *subnet_reserved_address(const struct subnet *subnet, uint32_t addr)
{
	struct reservation *r = NULL;

	HASH_FIND(by_addr, subnet->reserved, &addr, sizeof(addr), r);
	return r;
}

static uint32_t part(uint32_t whole, double share)
{
	double t = whole * share;

	if (!(t > 0))
		return 0;
	return t >= whole ? whole : (uint32_t)t;
}

void lifetimes_tee(const struct lifetimes *life, uint32_t lifetime, uint32_t *ret_t1,
		   uint32_t *ret_t2)
{
	uint32_t t1 = life->renew_timer, t2 = life->rebind_timer;

	/* RFC 2131 3.3: an infinite lease is not renewed. */
	if (lifetime == DHCP_LIFETIME_INFINITE) {
		*ret_t1 = *ret_t2 = 0;
		return;
	}
	if ((!t2 || t2 >= lifetime) && life->calculate_tee_times)
		t2 = part(lifetime, life->t2_percent);
	if ((!t1 || t1 >= lifetime) && life->calculate_tee_times)
		t1 = part(lifetime, life->t1_percent);

	/*
	 * RFC 2131 4.4.5: "T1 MUST be earlier than T2, which, in turn, MUST be earlier
	 * than the time at which the client's lease will expire." What is not sent the client
	 * takes as 0.5 and 0.875 of the lease, so that has to fit too.
	 */
	if (t2 >= lifetime)
		t2 = 0;
	if (!t2 && t1 >= part(lifetime, 0.875))
		t1 = 0;
	if (t2 && t1 >= t2)
		t1 = t2 / 2;
	if (t2 && !t1 && part(lifetime, 0.5) >= t2)
		t1 = t2 / 2;
	if (t2 && !t1 && part(lifetime, 0.5) >= t2)
		t2 = 0; /* a lease of two seconds has no room for both */
	*ret_t1 = t1;
	*ret_t2 = t2;
}

uint32_t lifetimes_grant(const struct lifetimes *life, uint32_t asked)
{
	uint32_t min = life->min ? life->min : life->valid;
	uint32_t max = life->max ? life->max : life->valid;

	if (!asked)
		return life->valid;
	if (asked < min)
		return min;
	return asked > max ? max : asked;
}

/* The first of two reservations with the same key or address wins; config/ refuses both. */
static int index_subnet(struct subnet *subnet)
{
	bool oom = false;

	subnet->reservations = NULL;
	subnet->reserved = NULL;
	for (size_t i = 0; i < subnet->n_reservations; i++) {
		struct reservation *r = &subnet->reservation_list[i], *same = NULL;

		if (r->by_client_id)
			r->key_len = reservation_key(r->key, true, r->client_id, r->client_id_len);
		else
			r->key_len = reservation_key(r->key, false, r->hw, sizeof(r->hw));
		HASH_FIND(by_id, subnet->reservations, r->key, r->key_len, same);
		if (!same)
			HASH_ADD_KEYPTR(by_id, subnet->reservations, r->key, r->key_len, r);
		if (!r->addr || subnet_reserved_address(subnet, r->addr))
			continue;
		HASH_ADD(by_addr, subnet->reserved, addr, sizeof(r->addr), r);
	}
	return oom ? -ENOMEM : 0;
}

int model_index(struct model *model)
{
	for (size_t i = 0; i < model->n_subnets; i++) {
		int r = index_subnet(&model->subnets[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static void free_options(struct option_list *options)
{
	for (size_t i = 0; i < options->n; i++)
		free(options->v[i].data);
	free(options->v);
	*options = (struct option_list){0};
}

static void free_subnet(struct subnet *subnet)
{
	HASH_CLEAR(by_id, subnet->reservations);
	HASH_CLEAR(by_addr, subnet->reserved);
	for (size_t i = 0; i < subnet->n_reservations; i++)
		free_options(&subnet->reservation_list[i].options);
	free(subnet->reservation_list);
	free(subnet->pools);
	free_options(&subnet->options);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n_subnets; i++)
		free_subnet(&model->subnets[i]);
	free(model->subnets);
	free_options(&model->options);
	*model = (struct model){0};
}
