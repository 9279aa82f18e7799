// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The thread that waits for running XDP programs to leave, and says so to the
 * event loop through an eventfd. Two numbers are shared, under one lock: the epochs
 * asked for and the epochs completed. Nothing survives a crash, nor needs to: what
 * waited for a barrier is as if it had not begun (quiesce.c).
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/barrier.h"
#include "daemon/daemon.h"

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
	void (*completed)(void *arg);
	void *arg;
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

uint64_t barrier_done(struct barrier_thread *b)
{
	uint64_t done;

	pthread_mutex_lock(&b->lock);
	done = b->done;
	pthread_mutex_unlock(&b->lock);
	return done;
}

uint64_t barrier_request(struct barrier_thread *b)
{
	uint64_t epoch;

	pthread_mutex_lock(&b->lock);
	/* A barrier under way has number `wanted`; it may have begun before the close. */
	epoch = ++b->wanted;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	return epoch;
}

static void done_readable(evutil_socket_t fd, short what, void *arg)
{
	struct barrier_thread *b = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_error("barrier: %s", strerror(errno));
	b->completed(b->arg);
}

int barrier_start(struct fastpath *fp, struct event_base *base, void (*completed)(void *arg),
		  void *arg, struct barrier_thread **ret_barrier)
{
	struct barrier_thread *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->fp = fp;
	b->completed = completed;
	b->arg = arg;
	b->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->done_fd < 0) {
		free(b);
		return -errno;
	}
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->wake, NULL);
	b->done_event = event_new(base, b->done_fd, EV_READ | EV_PERSIST, done_readable, b);
	if (!b->done_event || event_add(b->done_event, NULL) ||
	    pthread_create(&b->thread, NULL, barrier_main, b)) {
		barrier_free(b);
		return -EAGAIN;
	}
	*ret_barrier = b;
	return 0;
}

int barrier_stop(struct barrier_thread *b)
{
	int r;

	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	r = fastpath_barrier(b->fp);
	if (r == 0)
		b->done = b->wanted;
	return r;
}

void barrier_free(struct barrier_thread *b)
{
	if (b->done_event)
		event_free(b->done_event);
	close(b->done_fd);
	free(b);
}
