/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The wiring: the only room that knows commit -> publish -> transmit. Every
 * change of a lease, whoever asked for it (a packet, the sweep, an ending, a
 * start), goes through commit_rows() before its effect can be seen outside.
 * One thread does all of it but the barrier, which waits on a thread of its own.
 *
 * What survives a crash: the store, the pinned maps and links. Everything in
 * struct daemon is rebuilt from them (start.c, adopt.c).
 */
#ifndef XDHCP_DAEMON_H
#define XDHCP_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "config/config.h"
#include "control/control.h"
#include "daemon/drops.h"
#include "daemon/gather.h"
#include "daemon/histogram.h"
#include "daemon/machine.h"
#include "daemon/phases.h"
#include "daemon/queue.h"
#include "engine/engine.h"
#include "net/fastpath.h"
#include "net/links.h"
#include "net/packet.h"
#include "net/place.h"
#include "net/slots.h"
#include "proto/message.h"
#include "store/store.h"

#define DAEMON_ORDERLY_UNATTENDED 60 /* seconds XDP answers on after SIGTERM */
#define DAEMON_SWEEP_MAX	  60 /* seconds between two sweeps at most */

/* A socket that is read. */
struct inlet {
	struct port *port;
	struct packet_socket *socket;
	struct event *readable;
	uint32_t empty_at; /* second at which it was last seen empty */
};

/* One served interface. Its address stays the same while it lives: events point at it. */
struct port {
	struct daemon *daemon;
	struct port *next;
	struct link_info info;
	struct engine_link link;
	uint16_t link_id; /* in policy and slots */
	struct inlet inlets[PACKET_KINDS];
	struct probe_socket *arp; /* of conflict detection; NULL: none is needed, or failed */
	struct event *arp_readable;
	bool said_deaf;		       /* that it failed */
	struct packet_socket *replies; /* of foreign servers; NULL: none is looked for, or failed */
	uint64_t replies_dropped;      /* by that socket, as of the last look */
	uint64_t foreign_offers, foreign_acks, foreign_naks;
	const char *xdp_mode; /* "native", "generic"; NULL: not attached */
	struct place best;    /* where XDP would sit, as of the last scan */
	struct place place;   /* where it does, or was last tried to */
	bool attach_again;    /* a barrier failed, or it is lost: at the next rescan */
	bool lost;	      /* its driver did not take the program after a sleep */
	bool other_xdp;	      /* another XDP program is there */
	bool away;	      /* taken off for a while, see try_beneath() in places.c */
	uint32_t route;	      /* enum xdhcp_route, as routes_follow() has left it */
	bool route_told;      /* that it finds none there */
	bool seen;	      /* by the rescan under way */
	bool fresh;	      /* it came with the rescan under way */
};

/*
 * Messages and their fate, shown under Kea's names (statistics.c). Each that came in is in one of
 * not_ours, parse_failed, type_sent, dropped and reasons of silence, unless it waits still
 * (queue.c, deferred.c, conflict.c) or no answer is due (RELEASE, DECLINE).
 */
struct counters {
	uint64_t received; /* frames taken from the sockets, decoded or not */
	uint64_t parse_failed[DHCP_DECODE_COUNT], not_ours;
	uint64_t type_received[DHCP_INFORM + 1], type_sent[DHCP_INFORM + 1];
	uint64_t reasons[REASON_COUNT]; /* REASON_NONE too, which nobody asks for */
	uint64_t dropped[DROP_COUNT];	/* DROP_kernel_*: by sockets that are closed by now */
	uint64_t commit_failed;		/* commits */
	uint64_t commits, commit_rows, publish_full, template_full, template_refused;
	uint64_t reclaimed;
	uint64_t probes_sent, unprobed, conflicts; /* conflict.c; unprobed: though they should be */
	uint64_t foreign_offers, foreign_acks, foreign_naks, foreign_chosen; /* foreign.c */
	uint64_t replies_dropped; /* by the kernel, before it was seen whose they are */
	struct histogram commit_us, commit_batch; /* of commits: how long, and rows each */
};

/* The store does not commit (commit.c). */
struct outage {
	bool lasts;		  /* it has begun and is not over */
	bool failing;		  /* the last commit failed */
	bool told;		  /* the log has a line about this one */
	uint32_t since;		  /* second at which it began */
	uint32_t failed_at;	  /* second of the last commit that failed */
	uint32_t told_at;	  /* of the last line of the log, about whichever outage; 0: none */
	uint64_t messages_before; /* count.dropped[DROP_commit_failed] when it began */
	char why[512];
};

