// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Templates that no slot names any more become free: at a sweep from half full, and
 * within a second or a few once none was free. The walk over all leases is done a chunk an event:
 * whatever takes a template while it runs marks it (template_index_get), so what is not marked at
 * its end is named by nobody, and is free after a barrier.
 *
 * What one client may use up is bounded: a slot holds few forms, but whoever asks in ever
 * new ones takes a new template each time. Past TEMPLATES_A_SWEEP of them its new
 * forms wait for the next sweep, and are the daemon's to answer until then.
 *
 * Nothing of it survives a crash, nor needs to: adopted slots say which templates are in use.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "form.h"

#define COLLECT_CHUNK	  4096 /* leases an event */
#define COLLECT_AGAIN	  10   /* seconds after a walk that found little */
#define TEMPLATES_A_SWEEP 16   /* new ones for one slot: four changes of all its forms */

int collect_start(struct daemon *d)
{
	free(d->templates_made);
	d->templates_made = calloc(fastpath_capacity(d->fp), sizeof(*d->templates_made));
	return d->templates_made ? 0 : -ENOMEM;
}

static void none_free(struct daemon *d)
{
	d->count.template_full++;
	d->collect_wanted = true;
	if (!d->templates_warned)
		log_warning("fast path: no template is free (%u in use); some clients are served "
			    "by the daemon",
			    template_index_in_use(d->templates));
	d->templates_warned = true;
}

int64_t collect_template(struct daemon *d, const struct template *t, uint32_t index)
{
	bool made = !template_index_has(d->templates, t);
	int64_t number;

	if (made && d->templates_made[index] >= TEMPLATES_A_SWEEP) {
		d->count.template_refused++;
		return -ENOSPC;
	}
	number = template_index_get(d->templates, t);
	if (number < 0)
		none_free(d);
	else if (made)
		d->templates_made[index]++;
	return number;
}

static void mark(struct daemon *d, const struct lease *lease)
{
	const struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);

	for (unsigned i = 0; slot && slot_is_open(slot) && i < XDHCP_FORMS; i++) {
		if (slot->forms[i])
			template_index_mark(d->templates, form_template(slot->forms[i]));
	}
}

static void end(struct daemon *d)
{
	uint32_t found = template_index_mark_end(d->templates), n;

	fastpath_templates(d->fp, &n);
	/* Where nearly all are in use, no walk a second. */
	d->collect_not_before = boot_seconds() + (found < n / 16 ? COLLECT_AGAIN : 0);
	if (found)
		d->template_epoch = quiesce_request(d);
}

static void collect_chunk(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct lease *lease = lease_next(d->leases, d->collect_at);

	(void)fd;
	(void)what;
	for (unsigned i = 0; lease && i < COLLECT_CHUNK; i++) {
		mark(d, lease);
		lease = lease_after(d->leases, lease);
	}
	d->collect_at = lease ? lease->addr : 0;
	d->collecting = lease && daemon_go_on(d, collect_chunk) == 0;
	/* A walk that cannot go on has not seen all: nothing is collected. */
	if (!lease)
		end(d);
}

static void begin(struct daemon *d)
{
	if (d->collecting || d->template_epoch)
		return;
	d->collect_wanted = false;
	d->collecting = true;
	d->collect_at = 0;
	template_index_mark_begin(d->templates);
	quiesce_mark_templates(d);
	collect_chunk(-1, 0, d);
}

void collect_release(struct daemon *d)
{
	if (!d->template_epoch || !quiesce_passed(d, d->template_epoch))
		return;
	template_index_release(d->templates);
	d->template_epoch = 0;
	d->templates_warned = false;
}

void collect_tick(struct daemon *d)
{
	if (!d->templates)
		return;
	collect_release(d);
	if (d->collect_wanted && boot_seconds() >= d->collect_not_before)
		begin(d);
}

void collect_sweep(struct daemon *d)
{
	uint32_t n;

	memset(d->templates_made, 0, fastpath_capacity(d->fp) * sizeof(*d->templates_made));
	fastpath_templates(d->fp, &n);
	if (template_index_in_use(d->templates) >= n / 2)
		begin(d);
}
