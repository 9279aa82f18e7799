// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Up and down. Order at start: locks, store, maps, adoption; only then sockets
 * and programs, so that nothing is answered from a state that is not settled. At an
 * orderly stop XDP goes on for DAEMON_ORDERLY_UNATTENDED seconds, time for a restart.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/baseline.h"
#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/foreign.h"

#define SLEEP_MIN  500 /* milliseconds; the two clocks are not read at one moment */
#define LIVING_MIN 5   /* seconds: pushes come once a second, and the loop may be late */

static void push_answer_until(struct daemon *d, uint32_t until)
{
	struct policy *p = fastpath_policy(d->fp) + XDHCP_POLICY_GATES;

	__atomic_store_n(&p->answer_until, until, __ATOMIC_RELEASE);
}

/* The second `after` from now; one that 32 bits do not hold is never. */
static uint32_t second_after(uint32_t after)
{
	uint32_t now = boot_seconds();

	return after >= XDHCP_FOREVER - now ? XDHCP_FOREVER : now + after;
}

/* Pushed once a second, so whoever wants no unattended answers gets none after LIVING_MIN. */
static void living(struct daemon *d)
{
	uint32_t unattended = d->config->fast_path.unattended;

	if (d->fp)
		push_answer_until(d,
				  second_after(unattended < LIVING_MIN ? LIVING_MIN : unattended));
}

static void note_empty(struct daemon *d)
{
	for (struct port *port = d->ports; port; port = port->next)
		receive_note_empty(port);
}

/*
 * The machine was suspended: what ran out meanwhile is ended as at any other second, and XDP, which
 * reads the same clock, has granted nothing of it. But it may be gone from where it was.
 */
static void watch_sleep(struct daemon *d)
{
	int64_t slept = slept_milliseconds(), ms = slept - d->slept;

	d->slept = slept;
	if (ms < SLEEP_MIN)
		return;
	log_notice("this machine was suspended for %" PRId64 " s", (ms + 500) / 1000);
	ports_give_again(d);
}

static void every_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	watch_sleep(d);
	living(d);
	note_empty(d);
	quiesce_tick(d);
	collect_tick(d);
	ending_expire(d);
	commit_tick(d);
	sweep_tick(d);
	usage_watch(d);
	service_tick(d);
	if (d->fp)
		fastpath_capture_tidy(d->fp, boot_seconds());
	foreign_tick(d);
	log_tick();
}

static void look_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ports_rescan(arg);
}

static void links_changed(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	if (links_monitor_read(fd))
		ports_rescan(arg);
}

static void on_stop(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	log_notice("signal %d: stopping", (int)signal);
	event_base_loopbreak(d->base);
}

static void on_hangup(evutil_socket_t signal, short what, void *arg)
{
	char *text = NULL;

	(void)signal;
	(void)what;
	if (reload(arg, &text) < 0)
		log_error("configuration not reloaded, nothing changed: %s", text ? text : "?");
	free(text);
}

static int repeat(struct daemon *d, struct event **ret_event, uint32_t seconds,
		  event_callback_fn fn)
{
	struct timeval period = {.tv_sec = seconds};

	*ret_event = event_new(d->base, -1, EV_PERSIST, fn, d);
	return *ret_event && !event_add(*ret_event, &period) ? 0 : -ENOMEM;
}

static int timers_start(struct daemon *d)
{
	d->swept = boot_seconds();
	return repeat(d, &d->second_timer, 1, every_second);
}