/* What the service manager was told last (service.c). */
struct service {
	struct event *watchdog;	    /* NULL: nobody watches */
	uint64_t by_xdp, by_daemon; /* ACKs then */
	uint32_t described;	    /* second; 0: not yet */
	bool outage;		    /* told of */
};

struct barrier_thread;
struct baseline;
struct quiesce;
struct deferred;
struct conflict;
struct foreign;
struct release;
struct usage;

struct daemon {
	const char *config_file;
	struct config *config;
	struct event_base *base;

	struct store *store;
	uint64_t newest_commit;
	uint32_t last_commit; /* second of the last one, or of a heartbeat */
	struct outage outage;
	struct machine machine;	   /* as of the start */
	size_t receive_buffer;	   /* bytes, of each socket */
	struct queue *queue;	   /* of messages, until they are in a batch */
	struct event *queue_timer; /* goes on with what one batch did not hold */
	struct gather gather;
	struct lease_table *leases;
	struct engine *engine;

	struct fastpath *fp; /* NULL: no fast path */
	int pin_lock;
	struct template_index *templates;
	size_t published; /* leases whose slot is open */
	struct barrier_thread *barrier;
	struct quiesce *quiesce; /* slots closed, or waiting to be re-opened (quiesce.c) */
	uint64_t
		quiesce_unnoted; /* the last epoch that a slot waits for without being among them */
	uint32_t *hits_logged;	 /* a slot's hits when a sweep looked at it last, by its number */
	uint8_t *templates_made; /* for a slot since the last sweep, by slot number (collect.c) */
	uint32_t *gates;	 /* their place in `policy`, by place in model.subnets; 0: none */
	bool full_warned, templates_warned;
	uint32_t reclaim_at;	     /* the /24 where the next search for free slots begins */
	uint32_t reclaim_not_before; /* second */

	struct port *ports;   /* list */
	uint32_t *host_addrs; /* of all interfaces, as of the last scan; no loopback ones */
	size_t n_host_addrs;
	bool remote;	 /* a subnet's clients are behind relays alone */
	bool making_way; /* a program comes to a device beneath others (places.c) */
	int port_guard, monitor;
	struct event *monitor_event, *second_timer, *rescan_timer;
	struct event *signals[3];

	uint32_t swept;	   /* second of the last sweep that was due */
	uint32_t sweep_at; /* address the running sweep goes on from */
	bool sweeping;
	uint32_t *look_at;	 /* second from which a slot is to be looked at, by its number */
	bool sweep_failed;	 /* a commit of this sweep's */
	bool sweep_restores;	 /* the credit that an orderly stop gave back; until a sweep did */
	uint64_t template_epoch; /* barrier that the templates in limbo wait for; 0: none */
	uint32_t collect_not_before; /* second */
	uint32_t collect_at;	     /* address the running collection of templates goes on from */
	bool collecting, collect_wanted;

	struct deferred *deferred; /* messages that wait for an ending (deferred.c) */
	uint64_t deferred_newest;  /* number of the last one queued */
	uint64_t deferred_due;	   /* up to this number their ending is done */
	bool deferred_running;	   /* an event will go on with them */

	struct conflict *conflict; /* OFFERs whose address is probed (conflict.c) */
	bool probed_running;	   /* an event will go on with those that are */
	struct foreign *foreign;   /* servers (foreign.c) */
	struct release *releases;  /* commands that wait for an ending (release.c) */

	struct usage *usage; /* by subnet */
	uint32_t usage_at;   /* second it was last looked at */
	bool usage_soon;     /* a client has found no free address since */
	struct control *control;
	struct start start;
	struct service service;
	struct counters count;
	struct baseline *baselines;  /* of statistics that were reset */
	uint64_t send_failed_logged; /* of count.dropped, at the last line of the log about it */
	uint32_t send_failed_at;     /* its second */
	uint32_t started, reloaded;
	int64_t slept; /* slept_milliseconds() as last seen */
	bool serving;  /* the start succeeded */
};

/* clock.c */
uint32_t boot_seconds(void);		  /* CLOCK_BOOTTIME, rounded down */
int64_t slept_milliseconds(void);	  /* the machine, since it was started; differences count */
int64_t monotonic_microseconds(void);	  /* differences count */
void wait_microseconds(int64_t us);	  /* or less, if a signal comes */
uint64_t wall_seconds(void);		  /* CLOCK_REALTIME; for display only */
uint64_t boot_to_wall(uint32_t boottime); /* 0: never (FOREVER) */
/* Is our CLOCK_BOOTTIME the kernel's? `proc` is /proc/self. If not, or that cannot be seen: a
 * negative errno, and why. */
