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

#include "engine/engine.h"
#include "engine/expr.h"
#include "wire.h"

#define DIGEST_VERSION 8
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

/* --- classes --- */

static void settle_class(const struct model *model, size_t i, uint64_t *classes)
{
	const struct client_class *class = &model->classes[i];

	add_number(&classes[i], class->by);
	add_number(&classes[i], class->when_required);
	if (class->test)
		add_number(&classes[i], expr_digest_classes(class->test, classes));
	if (class->by == CLASS_BY_SPAWN)
		add_number(&classes[i], classes[class->of]);
}

/*
 * What each class is: its name, and by what one is a member, down through the classes that this
 * names. Numbers have no part, as they change with other classes.
 */
static void class_digests(const struct model *model, uint64_t *classes)
{
	const size_t n = model->n_classes;

	/* A test names those before it, and those that are not defined: of these only what a
	 * template before it has made is more than its name. */
	for (size_t i = n; i-- > 0;) {
		classes[i] = FNV_BASIS;
		add_text(&classes[i], model->classes[i].name);
	}
	for (size_t i = 0; i < n; i++) {
		if (model->classes[i].by != CLASS_BY_SPAWN || model->classes[i].defined)
			settle_class(model, i, classes);
		for (size_t j = 0; model->classes[i].by == CLASS_BY_TEMPLATE && j < n; j++) {
			const struct client_class *spawned = &model->classes[j];

			if (spawned->by == CLASS_BY_SPAWN && spawned->of == i && !spawned->defined)
				settle_class(model, j, classes);
		}
	}
}

/* Of which any will do: their order means nothing. */
static void add_class_set(uint64_t *hash, const struct class_list *list, const uint64_t *classes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < list->n; i++)
		sum += classes[list->v[i]];
	add_number(hash, list->n);
	if (list->n)
		add_number(hash, sum);
}

/* Those that are evaluated one after the other. */
static void add_class_order(uint64_t *hash, const struct class_list *list, const uint64_t *classes)
{
	add_number(hash, list->n);
	for (size_t i = 0; i < list->n; i++)
		add_number(hash, classes[list->v[i]]);
}

/* --- scopes --- */

/*
 * What classes say of options stands between the outermost scope and the others
 * (engine/option_choice.c). `between`: the codes of which one does say something; NULL: not looked
 * at here. So on which side of it a value stands is part of what it is.
 */
static void add_side(uint64_t *hash, const struct scopes *scopes, size_t s, bool between)
{
	if (between)
		add_number(hash, s + 1 == scopes->n);
}

/* In the order of the list, which is the order on the wire; a code counts once. */
static void add_always(uint64_t *hash, const struct scopes *scopes, const uint64_t *classes,
		       const bool *between, bool settled[256])
{
	bool any = between && memchr(between, true, 256);

	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_list *list = &scopes->v[s]->options;

		for (size_t i = 0; i < list->n; i++) {
			const struct option_value *value = &list->v[i];

			if (!value->always_send || settled[value->code])
				continue;
			settled[value->code] = !value->classes.n;
			add_number(hash, value->code);
			add_class_set(hash, &value->classes, classes);
			add_side(hash, scopes, s, any);
		}
	}
}

/*
 * Where values of a code are for some classes: what each client has of them, narrowest first. What
 * is behind one for all is nobody's, but for its flags. Of one scope's a client has the first that
 * is for it, with its flags: so which of them are one scope's counts, too.
 */
static void add_values(uint64_t *hash, const struct scopes *scopes, const uint64_t *classes,
		       unsigned code, bool between)
{
	bool settled = false;

	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_list *list = &scopes->v[s]->options;
		bool first = true;

		for (size_t i = 0; i < list->n; i++) {
			const struct option_value *value = &list->v[i];

			if (value->code != code)
				continue;
			add_number(hash, first);
			first = false;
			add_class_set(hash, &value->classes, classes);
			add_number(hash, value->never_send);
			add_number(hash, value->always_send);
			add_side(hash, scopes, s, between);
			if (!settled)
				add_data(hash, value->data, value->len);
			settled |= !value->classes.n;
		}
	}
}

/* engine/vendor.c: those of all scopes add up. */
static void add_vendor(uint64_t *hash, const struct scopes *scopes, const uint64_t *classes,
		       bool between)
{
	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_list *list = &scopes->v[s]->options;

		for (size_t i = 0; i < list->n; i++) {
			if (list->v[i].code != DHO_VENDOR_OPTIONS)
				continue;
			add_class_set(hash, &list->v[i].classes, classes);
			add_side(hash, scopes, s, between);
			add_data(hash, list->v[i].data, list->v[i].len);
		}
	}
}

