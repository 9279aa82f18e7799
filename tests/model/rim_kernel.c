// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the daemon asks of libevent, libc and the kernel, but for maps and disk: an event loop
 * whose next event is a choice, timers on the world's time, one interface with one socket, the
 * clock, the log. A process that is gone leaves nothing here.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "daemon/barrier.h"
#include "daemon/daemon.h"
#include "heap.h"
#include "inside.h"
#include "oracle.h"

enum {
	FD_SOCKET = 100000,
	FD_GUARD,
	FD_MONITOR,
	FD_DEAF
}; /* no file descriptors of this process's */

#define READY_MAX     32
#define BARRIER_RETRY 100 /* ms, as user/daemon/barrier.c */

/* --- events --- */

struct event {
	struct event *next;
	struct event_base *base;
	int fd; /* of signals the number; -1: a timer */
	short what;
	event_callback_fn fn;
	void *arg;
	uint64_t period, due; /* ms; due 0: not set */
	bool added, active, once;
};

struct event_base {
	struct event *events; /* in the order in which they were made */
	bool stopped;
};

static uint64_t signals; /* pending, by number */
static uint32_t command; /* pending: to end the lease of this address; 0: none */

struct event_base *event_base_new(void)
{
	return calloc(1, sizeof(struct event_base));
}

void event_base_free(struct event_base *base)
{
	while (base->events)
		event_free(base->events);
	free(base);
}

int event_base_loopbreak(struct event_base *base)
{
	base->stopped = true;
	return 0;
}

struct event *event_new(struct event_base *base, evutil_socket_t fd, short what,
			event_callback_fn fn, void *arg)
{
	struct event *e = calloc(1, sizeof(*e)), **end = &base->events;

	*e = (struct event){.base = base, .fd = fd, .what = what, .fn = fn, .arg = arg};
	while (*end)
		end = &(*end)->next;
	*end = e;
	return e;
}

void event_free(struct event *e)
{
	struct event **at = &e->base->events;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	free(e);
}

int event_add(struct event *e, const struct timeval *after)
{
	e->added = true;
	if (after) {
		e->period = (uint64_t)after->tv_sec * 1000 + (uint64_t)after->tv_usec / 1000;
		e->due = world.now + e->period;
	}
	return 0;
}

int event_base_once(struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn,
		    void *arg, const struct timeval *after)
{
	struct event *e = event_new(base, fd, what, fn, arg);

	e->once = true;
	return event_add(e, after);
}

static bool socket_readable(void);
static bool interface_gone, interface_changed;

static bool event_ready(const struct event *e)
{
	if (!e->added)
		return false;
	if (e->what & EV_SIGNAL)
		return signals >> e->fd & 1;
	if (e->due && e->due <= world.now)
		return true;
	if (e->fd == FD_MONITOR)
		return interface_changed;
	return e->active || (e->fd == FD_SOCKET && socket_readable());
}

static bool any_ready(void *arg)
{
	const struct event_base *base = arg;

	for (const struct event *e = base->events; e; e = e->next) {
		if (event_ready(e))
			return true;
	}
	return base->stopped || command;
}

static void happen(struct event *e)
{
	event_callback_fn fn = e->fn;
	void *arg = e->arg;
	int fd = e->fd;
	short what = e->what;

	if (what & EV_SIGNAL)
		signals &= ~(1ull << fd);
	e->active = false;
	if (e->due && (what & EV_PERSIST))
		e->due = e->due + e->period > world.now ? e->due + e->period
							: world.now + e->period;
	else if (e->due)
		e->added = false;
	if (e->once)
		event_free(e);
	fn(fd, what, arg);
}

static void command_done(void *ctx, enum control_deleted outcome)
{
	(void)ctx;
	if (outcome == CONTROL_DELETED || outcome == CONTROL_DELETED_HELD)
		world.commands++;
}