int clock_is_kernels(const char *proc, char *why, size_t why_len);
int boot_id(uint8_t ret_id[16]);

/* reload.c */
char *config_error_text(const struct config_errors *errors); /* malloc'ed, one error a line */

/* start.c: everything up to "started", and the orderly way down. 0 or negative errno (said on the
 * log). */
int daemon_start(struct daemon *d);
void daemon_stop(struct daemon *d);
int engine_apply(struct daemon *d, const struct config *config);
int daemon_main(int argc, char **argv); /* arguments.c */

/* fastpath_start.c */
int daemon_open_fastpath(struct daemon *d, enum fastpath_found *ret_found);

/* adopt.c: two truths meet. 0 or negative errno. */
int adopt(struct daemon *d, enum fastpath_found found);

/* commit.c */
struct commit_row {
	struct lease_row row;
	uint64_t expected_generation;
	bool refused; /* out */
};
#define COMMIT_MAX 1024
/*
 * Syncs up to COMMIT_MAX rows in one transaction and raises meta.newest_commit.
 * 0, or negative errno: nothing is stored. -EAGAIN: it has just failed and was not asked.
 */
int commit_rows(struct daemon *d, struct commit_row *rows, size_t n);
/* Once a second: an idle store still says how far this boot's clock has come, so that a reboot
 * holds no address for time that had passed; and one that fails is tried again. */
void commit_tick(struct daemon *d);
/* Has the store failed so lately that it is not asked? Then nothing need be prepared for it. */
bool commit_rests(const struct daemon *d);
/* The next commit does ask the store, however lately it has failed. */
void commit_try_now(struct daemon *d);

/* receive.c: from the sockets to a batch. */
int receive_start(struct daemon *d); /* 0 or -ENOMEM */
void receive_stop(struct daemon *d);
int receive_open(struct port *port); /* its sockets. 0 or negative errno */
void receive_close(struct port *port);
void receive_readable(evutil_socket_t fd, short what, void *inlet);
void receive_note_empty(struct port *port); /* once a second */

/* batch.c */
#define BATCH_MAX (4 * PACKET_BATCH) /* then timers and control get their turn. One commit */
/* Decides, commits and answers up to BATCH_MAX messages. */
void batch_run(struct daemon *d, struct queued *const *of, size_t n);
/* An ending is done: decides again what had to wait for it, a batch an event. */
void batch_deferred(struct daemon *d);
void batch_forget(struct daemon *d);
/* Probes are over: decides again what waited for them, a batch an event. */
void batch_probed(struct daemon *d);
/* Decodes a frame and tells whether it is a client's message to us; counts what it is. `msg` is as
 * dhcp_decode_anew() wants it. */
bool batch_admit(struct daemon *d, struct port *port, const struct packet *packet,
		 uint32_t received_after, struct dhcp_msg *msg);

/*
 * publish.c: from a committed ACK to an open slot. Before the commit, as soon as the change is
 * decided, publish_prepare(): closes the slot if other forms than this ACK's are answered
 * differently from now on.
 */
void publish_prepare(struct daemon *d, const struct change *change);
void publish_ack(struct daemon *d, const struct dhcp_msg *msg, const struct decision *decision);
/* Says that the slot of a lease is open for its generation, or is not, and counts. */
void set_published(struct daemon *d, struct lease *lease, bool published);
/* Closes the slot of a lease if it is open. Returns the barrier epoch to wait for; 0: none needed.
 */
uint64_t unpublish(struct daemon *d, struct lease *lease);
/* The answers that slot holds or waits to hold are not true any more: closes it, cancels its
 * re-opening. */
void withdraw(struct daemon *d, struct lease *lease);
/* Only what relays bring is not to be answered from it any more. */
void withdraw_relayed(struct daemon *d, const struct lease *lease);

/* predict.c: what a relayed client will send next, and how that will be answered. */
struct prediction {
	struct dhcp_msg msg;
	struct decision decision;
	uint8_t options[PACKET_FRAME];
};
/* The renewal of the address that `relayed` was ACKed, past the relay. false: it was not relayed.
 */
bool predict_renewal(const struct dhcp_msg *relayed, uint32_t addr, struct prediction *ret);
/* Decides it, with the leases as they are and stay. false: it is no ACK that may be memoised. */
bool predict_answer(struct daemon *d, struct prediction *p);

