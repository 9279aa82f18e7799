// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The program beside other XDP programs, by libxdp's dispatcher: a program of libxdp's that
 * calls the others in the order of their priorities and goes on to the next after XDP_PASS. It
 * is exchanged as a whole whenever one comes or goes, so that an interface is never without.
 *
 * libxdp pins what it has attached on a bpffs of its own choice and keeps no names of owners. So
 * there is dispatcher_IFINDEX under pin_path: the policy map once more. It is there before our
 * program is attached, and as long as one may be; it says which maps that one uses, and by it its
 * gate can be closed wherever it runs. Ours are the programs named xdhcp that use this map, or
 * the policy map of now. Nothing else is ever detached. Ours is loaded anew for each dispatcher:
 * libxdp makes it replace a function of that.
 *
 * Where the kernel refuses that, libxdp attaches the program alone instead, as if asked for that.
 * It is seen by what the interface runs then: the program itself, which is taken away again.
 *
 * What survives a crash: the pin and all that libxdp has attached. Between libxdp's
 * steps: a second program of ours, over the same maps, or one alone; the next attach or detach
 * takes both away. libxdp's pins of a dispatcher that is on no interface: removed here if all of
 * its programs are ours; others' are left to `xdp-loader clean`.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <xdp/libxdp.h>
#include <xdp/prog_dispatcher.h>

#include "fastpath_private.h"
#include "xdhcp.skel.h"

#define NAME_LEN     32
#define SAID_LEN     160
#define OPEN_FILES   256
#define LIBXDP_BPFFS "/sys/fs/bpf"
#define REMEDY	     "set fast-path.attach: link"

/* --- what libxdp says and leaves behind --- */

static char said[SAID_LEN]; /* its latest line that tells a reason */

static int listen_to_libxdp(enum libxdp_print_level level, const char *format, va_list args)
{
	char line[SAID_LEN];

	if (level > LIBXDP_INFO)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	if (*line && strncmp(line, "Falling back", 12) != 0)
		memcpy(said, line, sizeof(said));
	return 0;
}

/* The open files of this process that are BPF programs. Returns how many there are. */
static unsigned open_programs(int fds[OPEN_FILES])
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	unsigned n = 0;

	while (dir && (entry = readdir(dir))) {
		char target[32];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		if (!strstr(target, "bpf-prog") || n == OPEN_FILES)
			continue;
		fds[n++] = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return n;
}

/*
 * libxdp 1.3.1 leaves programs open that it has looked at. A daemon lives long, and a program that
 * is open is not gone. No other thread opens any.
 */
struct session {
	libbpf_print_fn_t libbpf;
	libxdp_print_fn_t libxdp;
	int fds[OPEN_FILES];
	unsigned n;
};

static void session_begin(struct session *s)
{
	*said = '\0';
	s->libbpf = libbpf_set_print(NULL);
	s->libxdp = libxdp_set_print(listen_to_libxdp);
	s->n = open_programs(s->fds);
}

static void session_end(const struct session *s)
{
	int now[OPEN_FILES];
	unsigned n = s->n < OPEN_FILES ? open_programs(now) : 0;

	for (unsigned i = 0; i < n; i++) {
		bool before = false;

		for (unsigned j = 0; j < s->n; j++)
			before |= s->fds[j] == now[i];
		if (!before)
			close(now[i]);
	}
	libxdp_set_print(s->libxdp);
	libbpf_set_print(s->libbpf);
}

/* --- which programs are ours --- */

struct ours {
	uint32_t policy[2]; /* ids; 0: none */
	uint32_t except;    /* a program that is not looked for; 0: none */
};

static void pin_name(char buf[NAME_LEN], uint32_t ifindex)
{
	snprintf(buf, NAME_LEN, PIN_DISPATCHER "%u", ifindex);
}

static int map_id(int fd, uint32_t *ret_id)
{
	struct bpf_map_info info;
	int r = map_info(fd, &info);

	if (r == 0)
		*ret_id = info.id;
	return r;
}

