// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which subnets an interface, a relay or a shared network has: lists sorted once at every
 * configuration, so that no message walks all subnets. Where several would do they are taken by
 * ascending id, as in Kea. Lives in memory only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

static int order_of(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static const struct subnet *pointed(const void *at)
{
	return *(const struct subnet *const *)at;
}

static int by_network(const void *a, const void *b)
{
	const struct subnet *x = pointed(a), *y = pointed(b);
	int order = order_of((uintptr_t)x->network, (uintptr_t)y->network);

	return order ? order : order_of(x->id, y->id);
}

static int by_interface(const void *a, const void *b)
{
	const struct subnet *x = pointed(a), *y = pointed(b);
	int order = strncmp(x->interface, y->interface, MODEL_IFNAME);

	return order ? order : order_of(x->id, y->id);
}

static int by_interface_and_network(const void *a, const void *b)
{
	int order = strncmp(pointed(a)->interface, pointed(b)->interface, MODEL_IFNAME);

	return order ? order : by_network(a, b);
}

/* Of those of a network only the first: the others are found by it. */
static void keep_first_of_networks(struct subnet_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct subnet *it = list->v[i], *before = n ? list->v[n - 1] : NULL;

		if (before && it->network && it->network == before->network &&
		    !strncmp(it->interface, before->interface, MODEL_IFNAME))
			continue;
		list->v[n++] = it;
	}
	list->n = n;
}

static int list_interfaces(struct subnet_list *list, const struct model *model)
{
	list->v = calloc(model->n_subnets + 1, sizeof(*list->v));
	if (!list->v)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].interface[0])
			list->v[list->n++] = &model->subnets[i];
	}
	qsort(list->v, list->n, sizeof(*list->v), by_interface_and_network);
	keep_first_of_networks(list);
	qsort(list->v, list->n, sizeof(*list->v), by_interface);
	return 0;
}

static int list_networks(struct subnet_list *list, const struct model *model)
{
	list->v = calloc(model->n_subnets + 1, sizeof(*list->v));
	if (!list->v)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].network)
			list->v[list->n++] = &model->subnets[i];
	}
	qsort(list->v, list->n, sizeof(*list->v), by_network);
	return 0;
}

static int by_relay(const void *a, const void *b)
{
	const struct relay_link *x = a, *y = b;
	int order = order_of(x->relay, y->relay);

	return order ? order : order_of(x->subnet->id, y->subnet->id);
}

/* One relay is one link: the subnet with the lowest id has it, and with it that one's network. */
static int list_relays(struct subnets_by *by, const struct model *model)
{
	size_t room = 0, n = 0;

	for (size_t i = 0; i < model->n_subnets; i++)
		room += model->subnets[i].n_relays;
	by->relays = calloc(room + 1, sizeof(*by->relays));
	if (!by->relays)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		for (size_t j = 0; j < subnet->n_relays; j++)
			by->relays[n++] = (struct relay_link){subnet->relays[j], subnet};
	}
	qsort(by->relays, n, sizeof(*by->relays), by_relay);
	for (size_t i = 0; i < n; i++) {
		if (!i || by->relays[i].relay != by->relays[by->n_relays - 1].relay)
			by->relays[by->n_relays++] = by->relays[i];
	}
	return 0;
}

int subnets_by_build(struct subnets_by *by, const struct model *model)
{
	struct subnets_by new = {0};

	if (list_interfaces(&new.interfaces, model) < 0 ||
	    list_networks(&new.networks, model) < 0 || list_relays(&new, model) < 0) {
		subnets_by_destroy(&new);
		return -ENOMEM;
	}
	*by = new;
	return 0;
}

void subnets_by_destroy(struct subnets_by *by)
{
	free(by->interfaces.v);
	free(by->networks.v);
	free(by->relays);
	*by = (struct subnets_by){0};
}

const struct subnet *const *subnets_by_interface(const struct subnets_by *by, const char *name,
						 size_t *ret_n)
{
	const struct subnet_list *list = &by->interfaces;
	size_t low = 0, high = list->n, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strncmp(list->v[mid]->interface, name, MODEL_IFNAME) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < list->n; end++) {
		if (strncmp(list->v[end]->interface, name, MODEL_IFNAME))
			break;
	}
	*ret_n = end - low;
	return list->v + low;
}

const struct subnet *subnet_by_relay(const struct subnets_by *by, uint32_t relay)
{
	size_t low = 0, high = by->n_relays;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by->relays[mid].relay < relay)
			low = mid + 1;
		else
			high = mid;
	}
	return low < by->n_relays && by->relays[low].relay == relay ? by->relays[low].subnet : NULL;
}

const struct subnet *const *subnets_by_network(const struct subnets_by *by,
					       const struct subnet *const *subnet, size_t *ret_n,
					       size_t *ret_at)
{
	const struct subnet_list *list = &by->networks;
	size_t low = 0, high = list->n, end;

	if (!(*subnet)->network) {
		*ret_n = 1;
		*ret_at = 0;
		return subnet;
	}
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((uintptr_t)list->v[mid]->network < (uintptr_t)(*subnet)->network)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < list->n && list->v[end]->network == (*subnet)->network; end++) {
		if (list->v[end] == *subnet)
			*ret_at = end - low;
	}
	*ret_n = end - low;
	return list->v + low;
}
