// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Client classes (classes.h), evaluated as Kea does, in three stages: by the message alone; by the
 * reservation, once the subnet is entered; and last those that somebody requires, which choose
 * neither address nor lifetime any more. In each stage by the order of the configuration.
 *
 * A class that is not memoisable makes an answer fleeting if the answer was made with it: where it
 * has something to say of answers and was evaluated, or where a list that was looked at names it.
 */
#include "classes.h"

#include <string.h>

#include "ask.h"
#include "expr.h"

/* --- membership --- */

static const struct model *model_of(const struct ask *ask)
{
	return ask->engine->config.model;
}

static bool has(const uint64_t *set, size_t number)
{
	return set[number / 64] >> number % 64 & 1;
}

/* `set`: of ask->classes, which of its two. */
static void join(struct membership *m, uint64_t *set, size_t number)
{
	if (has(set, number))
		return;
	set[number / 64] |= UINT64_C(1) << number % 64;
	m->order[m->n++] = (uint16_t)number;
}

static void join_list(struct membership *m, uint64_t *set, const struct class_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		join(m, set, list->v[i]);
}

static void leave_since(struct membership *m, size_t n)
{
	m->n = m->n_entered; /* what came after these is in `all` only, which is made anew */
	while (m->n > n) {
		uint16_t number = m->order[--m->n];

		m->has[number / 64] &= ~(UINT64_C(1) << number % 64);
	}
}

/* Can its members be answered otherwise than others by that alone? */
static bool says_something(const struct model *model, const struct client_class *class)
{
	const struct boot_fields *boot = &class->scope.boot;

	return class == model->drop || class->scope.options.n || boot->next_server ||
	       boot->server_hostname[0] || boot->boot_file_name[0] || class->valid ||
	       class->offer_lifetime;
}

static void looked_at(const struct ask *ask, const struct client_class *class)
{
	if (!class->memoisable)
		ask->classes->fleeting = true;
}

/* RFC 2132 9.13; NULs at the end of a text do not count (2). */
static bool is_of_vendor(const struct ask *ask, const char *value)
{
	const struct dhcp_opt *vendor = &ask->msg->opt[DHO_VENDOR_CLASS];
	size_t len = vendor->len;

	while (len && !vendor->data[len - 1])
		len--;
	return len && len == strlen(value) && !memcmp(vendor->data, value, len);
}

static struct expr_input input_of(const struct ask *ask, const uint64_t *set)
{
	return (struct expr_input){
		.msg = ask->msg,
		.agent = ask->agent,
		.interface = ask->link->name,
		.known = ask->classes->known,
		.classes = set,
	};
}

/* Its value makes the client a member of the template, and before that of what it spawns. */
static void evaluate_template(const struct ask *ask, uint64_t *set, size_t number)
{
	const struct model *model = model_of(ask);
	const struct expr_input in = input_of(ask, set);
	uint8_t value[MODEL_CLASS_NAME_MAX + 1];
	size_t len = expr_string(model->classes[number].test, &in, value, sizeof(value));

	for (size_t i = 0; i < model->n_classes; i++) {
		const struct client_class *class = &model->classes[i];

		if (class->by != CLASS_BY_SPAWN || class->of != number)
			continue;
		/* Also of those that it does not make a member: another value might. */
		if (says_something(model, class))
			looked_at(ask, class);
		if (len && strlen(class->value) == len && !memcmp(class->value, value, len))
			join(ask->classes, set, i);
	}
	if (len)
		join(ask->classes, set, number);
}

static void evaluate(const struct ask *ask, uint64_t *set, size_t number)
{
	const struct model *model = model_of(ask);
	const struct client_class *class = &model->classes[number];
	const struct expr_input in = input_of(ask, set);

	/* A template may still spawn another. */
	if (!class->test || (has(set, number) && class->by != CLASS_BY_TEMPLATE))
		return;
	if (says_something(model, class))
		looked_at(ask, class);
	if (class->by == CLASS_BY_TEMPLATE)
		evaluate_template(ask, set, number);
	else if (expr_bool(class->test, &in))
		join(ask->classes, set, number);
}

/* --- the three stages --- */

/* Those that are what they are called, without a test. */
static void join_all_by(const struct ask *ask, enum class_by by)
{
	const struct model *model = model_of(ask);

	for (size_t i = 0; i < model->n_classes; i++) {
		const struct client_class *class = &model->classes[i];

		if (class->by == by && (by != CLASS_BY_VENDOR || is_of_vendor(ask, class->value)))
			join(ask->classes, ask->classes->has, i);
	}
}

/* A test of a spawned or built-in class there is not; one that is only required waits for that. */
static void evaluate_stage(const struct ask *ask, bool with_reservation)
{
	const struct model *model = model_of(ask);

	for (size_t i = 0; i < model->n_classes; i++) {
		const struct client_class *class = &model->classes[i];

		if (class->with_reservation == with_reservation && !class->when_required)
			evaluate(ask, ask->classes->has, i);
	}
}

void classes_begin(struct ask *ask, struct membership *m)
{
	const struct model *model = model_of(ask);

	if (!model->n_classes)
		return;
	memset(m, 0, offsetof(struct membership, order));
	ask->classes = m;
	for (size_t i = 0; i < model->n_classes; i++)
		m->asks_known |= model->classes[i].with_reservation;
	if (ask->msg->type == DHCP_BOOTP)
		join_all_by(ask, CLASS_BY_BOOTP);
	join_all_by(ask, CLASS_BY_ALL);
	join_all_by(ask, CLASS_BY_VENDOR);
	m->n_built_in = m->n;
	evaluate_stage(ask, false);
	m->n_lasting = m->n_entered = m->n;
}