/* quiesce.c: work that waits for running programs to leave. */
int quiesce_start(struct daemon *d);
void quiesce_stop(struct daemon *d);
uint64_t
quiesce_request(struct daemon *d); /* the epoch that a barrier begun from now on completes */
bool quiesce_passed(const struct daemon *d, uint64_t epoch);
/* How a slot is to be. */
struct reopen {
	struct slot_identity identity;
	struct slot_tail tail;
	uint32_t ack_until;
	__u64 forms[XDHCP_FORMS]; /* of an ACK: its own, and that of the renewal that it predicts */
};
/*
 * Remembers that the slot of `addr` was closed at `epoch` and is not to be re-written before;
 * with `reopen` (NULL: not) opens it then. What waits already for the same client with the same
 * tail keeps its forms.
 */
int quiesce_slot(struct daemon *d, uint32_t addr, uint64_t epoch, const struct reopen *reopen);
struct reopen *quiesce_reopen(struct daemon *d, uint32_t addr); /* NULL: none waits */
bool quiesce_waits(const struct daemon *d, uint32_t addr);
/* An ending waits for `epoch` (0: at once), then ending_finish() runs. */
int quiesce_ending(struct daemon *d, uint32_t addr, uint64_t epoch, uint32_t received_after);
/* An ending whose commit failed: again at the next tick (once a second). */
int quiesce_retry(struct daemon *d, uint32_t addr, uint32_t received_after);
void quiesce_tick(struct daemon *d);
/* Templates that slots waiting to be opened name, for the collection. */
void quiesce_mark_templates(struct daemon *d);

/* ending.c */
void ending_begin(struct daemon *d, struct lease *lease, enum lease_end end,
		  uint32_t received_after);
struct ended {
	uint32_t addr, received_after;
};
void ending_finish(struct daemon *d, const struct ended *ended, size_t n);
void ending_expire(struct daemon *d); /* once a second */

/* release.c: a lease is ended by command. */
void release_lease(struct daemon *d, uint32_t addr,
		   void (*done)(void *ctx, enum control_deleted outcome), void *ctx);
void release_ended(struct daemon *d, const struct lease_row *row); /* its end is committed */
void release_forget(struct daemon *d);

/* go_on.c: `fn` goes on with its work, after whoever else has come. -ENOMEM: it does not. */
int daemon_go_on(struct daemon *d, event_callback_fn fn);

/* sweep.c */
/* Room for the slots there are, at a start or when they are others. 0 or -ENOMEM. */
int sweep_start(struct daemon *d);
void sweep_tick(struct daemon *d);  /* once a second */
void sweep_begin(struct daemon *d); /* goes on by itself, a chunk of slots an event */
/* Its slot has been opened: the next sweep looks at it. */
void sweep_look_soon(struct daemon *d, const struct lease *lease);
/* At an orderly stop: harvests every slot and gives back the credit nobody will use. */
void sweep_give_back(struct daemon *d, uint32_t answer_until);
uint32_t sweep_period(const struct daemon *d); /* seconds */

/* capacity.c: a slot for `addr`, if need be from a /24 that has no leases any more. NULL: none. */
struct slot *capacity_slot(struct daemon *d, uint32_t addr, uint32_t *ret_index);

/* collect.c: templates that no slot names any more are free again. */
/* Room for the slots there are, at a start or when they are others. 0 or -ENOMEM. */
int collect_start(struct daemon *d);
/* The template of an ACK for slot `index`: its number, or -ENOSPC, counted and, once, logged. */
int64_t collect_template(struct daemon *d, const struct template *t, uint32_t index);
void collect_sweep(struct daemon *d); /* at each sweep */
/* Once a second, and when a barrier has completed. */
void collect_tick(struct daemon *d);
void collect_release(struct daemon *d);

/* ports.c */
int ports_open(struct daemon *d); /* or bring them up to date after a change */
/* The same while serving: what failed is tried again after a while. */
void ports_rescan(struct daemon *d);
void ports_give_again(struct daemon *d); /* after a sleep: XDP's program to their drivers */
void ports_close(struct daemon *d);
struct port *port_by_ifindex(struct daemon *d, uint32_t ifindex);
size_t ports_count(const struct daemon *d);
/* An address of this machine's, on whichever interface. */
bool port_address_is_ours(const struct daemon *d, uint32_t addr);