/* By the pin and, if it is not -1, the policy map of now. -ENOENT: there is no pin. */
static int ours_of(const char *pin_path, const char *name, int policy, struct ours *ret_ours)
{
	struct ours ours = {0};
	int fd = pins_get(pin_path, name);
	int r = policy >= 0 ? map_id(policy, &ours.policy[1]) : 0;

	if (fd >= 0) {
		r = r < 0 ? r : map_id(fd, &ours.policy[0]);
		close(fd);
	}
	if (r < 0)
		return r;
	*ret_ours = ours;
	return fd < 0 ? fd : 0;
}

/* 1, 0 or negative errno. */
static int is_ours(const struct ours *ours, uint32_t program)
{
	int r = program == ours->except ? 0 : program_is_xdhcp(program);

	for (unsigned i = 0; r == 1 && i < 2; i++) {
		int uses = ours->policy[i] ? program_uses_maps(program, &ours->policy[i], 1) : 0;

		if (uses)
			return uses == -ENOENT ? 0 : uses;
	}
	return r < 0 ? r : 0;
}

static int is_ours_behind(void *arg, uint32_t program)
{
	return is_ours(arg, program);
}

/* An xdhcp program that is not ours? */
static int is_anothers_behind(void *arg, uint32_t program)
{
	int r = program_is_xdhcp(program);

	if (r == 1)
		r = is_ours(arg, program) == 0;
	return r;
}

/* --- the pin --- */

static int pin_policy(struct fastpath *fp, const char *name)
{
	char fresh[PATH_MAX], path[PATH_MAX];
	int r = pins_path(fresh, fp->pin_path, PIN_DISPATCHER_NEW);

	if (r == 0)
		r = pins_path(path, fp->pin_path, name);
	if (r == 0)
		r = pins_remove(fp->pin_path, PIN_DISPATCHER_NEW);
	if (r == 0 && (bpf_obj_pin(fp->maps[MAP_POLICY], fresh) < 0 || rename(fresh, path) < 0))
		r = -errno;
	return r;
}

/* --- libxdp's pins of dispatchers that are gone --- */

static int is_program_of(const struct ours *ours, const char *dir, const char *name)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd = pins_get(dir, name), r;

	if (fd < 0)
		return fd;
	r = bpf_obj_get_info_by_fd(fd, &info, &len) < 0 ? -errno : is_ours(ours, info.id);
	close(fd);
	return r;
}

/* All of its programs are ours, and there is one. */
static bool all_ours(const struct ours *ours, const char *dir)
{
	char name[NAME_LEN];
	unsigned n = 0;

	for (unsigned i = 0; i < MAX_DISPATCHER_ACTIONS; i++) {
		int r;

		snprintf(name, sizeof(name), "prog%u-prog", i);
		r = is_program_of(ours, dir, name);
		if (r == -ENOENT)
			continue;
		if (r != 1)
			return false;
		n++;
	}
	return n > 0;
}

static void remove_directory(const char *dir)
{
	char name[NAME_LEN];

	for (unsigned i = 0; i < MAX_DISPATCHER_ACTIONS; i++) {
		snprintf(name, sizeof(name), "prog%u-link", i);
		pins_remove(dir, name);
		snprintf(name, sizeof(name), "prog%u-prog", i);
		pins_remove(dir, name);
	}
	rmdir(dir);
}

