// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See capture.h. The order in which things are written keeps programs from meeting a filter that
 * is half another's: capture_until 0, the filter, the ring (at whose exchange the kernel
 * waits for every program that may have seen the old one, and with it the filter), then
 * capture_until.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "capture.h"
#include "fastpath_private.h"

/* At a million hits a second 2 MB are two milliseconds of them; memory only while it runs. */
#define RING_LEN    (16u << 20)
#define SECONDS	    2	  /* without a sign of life */
#define LOCK_WAIT   20000 /* microseconds; the daemon holds it for less when it tidies up */
#define LOCK_TRIALS 10

struct capture_session {
	char *pin_path;
	int lock, captures, ring_map;
	uint32_t map_id; /* of `capture` */
	uint32_t *until; /* in the gates' record */
	struct region policy, capture;
	uint64_t lost_before;
	struct ring_buffer *ring;
	bool stopped;
	int (*fn)(void *arg, const struct captured *frame);
	void *arg;
	unsigned read, most; /* in this capture_read() */
};

static struct capture *record(const struct capture_session *s)
{
	return (struct capture *)s->capture.base;
}

/* A descriptor with the lock; -EWOULDBLOCK: another has it, *ret_holder is its pid or 0. */
static int lock_pin(const char *pin_path, int *ret_holder)
{
	char path[PATH_MAX];
	struct stat st;
	int r = pins_path(path, pin_path, net_map_names[MAP_CAPTURE]), fd;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	r = -errno;
	*ret_holder = fstat(fd, &st) == 0 ? pins_lock_holder(&st) : 0;
	close(fd);
	return r;
}

static int lock(struct capture_session *s, char *why, size_t why_len)
{
	int holder = 0;

	for (unsigned i = 0; i < LOCK_TRIALS; i++) {
		s->lock = lock_pin(s->pin_path, &holder);
		if (s->lock != -EWOULDBLOCK)
			break;
		usleep(LOCK_WAIT);
	}
	if (s->lock == -EWOULDBLOCK)
		return net_why(why, why_len, -EBUSY, "another capture runs (pid %d)", holder);
	return s->lock < 0 ? net_why_errno(why, why_len, s->lock, s->pin_path) : 0;
}

static int check_abi(const char *pin_path, char *why, size_t why_len)
{
	struct region meta;
	uint32_t abi;
	int r = pins_map(pin_path, MAP_META, false, &meta, why, why_len);

	if (r < 0)
		return r;
	abi = ((const struct meta *)meta.base)->abi;
	region_unmap(&meta);
	return abi == XDHCP_ABI_VERSION ? 0 : pins_why_abi(pin_path, abi, why, why_len);
}

static int open_maps(struct capture_session *s, char *why, size_t why_len)
{
	struct bpf_map_info info;
	int fd, r = check_abi(s->pin_path, why, why_len);

	if (r == 0)
		r = pins_map(s->pin_path, MAP_POLICY, true, &s->policy, why, why_len);
	if (r < 0)
		return r;
	fd = pins_open(s->pin_path, MAP_CAPTURE, why, why_len);
	if (fd < 0)
		return fd;
	r = map_info(fd, &info);
	if (r == 0)
		r = region_map(fd, true, &s->capture);
	close(fd);
	if (r < 0)
		return net_why_errno(why, why_len, r, s->pin_path);
	s->map_id = info.id;
	s->until = &((struct policy *)s->policy.base)[XDHCP_POLICY_GATES].capture_until;
	s->captures = pins_open(s->pin_path, MAP_CAPTURES, why, why_len);
	return s->captures < 0 ? s->captures : 0;
}

/* The stable id of a served interface. */
static int find_link(const struct capture_session *s, const char *interface, uint16_t *ret_link,
		     char *why, size_t why_len)
{
	const struct policy *links = (const struct policy *)s->policy.base + XDHCP_POLICY_LINKS;

	for (uint32_t i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (links[i].kind != XDHCP_POLICY_LINK ||
		    strncmp(links[i].name, interface, sizeof(links[i].name)) != 0)
			continue;
		*ret_link = links[i].link;
		return 0;
	}
	return net_why(why, why_len, -ENOENT,
		       "no interface named %s is served by the fast path under %s", interface,
		       s->pin_path);
}

static void set_until(struct capture_session *s, uint32_t until)
{
	__atomic_store_n(s->until, until, __ATOMIC_SEQ_CST);
}

static int take_one(void *arg, void *data, size_t len)
{
	struct capture_session *s = arg;
	const struct captured *frame = data;

	/* libbpf counts a frame as read before it looks at what is returned here */
	s->read++;
	if (len < sizeof(*frame) || frame->copied > len - sizeof(*frame))
		return -EBADMSG;
	return s->fn(s->arg, frame) != 0 || s->read >= s->most ? -ECANCELED : 0;
}

