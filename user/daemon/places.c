// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * XDP's attachment of the served interfaces: natively where net/place.h says, else generically on
 * the interface itself if the configuration lets it, else not at all; which and why is
 * said in one line. Several interfaces (VLANs, and what they lie on) may share one device: the
 * program is attached there once, and taken off when the last of them goes. A link's records are
 * open only while the program that is to find them is attached (link_records.c).
 * What survives a crash: attachment and records; the next start goes over them all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"

#define WHY_MAX 320

static bool is_attached(const struct daemon *d, uint32_t ifindex)
{
	for (const struct port *port = d->ports; port; port = port->next) {
		if ((port->xdp_mode || port->attach_again) && port->place.on == ifindex)
			return true;
	}
	return false;
}

void place_port(struct daemon *d, struct link_info *links, int n, int i, struct place *ret_place)
{
	const struct link_info *hiding;
	uint8_t hides;
	int r;

	place_find(links, n, i, ret_place);
	if (!d->fp || !d->config->fast_path.rxvlan_off ||
	    (ret_place->how == PLACE_GENERIC && d->config->fast_path.mode == FAST_PATH_GENERIC))
		return;
	/* each turn has one device less that hides */
	while ((hiding = links_find(links, n, ret_place->hiding))) {
		hides = hiding->hides & ret_place->hides;
		r = links_unhide(ret_place->hiding, hides);
		if (r < 0) {
			ret_place->cannot_unhide = true;
			return;
		}
		log_notice("%s: RX VLAN offload turned off, so that XDP sees the tags "
			   "(fast-path.rxvlan)",
			   ret_place->hiding_name);
		links[hiding - links].hides &= (uint8_t)~hides;
		place_find(links, n, i, ret_place);
	}
}

void place_text(const struct port *port, char *buf, size_t len)
{
	char tags[16];

	place_tags_text(&port->place.tags, tags, sizeof(tags));
	if (!port->xdp_mode)
		snprintf(buf, len, "none");
	else if (*tags)
		snprintf(buf, len, "%s on %s, tag%s %s", port->xdp_mode, port->place.on_name,
			 strchr(tags, '.') ? "s" : "", tags);
	else
		snprintf(buf, len, "%s", port->xdp_mode);
}

/* Another port's fast path is on this device, in this mode? */
static bool is_shared(const struct daemon *d, const struct port *port, uint32_t ifindex,
		      const char *mode)
{
	for (const struct port *p = d->ports; p; p = p->next) {
		if (p != port && p->xdp_mode && p->place.on == ifindex &&
		    !strcmp(p->xdp_mode, mode))
			return true;
	}
	return false;
}

/* Takes the program off a device that no port has any more. */
static void detach_unused(struct daemon *d, uint32_t ifindex)
{
	if (d->fp && ifindex && !is_attached(d, ifindex))
		fastpath_detach(d->fp, ifindex);
}

/* 0; or negative errno, and why in one line. Records first: the program shall find them. */
static int try_place(struct daemon *d, struct port *port, const struct place *place,
		     enum fastpath_attach_mode mode, char *why, size_t why_len)
{
	int r;

	port->place = *place;
	r = link_publish(d, port);
	port->attach_again = r < 0 && r != -ENOSPC;
	if (r < 0) {
		snprintf(why, why_len, "%s",
			 r == -ENOSPC ? "no record is free for its link" : "a barrier failed");
		link_close(d, port);
		return r;
	}
	r = fastpath_attach(d->fp, place->on, mode, why, why_len);
	if (r < 0)
		link_close(d, port);
	else
		port->xdp_mode = mode == FASTPATH_GENERIC ? "generic" : "native";
	return r;
}

void place_prune(struct daemon *d)
{
	uint32_t keep[XDHCP_POLICY_LINKS_N];
	size_t n = 0;

	for (struct port *port = d->ports; port && n < XDHCP_POLICY_LINKS_N; port = port->next) {
		if (port->xdp_mode || port->attach_again)
			keep[n++] = port->place.on;
	}
	fastpath_prune(d->fp, keep, n);
}

/*
 * The kernel lets a program come to a device only while no device above it has one (beside a
 * program that is there already others may come above). Generic ones above go, and come
 * back when it is there.
 */