/* Without its pins a program of ours leaves its dispatcher, wherever that may be attached. */
static void remove_stale(const struct ours *ours, uint32_t ifindex, uint32_t attached)
{
	const char *bpffs = secure_getenv(XDP_BPFFS_ENVVAR);
	char state[PATH_MAX], dir[PATH_MAX];
	struct dirent **names;
	int n, lock;

	if (pins_path(state, bpffs ? bpffs : LIBXDP_BPFFS, "xdp") < 0)
		return;
	lock = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return;
	/* as libxdp does: nobody else is in between two steps */
	n = flock(lock, LOCK_EX) < 0 ? -1 : scandir(state, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		uint32_t of = 0, program = 0;

		if (sscanf(names[i]->d_name, "dispatch-%u-%u", &of, &program) == 2 &&
		    of == ifindex && program != attached &&
		    pins_path(dir, state, names[i]->d_name) == 0 && all_ours(ours, dir))
			remove_directory(dir);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	close(lock);
}

/* --- taking ours away --- */

static enum xdp_attach_mode libxdp_mode(enum fastpath_attach_mode mode)
{
	return mode == FASTPATH_NATIVE ? XDP_MODE_NATIVE : XDP_MODE_SKB;
}

/* One that libxdp has attached alone, and that nobody has taken away since. */
static int detach_single(uint32_t ifindex, enum fastpath_attach_mode mode, uint32_t program)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = bpf_prog_get_fd_by_id(program));
	int r;

	if (opts.old_prog_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = bpf_xdp_detach(
		ifindex, mode == FASTPATH_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE, &opts);
	close(opts.old_prog_fd);
	return r;
}

/* All of ours behind the interface's dispatcher. */
static int detach_behind(const struct ours *ours, uint32_t ifindex)
{
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);
	struct xdp_program *list[MAX_DISPATCHER_ACTIONS], *program = NULL;
	size_t n = 0;
	int r = 0;

	if (libxdp_get_error(all) || !all)
		return 0;
	while (n < MAX_DISPATCHER_ACTIONS && (program = xdp_multiprog__next_prog(program, all))) {
		r = is_ours(ours, xdp_program__id(program));
		if (r < 0)
			break;
		if (r == 1)
			list[n++] = program;
	}
	if (r >= 0)
		r = n == 0 ? 0
			   : xdp_program__detach_multi(list, n, (int)ifindex,
						       xdp_multiprog__attach_mode(all), 0);
	xdp_multiprog__close(all);
	return r;
}

/* All of ours. Negative errno: one may still be there. */
static int detach_ours(const struct ours *ours, uint32_t ifindex)
{
	enum fastpath_attach_mode mode;
	uint32_t program = 0;
	int r = interface_runs(ifindex, &mode, &program);

	if (r == 0) {
		r = is_ours(ours, program);
		r = r == 1 ? detach_single(ifindex, mode, program) : r;
	}
	if (r == 0)
		r = detach_behind(ours, ifindex);
	if (r < 0 && r != -ENOENT && r != -ENODEV && r != -EINVAL)
		return r;
	program = 0;
	if (interface_runs(ifindex, &mode, &program) < 0)
		program = 0;
	remove_stale(ours, ifindex, program);
	r = programs_behind(program, is_ours_behind, (void *)(uintptr_t)ours);
	return r == 1 ? -EBUSY : r;
}

int dispatcher_detach(const char *pin_path, uint32_t ifindex)
{
	struct session session;
	char name[NAME_LEN];
	struct ours ours;
	int r;

	pin_name(name, ifindex);
	r = ours_of(pin_path, name, -1, &ours);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	session_begin(&session);
	r = detach_ours(&ours, ifindex);
	session_end(&session);
	return r < 0 ? r : pins_remove(pin_path, name);
}

/* --- attaching --- */

static int refused(int error, uint32_t ifindex, enum fastpath_attach_mode mode,
		   const char *interface, char *why, size_t why_len)
{
	if (error == -EOPNOTSUPP || error == -ENODEV)
		return why_not_attached(error, ifindex, mode, why, why_len);
	if (error == -EPROTONOSUPPORT)
		return net_why(
			why, why_len, error,
			"%s: the kernel refuses libxdp's dispatcher, and libxdp attached the "
			"program alone, which has been undone: " REMEDY,
			interface);
	return net_why(why, why_len, error,
		       "%s: libxdp's dispatcher cannot take the program (%s): " REMEDY, interface,
		       *said ? said : strerror(-error));
}

