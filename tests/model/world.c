// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The threads of the machine and who of them runs: the daemon's main thread and the thread that
 * waits for barriers, the CPUs, the actors. All are coroutines; one that has stopped says what it
 * waits for, if it waits.
 */
#include "world.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "coro.h"
#include "daemon/daemon.h"
#include "faults.h"
#include "heap.h"
#include "inside.h"
#include "oracle.h"

#define STEPS_MAX  400000 /* of one world_run() */
#define CPU_FRAMES 16
#define BOOT_TIME  5000 /* ms of CLOCK_BOOTTIME when a machine is up */

enum { DAEMON, BARRIER, CPU, ACTOR = CPU + WORLD_CPUS, THREADS = ACTOR + WORLD_ACTORS };

_Static_assert(ACTOR == WORLD_FIRST_ACTOR, "as the header says");

struct thread {
	struct coro coro;
	const char *name, *at;
	bool live;
	bool interrupted;	  /* it could have gone on */
	bool (*ready)(void *arg); /* NULL: it can go on */
	void *ready_arg;
};

struct cpu {
	unsigned number;
	struct {
		uint8_t data[WORLD_FRAME];
		size_t len;
	} frames[CPU_FRAMES];
	unsigned first, n;
	bool inside;	/* a run of the program */
	uint64_t began; /* its number */
};

struct world world;
static struct thread threads[THREADS];
static struct cpu cpus[WORLD_CPUS];
static uint64_t runs; /* of the program, of all CPUs */
static struct world_decider decider;
static bool usual;   /* the decider is not asked */
static bool stalled; /* the process */

/* --- talk --- */

static const char *current_name(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		if (coro_current() == &threads[i].coro)
			return threads[i].name;
	}
	return "world";
}

void world_say(const char *format, ...)
{
	va_list args;

	if (!world.options.trace)
		return;
	heap_leave();
	fprintf(stderr, "%9.3f %-8s ", (double)world.now / 1000, current_name());
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	heap_return();
}

void world_violated(const char *format, ...)
{
	va_list args;

	if (world.violation[0])
		return;
	va_start(args, format);
	vsnprintf(world.violation, sizeof(world.violation), format, args);
	va_end(args);
	world_say("VIOLATION: %s", world.violation);
}

/* --- steps --- */

static struct thread *self(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		if (coro_current() == &threads[i].coro)
			return &threads[i];
	}
	abort(); /* only coroutines step */
}

bool world_in_daemon(void)
{
	struct coro *c = coro_current();

	return c && (c == &threads[DAEMON].coro || c == &threads[BARRIER].coro);
}

void world_step(const char *where)
{
	struct thread *t = self();

	t->at = where;
	coro_yield();
}

void world_wait(const char *what, bool (*ready)(void *arg), void *arg)
{
	struct thread *t = self();

	t->at = what;
	t->ready = ready;
	t->ready_arg = arg;
	coro_yield();
	t->ready = NULL;
}

unsigned world_choose(unsigned n, const char *what)
{
	unsigned at = !usual && decider.choose && n > 1 ? decider.choose(decider.arg, n, what) : 0;

	if (at && coro_current() == &threads[DAEMON].coro)
		world_say("chose %u of %u: %s", at, n, what);
	return at;
}

void world_decide_by(const struct world_decider *d)
{
	decider = d ? *d : (struct world_decider){0};
}

static void begin(unsigned number, const char *name, void (*fn)(void *arg), void *arg)
{
	struct thread *t = &threads[number];

	coro_begin(&t->coro, fn, arg);
	t->name = name;
	t->at = "begin";
	t->ready = NULL;
	t->interrupted = false;
	t->live = true;
}

static bool can_run(const struct thread *t)
{
	if (!t->live || (stalled && t < &threads[CPU]))
		return false;
	return !t->ready || t->ready(t->ready_arg);
}

static bool others_rest(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ACTOR; i++) {
		if (can_run(&threads[i]))
			return false;
	}
	return true;
}

/*
 * Those that can run: `last`, then those that wait for nothing and were not interrupted. Who was
 * interrupted comes last: so, unless the decider says otherwise, it stands still for long.
 */
static unsigned list_ready(int last, unsigned *ret_threads)
{
	unsigned n = 0;

	if (last >= 0 && can_run(&threads[last]))
		ret_threads[n++] = (unsigned)last;
	for (int interrupted = 0; interrupted < 2; interrupted++) {
		for (unsigned i = 0; i < THREADS; i++) {
			if ((int)i != last && threads[i].interrupted == interrupted &&
			    can_run(&threads[i]))
				ret_threads[n++] = i;
		}
	}
	return n;
}

static void say_stuck(void)
{
	for (unsigned i = ACTOR; i < THREADS; i++) {
		if (threads[i].live)
			world_violated("%s waits for ever: %s", threads[i].name, threads[i].at);
	}
}

