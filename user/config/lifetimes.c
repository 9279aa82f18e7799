// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lifetimes and T1/T2 of a scope. Inherited key by key, with one exception, which
 * is Kea's: a scope that sets valid-lifetime also leaves the outer min and max behind.
 * A combination is checked where one of its keys stands, so that a fault is reported once.
 * Two that stand side by side and do not fit are an error; an inherited timer that the lifetime
 * here is too short for is a notice, as Kea takes such files, and answers go without it.
 */
#include "build.h"

#include "wire.h"

static bool sets(const struct node *scope, enum schema_key key)
{
	return member(scope, key) || member_bad(scope, key);
}

/* A key of the group is wrong itself: what follows from it is not worth a message. */
static bool any_bad(const struct node *scope, const enum schema_key *keys)
{
	for (; *keys; keys++) {
		if (member_bad(scope, *keys))
			return true;
	}
	return false;
}

/* Where the first key of the group that stands in this scope has its value, or false. */
static bool first_of(const struct node *scope, const enum schema_key *keys, struct place *ret_at)
{
	for (; *keys; keys++) {
		const struct node *node = member(scope, *keys);

		if (node) {
			*ret_at = node->at;
			return true;
		}
	}
	return false;
}

static void check_lifetimes(struct report *report, const struct node *scope,
			    const struct lifetimes *life)
{
	static const enum schema_key keys[] = {KEY_VALID_LIFETIME, KEY_MIN_VALID_LIFETIME,
					       KEY_MAX_VALID_LIFETIME, KEY_NONE};
	struct place at;

	if (any_bad(scope, keys) || !first_of(scope, keys, &at))
		return;
	if (life->min > life->valid)
		report_error(report, at, "min-valid-lifetime %u is above valid-lifetime %u",
			     life->min, life->valid);
	if (life->max < life->valid)
		report_error(report, at, "max-valid-lifetime %u is below valid-lifetime %u",
			     life->max, life->valid);
}

/* T1 or T2 in seconds as they would be sent with the whole lifetime; 0: not sent. */
static double tee(const struct lifetimes *life, uint32_t timer, double percent)
{
	if (timer)
		return timer;
	return life->calculate_tee_times && life->valid != DHCP_LIFETIME_INFINITE
		       ? percent * life->valid
		       : 0;
}

/* `then`: what is done where one of the two is inherited (engine/lifetimes.c). */
static void say_unfit(struct report *report, const struct node *scope, enum schema_key one,
		      enum schema_key other, const char *text, const char *then)
{
	const enum schema_key keys[] = {one, other, KEY_NONE};
	struct place at = scope->at;

	if (member(scope, one) && member(scope, other)) {
		report_error(report, member(scope, one)->at, "%s", text);
		return;
	}
	first_of(scope, keys, &at);
	report_notice(report, at, "%s: %s", text, then);
}

/* RFC 2131 4.4.5: T1 < T2 < the lease's duration. */
static void check_tees(struct report *report, const struct node *scope,
		       const struct lifetimes *life)
{
	static const enum schema_key timers[] = {KEY_RENEW_TIMER,
						 KEY_REBIND_TIMER,
						 KEY_VALID_LIFETIME,
						 KEY_CALCULATE_TEE_TIMES,
						 KEY_T1_PERCENT,
						 KEY_T2_PERCENT,
						 KEY_NONE};
	static const enum schema_key percents[] = {KEY_T1_PERCENT, KEY_T2_PERCENT, KEY_NONE};
	bool infinite = life->valid == DHCP_LIFETIME_INFINITE,
	     calculated = life->calculate_tee_times;
	double t1 = tee(life, life->renew_timer, life->t1_percent);
	double t2 = tee(life, life->rebind_timer, life->t2_percent);
	struct place at;
	char text[128];

	if (any_bad(scope, timers))
		return;
	if (first_of(scope, percents, &at) && life->t1_percent >= life->t2_percent) {
		snprintf(text, sizeof(text), "t1-percent %g is not below t2-percent %g",
			 life->t1_percent, life->t2_percent);
		say_unfit(report, scope, KEY_T1_PERCENT, KEY_T2_PERCENT, text,
			  "T1 is half of T2 here");
		return;
	}
	if (!first_of(scope, timers, &at))
		return;
	if (life->rebind_timer && life->rebind_timer >= life->valid && !infinite) {
		snprintf(text, sizeof(text), "rebind-timer %u is not below valid-lifetime %u",
			 life->rebind_timer, life->valid);
		say_unfit(report, scope, KEY_REBIND_TIMER, KEY_VALID_LIFETIME, text,
			  calculated ? "T2 is by t2-percent here" : "T2 is not sent here");
	} else if (life->renew_timer && life->renew_timer >= life->valid && !infinite) {
		snprintf(text, sizeof(text), "renew-timer %u is not below valid-lifetime %u",
			 life->renew_timer, life->valid);
		say_unfit(report, scope, KEY_RENEW_TIMER, KEY_VALID_LIFETIME, text,
			  calculated ? "T1 is by t1-percent here" : "T1 is not sent here");
	} else if (t1 && t2 && t1 >= t2 && (life->renew_timer || life->rebind_timer)) {
		snprintf(text, sizeof(text), "%s %.0f s is not below %s %.0f s",
			 life->renew_timer ? "renew-timer" : "T1 by t1-percent,", t1,
			 life->rebind_timer ? "rebind-timer" : "T2 by t2-percent,", t2);
		say_unfit(report, scope, life->renew_timer ? KEY_RENEW_TIMER : KEY_T1_PERCENT,
			  life->rebind_timer ? KEY_REBIND_TIMER : KEY_T2_PERCENT, text,
			  "T1 is half of T2 here");
	}
}

void build_lifetimes(struct report *report, const struct node *scope, const struct lifetimes *outer,
		     struct lifetimes *ret_life)
{
	struct lifetimes life;
	uint32_t valid = (uint32_t)member_integer(scope, KEY_VALID_LIFETIME);

	if (outer)
		life = *outer;
	else
		life = (struct lifetimes){
			.calculate_tee_times = member_bool(scope, KEY_CALCULATE_TEE_TIMES),
			.t1_percent = member_number(scope, KEY_T1_PERCENT),
			.t2_percent = member_number(scope, KEY_T2_PERCENT),
		};
	if (!outer || sets(scope, KEY_VALID_LIFETIME))
		life.valid = life.min = life.max = valid;
	if (member(scope, KEY_MIN_VALID_LIFETIME))
		life.min = (uint32_t)member_integer(scope, KEY_MIN_VALID_LIFETIME);
	if (member(scope, KEY_MAX_VALID_LIFETIME))
		life.max = (uint32_t)member_integer(scope, KEY_MAX_VALID_LIFETIME);
	if (member(scope, KEY_RENEW_TIMER))
		life.renew_timer = (uint32_t)member_integer(scope, KEY_RENEW_TIMER);
	if (member(scope, KEY_REBIND_TIMER))
		life.rebind_timer = (uint32_t)member_integer(scope, KEY_REBIND_TIMER);
	if (member(scope, KEY_CALCULATE_TEE_TIMES))
		life.calculate_tee_times = member_bool(scope, KEY_CALCULATE_TEE_TIMES);
	if (member(scope, KEY_T1_PERCENT))
		life.t1_percent = member_number(scope, KEY_T1_PERCENT);
	if (member(scope, KEY_T2_PERCENT))
		life.t2_percent = member_number(scope, KEY_T2_PERCENT);
	check_lifetimes(report, scope, &life);
	check_tees(report, scope, &life);
	*ret_life = life;
}