/* The same program over the same maps as that of `fp`, not yet in the kernel. */
static int open_object(struct fastpath *fp, char *verifier_log, struct bpf_object **ret_object)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = verifier_log,
		    .kernel_log_size = VERIFIER_LOG_LEN);
	const struct bpf_object_skeleton *bytes = fp->skeleton->skeleton;
	struct bpf_object *object = bpf_object__open_mem(bytes->data, bytes->data_sz, &opts);
	struct bpf_program *program;
	struct bpf_map *map;
	int r = object ? 0 : -errno;

	if (r < 0)
		return r;
	bpf_object__for_each_map(map, object)
	{
		const struct bpf_map *loaded = bpf_object__find_map_by_name(fp->skeleton->obj,
									    bpf_map__name(map));

		/* the compiler's own are named after the object, and each has its own */
		if (r == 0 && (loaded || !bpf_map__is_internal(map)))
			r = loaded ? bpf_map__reuse_fd(map, bpf_map__fd(loaded)) : -ENOENT;
	}
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), "xdhcp"));
	if (r < 0)
		bpf_object__close(object);
	else
		*ret_object = object;
	return r;
}

static int prepare(struct fastpath *fp, struct bpf_object *object, struct xdp_program **ret_program)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .obj = object, .prog_name = "xdhcp");
	struct xdp_program *program = xdp_program__create(&opts);
	int r = libxdp_get_error(program) ? -errno : 0;

	if (r < 0 || !program)
		return r < 0 ? r : -EINVAL;
	r = xdp_program__set_run_prio(program, fp->priority);
	for (unsigned action = XDP_ABORTED; r == 0 && action <= XDP_REDIRECT; action++)
		r = xdp_program__set_chain_call_enabled(program, action, action == XDP_PASS);
	/* said in the program's section, but libxdp looks here */
	if (r == 0)
		r = xdp_program__set_xdp_frags_support(program, true);
	if (r < 0)
		xdp_program__close(program);
	else
		*ret_program = program;
	return r;
}

static int is_program(void *arg, uint32_t program)
{
	return program == *(const uint32_t *)arg;
}

/* --- which of them this process has attached, so that asking twice is no exchange --- */

static struct dispatched *remembered(const struct fastpath *fp, uint32_t ifindex)
{
	for (size_t i = 0; i < fp->n_dispatched; i++) {
		if (fp->dispatched[i].ifindex == ifindex)
			return &fp->dispatched[i];
	}
	return NULL;
}

/* Without memory it is only attached anew for each that asks. */
static void remember(struct fastpath *fp, uint32_t ifindex, uint32_t program)
{
	struct dispatched *at = remembered(fp, ifindex), *list;

	if (!at) {
		list = reallocarray(fp->dispatched, fp->n_dispatched + 1, sizeof(*list));
		if (!list)
			return;
		fp->dispatched = list;
		at = &list[fp->n_dispatched++];
	}
	*at = (struct dispatched){.ifindex = ifindex, .program = program};
}

int dispatcher_has(const struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode *ret_mode)
{
	const struct dispatched *at = remembered(fp, ifindex);
	uint32_t runs = 0;

	if (!at || interface_runs(ifindex, ret_mode, &runs) < 0)
		return 0;
	return programs_behind(runs, is_program, (void *)(uintptr_t)&at->program);
}

/* Is it where it should be? libxdp says yes, too, when it has attached it alone. */
static int check_attached(uint32_t ifindex, uint32_t program)
{
	enum fastpath_attach_mode mode;
	uint32_t runs = 0;
	int r = interface_runs(ifindex, &mode, &runs);

	if (r < 0)
		return r;
	if (runs == program) {
		r = detach_single(ifindex, mode, program);
		return r < 0 ? r : -EPROTONOSUPPORT;
	}
	r = programs_behind(runs, is_program, &program);
	return r < 0 ? r : r == 1 ? 0 : -EAGAIN;
}

