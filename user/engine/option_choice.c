// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The choice of options: a function of the scopes that apply and of what stands in the request's
 * form, of nothing else, so that for one form and one client's record the answer is
 * always the same (I2). Who changes an answer
 * raises ENGINE_ANSWERS (engine.h).
 */
#include "option_choice.h"

#include <string.h>

#include "proto/options.h"

/* --- scopes --- */

/*
 * Kea's precedence: the reservation, the pool, the subnet, the shared network, the classes as they
 * were joined, and what is global.
 */
void ask_scopes(const struct ask *ask, uint32_t addr, struct scopes *ret)
{
	const struct pool *pool = addr ? subnet_pool_of(ask->subnet, addr) : NULL;
	const struct scope *global;

	classes_require(ask, pool);
	scopes_of(ask->engine->config.model, ask->subnet, pool, ask->reservation, ret);
	global = ret->v[--ret->n];
	classes_add_scopes(ask, ret);
	ret->v[ret->n++] = global;
}

const struct option_value *scope_option(const struct ask *ask, const struct scope *scope,
					uint8_t code)
{
	for (size_t i = 0; i < scope->options.n; i++) {
		const struct option_value *v = &scope->options.v[i];

		if (v->code == code && classes_allow_option(ask, &v->classes))
			return v;
	}
	return NULL;
}

/* Of several values of one code, is it the one that counts? */
static bool is_the_scopes(const struct ask *ask, const struct scope *scope,
			  const struct option_value *v)
{
	return !ask->classes || scope_option(ask, scope, v->code) == v;
}

bool scopes_never(const struct ask *ask, const struct scopes *scopes, uint8_t code)
{
	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_value *v = scope_option(ask, scopes->v[s], code);

		if (v && v->never_send)
			return true;
	}
	return false;
}

bool scopes_have(const struct ask *ask, const struct scopes *scopes, uint8_t code)
{
	bool set = false;

	for (size_t s = 0; s < scopes->n && !set; s++)
		set = scope_option(ask, scopes->v[s], code) != NULL;
	return set && !scopes_never(ask, scopes, code);
}

/* What the server says itself, or the encoder, or what only clients send. */
static bool not_configurable(uint8_t code)
{
	const struct option_def *def = option_by_code(code);

	return code == DHO_PAD || code == DHO_END || (def && def->reserved);
}

/* The narrowest value of each option; never-send in any scope is final. */
static void gather(const struct ask *ask, const struct scopes *scopes, struct option_choice *choice)
{
	for (size_t s = 0; s < scopes->n; s++) {
		const struct option_list *options = &scopes->v[s]->options;

		for (size_t i = 0; i < options->n; i++) {
			const struct option_value *v = &options->v[i];

			if (not_configurable(v->code) || !is_the_scopes(ask, scopes->v[s], v))
				continue;
			if (!choice->by_code[v->code])
				choice->by_code[v->code] = v;
			choice->never[v->code] |= v->never_send;
		}
	}
	if (choice->by_code[DHO_SUBNET_MASK])
		return;
	dhcp_put_addr(choice->mask_data, ask->subnet->mask);
	choice->mask = (struct option_value){.code = DHO_SUBNET_MASK,
					     .len = sizeof(choice->mask_data),
					     .data = choice->mask_data};
	choice->by_code[DHO_SUBNET_MASK] = &choice->mask;
}

/* Those of all scopes, for the enterprises that the client names. Does it name one that has some?
 */
static bool choose_vendor_options(const struct ask *ask, const struct scopes *scopes,
				  struct option_choice *choice)
{
	bool named;
	size_t len = vendor_options(ask, scopes, choice->vendor_data, sizeof(choice->vendor_data),
				    &named);

	if (!len && !named)
		return false; /* what does not consist of blocks is sent as it is */
	choice->vendor = (struct option_value){
		.code = DHO_VENDOR_OPTIONS, .len = (uint16_t)len, .data = choice->vendor_data};
	choice->by_code[DHO_VENDOR_OPTIONS] = len ? &choice->vendor : NULL;
	return named && len;
}

/* --- choice --- */