/* Each subnet of a network is entered in turn, and of all it is the same: looked for once. */
static void look_in_network(const struct ask *ask)
{
	struct membership *m = ask->classes;
	const struct subnet *const *v;
	size_t n, at;

	if (m->looked_in == ask->subnet->network)
		return;
	m->looked_in = ask->subnet->network;
	m->reserved_in[0] = m->reserved_in[1] = NULL;
	v = subnets_by_network(&ask->engine->subnets_by, &ask->subnet, &n, &at);
	for (size_t i = 0, found = 0; i < n && found < 2; i++) {
		if (model_reservation(model_of(ask), v[i], &ask->ids))
			m->reserved_in[found++] = v[i];
	}
}

/*
 * As in Kea: is there a reservation for it in any subnet of its network? Of another subnet's it
 * does not matter whose it would be among clones: that changes, and no memo would know.
 */
static bool is_known(const struct ask *ask)
{
	const struct membership *m = ask->classes;

	if (ask->reservation || !ask->subnet->network)
		return ask->reservation;
	look_in_network(ask);
	return m->reserved_in[1] || (m->reserved_in[0] && m->reserved_in[0] != ask->subnet);
}

/*
 * As in Kea: in a shared network the reservation of one of its subnets gives its classes when it is
 * known which subnet serves the client. They decide on neither subnet nor pool, nor on tests but
 * those that are required.
 */
static bool given_late(const struct ask *ask)
{
	return ask->subnet->network && !ask->reservation->global;
}

/*
 * As in Kea: the classes of a reservation come before those by tests, which are asked again, since
 * they may ask for these.
 */
static void join_given(struct ask *ask)
{
	struct membership *m = ask->classes;
	const struct reservation *r = ask->reservation;
	bool given = r && r->classes.n && !given_late(ask);

	if (!given && !m->retested) {
		leave_since(m, m->n_lasting);
		return;
	}
	leave_since(m, m->n_built_in);
	if (given)
		join_list(m, m->has, &r->classes);
	m->known = false;
	evaluate_stage(ask, false);
	m->retested = given;
}

void classes_enter(struct ask *ask)
{
	struct membership *m = ask->classes;

	if (!m)
		return;
	join_given(ask);
	if (m->asks_known) {
		m->known = is_known(ask);
		join_all_by(ask, m->known ? CLASS_BY_KNOWN : CLASS_BY_UNKNOWN);
		evaluate_stage(ask, true);
	}
	m->n_entered = m->n;
}

static void require(const struct ask *ask, const struct class_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		evaluate(ask, ask->classes->all, list->v[i]);
}

void classes_require(const struct ask *ask, const struct pool *pool)
{
	struct membership *m = ask->classes;

	if (!m)
		return;
	memcpy(m->all, m->has, sizeof(m->all));
	m->n = m->n_entered;
	if (ask->reservation && given_late(ask))
		join_list(m, m->all, &ask->reservation->classes);
	require(ask, &ask->subnet->required);
	if (pool)
		require(ask, &pool->required);
}

/* --- what follows --- */

bool classes_drop(const struct ask *ask)
{
	const struct model *model = model_of(ask);

	return ask->classes && model->drop &&
	       has(ask->classes->has, (size_t)(model->drop - model->classes));
}

/* Is it a member of one of them, or is the list empty? `set`: of ask->classes. */
static bool allow(const struct ask *ask, const uint64_t *set, const struct class_list *list)
{
	const struct model *model = model_of(ask);
	bool allowed = false;

	for (size_t i = 0; i < list->n; i++) {
		if (!has(set, list->v[i]))
			continue;
		if (model->classes[list->v[i]].memoisable)
			return true; /* whatever the others are */
		allowed = true;
	}
	for (size_t i = 0; i < list->n; i++)
		looked_at(ask, &model->classes[list->v[i]]);
	return allowed;
}

static bool admits(const struct ask *ask, const struct class_list *guards)
{
	return !ask->classes || !guards->n || allow(ask, ask->classes->has, guards);
}

bool classes_allow_option(const struct ask *ask, const struct class_list *list)
{
	return !ask->classes || !list->n || allow(ask, ask->classes->all, list);
}

bool classes_allow_subnet(const struct ask *ask)
{
	return admits(ask, &ask->subnet->guards) &&
	       (!ask->subnet->network || admits(ask, &ask->subnet->network->guards));
}

bool classes_allow_pool(const struct ask *ask, uint32_t addr)
{
	const struct pool *pool = ask->classes ? subnet_pool_of(ask->subnet, addr) : NULL;

	return !pool || admits(ask, &pool->guards);
}

bool classes_fleeting(const struct ask *ask)
{
	return ask->classes && ask->classes->fleeting;
}

void classes_add_scopes(const struct ask *ask, struct scopes *scopes)
{
	for (size_t i = 0; ask->classes && i < ask->classes->n; i++) {
		size_t number = ask->classes->order[i];

		scopes->v[scopes->n++] = &model_of(ask)->classes[number].scope;
	}
}

void classes_lifetimes(const struct ask *ask, struct lifetimes *life)
{
	for (size_t i = 0; ask->classes && i < ask->classes->n_entered; i++) {
		const struct client_class *class = &model_of(ask)->classes[ask->classes->order[i]];

		if (!class->valid)
			continue;
		life->valid = class->valid;
		life->min = class->min;
		life->max = class->max;
		return;
	}
}

uint32_t classes_offer_lifetime(const struct ask *ask)
{
	uint32_t seconds = 0;

	for (size_t i = 0; ask->classes && !seconds && i < ask->classes->n_entered; i++)
		seconds = model_of(ask)->classes[ask->classes->order[i]].offer_lifetime;
	return seconds;
}