/* Adds ours to the interface's dispatcher, or makes one. */
static int add(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
	       uint32_t *ret_program)
{
	char *verifier_log = malloc(VERIFIER_LOG_LEN);
	struct xdp_program *program = NULL;
	struct bpf_object *object = NULL;
	uint32_t id = 0;
	int r;

	if (!verifier_log)
		return -ENOMEM;
	*verifier_log = '\0';
	r = open_object(fp, verifier_log, &object);
	if (r == 0)
		r = prepare(fp, object, &program);
	if (r == 0) {
		r = xdp_program__attach(program, (int)ifindex, libxdp_mode(mode), 0);
		id = xdp_program__id(program);
	}
	if (r < 0 && *verifier_log)
		snprintf(said, sizeof(said), "%s", verifier_refusal(verifier_log));
	if (r == 0)
		r = check_attached(ifindex, id);
	xdp_program__close(program);
	bpf_object__close(object);
	free(verifier_log);
	if (r == 0)
		*ret_program = id;
	return r;
}

/* What is there that could not stay, or beside which we cannot be. */
static int make_way(struct fastpath *fp, const struct ours *ours, uint32_t ifindex,
		    enum fastpath_attach_mode mode, const char *interface, char *why,
		    size_t why_len)
{
	enum fastpath_attach_mode is_mode;
	uint32_t program = 0;
	bool alone;
	int r = link_detach(fp->pin_path, ifindex); /* it was attached otherwise until now */

	if (r == 0)
		r = interface_runs(ifindex, &is_mode, &program);
	if (r == 0 && (is_ours(ours, program) == 1 || is_mode != mode)) {
		detach_ours(ours, ifindex);
		r = interface_runs(ifindex, &is_mode, &program);
	}
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return why_not_attached(if_indextoname(ifindex, (char[IF_NAMESIZE]){0}) ? r
											: -ENODEV,
					ifindex, mode, why, why_len);
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);

	alone = libxdp_get_error(all) || !all || xdp_multiprog__is_legacy(all);
	if (!libxdp_get_error(all))
		xdp_multiprog__close(all);
	if (alone)
		return net_why(why, why_len, -EBUSY,
			       "%s: another XDP program (id %u) is attached without libxdp's "
			       "dispatcher and is left alone: attach it by xdp-loader, or "
			       "whatever else uses the dispatcher",
			       interface, program);
	if (is_mode != mode)
		return net_why(why, why_len, -EBUSY,
			       "%s: libxdp's dispatcher runs other programs there in %s mode: set "
			       "fast-path.mode: %s",
			       interface, is_mode == FASTPATH_NATIVE ? "native" : "generic",
			       is_mode == FASTPATH_NATIVE ? "native" : "generic");
	r = programs_behind(program, is_anothers_behind, (void *)(uintptr_t)ours);
	if (r == 1)
		return net_why(why, why_len, -EBUSY, "%s: another xdhcp's program is attached",
			       interface);
	return r < 0 ? net_why_errno(why, why_len, r, interface) : 0;
}

static int attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode, char *why,
		  size_t why_len)
{
	char name[NAME_LEN], interface[IF_NAMESIZE];
	uint32_t program = 0;
	struct ours ours = {0};
	int r, found;

	if (!if_indextoname(ifindex, interface))
		snprintf(interface, sizeof(interface), "#%u", ifindex);
	pin_name(name, ifindex);
	found = ours_of(fp->pin_path, name, fp->maps[MAP_POLICY], &ours);
	if (found < 0 && found != -ENOENT)
		return net_why_errno(why, why_len, found, interface);
	r = make_way(fp, &ours, ifindex, mode, interface, why, why_len);
	if (r < 0)
		return r;
	r = found == -ENOENT ? pin_policy(fp, name) : 0;
	if (r == 0)
		r = add(fp, ifindex, mode, &program);
	/* an earlier daemon's goes only now, so that there is always one */
	ours.except = program;
	if (r == 0)
		r = detach_ours(&ours, ifindex);
	if (r == 0)
		r = pin_policy(fp, name);
	if (r == 0) {
		remember(fp, ifindex, program);
		return 0;
	}
	ours.except = 0;
	if (detach_ours(&ours, ifindex) == 0)
		pins_remove(fp->pin_path, name);
	return refused(r, ifindex, mode, interface, why, why_len);
}

