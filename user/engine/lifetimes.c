// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The arithmetic of lifetimes: what is granted, and T1 and T2 of it. Pure.
 */
#include "model.h"
#include "wire.h"

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

static uint32_t shorter(uint32_t shortest, const struct lifetimes *life, uint32_t lifetime)
{
	uint32_t t1, t2;

	lifetimes_tee(life, lifetime, &t1, &t2);
	return t1 && (!shortest || t1 < shortest) ? t1 : shortest;
}

uint32_t model_shortest_t1(const struct model *model)
{
	uint32_t shortest = 0;

	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct lifetimes *life = &model->subnets[i].life;

		shortest = shorter(shortest, life,
				   life->min < life->valid ? life->min : life->valid);
		for (size_t j = 0; j < model->n_classes; j++) {
			const struct client_class *class = &model->classes[j];

			if (class->valid)
				shortest = shorter(shortest, life,
						   class->min ? class->min : class->valid);
		}
	}
	return shortest;
}
