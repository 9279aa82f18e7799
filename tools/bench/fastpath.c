// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench/fastpath: what a hit and a pass cost (testrun.c), and how many a second
 * a veth carries (veth.c), in one run over the same maps. A table on stdout, the same as
 * JSON in a file. Needs root. Leaves nothing behind (world.h).
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "measure.h"

#define MANY_MEMORY_KB (2u << 20) /* 2^20 clients take a third of it */

static int usage(void)
{
	fputs("usage: fastpath [-r RUNS] [-i ITERATIONS] [-a ALTERNATIONS] [-f FRAMES] "
	      "[-c CLIENTS] [-j FILE]\n",
	      stderr);
	return 2;
}

/* --- the machine --- */

/* The rest of the line after "key :"; "?" if there is none. */
static void read_key(const char *file, const char *key, char *value, size_t len)
{
	FILE *f = fopen(file, "re");
	char line[256], *colon;

	snprintf(value, len, "?");
	while (f && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon || strncmp(line, key, strlen(key)) != 0)
			continue;
		colon += strspn(colon, ": \t");
		snprintf(value, len, "%.*s", (int)strcspn(colon, "\n"), colon);
		break;
	}
	if (f)
		fclose(f);
}

static json_t *machine(int cpu)
{
	double load[1] = {0};
	struct utsname name;
	char model[128];

	uname(&name);
	read_key("/proc/cpuinfo", "model name", model, sizeof(model));
	if (getloadavg(load, 1) < 1)
		load[0] = -1;
	printf("Machine: Linux %s %s, %ld CPUs (%s), measuring on CPU %d, load before: %.2f\n\n",
	       name.release, name.machine, sysconf(_SC_NPROCESSORS_ONLN), model, cpu, load[0]);
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:f}", "kernel", name.release, "machine",
			 name.machine, "cpu", model, "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),
			 "measured_on", cpu, "load_before", load[0]);
}

/* The last CPU that we may use: the first has the interrupts of most machines. */
static int stay_on_one_cpu(void)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return bench_fail("sched_getaffinity: %s", strerror(errno));
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) < 0)
			return bench_fail("sched_setaffinity: %s", strerror(errno));
		return cpu;
	}
	return bench_fail("no CPU");
}

static bool memory_for_many(void)
{
	char value[64];

	read_key("/proc/meminfo", "MemAvailable", value, sizeof(value));
	return strtoul(value, NULL, 10) >= MANY_MEMORY_KB;
}

/* --- all of it --- */

static int load_harness(struct measure *m)
{
	int leases = bpf_map_get_fd_by_id(fastpath_map_id(m->world.d.fp, "leases")), r;

	m->harness = harness_bpf__open();
	if (!m->harness)
		return bench_fail("the harness: %s", strerror(errno));
	r = bpf_map__reuse_fd(m->harness->maps.leases, leases);
	if (r == 0)
		r = harness_bpf__load(m->harness);
	if (r < 0)
		return bench_fail("the harness does not load: %s", strerror(-r));
	m->run = &m->harness->bss->run;
	m->xid = 1;
	return 0;
}

static int measure_all(struct measure *m, json_t *root)
{
	if (world_open(&m->world, m->clients) < 0 || load_harness(m) < 0)
		return -1;
	if (measure_testrun(m, root) < 0 || measure_veth(m, root) < 0)
		return -1;
	printf("%u runs were made again because the CPU was slower meanwhile; %u that never were "
	       "calm count\n",
	       m->repeated, m->disturbed);
	json_object_set_new(root, "repeated", json_integer(m->repeated));
	json_object_set_new(root, "disturbed", json_integer(m->disturbed));
	return 0;
}

static int options(int argc, char **argv, struct measure *m, const char **ret_json)
{
	struct {
		unsigned *value;
		unsigned min, max;
	} numbers[128] = {
		['r'] = {&m->runs, 1, RUNS_MAX},
		['i'] = {&m->iterations, 1000, 100000000},
		['a'] = {&m->alternations, 1, RUNS_MAX},
		['f'] = {&m->frames, 1000, 100000000},
		['c'] = {&m->clients, 1000, FRAMES_CLIENTS_MAX},
	};
	unsigned long n;
	char *end;
	int c;

	while ((c = getopt(argc, argv, "r:i:a:f:c:j:")) != -1) {
		if (c == 'j') {
			*ret_json = optarg;
			continue;
		}
		if (c == '?')
			return -1;
		n = strtoul(optarg, &end, 10);
		if (*end || n < numbers[c].min || n > numbers[c].max)
			return bench_fail("-%c: from %u to %u", c, numbers[c].min, numbers[c].max);
		*numbers[c].value = (unsigned)n;
	}
	return optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct measure m = {
		.clients = FRAMES_CLIENTS_MAX,
		.runs = 31,
		.iterations = 50000,
		.alternations = 7,
		.frames = 1000000,
	};
	const char *file = NULL;
	json_t *root = json_object();
	int cpu, r;

	if (options(argc, argv, &m, &file) < 0)
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	cpu = stay_on_one_cpu();
	if (cpu < 0)
		return 1;
	json_object_set_new(root, "machine", machine(cpu));
	if (m.clients > 1000 && !memory_for_many()) {
		m.clients = 1000;
		puts("(2^20 clients are left out: too little memory)\n");
	}
	r = measure_all(&m, root);
	if (m.harness)
		harness_bpf__destroy(m.harness);
	world_close(&m.world);
	if (r == 0 && file &&
	    json_dump_file(root, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) < 0)
		r = bench_fail("%s: cannot be written", file);
	json_decref(root);
	return r < 0 ? 1 : 0;
}