static int exchange(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		    char *why, size_t why_len)
{
	struct session session;
	int r;

	session_begin(&session);
	r = attach(fp, ifindex, mode, why, why_len);
	session_end(&session);
	return r;
}

int dispatcher_attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		      char *why, size_t why_len)
{
	enum fastpath_attach_mode is_mode;

	if (dispatcher_has(fp, ifindex, &is_mode) == 1 && is_mode == mode)
		return 0;
	return exchange(fp, ifindex, mode, why, why_len);
}

/* The dispatcher is made anew, so that to the kernel it is another and does reach the driver. */
int dispatcher_give_again(struct fastpath *fp, uint32_t ifindex)
{
	enum fastpath_attach_mode mode;
	char name[NAME_LEN], why[256];
	uint32_t program;
	int fd;

	pin_name(name, ifindex);
	fd = pins_get(fp->pin_path, name);
	if (fd < 0)
		return fd;
	close(fd);
	if (interface_runs(ifindex, &mode, &program) < 0) /* its device is gone */
		return 0;
	return exchange(fp, ifindex, mode, why, sizeof(why));
}

/* --- what was attached so --- */

int dispatcher_runs(const char *pin_path, const char *name, uint32_t ifindex)
{
	enum fastpath_attach_mode mode;
	uint32_t program = 0;
	struct ours ours;
	int r = ours_of(pin_path, name, -1, &ours);

	if (r < 0)
		return r;
	if (interface_runs(ifindex, &mode, &program) < 0)
		return 0;
	return programs_behind(program, is_ours_behind, &ours);
}

struct uses {
	struct ours ours;
	const uint32_t *ids;
};

static int uses_not(void *arg, uint32_t program)
{
	const struct uses *uses = arg;
	int r = is_ours(&uses->ours, program);

	if (r == 1)
		r = program_uses_maps(program, uses->ids, 2);
	else if (r == 0)
		return 0;
	return r < 0 ? r : r == 0 ? -ESTALE : 0;
}

int dispatcher_uses(const char *pin_path, const char *name, uint32_t ifindex, const uint32_t ids[2])
{
	enum fastpath_attach_mode mode;
	struct uses uses = {.ids = ids};
	uint32_t program = 0;
	int r = ours_of(pin_path, name, -1, &uses.ours);

	if (r < 0)
		return r;
	if (uses.ours.policy[0] != ids[1])
		return -ESTALE;
	if (interface_runs(ifindex, &mode, &program) < 0)
		return 0;
	r = uses_not(&uses, program); /* alone: libxdp's fallback */
	return r < 0 ? r : programs_behind(program, uses_not, &uses);
}

/* Up to ABI version 3 this record's `closed` was the daemon's gate; since then it is nobody's. */
#define POLICY_DAEMON_3 1

static struct policy *record(const struct region *policy, uint32_t at)
{
	return (struct policy *)(policy->base + (size_t)at * policy->stride);
}

/* The daemon's gate, where it is in each ABI version. */
static int close_gate(const char *pin_path, const char *name)
{
	struct region policy;
	int fd = pins_get(pin_path, name), r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = region_map(fd, true, &policy);
	close(fd);
	if (r < 0)
		return r;
	__atomic_store_n(&record(&policy, XDHCP_POLICY_GATES)->daemon_closed, 1, __ATOMIC_SEQ_CST);
	if (policy.n > POLICY_DAEMON_3)
		__atomic_store_n(&record(&policy, POLICY_DAEMON_3)->closed, 1, __ATOMIC_SEQ_CST);
	region_unmap(&policy);
	return 0;
}

static int neutralise_one(void *arg, const char *name, uint32_t ifindex)
{
	(void)ifindex;
	return close_gate(arg, name);
}

int dispatchers_neutralise(const char *pin_path)
{
	int r = pins_each(pin_path, PIN_DISPATCHER, neutralise_one, (void *)(uintptr_t)pin_path);

	/* one that was attached just before a crash uses the newer maps, and the pin is of the
	 * older */
	return r <= 0 ? r : close_gate(pin_path, net_map_names[MAP_POLICY]);
}
