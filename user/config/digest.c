// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The digest of a subnet (build.h): FNV-1a over its values in a fixed order,
 * each variable one with its length before it. It is compared with one kept by
 * an earlier daemon: DIGEST_VERSION rises whenever what is hashed, or how, changes; every
 * client of every scope then takes one slow renewal.
 */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_VERSION 2
#define FNV_BASIS      0xcbf29ce484222325ull
#define FNV_PRIME      0x100000001b3ull

static void add_bytes(uint64_t *hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		*hash = (*hash ^ p[i]) * FNV_PRIME;
}

static void add_number(uint64_t *hash, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	add_bytes(hash, bytes, sizeof(bytes));
}

static void add_data(uint64_t *hash, const void *data, size_t len)
{
	add_number(hash, len);
	add_bytes(hash, data, len);
}

static void add_text(uint64_t *hash, const char *text)
{
	add_data(hash, text, strlen(text));
}

/* In the order of the list, which is the order on the wire; a code counts once. */
static void add_always(uint64_t *hash, const struct option_list *list, bool settled[256])
{
	for (size_t i = 0; list && i < list->n; i++) {
		const struct option_value *value = &list->v[i];

		if (!value->always_send || settled[value->code])
			continue;
		settled[value->code] = true;
		add_number(hash, value->code);
	}
}

/*
 * The options as answers are made of them (engine/answer.c): the value of the
 * narrowest scope, but never-send of any, and always-send of any, the
 * narrowest scope's first. So a value has no part where it is overridden or never sent, its
 * scope's flags have.
 */
static void add_options(uint64_t *hash, const struct option_list *own,
			const struct option_list *outer)
{
	const struct option_list *scopes[] = {outer, own};
	const struct option_value *by_code[256] = {NULL};
	bool never[256] = {false};

	for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
		for (size_t i = 0; scopes[s] && i < scopes[s]->n; i++) {
			const struct option_value *value = &scopes[s]->v[i];

			by_code[value->code] = value;
			never[value->code] |= value->never_send;
		}
	}
	for (unsigned code = 0; code < 256; code++) {
		if (!by_code[code])
			continue;
		add_number(hash, code);
		add_number(hash, never[code]);
		if (!never[code])
			add_data(hash, by_code[code]->data, by_code[code]->len);
	}
	add_number(hash, UINT64_MAX); /* the list's end: no code */
	add_always(hash, own, never);
	add_always(hash, outer, never);
	add_number(hash, UINT64_MAX);
}

static void add_boot(uint64_t *hash, const struct boot_fields *own, const struct boot_fields *outer)
{
	add_number(hash, own->next_server || !outer ? own->next_server : outer->next_server);
	add_text(hash,
		 *own->server_hostname || !outer ? own->server_hostname : outer->server_hostname);
	add_text(hash,
		 *own->boot_file_name || !outer ? own->boot_file_name : outer->boot_file_name);
}

static void add_percent(uint64_t *hash, double percent)
{
	add_number(hash, (uint64_t)(percent * 1e12));
}

static void add_lifetimes(uint64_t *hash, const struct lifetimes *life)
{
	add_number(hash, life->valid);
	add_number(hash, life->min);
	add_number(hash, life->max);
	add_number(hash, life->renew_timer);
	add_number(hash, life->rebind_timer);
	add_number(hash, life->calculate_tee_times);
	add_percent(hash, life->t1_percent);
	add_percent(hash, life->t2_percent);
}

static uint64_t reservation_digest(const struct reservation *reservation)
{
	uint64_t hash = FNV_BASIS;

	add_number(&hash, reservation->addr);
	add_data(&hash, reservation->key, reservation->key_len);
	add_text(&hash, reservation->hostname);
	add_options(&hash, &reservation->scope.options, NULL);
	add_boot(&hash, &reservation->scope.boot, NULL);
	return hash;
}

static uint64_t subnet_digest(const struct model *model, const struct subnet *subnet,
			      uint64_t named)
{
	uint64_t hash = FNV_BASIS, reservations = 0;

	add_number(&hash, DIGEST_VERSION);
	add_number(&hash, subnet->prefix);
	add_number(&hash, subnet->prefix_len);
	add_text(&hash, subnet->interface);
	if (!*subnet->interface)
		add_number(&hash, named);
	add_number(&hash, subnet->n_pools);
	for (size_t i = 0; i < subnet->n_pools; i++) {
		add_number(&hash, subnet->pools[i].first);
		add_number(&hash, subnet->pools[i].last);
	}
	add_options(&hash, &subnet->scope.options, &model->scope.options);
	add_boot(&hash, &subnet->scope.boot, &model->scope.boot);
	add_lifetimes(&hash, &subnet->life);
	add_number(&hash, subnet->authoritative);
	add_number(&hash, subnet->match_client_id);
	add_number(&hash, model->echo_client_id);
	/* Their order means nothing, so a sum, which has none. */
	for (size_t i = 0; i < subnet->reservations.n; i++)
		reservations += reservation_digest(&subnet->reservations.list[i]);
	add_number(&hash, subnet->reservations.n);
	add_number(&hash, reservations);
	return hash ? hash : 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * The interfaces that subnets name, as a set. A subnet that names none is chosen
 * by an interface's address, and on none of these (engine/locate.c): whom it answers
 * depends on them.
 */
static int named_interfaces(const struct model *model, uint64_t *ret_hash)
{
	const char **names = calloc(model->n_subnets + 1, sizeof(*names));
	uint64_t hash = FNV_BASIS;
	size_t n = 0;

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (*model->subnets[i].interface)
			names[n++] = model->subnets[i].interface;
	}
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!i || strcmp(names[i], names[i - 1]) != 0)
			add_text(&hash, names[i]);
	}
	free(names);
	*ret_hash = hash;
	return 0;
}

int build_digests(struct model *model)
{
	uint64_t named;
	int r = named_interfaces(model, &named);

	if (r < 0)
		return r;
	for (size_t i = 0; i < model->n_subnets; i++)
		model->subnets[i].digest = subnet_digest(model, &model->subnets[i], named);
	return 0;
}