/*
 * The options as answers are made of them (engine/option_choice.c): the value of the
 * narrowest scope, but never-send of any, and always-send of any, the
 * narrowest scope's first. So a value has no part where it is overridden or never sent, its
 * scope's flags have.
 */
static void add_options(uint64_t *hash, const struct scopes *scopes, const uint64_t *classes,
			const bool *between)
{
	const struct option_value *by_code[256] = {NULL};
	size_t at[256];
	bool some[256] = {false}, never[256] = {false};

	for (size_t s = scopes->n; s-- > 0;) {
		const struct option_list *list = &scopes->v[s]->options;

		for (size_t i = 0; i < list->n; i++) {
			by_code[list->v[i].code] = &list->v[i];
			at[list->v[i].code] = s;
			some[list->v[i].code] |= list->v[i].classes.n != 0;
			never[list->v[i].code] |= list->v[i].never_send;
		}
	}
	add_vendor(hash, scopes, classes, between && between[DHO_VENDOR_OPTIONS]);
	for (unsigned code = 0; code < 256; code++) {
		if (!by_code[code])
			continue;
		never[code] &= !some[code];
		add_number(hash, code);
		add_number(hash, never[code]);
		if (some[code]) {
			add_values(hash, scopes, classes, code, between && between[code]);
		} else if (!never[code]) {
			add_side(hash, scopes, at[code], between && between[code]);
			add_data(hash, by_code[code]->data, by_code[code]->len);
		}
	}
	add_number(hash, UINT64_MAX); /* the list's end: no code */
	add_always(hash, scopes, classes, between, never);
	add_number(hash, UINT64_MAX);
}

/* As engine/answer.c's put_boot_fields() chooses them. */
static void add_boot(uint64_t *hash, const struct scopes *scopes)
{
	const struct boot_fields none = {0}, *next = &none, *name = &none, *file = &none;

	for (size_t s = scopes->n; s-- > 0;) {
		const struct boot_fields *boot = &scopes->v[s]->boot;

		next = boot->next_server_set ? boot : next;
		name = *boot->server_hostname ? boot : name;
		file = *boot->boot_file_name ? boot : file;
	}
	/* 0.0.0.0 keeps an outer one from being sent, which is more than saying nothing */
	add_number(hash,
		   next->next_server_set && !next->next_server ? UINT64_MAX : next->next_server);
	add_text(hash, name->server_hostname);
	add_text(hash, file->boot_file_name);
}

