/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The client classes that the sender of one message is a member of, and what follows from them.
 * Private to engine/; lives on the stack of engine_decide(). Where a model has no classes there is
 * none of this (ask->classes is NULL), and it costs nothing.
 */
#ifndef XDHCP_ENGINE_CLASSES_H
#define XDHCP_ENGINE_CLASSES_H

#include "model.h"

struct ask;

struct membership {
	uint64_t has[MODEL_CLASSES_MAX / 64];	/* a bit each, by number: what decides on subnets,
						   pools and lifetimes */
	uint64_t all[MODEL_CLASSES_MAX / 64];	/* and those that come with the answer */
	bool known;				/* it has a reservation on its link */
	bool asks_known;			/* there are classes to which that matters */
	const struct shared_network *looked_in; /* for reservations; of that one holds: */
	const struct subnet *reserved_in[2];	/* the first two that have one for it; NULL: none */
	bool fleeting;	   /* something was decided by a class that no form and no slot tells */
	bool retested;	   /* what follows from the message was asked again with a reservation's */
	size_t n_built_in; /* of order: whatever anything else is */
	size_t n_lasting;  /* of order: those, and the message's tests without a reservation */
	size_t n_entered;  /* of order: those of `has` */
	size_t n;	   /* of order */
	uint16_t order[MODEL_CLASSES_MAX]; /* as they were joined: of two the first one counts */
};

/* Those that the message alone makes it a member of. `membership` is the caller's. */
void classes_begin(struct ask *ask, struct membership *membership);
/* Those that follow from ask->subnet and its reservation there, in place of an earlier subnet's. */
void classes_enter(struct ask *ask);
/*
 * For an answer: what a reservation within a shared network gives, and what its subnet and the pool
 * (NULL: none) want to be asked for besides, in place of an earlier answer's.
 */
void classes_require(const struct ask *ask, const struct pool *pool);

/* Is it a member of DROP? Then it is not answered at all. */
bool classes_drop(const struct ask *ask);
/* Is the option for it? Once classes_require() is done. */
bool classes_allow_option(const struct ask *ask, const struct class_list *list);
/* Is ask->subnet for its classes? */
bool classes_allow_subnet(const struct ask *ask);
/* Is the pool that `addr` lies in, if it lies in one? */
bool classes_allow_pool(const struct ask *ask, uint32_t addr);
/* Was anything decided by what may differ in a request of the same form? */
bool classes_fleeting(const struct ask *ask);

/* Adds the scopes of its classes, as they were joined. */
void classes_add_scopes(const struct ask *ask, struct scopes *scopes);
/* The lifetimes of the first of its classes that has some, in place of its subnet's. */
void classes_lifetimes(const struct ask *ask, struct lifetimes *life);
/* Seconds that an offer to it is held, by the first of its classes that says; 0: none does. */
uint32_t classes_offer_lifetime(const struct ask *ask);

#endif