static bool actors_live(void)
{
	for (unsigned i = ACTOR; i < THREADS; i++) {
		if (threads[i].live)
			return true;
	}
	return false;
}

void world_run(void)
{
	unsigned ready[THREADS];
	int last = -1;

	for (unsigned long steps = 0; !world.violation[0]; steps++) {
		unsigned n = list_ready(last, ready), at = 0;

		if (!n)
			break;
		if (steps >= STEPS_MAX) {
			world_violated("no rest after %d steps; %s is at: %s", STEPS_MAX,
				       threads[ready[0]].name, threads[ready[0]].at);
			break;
		}
		if (n > 1 && !usual && decider.schedule)
			at = decider.schedule(decider.arg, ready, n, (int)ready[0] == last);
		if (last >= 0 && at > 0 && (int)ready[0] == last)
			threads[last].interrupted = true;
		last = (int)ready[at];
		threads[last].interrupted = false;
		world.steps++;
		coro_resume(&threads[last].coro);
		if (threads[last].coro.finished)
			threads[last].live = false;
	}
	if (!world.violation[0] && actors_live())
		say_stuck();
	for (unsigned i = ACTOR; i < THREADS; i++)
		threads[i].live = false;
}

void world_actor(const char *name, void (*fn)(void *arg), void *arg)
{
	for (unsigned i = ACTOR; i < THREADS; i++) {
		if (threads[i].live)
			continue;
		begin(i, name, fn, arg);
		return;
	}
	abort();
}

void world_play(void (*fn)(void *arg), void *arg)
{
	usual = true;
	world_actor("setup", fn, arg);
	world_run();
	usual = false;
}

/* --- CPUs --- */

static bool has_frame(void *arg)
{
	return ((struct cpu *)arg)->n > 0;
}

static void one_run(struct cpu *cpu, uint8_t *frame, size_t len)
{
	struct maps *maps = maps_attached();
	enum xdp_fate action = XDP_FATE_PASS;

	if (maps) {
		cpu->inside = true;
		cpu->began = ++runs;
		oracle_handled(frame, len);
		action = xdp_run(cpu->number, maps, &frame, &len);
		if (action == XDP_FATE_TX) {
			world_step("XDP: transmit");
			world.fast_acks++;
			oracle_sent(frame, len, true);
			client_hears(frame, len);
		}
		cpu->inside = false;
	}
	if (action == XDP_FATE_PASS)
		kernel_receive(frame, len);
}

static void cpu_main(void *arg)
{
	struct cpu *cpu = arg;
	uint8_t *frame = xdp_buffer(cpu->number) + XDP_HEADROOM;

	for (;;) {
		size_t len;

		world_wait("frame", has_frame, cpu);
		len = cpu->frames[cpu->first].len;
		memcpy(frame, cpu->frames[cpu->first].data, len);
		cpu->first = (cpu->first + 1) % CPU_FRAMES;
		cpu->n--;
		one_run(cpu, frame, len);
	}
}

static void cpus_reset(void)
{
	static const char *const names[WORLD_CPUS] = {"cpu 0", "cpu 1", "cpu 2"};

	xdp_reset();
	for (unsigned i = 0; i < WORLD_CPUS; i++) {
		cpus[i].number = i;
		cpus[i].n = cpus[i].first = 0;
		cpus[i].inside = false;
		threads[CPU + i].live = false;
		if (i < world.options.cpus)
			begin(CPU + i, names[i], cpu_main, &cpus[i]);
	}
}

void world_frame(const uint8_t *frame, size_t len, unsigned at, bool is_request)
{
	struct cpu *cpu = &cpus[at % world.options.cpus];
	unsigned place = (cpu->first + cpu->n) % CPU_FRAMES;

	if (len > WORLD_FRAME - XDP_HEADROOM)
		abort();
	if (!is_request) { /* check_type(): passes whatever stands in the maps */
		kernel_receive(frame, len);
		return;
	}
	if (cpu->n == CPU_FRAMES)
		return; /* the ring is full: lost */
	memcpy(cpu->frames[place].data, frame, len);
	cpu->frames[place].len = len;
	cpu->n++;
}

uint64_t world_mark(void)
{
	return runs;
}

bool world_left(uint64_t mark)
{
	for (unsigned i = 0; i < WORLD_CPUS; i++) {
		if (cpus[i].inside && cpus[i].began <= mark)
			return false;
	}
	return true;
}

/* --- time --- */

uint32_t world_seconds(void)
{
	return (uint32_t)((world.now - world.booted) / 1000);
}

uint64_t world_of_boottime(uint32_t seconds)
{
	return seconds == XDHCP_FOREVER ? UINT64_MAX : world.booted + seconds * 1000ull;
}

void world_advance(uint64_t ms)
{
	world.now += ms;
	world_say("%llu ms pass", (unsigned long long)ms);
	world_step("time passed");
}