/* As it comes, nothing that was promised of a bound address before counts any more. */
static void run_command(void)
{
	const struct lease *lease = lease_at(world.daemon->leases, command);
	uint32_t addr = command;

	command = 0;
	if (lease && (lease->state == LEASE_BOUND || lease->state == LEASE_DECLINED))
		oracle_commanded(addr, lease->state == LEASE_DECLINED);
	release_lease(world.daemon, addr, command_done, NULL);
}

int event_base_dispatch(struct event_base *base)
{
	for (;;) {
		struct event *ready[READY_MAX];
		unsigned n = 0, i;

		world_wait("the next event", any_ready, base);
		if (base->stopped)
			return 0;
		for (struct event *e = base->events; e && n < READY_MAX; e = e->next) {
			if (event_ready(e))
				ready[n++] = e;
		}
		i = world_choose(n + (command != 0), "the next event");
		if (i == n)
			run_command();
		else
			happen(ready[i]);
	}
}

/* --- the thread that waits for barriers, in place of user/daemon/barrier.c --- */

struct barrier_thread {
	struct fastpath *fp;
	uint64_t wanted, done, not_before;
	struct event *completed;
	void (*fn)(void *arg);
	void *arg;
};

static bool is_asked(void *arg)
{
	const struct barrier_thread *b = arg;

	return b->wanted > b->done && world.now >= b->not_before;
}

static void barrier_main(void *arg)
{
	struct barrier_thread *b = arg;

	for (;;) {
		uint64_t epoch;

		world_wait("a barrier to be asked for", is_asked, b);
		epoch = b->wanted;
		if (fastpath_barrier(b->fp) < 0) {
			b->not_before = world.now + BARRIER_RETRY;
			continue;
		}
		b->done = epoch;
		b->completed->active = true;
	}
}

static void barrier_completed(evutil_socket_t fd, short what, void *arg)
{
	struct barrier_thread *b = arg;

	(void)fd;
	(void)what;
	b->fn(b->arg);
}

int barrier_start(struct fastpath *fp, struct event_base *base, void (*completed)(void *arg),
		  void *arg, struct barrier_thread **ret_barrier)
{
	struct barrier_thread *b = calloc(1, sizeof(*b));

	*b = (struct barrier_thread){.fp = fp, .fn = completed, .arg = arg};
	b->completed = event_new(base, -1, EV_READ | EV_PERSIST, barrier_completed, b);
	event_add(b->completed, NULL);
	world_process_thread(barrier_main, b);
	*ret_barrier = b;
	return 0;
}

uint64_t barrier_request(struct barrier_thread *b)
{
	return ++b->wanted;
}

uint64_t barrier_done(struct barrier_thread *b)
{
	return b->done;
}

static void nothing(void *arg)
{
	(void)arg;
}

int barrier_stop(struct barrier_thread *b)
{
	int r;

	world_process_thread(nothing, NULL);
	r = fastpath_barrier(b->fp);
	if (r == 0)
		b->done = b->wanted;
	return r;
}

void barrier_free(struct barrier_thread *b)
{
	event_free(b->completed);
	free(b);
}

/* --- the socket --- */

struct packet_socket {
	uint32_t ifindex;
	bool deaf;
};

static struct {
	bool open;
	unsigned first, n;
	struct {
		uint8_t data[WORLD_FRAME];
		size_t len;
	} frames[WORLD_SOCKET];
} buffer;

static bool socket_readable(void)
{
	return buffer.n > 0;
}

void kernel_receive(const uint8_t *frame, size_t len)
{
	unsigned place = (buffer.first + buffer.n) % WORLD_SOCKET;

	if (!buffer.open || buffer.n == WORLD_SOCKET)
		return;
	memcpy(buffer.frames[place].data, frame, len);
	buffer.frames[place].len = len;
	buffer.n++;
}

/* All that comes is for one of the two sockets. */
int packet_open(uint32_t ifindex, enum packet_kind kind, size_t size,
		struct packet_socket **ret_socket)
{
	(void)size;
	*ret_socket = calloc(1, sizeof(**ret_socket));
	(*ret_socket)->ifindex = ifindex;
	(*ret_socket)->deaf = kind != PACKET_COMPLETES;
	buffer.open = true;
	buffer.n = 0;
	return 0;
}