static const struct dhcp_opt *requested_list(const struct ask *ask)
{
	const struct dhcp_opt *list = &ask->msg->opt[DHO_PARAMETER_REQUEST_LIST];

	return list->data && list->len ? list : NULL;
}

bool option_asked(const struct ask *ask, uint8_t code)
{
	const struct dhcp_opt *list = requested_list(ask);

	return list && memchr(list->data, code, list->len);
}

static void want(struct option_choice *choice, uint8_t code)
{
	if (!choice->by_code[code] || choice->wanted[code] || choice->never[code])
		return;
	choice->wanted[code] = true;
	choice->order[choice->n++] = code;
}

static void want_always(const struct ask *ask, struct option_choice *choice,
			const struct scope *scope)
{
	const struct option_list *options = &scope->options;

	for (size_t i = 0; i < options->n; i++) {
		if (options->v[i].always_send && is_the_scopes(ask, scope, &options->v[i]))
			want(choice, options->v[i].code);
	}
}

/*
 * RFC 2132 3.3: "If both the subnet mask and the router option are specified in
 * a DHCP reply, the subnet mask option MUST be first."
 */
static void mask_before_routers(struct option_choice *choice)
{
	uint8_t *mask = memchr(choice->order, DHO_SUBNET_MASK, choice->n);
	uint8_t *routers = memchr(choice->order, DHO_ROUTERS, choice->n);

	if (!mask || !routers || mask < routers)
		return;
	memmove(routers + 1, routers, (size_t)(mask - routers));
	*routers = DHO_SUBNET_MASK;
}

/* What not to send, whatever is asked for. */
static void forbid(const struct ask *ask, struct option_choice *choice)
{
	const struct dhcp_reply *reply = &ask->decision->reply;

	/* The name goes into the tail if there is one. */
	if (reply->tail[XDHCP_TAIL_HOSTNAME].len)
		choice->never[DHO_HOST_NAME] = true;
	/* RFC 8925 3.3: never to a client whose list does not have it. */
	if (!option_asked(ask, DHO_V6_ONLY))
		choice->never[DHO_V6_ONLY] = true;
	/* RFC 2563 2.3: in an OFFER without an address, to a client that sent the option. */
	if (reply->type != DHCP_OFFER || reply->yiaddr ||
	    ask->msg->opt[DHO_AUTO_CONFIGURE].len != 1)
		choice->never[DHO_AUTO_CONFIGURE] = true;
}

/*
 * RFC 3442, to a client that asks for classless routes and is sent them: "the server SHOULD NOT
 * include the Router or Static Routes options", which it would ignore. always-send does.
 */
static bool replaced_by_routes(const struct ask *ask, const struct option_choice *choice,
			       uint8_t code)
{
	return (code == DHO_ROUTERS || code == DHO_STATIC_ROUTES) &&
	       option_asked(ask, DHO_CLASSLESS_ROUTES) && choice->by_code[DHO_CLASSLESS_ROUTES] &&
	       !choice->never[DHO_CLASSLESS_ROUTES];
}

void option_choice_make(const struct ask *ask, const struct scopes *scopes,
			struct option_choice *ret)
{
	static const uint8_t basic[] = {DHO_SUBNET_MASK, DHO_ROUTERS, DHO_DOMAIN_NAME_SERVERS,
					DHO_DOMAIN_NAME};
	static const uint8_t essential[] = {DHO_SUBNET_MASK, DHO_ROUTERS, DHO_DOMAIN_NAME_SERVERS,
					    DHO_CLASSLESS_ROUTES};
	const struct dhcp_opt *list = requested_list(ask);
	bool named_vendor;

