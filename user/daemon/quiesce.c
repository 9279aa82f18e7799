// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Work that waits until running XDP programs have left a closed slot: endings
 * (I5: out of the cache before the address can reach anybody else) and slots to
 * be opened again with another tail or identity. The barrier takes milliseconds, so a
 * thread of its own runs it; one barrier serves everything requested before it began.
 *
 * Epochs: a request gets the number of the next barrier to begin; it has
 * passed once a barrier of that number or a later one has completed.
 * A barrier that fails lets nothing pass: addresses stay closed, which is safe.
 * A crash forgets all of this: slots stay closed until their client renews, and an
 * ending is as if it had not begun (ending.c).
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <uthash.h>

#include "daemon/daemon.h"
#include "form.h"

#define BARRIER_RETRY_US 100000

struct barrier_thread {
	struct fastpath *fp;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t wanted, done; /* under lock: epochs asked for, epochs completed */
	bool stop;
	int done_fd;
	struct event *done_event;
};

struct quiesce {
	uint32_t addr;	/* key */
	uint64_t epoch; /* 0: nothing to wait for */
	bool ending, reopen;
	uint32_t received_after; /* ending */
	struct reopen open;
	UT_hash_handle hh;
};

static void *barrier_main(void *arg)
{
	struct barrier_thread *b = arg;
	uint64_t epoch, one = 1;

	pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		if (b->wanted == b->done) {
			pthread_cond_wait(&b->wake, &b->lock);
			continue;
		}
		epoch = b->wanted;
		pthread_mutex_unlock(&b->lock);
		if (fastpath_barrier(b->fp) < 0) {
			usleep(BARRIER_RETRY_US);
			pthread_mutex_lock(&b->lock);
			continue;
		}
		pthread_mutex_lock(&b->lock);
		b->done = epoch;
		if (write(b->done_fd, &one, sizeof(one)) < 0)
			continue; /* the counter cannot overflow; the main thread looks again anyway
				   */
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static uint64_t barrier_done(const struct daemon *d)
{
	struct barrier_thread *b = d->barrier;
	uint64_t done;

	if (!b)
		return UINT64_MAX;
	pthread_mutex_lock(&b->lock);
	done = b->done;
	pthread_mutex_unlock(&b->lock);
	return done;
}

uint64_t quiesce_request(struct daemon *d)
{
	struct barrier_thread *b = d->barrier;
	uint64_t epoch;

	if (!b)
		return 0;
	pthread_mutex_lock(&b->lock);
	/* A barrier under way has number `wanted`; it may have begun before the close. */
	epoch = ++b->wanted;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	return epoch;
}

bool quiesce_passed(const struct daemon *d, uint64_t epoch)
{
	return barrier_done(d) >= epoch;
}

static void open_again(struct daemon *d, const struct quiesce *q)
{
	struct lease *lease = lease_at(d->leases, q->addr);
	struct slot *slot = d->fp ? fastpath_slot(d->fp, q->addr, false, NULL) : NULL;

	if (!slot || !lease || lease->state != LEASE_BOUND ||
	    (uint32_t)lease->generation != q->open.identity.generation)
		return;
	slot_open(slot, &q->open.identity, &q->open.tail, q->open.ack_until, q->open.form);
	set_published(d, lease, true);
}

/* Does whatever waited for barriers that have passed. */
static void quiesce_run(struct daemon *d)
{
	uint64_t done = barrier_done(d);
	struct ended *ended = calloc(HASH_COUNT(d->quiesce) + 1, sizeof(*ended));
	struct quiesce *q, *next;
	size_t n = 0;

	if (!ended)
		return;
	HASH_ITER (hh, d->quiesce, q, next) {
		if (q->epoch > done)
			continue;
		if (q->ending)
			ended[n++] = (struct ended){q->addr, q->received_after};
		else if (q->reopen)
			open_again(d, q);
		HASH_DEL(d->quiesce, q);
		free(q);
	}
	if (n) {
		ending_finish(d, ended, n);
		batch_deferred(d);
	}
	free(ended);
}

static void barrier_completed(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_error("barrier: %s", strerror(errno));
	quiesce_run(arg);
	collect_release(arg);
}

static void run_now(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	quiesce_run(arg);
}

static struct quiesce *find_or_add(struct daemon *d, uint32_t addr)
{
	struct quiesce *q;

	HASH_FIND(hh, d->quiesce, &addr, sizeof(addr), q);
	if (q)
		return q;
	q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->addr = addr;
	HASH_ADD(hh, d->quiesce, addr, sizeof(q->addr), q);
	return q;
}

int quiesce_slot(struct daemon *d, uint32_t addr, uint64_t epoch, const struct reopen *reopen)
{
	struct quiesce *q = find_or_add(d, addr);

	if (!q)
		return -ENOMEM;
	if (epoch > q->epoch)
		q->epoch = epoch;
	q->reopen = reopen != NULL;
	if (reopen)
		q->open = *reopen;
	return 0;
}

bool quiesce_waits(const struct daemon *d, uint32_t addr)
{
	struct quiesce *q;

	HASH_FIND(hh, d->quiesce, &addr, sizeof(addr), q);
	return q != NULL;
}

static void mark_ending(struct quiesce *q, uint32_t received_after)
{
	q->reopen = false;
	q->ending = true;
	q->received_after = received_after;
}

int quiesce_ending(struct daemon *d, uint32_t addr, uint64_t epoch, uint32_t received_after)
{
	struct quiesce *q = find_or_add(d, addr);
	struct timeval now = {0, 0};

	if (!q)
		return -ENOMEM;
	if (epoch > q->epoch)
		q->epoch = epoch;
	mark_ending(q, received_after);
	if (quiesce_passed(d, q->epoch))
		event_base_once(d->base, -1, EV_TIMEOUT, run_now, d, &now);
	return 0;
}

int quiesce_retry(struct daemon *d, uint32_t addr, uint32_t received_after)
{
	struct quiesce *q = find_or_add(d, addr);

	if (!q)
		return -ENOMEM;
	mark_ending(q, received_after);
	return 0;
}

void quiesce_tick(struct daemon *d)
{
	if (d->quiesce)
		quiesce_run(d);
}

void quiesce_mark_templates(struct daemon *d)
{
	struct quiesce *q, *next;

	HASH_ITER (hh, d->quiesce, q, next) {
		if (q->reopen)
			template_index_mark(d->templates, form_template(q->open.form));
	}
}

int quiesce_start(struct daemon *d)
{
	struct barrier_thread *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->fp = d->fp;
	b->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->done_fd < 0) {
		free(b);
		return -errno;
	}
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->wake, NULL);
	b->done_event = event_new(d->base, b->done_fd, EV_READ | EV_PERSIST, barrier_completed, d);
	if (!b->done_event || event_add(b->done_event, NULL) ||
	    pthread_create(&b->thread, NULL, barrier_main, b)) {
		if (b->done_event)
			event_free(b->done_event);
		close(b->done_fd);
		free(b);
		return -EAGAIN;
	}
	d->barrier = b;
	return 0;
}

static void finish_all(struct daemon *d, struct barrier_thread *b)
{
	b->done = b->wanted;
	quiesce_run(d);
}

void quiesce_stop(struct daemon *d)
{
	struct barrier_thread *b = d->barrier;
	struct quiesce *q, *next;

	if (b) {
		pthread_mutex_lock(&b->lock);
		b->stop = true;
		pthread_cond_signal(&b->wake);
		pthread_mutex_unlock(&b->lock);
		pthread_join(b->thread, NULL);
		/* What waits is finished now: an orderly stop forgets no ending. */
		if (fastpath_barrier(d->fp) == 0)
			finish_all(d, b);
		event_free(b->done_event);
		close(b->done_fd);
		free(b);
		d->barrier = NULL;
	}
	HASH_ITER (hh, d->quiesce, q, next) {
		HASH_DEL(d->quiesce, q);
		free(q);
	}
}