void packet_close(struct packet_socket *socket)
{
	buffer.open = false;
	buffer.n = 0;
	free(socket);
}

int packet_fd(const struct packet_socket *socket)
{
	return socket->deaf ? FD_DEAF : FD_SOCKET;
}

bool packet_is_bound(const struct packet_socket *socket, uint32_t ifindex)
{
	return socket->ifindex == ifindex;
}

int packet_receive(struct packet_socket *socket, struct packet *packets, size_t n)
{
	size_t got = 0;

	if (socket->deaf)
		return 0;
	world_step("daemon: receive");
	for (; got < n && buffer.n; got++) {
		struct packet *p = &packets[got];

		p->len = buffer.frames[buffer.first].len;
		memcpy(p->data, buffer.frames[buffer.first].data, p->len);
		p->vlan[0] = p->vlan[1] = 0;
		p->csum_not_ready = false;
		oracle_handled(p->data, p->len);
		buffer.first = (buffer.first + 1) % WORLD_SOCKET;
		buffer.n--;
	}
	return (int)got;
}

void packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n)
{
	(void)socket;
	for (size_t i = 0; i < n; i++) {
		world_step("daemon: transmit");
		oracle_sent(frames[i].data, frames[i].len, false);
		client_hears(frames[i].data, frames[i].len);
		frames[i].result = 0;
	}
}

uint64_t packet_kernel_drops(struct packet_socket *socket)
{
	(void)socket;
	return 0;
}

int packet_port_guard(void)
{
	return FD_GUARD;
}

int packet_send_routed(int guard, uint32_t source, uint32_t addr, uint16_t port,
		       const uint8_t *payload, size_t len)
{
	(void)guard, (void)source, (void)addr, (void)port, (void)payload, (void)len;
	return -ENETUNREACH; /* there are no relays here */
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)timeout;
	if (n != 1 || (fds[0].fd != FD_SOCKET && fds[0].fd != FD_DEAF))
		abort();
	return fds[0].fd == FD_SOCKET && buffer.n > 0;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	return fd >= FD_SOCKET ? 0 : __real_close(fd);
}

/* --- interfaces --- */

int links_list(struct link_info **ret_links)
{
	struct link_info *links = calloc(1, sizeof(*links));

	*links = (struct link_info){
		.ifindex = WORLD_IFINDEX,
		.name = WORLD_INTERFACE,
		.mac = CLIENT_SERVER_MAC,
		.up = true,
		.ethernet = true,
		.addrs = {{.addr = WORLD_SERVER, .mask = 0xffffff00, .broadcast = 0xc00002ff}},
		.n_addrs = 1,
	};
	*ret_links = links;
	return interface_gone ? 0 : 1;
}

int links_monitor_open(void)
{
	return FD_MONITOR;
}

bool links_monitor_read(int fd)
{
	bool changed = interface_changed;

	(void)fd;
	interface_changed = false;
	return changed;
}

void world_interface(bool there)
{
	world_say(there ? "the interface comes" : "the interface goes");
	interface_changed |= interface_gone == there;
	interface_gone = !there;
	if (!there)
		maps_interface_gone();
	world_step("the interface changed");
}

/* --- clock --- */

uint32_t __wrap_boot_seconds(void);
uint32_t __wrap_boot_seconds(void)
{
	return world_seconds();
}

int64_t __wrap_slept_milliseconds(void);
int64_t __wrap_slept_milliseconds(void)
{
	return 0;
}

/* No two commits are near each other: messages that come while one is waited are other schedules.
 */
int64_t __wrap_monotonic_microseconds(void);
int64_t __wrap_monotonic_microseconds(void)
{
	static int64_t seconds;

	return ++seconds * 1000000;
}