static void add_scopes(uint64_t *hash, const struct scopes *scopes, const uint64_t *classes,
		       const bool *between)
{
	add_options(hash, scopes, classes, between);
	add_boot(hash, scopes);
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

static uint64_t reservation_digest(const struct reservation *reservation, const uint64_t *classes)
{
	const struct scopes own = {{&reservation->scope}, 1};
	uint64_t hash = FNV_BASIS;

	add_number(&hash, reservation->addr);
	add_data(&hash, reservation->key, reservation->key_len);
	add_text(&hash, reservation->hostname);
	add_scopes(&hash, &own, classes, NULL);
	add_class_order(&hash, &reservation->classes, classes);
	return hash;
}

/* Their order means nothing, so a sum, which has none. */
static uint64_t set_digest(const struct reservation_set *set, const uint64_t *classes)
{
	uint64_t hash = FNV_BASIS, sum = 0;

	for (size_t i = 0; i < set->n; i++)
		sum += reservation_digest(&set->list[i], classes);
	add_number(&hash, set->n);
	add_number(&hash, sum);
	return set->n ? hash : 0;
}

static void add_addresses(uint64_t *hash, const struct subnet *subnet, const uint64_t *classes)
{
	add_number(hash, subnet->n_pools);
	for (size_t i = 0; i < subnet->n_pools; i++) {
		const struct scopes own = {{&subnet->pools[i].scope}, 1};

		add_number(hash, subnet->pools[i].first);
		add_number(hash, subnet->pools[i].last);
		add_scopes(hash, &own, classes, NULL);
		add_class_set(hash, &subnet->pools[i].guards, classes);
		add_class_order(hash, &subnet->pools[i].required, classes);
	}
	add_number(hash, subnet->n_exclusions);
	for (size_t i = 0; i < subnet->n_exclusions; i++) {
		add_number(hash, subnet->exclusions[i].first);
		add_number(hash, subnet->exclusions[i].last);
	}
	add_number(hash, subnet->exclude_first_last && subnet->prefix_len <= 24);
}

/* How clients and their reservations are known, everywhere. */
static void add_identification(uint64_t *hash, const struct model *model)
{
	add_number(hash, model->n_order);
	for (size_t i = 0; i < model->n_order; i++)
		add_number(hash, model->order[i]);
	add_number(hash, model->flex_id ? expr_digest(model->flex_id) : 0);
	add_number(hash, model->stash_agent_options);
	add_number(hash, model->echo_client_id);
}

/* --- which clients a subnet is left --- */

struct relay {
	uint32_t addr;
	const struct subnet *of;
};

/* What is the same for all subnets, or taken by one from the others (engine/locate.c). */
struct common {
	const struct model *model;
	uint64_t *classes;     /* of each what it is */
	bool between[256];     /* the codes of the options that classes have */
	uint64_t reservations; /* the global ones */
	uint64_t interfaces;   /* those that subnets name, as a set */
	struct relay *relays;  /* those that subnets list, ascending, with the one whose it is */
	size_t n_relays;
};

static int by_address(const void *a, const void *b)
{
	const struct relay *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->of->id < y->of->id ? -1 : x->of->id > y->of->id;
}

/* The first listed relay with an address from this one on. */
static size_t first_relay(const struct common *common, uint32_t addr)
{
	size_t low = 0, high = common->n_relays;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (common->relays[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A relay with an address in this subnet, or in its list, whose clients another one has. */
static void add_lost_relays(uint64_t *hash, const struct subnet *subnet,
			    const struct common *common)
{
	uint32_t last = subnet->prefix | ~subnet->mask;
	size_t at = first_relay(common, subnet->prefix);

	for (; at < common->n_relays && common->relays[at].addr <= last; at++) {
		const struct relay *relay = &common->relays[at];

		if (!subnets_on_one_link(relay->of, subnet))
			add_number(hash, relay->addr);
	}
	add_number(hash, UINT64_MAX); /* the list's end: no address */
	for (size_t i = 0; i < subnet->n_relays; i++) {
		at = first_relay(common, subnet->relays[i]);
		add_number(hash, subnets_on_one_link(common->relays[at].of, subnet));
	}
}

static void add_selection(uint64_t *hash, const struct subnet *subnet, const struct common *common)
{
	add_number(hash, subnet->prefix);
	add_number(hash, subnet->prefix_len);
	add_number(hash, subnet->enabled);
	add_text(hash, subnet->interface);
	if (!*subnet->interface)
		add_number(hash, common->interfaces);
	add_number(hash, subnet->n_relays);
	for (size_t i = 0; i < subnet->n_relays; i++)
		add_number(hash, subnet->relays[i]);
	add_lost_relays(hash, subnet, common);
}

static void mark_options(const struct model *model, bool between[256])
{
	for (size_t i = 0; i < model->n_classes; i++) {
		const struct option_list *options = &model->classes[i].scope.options;

		for (size_t j = 0; j < options->n; j++)
			between[options->v[j].code] = true;
	}
}

static void mark(bool *marked, const struct class_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		marked[list->v[i]] = true;
}

static void mark_reserved(bool *marked, const struct reservation_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		mark(marked, &set->list[i].classes);
}

static bool says_anything(const struct client_class *class)
{
	return class->scope.options.n || class->scope.boot.next_server_set ||
	       *class->scope.boot.server_hostname || *class->scope.boot.boot_file_name ||
	       class->valid || !strcmp(class->name, "DROP");
}

/* What a subnet's clients may be a member of, and what that says, in the order of the classes. */
static void add_classes(uint64_t *hash, const struct subnet *subnet, const struct common *common)
{
	const struct model *model = common->model;
	const struct class_list none = {0};
	bool there[MODEL_CLASSES_MAX] = {false};

	mark(there, &subnet->required);
	for (size_t i = 0; i < subnet->n_pools; i++)
		mark(there, &subnet->pools[i].required);
	if (subnet->reservations_in_subnet)
		mark_reserved(there, &subnet->reservations);
	if (subnet->reservations_global)
		mark_reserved(there, &model->reservations);
	for (size_t i = 0; i < model->n_classes; i++) {
		const struct client_class *class = &model->classes[i];
		const struct scopes own = {{&class->scope}, 1};

		if (!says_anything(class) || (class->when_required && !there[i]))
			continue;
		add_number(hash, common->classes[i]);
		add_scopes(hash, &own, common->classes, NULL);
		add_number(hash, class->valid);
		add_number(hash, class->min);
		add_number(hash, class->max);
	}
	add_class_set(hash, &subnet->guards, common->classes);
	add_class_set(hash, subnet->network ? &subnet->network->guards : &none, common->classes);
	add_class_order(hash, &subnet->required, common->classes);
}

/* All but what the subnets of its shared network add. */
static uint64_t own_digest(const struct common *common, const struct subnet *subnet)
{
	uint64_t hash = FNV_BASIS;
	struct scopes scopes;

	scopes_of(common->model, subnet, NULL, NULL, &scopes);
	add_number(&hash, DIGEST_VERSION);
	add_number(&hash, ENGINE_ANSWERS);
	add_selection(&hash, subnet, common);
	add_addresses(&hash, subnet, common->classes);
	add_scopes(&hash, &scopes, common->classes, common->between);
	add_classes(&hash, subnet, common);
	add_lifetimes(&hash, &subnet->life);
	add_number(&hash, subnet->authoritative);
	add_number(&hash, subnet->match_client_id);
	add_number(&hash, subnet->rapid_commit);
	add_number(&hash, subnet->bootp);
	if (subnet->domain)
		add_text(&hash, subnet->domain);
	add_number(&hash, subnet->store_extended_info);
	/* Not how many: that is nothing to what is bound. From when they are counted, each client
	 * that comes by its relay is to say where it is. Nor who is listed: gates.c looks at each
	 * client.
	 */
	add_number(&hash, subnet->leases_per_circuit != 0);
	add_identification(&hash, common->model);
	add_number(&hash, subnet->reservations_in_subnet
				  ? set_digest(&subnet->reservations, common->classes)
				  : 0);
	add_number(&hash, subnet->reservations_global ? common->reservations : 0);
	return hash;
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

/* One that several list is that one's with the lowest id (engine/subnets_by.c). */
static int listed_relays(const struct model *model, struct common *common)
{
	size_t room = 0, n = 0;

	for (size_t i = 0; i < model->n_subnets; i++)
		room += model->subnets[i].n_relays;
	common->relays = calloc(room + 1, sizeof(*common->relays));
	if (!common->relays)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		for (size_t j = 0; j < subnet->n_relays; j++)
			common->relays[n++] = (struct relay){subnet->relays[j], subnet};
	}
	qsort(common->relays, n, sizeof(*common->relays), by_address);
	for (size_t i = 0; i < n; i++) {
		if (!i || common->relays[i].addr != common->relays[common->n_relays - 1].addr)
			common->relays[common->n_relays++] = common->relays[i];
	}
	return 0;
}

struct network_sum { /* of its subnets' own digests */
	uint64_t digests;
	size_t n;
};

/* Clients move between the subnets of a network: the others' digests are part of each one's. */
static uint64_t whole_digest(const struct subnet *subnet, const struct network_sum *network)
{
	uint64_t hash = subnet->digest;

	add_number(&hash, network ? network->n - 1 : 0);
	add_number(&hash, network ? network->digests - subnet->digest : 0);
	return hash ? hash : 1;
}

int build_digests(struct model *model)
{
	struct network_sum *networks = calloc(model->n_networks + 1, sizeof(*networks));
	struct common common = {
		.model = model,
		.classes = calloc(model->n_classes + 1, sizeof(*common.classes)),
	};
	int r = networks && common.classes ? named_interfaces(model, &common.interfaces) : -ENOMEM;

	if (r == 0) {
		class_digests(model, common.classes);
		mark_options(model, common.between);
		common.reservations = set_digest(&model->reservations, common.classes);
		r = listed_relays(model, &common);
	}
	for (size_t i = 0; r == 0 && i < model->n_subnets; i++) {
		struct subnet *subnet = &model->subnets[i];

		subnet->digest = own_digest(&common, subnet);
		if (!subnet->network)
			continue;
		networks[subnet->network - model->networks].digests += subnet->digest;
		networks[subnet->network - model->networks].n++;
	}
	for (size_t i = 0; r == 0 && i < model->n_subnets; i++) {
		struct subnet *subnet = &model->subnets[i];

		subnet->digest = whole_digest(
			subnet,
			subnet->network ? &networks[subnet->network - model->networks] : NULL);
	}
	free(common.classes);
	free(common.relays);
	free(networks);
	return r;
}