	*ret = (struct option_choice){0};
	gather(ask, scopes, ret);
	forbid(ask, ret);
	named_vendor = choose_vendor_options(ask, scopes, ret);
	/* RFC 2132 9.8: the server "MUST try to insert the requested options in the order
	 * requested by the client". */
	for (size_t i = 0; list && i < list->len; i++) {
		if (!replaced_by_routes(ask, ret, list->data[i]))
			want(ret, list->data[i]);
	}
	for (size_t i = 0; i < sizeof(essential); i++)
		ret->essential[essential[i]] = !list || ret->wanted[essential[i]];
	/* RFC 2131 4.3.1: also "parameters with non-default values on the client's subnet"; which
	 * these are is Kea's choice. */
	for (size_t i = 0; i < sizeof(basic); i++) {
		if (!replaced_by_routes(ask, ret, basic[i]))
			want(ret, basic[i]);
	}
	want(ret, DHO_AUTO_CONFIGURE);
	if (named_vendor)
		want(ret, DHO_VENDOR_OPTIONS);
	for (size_t s = 0; s < scopes->n; s++)
		want_always(ask, ret, scopes->v[s]);
	mask_before_routers(ret);
}

/* --- room --- */

static bool add(struct dhcp_reply *reply, const struct option_choice *choice, uint8_t code)
{
	const struct option_value *v = choice->by_code[code];

	return dhcp_reply_add(reply, code, v->data, v->len) == 0;
}

static bool add_all(struct dhcp_reply *reply, const struct option_choice *choice)
{
	for (unsigned i = 0; i < choice->n; i++) {
		if (!add(reply, choice, choice->order[i]))
			return false;
	}
	return true;
}

struct squeeze {
	const struct dhcp_msg *msg;
	const struct option_choice *choice;
	struct dhcp_reply *reply;
	size_t max;
	bool kept[256]; /* in options[] */
};

/* Is it short enough, also if option 52 comes to it? */
static bool short_enough(const struct squeeze *s)
{
	size_t len = dhcp_reply_ip_len(s->msg, s->reply);

	if (dhcp_reply_may_overload(s->reply) && !s->reply->overload)
		len += DHCP_OVERLOAD_LEN;
	return len <= s->max;
}

static bool place(struct squeeze *s, uint8_t code)
{
	uint16_t before = s->reply->options_len;

	if (!add(s->reply, s->choice, code))
		return false;
	s->kept[code] = short_enough(s);
	if (!s->kept[code])
		s->reply->options_len = before;
	return s->kept[code];
}

/* The client can be told its name another time. */
static bool drop_name(struct squeeze *s)
{
	/* who has sent 81 reads its name there: 12 goes first */
	static const uint8_t names[] = {XDHCP_TAIL_HOSTNAME, XDHCP_TAIL_FQDN};

	for (size_t i = 0; i < sizeof(names); i++) {
		if (!s->reply->tail[names[i]].len)
			continue;
		s->reply->tail[names[i]].len = 0;
		return true;
	}
	return false;
}

/*
 * Each option in its turn gets what room is left by those before: in options[], else in file or
 * sname (RFC 2131 4.1). Without the essential ones a client would be lost, so they stand even in
 * a reply that is too long then.
 */
static void place_each(struct squeeze *s, bool essential)
{
	const struct option_choice *choice = s->choice;

	for (unsigned i = 0; i < choice->n; i++) {
		uint8_t code = choice->order[i];
		const struct option_value *v = choice->by_code[code];
		bool placed;

		if (choice->essential[code] != essential)
			continue;
		while (!(placed = place(s, code)) && essential && drop_name(s))
			;
		if (!placed && dhcp_reply_overload(s->reply, code, v->data, v->len) < 0 &&
		    essential)
			s->kept[code] = add(s->reply, choice, code);
	}
}

/* RFC 2132 9.10: no longer than the client takes. */
void option_choice_write(const struct ask *ask, const struct option_choice *choice,
			 struct dhcp_reply *reply)
{
	struct squeeze s = {.msg = ask->msg,
			    .choice = choice,
			    .reply = reply,
			    .max = dhcp_reply_ip_max(ask->msg)};
	uint16_t from = reply->options_len;

	if (add_all(reply, choice) && dhcp_reply_ip_len(ask->msg, reply) <= s.max)
		return;
	reply->shortened = true;
	reply->options_len = from;
	while (!short_enough(&s) && drop_name(&s))
		;
	place_each(&s, true);
	place_each(&s, false);
	/* Once more, in the order that the client has asked for. */
	reply->options_len = from;
	for (unsigned i = 0; i < choice->n; i++) {
		if (s.kept[choice->order[i]])
			add(reply, choice, choice->order[i]);
	}
}