uint64_t __wrap_wall_seconds(void);
uint64_t __wrap_wall_seconds(void)
{
	return 1700000000 + world.now / 1000;
}

uint64_t __wrap_boot_to_wall(uint32_t boottime);
uint64_t __wrap_boot_to_wall(uint32_t boottime)
{
	return boottime == XDHCP_FOREVER ? 0 : wall_seconds() - boot_seconds() + boottime;
}

int __wrap_clock_is_kernels(const char *proc, char *why, size_t why_len);
int __wrap_clock_is_kernels(const char *proc, char *why, size_t why_len)
{
	(void)proc, (void)why, (void)why_len;
	return 0;
}

int __wrap_boot_id(uint8_t ret_id[16]);
int __wrap_boot_id(uint8_t ret_id[16])
{
	memset(ret_id, 0, 16);
	memcpy(ret_id, &world.boot, sizeof(world.boot));
	return 0;
}

/* --- configuration --- */

#define CONFIGS 64

static const char *config_text;
static struct {
	const char *text;
	struct config *config, as_read;
} configs[CONFIGS];

int __real_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors);
int __wrap_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors);
void __real_config_free(struct config *config);
void __wrap_config_free(struct config *config);

/* Parsed once; no process owns it. What a reload keeps as it was is as it was read again. */
int __wrap_config_load(const char *file, const char *text, struct config **ret_config,
		       struct config_errors *errors)
{
	unsigned at = 0;
	int r = 0;

	(void)text;
	while (at < CONFIGS && configs[at].config && configs[at].text != config_text)
		at++;
	if (at == CONFIGS)
		abort();
	if (!configs[at].config) {
		heap_leave();
		r = __real_config_load(file, config_text, &configs[at].config, errors);
		heap_return();
		configs[at].text = config_text;
		if (r == 0)
			configs[at].as_read = *configs[at].config;
	}
	for (size_t i = 0; i < errors->n; i++)
		world_violated("the test's configuration: %s", errors->lines[i]);
	if (r < 0)
		return r;
	*configs[at].config = configs[at].as_read;
	*ret_config = configs[at].config;
	return 0;
}

void __wrap_config_free(struct config *config)
{
	(void)config;
}

/* --- control, log --- */

const struct control_ops daemon_control_ops;

int control_open(struct event_base *base, const char *path, const struct control_ops *ops,
		 void *arg, struct control **ret_control, char *why, size_t why_len)
{
	(void)base, (void)path, (void)ops, (void)arg, (void)ret_control;
	snprintf(why, why_len, "there is none in this world");
	return -ENOSYS;
}

void control_close(struct control *control)
{
	(void)control;
}

void __wrap_log_line(int level, const char *format, ...);
void __wrap_log_line(int level, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!world.options.trace)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	world_say("<%d> %s", level, line);
}

void __wrap_log_transaction(const struct port *port, const struct dhcp_msg *msg,
			    const struct decision *decision);
void __wrap_log_transaction(const struct port *port, const struct dhcp_msg *msg,
			    const struct decision *decision)
{
	char mac[DHCP_MAC_STR], addr[DHCP_ADDR_STR];

	(void)port;
	world_say("%s of %s: kind %d, %s %s %s", dhcp_type_name(msg->type),
		  dhcp_mac_str(msg->chaddr, mac), decision->kind,
		  decision->kind == DECISION_REPLY ? dhcp_type_name(decision->reply.type) : "",
		  dhcp_addr_str(decision->reply.yiaddr, addr), reason_text(decision->reason));
}

/* --- the whole --- */

void kernel_configure(const char *config)
{
	config_text = config;
}

void kernel_signal(int number)
{
	signals |= 1ull << number;
}

void kernel_command_release(uint32_t addr)
{
	command = addr;
}

void kernel_process_gone(void)
{
	signals = 0;
	command = 0;
	interface_changed = false;
	buffer.open = false;
	buffer.n = 0;
}

void kernel_reset(void)
{
	interface_gone = false;
	kernel_process_gone();
}