/* places.c: XDP's attachment of a served interface. */
/* The best place of links[i], after RX VLAN offload is turned off where that is wished. */
void place_port(struct daemon *d, struct link_info *links, int n, int i, struct place *ret_place);
/* Attaches where port->best says, unless it is attached; else says why not. */
void place_attach(struct daemon *d, struct port *port);
/* After a scan: to a new place, or again where it failed. `changed`: the addresses are others. */
void place_follow(struct daemon *d, struct port *port, const struct place *best, bool changed);
void place_publish(struct daemon *d, struct port *port); /* its records, where it is attached */
/* Takes the program off all devices but the ports'. */
void place_prune(struct daemon *d);
/* After a sleep. true: it is lost, and to be tried again. */
bool place_give_again(struct daemon *d, struct port *port);
/* The port goes: its records are closed, and the program with it if nothing else is served by it.
 */
void place_leave(struct daemon *d, struct port *port);
/* "native", "native on eth0, tag 10", "generic", "none" */
void place_text(const struct port *port, char *buf, size_t len);
/* Does an xdhcp program that uses other maps answer for this port's clients? -EPERM: unknown. */
int place_answered_by_others(const struct daemon *d, const struct port *port);

/* link_records.c: the link records of `policy`. */
uint16_t link_id(struct daemon *d, const char *name); /* stable, by name */
/* -ENOSPC: no record is free. Other errors: a barrier failed, the link is closed; try again. */
int link_publish(struct daemon *d, const struct port *port);
void link_close(struct daemon *d, const struct port *port);
void link_close_unserved(struct daemon *d);

/* route.c: the way back of what was relayed or routed is as configured; says where it finds none.
 */
void routes_follow(struct daemon *d); /* after each scan */

/* limits.c: what the policers allow, in `policy`; as it is configured, at once. */
void limits_apply(struct daemon *d);
void limits_of_link(const struct config *config, struct budget ret_budgets[XDHCP_BUDGETS]);

/* gates.c: the subnets' gates in `policy`. */
/*
 * Before `model` is in force: closes the gates of subnets that it changes, ends or deactivates,
 * and their slots, and those of clients whom it refuses, and waits until running programs have
 * left. Negative errno: that is not sure; they stay closed, and no gate may be opened.
 */
int gates_close(struct daemon *d, const struct model *model);
/* When it is in force: opens the gates of its subnets, but for those that are deactivated. */
int gates_open(struct daemon *d);
/* The gates that answers are filed under are not known (any more): nothing is published. */
void gates_forget(struct daemon *d);
uint32_t gate_of(const struct daemon *d, uint32_t subnet_id); /* policy index; 0: none */

/* usage.c: called once a second, looks once a minute, says that pools run out. */
void usage_watch(struct daemon *d);
void usage_look_soon(struct daemon *d); /* a client found no free address */
void usage_forget(struct daemon *d);

/* reload.c: 0, or negative with *ret_text (malloc'ed) and nothing changed. */
int reload(struct daemon *d, char **ret_text);

/* inspect.c: what control asks for. */
extern const struct control_ops daemon_control_ops;

/* log.c: one line an event on stderr; level is syslog's. */
void log_set_level(int level);
bool log_takes(int level);
void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_transaction(const struct port *port, const struct dhcp_msg *msg,
		     const struct decision *decision);
void log_tick(void); /* once a second: says how many transactions have no line (log_limit.h) */
uint64_t log_lines_left_out(void); /* since the start */
/* What the level leaves out costs nothing: its arguments are not evaluated. */
#define log_at(level, ...)                            \
	do {                                          \
		if (log_takes(level))                 \
			log_line(level, __VA_ARGS__); \
	} while (0)
#define log_error(...)	 log_at(3, __VA_ARGS__)
#define log_warning(...) log_at(4, __VA_ARGS__)
#define log_notice(...)	 log_at(5, __VA_ARGS__)
#define log_info(...)	 log_at(6, __VA_ARGS__)
#define log_debug(...)	 log_at(7, __VA_ARGS__)

/* notify.c: sd_notify's protocol; nothing where NOTIFY_SOCKET names nobody. */
void notify_service(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool notify_wanted(void);
/* Microseconds from one WATCHDOG=1 to the next, of this process; 0: nobody watches. */
int64_t notify_watchdog(void);

/* service.c: what the service manager is told after the start. 0 or -ENOMEM. */
int service_start(struct daemon *d);
void service_ready(struct daemon *d); /* it serves: after the start, and after each reload */
void service_tick(struct daemon *d);  /* once a second */
void service_reloading(void);
void service_stopping(struct daemon *d);

#endif