static int try_beneath(struct daemon *d, struct port *port, const struct place *place, char *why,
		       size_t why_len)
{
	int r = try_place(d, port, place, FASTPATH_NATIVE, why, why_len);

	if (r != -ENOTEMPTY || d->making_way)
		return r;
	for (struct port *p = d->ports; p; p = p->next) {
		p->away = p != port && p->xdp_mode && p->place.how == PLACE_GENERIC;
		if (!p->away)
			continue;
		link_close(d, p);
		p->xdp_mode = NULL;
	}
	place_prune(d);
	r = try_place(d, port, place, FASTPATH_NATIVE, why, why_len);
	d->making_way = true;
	for (struct port *p = d->ports; p; p = p->next) {
		if (p->away)
			place_attach(d, p);
		p->away = false;
	}
	d->making_way = false;
	return r;
}

/* What would not get better by another mode. */
static bool is_final(const struct port *port, int r)
{
	return port->attach_again || r == -ENOSPC || r == -EPERM || r == -EPROTONOSUPPORT ||
	       r == -EPROTO || r == -ENODEV || (r == -EBUSY && port->best.on == port->info.ifindex);
}

static int try_native(struct daemon *d, struct port *port, char *why, size_t why_len)
{
	int r;

	if (port->best.how != PLACE_NATIVE) {
		place_why(&port->best, why, why_len);
		return -EOPNOTSUPP;
	}
	if (is_shared(d, port, port->best.on, "generic")) { /* where the driver could not, then */
		snprintf(why, why_len, "%s has a generic one", port->best.on_name);
		return -EOPNOTSUPP;
	}
	r = try_beneath(d, port, &port->best, why, why_len);
	if (r < 0)
		detach_unused(d, port->best.on);
	return r;
}

/* `why` natively it could not be had, if that was wished. */
static int try_generic(struct daemon *d, struct port *port, char *why, size_t why_len)
{
	struct place itself;
	char not_generic[WHY_MAX];
	int r;

	if (is_shared(d, port, port->info.ifindex, "native"))
		return -EBUSY;
	if (port->best.no_generic) {
		place_why_not_generic(&port->info, not_generic, sizeof(not_generic));
		snprintf(why + strlen(why), why_len - strlen(why), "%s%s", *why ? ", and " : "",
			 not_generic);
		return -EOPNOTSUPP;
	}
	place_itself(&port->info, &itself);
	r = try_place(d, port, &itself, FASTPATH_GENERIC, not_generic, sizeof(not_generic));
	if (r < 0 && !*why)
		snprintf(why, why_len, "%s", not_generic);
	if (r == 0 && *why)
		log_notice("%s: the fast path is generic, slower than a native one: %s",
			   port->info.name, why);
	return r;
}

/* Natively if that may be, else generically if that may be. */
static int try_places(struct daemon *d, struct port *port, char *why, size_t why_len)
{
	enum fast_path_mode mode = d->config->fast_path.mode;
	/* what is lost comes back as it was, or not yet */
	bool generic = mode == FAST_PATH_GENERIC ||
		       (port->lost && port->place.how == PLACE_GENERIC);
	int r;

	if (port->best.how == PLACE_NONE) {
		place_why(&port->best, why, why_len);
		return -EOPNOTSUPP;
	}
	r = generic ? try_generic(d, port, why, why_len) : try_native(d, port, why, why_len);
	if (r < 0 && !generic && mode == FAST_PATH_AUTO && !port->lost && !is_final(port, r))
		r = try_generic(d, port, why, why_len);
	return r;
}

/* What nobody here can know is whoever runs the network's to know. */
static void tell_may_hide(const struct port *port)
{
	char why[WHY_MAX];

	if (port->best.why != PLACE_MAY_HIDE || port->place.on != port->best.on)
		return;
	place_why(&port->best, why, sizeof(why));
	log_notice("%s: %s", port->info.name, why);
}

void place_attach(struct daemon *d, struct port *port)
{
	char why[WHY_MAX] = "";
	int r;

	if (!d->fp || port->xdp_mode)
		return;
	port->attach_again = false;
	r = try_places(d, port, why, sizeof(why));
	port->other_xdp = r == -EBUSY;
	if (r == 0 && port->lost)
		log_notice("%s: the fast path is back (%s)", port->info.name, port->xdp_mode);
	if (r == 0 && !port->lost)
		tell_may_hide(port);
	if (r == 0)
		port->lost = false;
	else if (port->lost) /* it has been told, and goes on */
		port->attach_again = true;
	else
		log_warning("%s: no fast path here, the daemon serves it alone: %s",
			    port->info.name, why);
}