/* The ring, and into `captures` with it. Programs that saw another one have ended then. */
static int put_ring(struct capture_session *s, char *why, size_t why_len)
{
	uint32_t zero = 0;

	s->ring_map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "xdhcp_capture", 0, 0, RING_LEN, NULL);
	if (s->ring_map < 0)
		return net_why_errno(why, why_len, -errno, "making the ring buffer");
	s->ring = ring_buffer__new(s->ring_map, take_one, s, NULL);
	if (!s->ring)
		return net_why_errno(why, why_len, -errno, "mapping the ring buffer");
	if (bpf_map_update_elem(s->captures, &zero, &s->ring_map, BPF_ANY) < 0)
		return net_why_errno(why, why_len, -errno, s->pin_path);
	return 0;
}

static int begin(struct capture_session *s, const struct capture *filter, const char *interface,
		 char *why, size_t why_len)
{
	struct capture wanted = *filter;
	int r = open_maps(s, why, why_len);

	wanted.link = 0;
	if (r == 0 && interface)
		r = find_link(s, interface, &wanted.link, why, why_len);
	if (r == 0)
		r = lock(s, why, why_len);
	if (r < 0)
		return r;
	set_until(s, 0);
	wanted.lost = record(s)->lost; /* a program of before may be counting yet */
	*record(s) = wanted;
	r = put_ring(s, why, why_len);
	s->lost_before = record(s)->lost;
	return r;
}

int capture_begin(const char *pin_path, const struct capture *filter, const char *interface,
		  struct capture_session **ret_session, char *why, size_t why_len)
{
	struct capture_session *s = calloc(1, sizeof(*s));
	libbpf_print_fn_t print;
	int r;

	if (!s)
		return net_why_errno(why, why_len, -ENOMEM, pin_path);
	s->lock = s->captures = s->ring_map = -1;
	s->pin_path = strdup(pin_path);
	print = libbpf_set_print(NULL);
	r = s->pin_path ? begin(s, filter, interface, why, why_len)
			: net_why_errno(why, why_len, -ENOMEM, pin_path);
	libbpf_set_print(print);
	if (r < 0) {
		capture_end(s);
		return r;
	}
	*ret_session = s;
	return 0;
}

int capture_go_on(struct capture_session *s, uint32_t now)
{
	struct bpf_map_info info = {0};
	int fd = pins_get(s->pin_path, net_map_names[MAP_CAPTURE]);

	if (fd >= 0) {
		int r = map_info(fd, &info);

		close(fd);
		if (r < 0)
			return r;
	}
	if (info.id != s->map_id)
		return -ESTALE;
	set_until(s, now + SECONDS);
	return 0;
}

int capture_read(struct capture_session *s, unsigned most,
		 int (*fn)(void *arg, const struct captured *frame), void *arg)
{
	int r;

	s->fn = fn;
	s->arg = arg;
	s->read = 0;
	s->most = most;
	r = ring_buffer__consume(s->ring);
	return r < 0 && r != -ECANCELED ? r : (int)s->read;
}

void capture_stop(struct capture_session *s)
{
	uint32_t zero = 0;

	if (!s->ring || s->stopped)
		return;
	s->stopped = true;
	set_until(s, 0);
	/* waits for the programs that have found it there */
	bpf_map_delete_elem(s->captures, &zero);
}

uint64_t capture_lost(const struct capture_session *s)
{
	return __atomic_load_n(&record(s)->lost, __ATOMIC_RELAXED) - s->lost_before;
}

void capture_end(struct capture_session *s)
{
	if (!s)
		return;
	capture_stop(s);
	ring_buffer__free(s->ring);
	if (s->ring_map >= 0)
		close(s->ring_map);
	if (s->captures >= 0)
		close(s->captures);
	region_unmap(&s->capture);
	region_unmap(&s->policy);
	if (s->lock >= 0)
		close(s->lock);
	free(s->pin_path);
	free(s);
}

void fastpath_capture_tidy(struct fastpath *fp, uint32_t now)
{
	struct policy *gate = fastpath_policy(fp);
	uint32_t zero = 0, until;
	int fd, holder;

	if (!gate || fp->maps[MAP_CAPTURES] < 0)
		return;
	until = __atomic_load_n(&gate[XDHCP_POLICY_GATES].capture_until, __ATOMIC_SEQ_CST);
	if (until == 0 || now < until)
		return;
	fd = lock_pin(fp->pin_path, &holder);
	if (fd < 0) /* it lives, only stopped */
		return;
	bpf_map_delete_elem(fp->maps[MAP_CAPTURES], &zero);
	__atomic_store_n(&gate[XDHCP_POLICY_GATES].capture_until, 0, __ATOMIC_SEQ_CST);
	close(fd);
}
