// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is said of client classes once all of a file has been read, so that every mention of each is
 * known: who has no members, what has no effect, and which answers XDP does not give.
 */
#include "classes.h"

#include <string.h>

#include "build.h"

static bool has_scope(const struct client_class *class)
{
	return class->scope.options.n || class->scope.boot.next_server_set ||
	       *class->scope.boot.server_hostname || *class->scope.boot.boot_file_name ||
	       class->valid || class->offer_lifetime;
}

/* Is nobody a member unless a reservation says so? A test that is wrong has been spoken of. */
static bool is_empty(const struct build *build, size_t number)
{
	const struct client_class *class = &build->config->model.classes[number];

	return class->by == CLASS_BY_TEST && !class->test &&
	       (number >= build->classes.n_defined || !build->classes.infos[number].tested);
}

/* Once for each: what may have been meant is costly to find, and names may be there often. */
static void notice_empty(struct build *build, struct place at, size_t number)
{
	const struct client_class *class = &build->config->model.classes[number];
	struct class_names *names = &build->classes;
	char buf[REPORT_QUOTED], nearest[NEAREST_MAX] = "";

	if (names->told[number])
		return;
	names->told[number] = true;
	if (!class->defined)
		nearest_class(build, class->name, names->n_defined, nearest);
	report_notice(build->report, at,
		      "class %s %s, and no reservation gives it: nobody is a member%s",
		      report_quote(class->name, buf),
		      class->defined ? "has no test" : "is not defined", nearest);
}

/*
 * As in Kea: what is only required, and what the reservation in a subnet of a shared network gives,
 * is known when the subnet and the address are chosen, and other tests have been evaluated.
 */
static void check_mention(struct build *build, const struct mention *it)
{
	const struct class_names *names = &build->classes;
	const struct client_class *classes = build->config->model.classes;
	const struct client_class *class = &classes[it->number];
	bool empty = is_empty(build, it->number), given = names->given[it->number];
	bool early = it->kind == MENTION_GUARD ||
		     (it->kind == MENTION_MEMBER && !classes[it->in].when_required);
	char buf[REPORT_QUOTED];

	report_quote(class->name, buf);
	if (empty && !given)
		notice_empty(build, it->at, it->number);
	else if (it->kind == MENTION_REQUIRED && empty)
		report_notice(build->report, it->at,
			      "class %s has no test that could be evaluated: this has no effect",
			      buf);
	else if (early && empty && !names->in_time[it->number])
		report_notice(
			build->report, it->at,
			"only reservations in shared networks give class %s, and they do when "
			"an address is chosen already: nobody is a member here",
			buf);
	else if (early && class->when_required && !names->in_time[it->number])
		report_notice(build->report, it->at,
			      "class %s is evaluated when an address is chosen already: nobody is "
			      "a member here",
			      buf);
}

static void pass_to_template(const struct model *model, size_t number, bool *effect)
{
	const struct client_class *class = &model->classes[number];

	if (effect[number] && class->by == CLASS_BY_SPAWN)
		effect[class->of] = true;
}

/* Which classes an answer may depend on: a bool for each. */
static void find_effects(const struct build *build, bool *effect)
{
	const struct class_names *names = &build->classes;
	const struct model *model = &build->config->model;

	for (size_t i = 0; i < model->n_classes; i++)
		effect[i] = has_scope(&model->classes[i]) ||
			    !strcmp(model->classes[i].name, "DROP");
	for (size_t i = 0; i < names->n_mentions; i++) {
		const struct mention *it = &names->mentions[i];

		if (it->kind == MENTION_GUARD || it->kind == MENTION_OPTION)
			effect[it->number] = true;
	}
	for (size_t i = 0; i < model->n_classes; i++)
		pass_to_template(model, i, effect);
	/* a test names, and a template stands, before what asks for it: so do their mentions */
	for (size_t i = names->n_mentions; i-- > 0;) {
		const struct mention *it = &names->mentions[i];

		if (it->kind != MENTION_MEMBER || !effect[it->in])
			continue;
		effect[it->number] = true;
		pass_to_template(model, it->number, effect);
	}
}

static void notice_unsteady(struct build *build, size_t number)
{
	const struct class_info *info = &build->classes.infos[number];
	char buf[REPORT_QUOTED];

	report_quote(build->config->model.classes[number].name, buf);
	if (info->by_class)
		report_notice(build->report, info->read_at,
			      "class %s asks for %s, and with it for what tells one request of a "
			      "client from the next: clients whose answers depend on class %s are "
			      "answered by the daemon, not by XDP",
			      buf, info->read, buf);
	else
		report_notice(build->report, info->read_at,
			      "class %s reads %s, which tells one request of a client from the "
			      "next: clients whose answers depend on class %s are answered by the "
			      "daemon, not by XDP",
			      buf, info->read, buf);
}

/* An offer must outlive the probe that comes before it. */
static void check_offer_lifetime(struct build *build, size_t number)
{
	const struct client_class *class = &build->config->model.classes[number];
	const struct model *model = &build->config->model;
	const struct node *map = build->classes.infos[number].map;

	for (size_t i = 0; class->offer_lifetime && i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];
		char prefix[DHCP_ADDR_STR];

		if (subnet->conflict.method == CONFLICT_NONE ||
		    subnet->conflict.timeout <= 1000ull * class->offer_lifetime)
			continue;
		report_error(build->report, place_in(map, KEY_CLASS_OFFER_LIFETIME),
			     "offer-lifetime %u s is shorter than conflict-detection waits in "
			     "subnet %s/%u: %u ms",
			     class->offer_lifetime, dhcp_addr_str(subnet->prefix, prefix),
			     subnet->prefix_len, subnet->conflict.timeout);
		return;
	}
}

void check_classes(struct build *build)
{
	const struct class_names *names = &build->classes;
	const struct model *model = &build->config->model;
	bool required[MODEL_CLASSES_MAX] = {false}, effect[MODEL_CLASSES_MAX] = {false};
	char buf[REPORT_QUOTED];

	for (size_t i = 0; i < names->n_mentions; i++) {
		check_mention(build, &names->mentions[i]);
		if (names->mentions[i].kind == MENTION_REQUIRED)
			required[names->mentions[i].number] = true;
	}
	find_effects(build, effect);
	for (size_t i = 0; i < names->n_defined; i++) {
		const struct client_class *class = &model->classes[i];

		if (!class->when_required)
			check_offer_lifetime(build, i);
		if (is_empty(build, i) && !names->given[i])
			notice_empty(build, names->infos[i].map->at, i);
		else if (class->when_required && !required[i] && !names->given[i])
			report_notice(build->report, names->infos[i].map->at,
				      "class %s is evaluated only where it is asked for, and "
				      "nothing asks for it",
				      report_quote(class->name, buf));
		else if (!class->memoisable && *names->infos[i].read && effect[i])
			notice_unsteady(build, i);
	}
}