void world_settle(void)
{
	world_wait("others to rest", others_rest, NULL);
}

struct awaited {
	bool (*ready)(void *arg);
	void *arg;
};

static bool ready_or_rest(void *arg)
{
	const struct awaited *a = arg;

	return a->ready(a->arg) || others_rest(NULL);
}

void world_await_or_rest(bool (*ready)(void *arg), void *arg)
{
	struct awaited a = {ready, arg};

	world_wait("a reply", ready_or_rest, &a);
}

void world_pass(unsigned seconds)
{
	for (unsigned i = 0; i < seconds && !world.violation[0]; i++) {
		world_advance(1000);
		world_settle();
	}
}

/* --- the daemon's process --- */

void world_process_thread(void (*fn)(void *arg), void *arg)
{
	begin(BARRIER, "barrier", fn, arg);
}

static void process_gone(void)
{
	threads[DAEMON].live = threads[BARRIER].live = false;
	world.alive = world.starting = world.serving = stalled = false;
	world.daemon = NULL;
	kernel_process_gone();
	maps_process_gone();
	disk_process_gone();
	faults_process_gone();
}

static void process_main(void *arg)
{
	struct daemon *d = calloc(1, sizeof(*d));
	struct config_errors errors = {0};

	(void)arg;
	world.daemon = d;
	d->config_file = "model.yaml";
	world.starting = true;
	world.start_result = config_load(d->config_file, NULL, &d->config, &errors);
	if (world.start_result == 0)
		world.start_result = daemon_start(d);
	world.starting = false;
	if (world.start_result == 0) {
		world.serving = true;
		world.starts++;
		oracle_serving();
		event_base_dispatch(d->base);
	}
	world.serving = false;
	daemon_stop(d);
	config_free(d->config);
	free(d);
	process_gone();
}

void world_start(const char *config)
{
	if (world.alive)
		abort();
	world_say("start");
	heap_reset();
	kernel_configure(config);
	world.alive = true;
	world.start_result = -1;
	begin(DAEMON, "daemon", process_main, NULL);
	world_step("started");
}

static bool serves_or_not(void *arg)
{
	(void)arg;
	return world.serving || !world.alive;
}

bool world_await_serving(void)
{
	world_wait("the daemon to serve", serves_or_not, NULL);
	return world.serving;
}

static bool is_gone(void *arg)
{
	(void)arg;
	return !world.alive;
}

void world_stop(void)
{
	world_say("SIGTERM");
	if (!world.alive)
		return;
	kernel_signal(SIGTERM);
	world_wait("the daemon to stop", is_gone, NULL);
}

static bool store_idle(void *arg)
{
	(void)arg;
	return !disk_busy();
}

void world_kill(void)
{
	if (!world.alive)
		return;
	if (!world.options.abandon_store)
		world_wait("the store", store_idle, NULL);
	if (!world.alive)
		return;
	world_say("SIGKILL at: %s", threads[DAEMON].at);
	process_gone();
	world_step("killed");
}

void world_stall(bool stop)
{
	world_say(stop ? "SIGSTOP" : "SIGCONT");
	stalled = stop && world.alive;
	world_step("stalled");
}

void world_reload(const char *config)
{
	world_say("reload");
	kernel_configure(config);
	if (world.alive)
		kernel_signal(SIGHUP);
	world_step("reload");
}

void world_command_release(uint32_t addr)
{
	world_say("command: release .%u", addr & 0xff);
	if (world.serving)
		kernel_command_release(addr);
	world_step("command");
}

void world_reboot(void)
{
	world_reboot_after(BOOT_TIME + 1000, BOOT_TIME);
}

void world_reboot_after(uint64_t outage_ms, uint64_t up_ms)
{
	world_say("reboot");
	if (world.alive)
		process_gone();
	maps_reboot();
	world.now += outage_ms;
	world.booted = world.now - up_ms;
	world.boot++;
	cpus_reset();
	world_step("rebooted");
}

uint64_t world_hash(void)
{
	uint64_t hash = oracle_hash() ^ maps_hash() ^ disk_hash();

	hash = (hash ^ world.now) * 1099511628211ull;
	for (unsigned i = 0; i < THREADS; i++)
		hash = (hash ^ (threads[i].live ? (uintptr_t)threads[i].at : 0)) * 1099511628211ull;
	return hash;
}

void world_new(const struct world_options *options)
{
	world = (struct world){.options = *options, .now = 1000000, .booted = 900000, .boot = 1};
	if (!world.options.cpus)
		world.options.cpus = 1;
	coro_forget();
	for (unsigned i = 0; i < THREADS; i++)
		threads[i].live = false;
	runs = 0;
	usual = stalled = false;
	heap_reset();
	kernel_reset();
	maps_reset();
	disk_reset();
	faults_process_gone();
	clients_reset();
	oracle_reset();
	cpus_reset();
}