static int signals_start(struct daemon *d)
{
	d->signals[0] = evsignal_new(d->base, SIGTERM, on_stop, d);
	d->signals[1] = evsignal_new(d->base, SIGINT, on_stop, d);
	d->signals[2] = evsignal_new(d->base, SIGHUP, on_hangup, d);
	for (unsigned i = 0; i < 3; i++) {
		if (!d->signals[i] || event_add(d->signals[i], NULL))
			return -ENOMEM;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of the file's size is a full disk, no reason to die */
	return 0;
}

/* Rows and slots would carry times of another clock than the one XDP goes by. */
static int check_clock(void)
{
	char why[128];
	int r = clock_is_kernels("/proc/self", why, sizeof(why));

	if (r < 0)
		log_error("XDP goes by the kernel's boottime clock, and %s: run xdhcpd outside of "
			  "it, or in a time namespace without a boottime offset",
			  why);
	return r;
}

static int open_store(struct daemon *d)
{
	struct store_options options = {.name = d->config->lease_database, .now = boot_seconds()};
	char why[512] = "";
	struct store_info info;
	int holder = 0, r = boot_id(options.boot_id);

	start_phase(d, START_STORE, 0);
	if (r < 0) {
		log_error("cannot read the boot id: %s", strerror(-r));
		return r;
	}
	r = store_open(&options, &d->store, &holder, why, sizeof(why));
	if (r == -EBUSY && holder > 0)
		log_error("%s is held by process %d: another xdhcpd runs on this store",
			  options.name, holder);
	else if (r < 0)
		log_error("store %s: %s", options.name, why);
	if (r < 0)
		return r;
	store_info(d->store, &info);
	start_phase_done(d, info.rows);
	return 0;
}

static int open_leases(struct daemon *d)
{
	enum fastpath_found found = FASTPATH_FRESH;
	int r;

	d->leases = lease_table_new();
	if (!d->leases)
		return -ENOMEM;
	start_phase(d, START_MAPS, 0);
	r = daemon_open_fastpath(d, &found);
	if (r == 0) {
		start_phase_done(d, d->fp ? fastpath_capacity(d->fp) : 0);
		r = adopt(d, found);
	}
	if (r == 0 && d->fp && d->config->fast_path.mode == FAST_PATH_OFF) {
		fastpath_close(d->fp);
		d->fp = NULL;
	}
	return r;
}

static void filed(void *d, size_t n)
{
	start_progress(d, n);
}

int engine_apply(struct daemon *d, const struct config *config)
{
	struct engine_config c = {.model = &config->model,
				  .horizon = d->fp ? config->fast_path.horizon : 0,
				  .filed = d->serving ? NULL : filed,
				  .arg = d};

	return engine_configure(d->engine, &c);
}

/* From loaded leases to ones that are known by client and pool, as the configuration has them. */
static int check_leases(struct daemon *d)
{
	int r = 0;

	start_phase(d, START_CHECK, lease_count(d->leases));
	if (!(d->engine = engine_new(d->leases)))
		r = -ENOMEM;
	if (r == 0 && d->fp)
		r = quiesce_start(d);
	if (r == 0)
		r = gates_close(d, &d->config->model);
	if (r == 0)
		r = engine_apply(d, d->config);
	if (r == 0)
		r = gates_open(d);
	if (r == 0)
		start_phase_done(d, lease_count(d->leases));
	return r;
}

static int open_network(struct daemon *d)
{
	struct policy *policy = d->fp ? fastpath_policy(d->fp) : NULL;

	d->port_guard = packet_port_guard();
	if (d->port_guard < 0) {
		log_error("UDP port 67: %s%s", strerror(-d->port_guard),
			  d->port_guard == -EADDRINUSE ? ": another DHCP server runs here" : "");
		return d->port_guard;
	}
	d->monitor = links_monitor_open();
	if (d->monitor < 0)
		return d->monitor;
	d->monitor_event = event_new(d->base, d->monitor, EV_READ | EV_PERSIST, links_changed, d);
	d->rescan_timer = event_new(d->base, -1, 0, look_again, d);
	if (!d->monitor_event || event_add(d->monitor_event, NULL) || !d->rescan_timer)
		return -ENOMEM;
	limits_apply(d);
	if (policy) {
		__atomic_store_n(&policy[XDHCP_POLICY_GATES].daemon_closed, 0, __ATOMIC_RELEASE);
		if (policy[XDHCP_POLICY_GATES].closed)
			log_warning("the operator's gate is closed (xdhcpctl fast-path off): the "
				    "daemon answers alone");
	}
	return ports_open(d);
}

static int open_control(struct daemon *d)
{
	char why[256] = "";
	int r;

	if (!d->config->control_socket || !d->config->control_socket[0])
		return 0;
	r = control_open(d->base, d->config->control_socket, &daemon_control_ops, d, &d->control,
			 why, sizeof(why));
	if (r < 0)
		log_error("control socket %s: %s", d->config->control_socket, why);
	return r;
}

static int open_all(struct daemon *d)
{
	int r;

	start_phase(d, START_SERVE, 0);
	r = receive_start(d);
	if (r == 0)
		r = conflict_start(d);
	if (r == 0)
		r = foreign_start(d);
	if (r == 0)
		r = open_network(d);
	if (r == 0)
		r = timers_start(d);
	if (r == 0)
		r = open_control(d);
	if (r == 0)
		r = service_start(d);
	if (r < 0)
		return r;
	start_phase_done(d, ports_count(d));
	return 0;
}

static void look_at_machine(struct daemon *d)
{
	char text[128];

	machine_look("", &d->machine);
	machine_text(&d->machine, text, sizeof(text));
	log_notice("%s", text);
}

int daemon_start(struct daemon *d)
{
	int r;

	start_began(d);
	d->started = d->reloaded = boot_seconds();
	d->slept = slept_milliseconds();
	d->port_guard = d->monitor = d->pin_lock = -1;
	d->base = event_base_new();
	if (!d->base)
		return -ENOMEM;
	look_at_machine(d);
	r = check_clock();
	if (r == 0)
		r = signals_start(d);
	if (r == 0)
		r = open_store(d);
	if (r == 0)
		r = open_leases(d);
	if (r == 0)
		r = check_leases(d);
	if (r == 0)
		r = open_all(d);
	if (r < 0)
		return r;
	living(d);
	d->serving = true;
	start_ended(d);
	log_notice("server version " XDHCP_VERSION " started");
	service_ready(d);
	if (d->sweep_restores)
		sweep_begin(d);
	return 0;
}

/*
 * Nothing new is decided from here on; XDP goes on for a while on what is committed. What is given
 * back is reckoned from what it may still grant, so whoever has read the later second has left.
 */
static void hand_over(struct daemon *d)
{
	uint32_t unattended = d->config->fast_path.unattended;
	uint32_t until = second_after(
		unattended < DAEMON_ORDERLY_UNATTENDED ? unattended : DAEMON_ORDERLY_UNATTENDED);
	int r;

	push_answer_until(d, until);
	r = fastpath_barrier(d->fp);
	if (r < 0)
		log_warning("XDP was not waited for (%s): no credit is given back", strerror(-r));
	else
		sweep_give_back(d, until);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void daemon_stop(struct daemon *d)
{
	service_stopping(d);
	control_close(d->control);
	ports_close(d);
	commit_try_now(d);
	if (d->barrier)
		quiesce_stop(d);
	/* One that never served leaves the policy as the last one that did has set it. */
	if (d->serving && d->fp)
		hand_over(d);
	free_event(d->second_timer);
	free_event(d->monitor_event);
	free_event(d->rescan_timer);
	for (unsigned i = 0; i < 3; i++)
		free_event(d->signals[i]);
	receive_stop(d);
	conflict_stop(d);
	foreign_stop(d);
	release_forget(d);
	batch_forget(d);
	usage_forget(d);
	baseline_forget(&d->baselines);
	template_index_free(d->templates);
	if (d->fp)
		fastpath_close(d->fp);
	engine_free(d->engine);
	lease_table_free(d->leases);
	store_close(d->store);
	if (d->monitor >= 0)
		close(d->monitor);
	if (d->port_guard >= 0)
		close(d->port_guard);
	if (d->pin_lock >= 0)
		close(d->pin_lock);
	if (d->base)
		event_base_free(d->base);
	free(d->hits_logged);
	free(d->look_at);
	free(d->templates_made);
	gates_forget(d);
}