/* From where it is to where it shall be; meanwhile its clients are the daemon's. */
static void move(struct daemon *d, struct port *port)
{
	uint32_t old = port->xdp_mode ? port->place.on : 0;
	char where[64];

	link_close(d, port);
	port->xdp_mode = NULL;
	place_attach(d, port);
	detach_unused(d, old);
	place_text(port, where, sizeof(where));
	log_notice("%s: the fast path has moved: %s", port->info.name, where);
}

/* Are the frames found as before but for the interfaces that they come in by? */
static bool is_attached_as(const struct port *port, const struct place *best)
{
	return port->xdp_mode && port->place.how == PLACE_NATIVE && best->how == PLACE_NATIVE &&
	       port->place.on == best->on &&
	       !memcmp(&port->place.tags, &best->tags, sizeof(best->tags));
}

void place_publish(struct daemon *d, struct port *port)
{
	int r = link_publish(d, port);

	if (r == 0)
		return;
	log_warning("%s: no fast path here: %s", port->info.name,
		    r == -ENOSPC ? "no record is free for its link" : "a barrier failed");
	link_close(d, port);
	port->attach_again = r != -ENOSPC;
	port->xdp_mode = NULL;
}

/* Whoever did that meant it, so it is not attached again. */
static void see_taken_away(struct daemon *d, struct port *port)
{
	if (!port->xdp_mode || fastpath_has(d->fp, port->place.on) != 0)
		return;
	log_warning("%s: somebody has taken the fast path's program away: the daemon serves it "
		    "alone until it is restarted",
		    port->info.name);
	link_close(d, port);
	port->xdp_mode = NULL;
}

void place_follow(struct daemon *d, struct port *port, const struct place *best, bool changed)
{
	bool moved = !place_same_but_closed(&port->best, best);
	bool differs = !place_same(&port->best, best);
	bool may_hide = best->why == PLACE_MAY_HIDE && port->best.why != PLACE_MAY_HIDE;

	if (!d->fp)
		return;
	see_taken_away(d, port);
	port->best = *best;
	if (differs && is_attached_as(port, best)) {
		/* members of a bond, or which of them is active; a VLAN that is up or down */
		port->place = *best;
		place_publish(d, port);
		if (may_hide)
			tell_may_hide(port);
	} else if (moved) {
		move(d, port);
	} else if (port->attach_again) {
		place_attach(d, port);
	} else if (changed && port->xdp_mode) {
		place_publish(d, port);
	}
}

bool place_give_again(struct daemon *d, struct port *port)
{
	int r = 0;

	for (const struct port *p = d->ports; p != port; p = p->next) {
		if (p->xdp_mode && p->place.on == port->place.on)
			return false; /* the same device */
	}
	if (port->xdp_mode)
		r = fastpath_give_again(d->fp, port->place.on);
	if (r == 0)
		return false;
	for (struct port *p = d->ports; p; p = p->next) {
		if (!p->xdp_mode || p->place.on != port->place.on)
			continue;
		log_warning("%s: its driver did not take the fast path's program again (%s): the "
			    "daemon serves it alone until it does",
			    p->info.name, strerror(-r));
		link_close(d, p);
		p->xdp_mode = NULL;
		p->lost = p->attach_again = true;
	}
	return true;
}

void place_leave(struct daemon *d, struct port *port)
{
	uint32_t on = port->xdp_mode || port->attach_again ? port->place.on : 0;

	link_close(d, port);
	port->xdp_mode = NULL;
	port->attach_again = false;
	port->place.n_ways = 0; /* its records are nobody's now */
	detach_unused(d, on);
}

int place_answered_by_others(const struct daemon *d, const struct port *port)
{
	const uint32_t at[] = {port->info.ifindex, port->best.on};
	int r = 0;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]) && r != 1; i++) {
		int one = at[i] && !is_attached(d, at[i]) ? fastpath_answers(at[i]) : 0;

		if (one)
			r = one;
	}
	return r;
}
