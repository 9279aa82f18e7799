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
static int list_relays(struct links *links, const struct model *model)
{
	size_t room = 0, n = 0;

	for (size_t i = 0; i < model->n_subnets; i++)
		room += model->subnets[i].n_relays;
	links->relays = calloc(room + 1, sizeof(*links->relays));
	if (!links->relays)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		for (size_t j = 0; j < subnet->n_relays; j++)
			links->relays[n++] = (struct relay_link){subnet->relays[j], subnet};
	}
	qsort(links->relays, n, sizeof(*links->relays), by_relay);
	for (size_t i = 0; i < n; i++) {
		if (!i || links->relays[i].relay != links->relays[links->n_relays - 1].relay)
			links->relays[links->n_relays++] = links->relays[i];
	}
	return 0;
}

int links_build(struct links *links, const struct model *model)
{
	struct links new = {0};

	if (list_interfaces(&new.interfaces, model) < 0 ||
	    list_networks(&new.networks, model) < 0 || list_relays(&new, model) < 0) {
		links_destroy(&new);
		return -ENOMEM;
	}
	*links = new;
	return 0;
}

void links_destroy(struct links *links)
{
	free(links->interfaces.v);
	free(links->networks.v);
	free(links->relays);
	*links = (struct links){0};
}

const struct subnet *const *links_of_interface(const struct links *links, const char *name,
					       size_t *ret_n)
{
	const struct subnet_list *list = &links->interfaces;
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

const struct subnet *links_of_relay(const struct links *links, uint32_t relay)
{
	size_t low = 0, high = links->n_relays;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (links->relays[mid].relay < relay)
			low = mid + 1;
		else
			high = mid;
	}
	return low < links->n_relays && links->relays[low].relay == relay
		       ? links->relays[low].subnet
		       : NULL;
}

const struct subnet *const *links_siblings(const struct links *links,
					   const struct subnet *const *subnet, size_t *ret_n,
					   size_t *ret_at)
{
	const struct subnet_list *list = &links->networks;
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
