// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See timers.h. */
#include "timers.h"

#include <stdlib.h>

#define SLOTS 8192

struct timers {
	uint64_t tick;		    /* the last one that was looked at */
	struct client heads[SLOTS]; /* of rings */
};

struct timers *timers_new(uint64_t now)
{
	struct timers *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->tick = now / TIMERS_TICK;
	for (unsigned i = 0; i < SLOTS; i++)
		t->heads[i].earlier = t->heads[i].later = &t->heads[i];
	return t;
}

void timers_free(struct timers *timers)
{
	free(timers);
}

void timers_clear(struct client *client)
{
	if (!client->later)
		return;
	client->earlier->later = client->later;
	client->later->earlier = client->earlier;
	client->earlier = client->later = NULL;
}

void timers_set(struct timers *timers, struct client *client, uint64_t due)
{
	struct client *head = &timers->heads[due / TIMERS_TICK % SLOTS];

	timers_clear(client);
	client->earlier = head->earlier;
	client->later = head;
	head->earlier->later = client;
	head->earlier = client;
}

int timers_run(struct timers *timers, uint64_t now, int (*fn)(void *arg, struct client *client),
	       void *arg)
{
	for (; timers->tick < now / TIMERS_TICK; timers->tick++) {
		struct client *head = &timers->heads[timers->tick % SLOTS];

		while (head->later != head) {
			struct client *c = head->later;
			int r;

			timers_clear(c);
			r = fn(arg, c);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
