// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The daemon as a child: started in its namespace with the clients' process as its service manager,
 * which is how it says that it is ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "subject.h"

struct subject subject;

static int notify_fd = -1, control_fd = -1;
static char control_reply[65536];
static size_t control_len;
static int reload_result;
static int status_taken = -1; /* of a child whose end was seen */

static int local(struct sockaddr_un *addr, const char *name)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", subject.dir, name) <
			       (int)sizeof(addr->sun_path)
		       ? 0
		       : -ENAMETOOLONG;
}

int subject_open(void)
{
	struct sockaddr_un addr;

	if (local(&addr, "notify") < 0)
		return -ENAMETOOLONG;
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (notify_fd < 0 || bind(notify_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return 0;
}

void subject_configure(unsigned variant)
{
	char file[4096], fresh[4096];

	snprintf(file, sizeof(file), "%s/s.yaml", subject.dir);
	snprintf(fresh, sizeof(fresh), "%s/s.yaml.next", subject.dir);
	unlink(fresh);
	if (symlink(judge.variants[variant].file, fresh) < 0 || rename(fresh, file) < 0) {
		perror(file);
		exit(2);
	}
	subject.variant = variant;
}

/* --- its life --- */

static void become_daemon(void)
{
	char log[4096], config[4096], notify[4096];
	int netns = open(subject.netns, O_RDONLY | O_CLOEXEC), out;

	snprintf(log, sizeof(log), "%s/s.log", subject.dir);
	snprintf(config, sizeof(config), "%s/s.yaml", subject.dir);
	snprintf(notify, sizeof(notify), "%s/notify", subject.dir);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("NOTIFY_SOCKET", notify, 1);
	if (netns < 0 || setns(netns, CLONE_NEWNET) < 0 || out < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		_exit(127);
	execl(subject.binaries[subject.binary], "xdhcpd", "-c", config, (char *)NULL);
	_exit(127);
}

static void forget_messages(void)
{
	char text[256];

	while (recv(notify_fd, text, sizeof(text), 0) > 0)
		;
}

void subject_start(void)
{
	forget_messages();
	subject.ready = false;
	status_taken = -1;
	fflush(NULL);
	subject.forked = wire_now();
	subject.pid = fork();
	if (subject.pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!subject.pid)
		become_daemon();
}

bool subject_has_ended(void)
{
	int status;

	if (status_taken < 0 && waitpid(subject.pid, &status, WNOHANG) == subject.pid)
		status_taken = status;
	return status_taken >= 0;
}

bool subject_is_ready(void)
{
	char text[256];
	ssize_t n;

	while (!subject.ready && (n = recv(notify_fd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		if (!strstr(text, "READY=1"))
			continue;
		subject.ready = true;
		subject.ready_at = wire_now();
		subject.start_time = subject.ready_at - subject.forked;
	}
	return subject.ready || subject_has_ended();
}

static void gone(void)
{
	subject.pid = 0;
	subject.ready = false;
	if (control_fd >= 0)
		close(control_fd);
	control_fd = -1;
}

enum subject_end subject_kill(void)
{
	if (!subject_has_ended()) {
		kill(subject.pid, SIGKILL);
		waitpid(subject.pid, &status_taken, 0);
	}
	gone();
	if (WIFSIGNALED(status_taken) && WTERMSIG(status_taken) == SIGKILL)
		return SUBJECT_KILLED;
	return WIFEXITED(status_taken) && !WEXITSTATUS(status_taken) ? SUBJECT_STOPPED
								     : SUBJECT_FAILED;
}

void subject_signal(int signo)
{
	kill(subject.pid, signo);
}

/* --- its control socket --- */

int subject_reload(void)
{
	static const char command[] = "{\"command\": \"config-reload\"}";
	struct sockaddr_un addr;

	control_len = 0;
	reload_result = 0;
	control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control_fd < 0 || local(&addr, "s.sock") < 0 ||
	    connect(control_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    send(control_fd, command, sizeof(command) - 1, MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

/* 1: it is done; 0: not yet; -1: it failed. */
static int read_reply(void)
{
	ssize_t n = recv(control_fd, control_reply + control_len,
			 sizeof(control_reply) - 1 - control_len, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	control_len += (size_t)n;
	control_reply[control_len] = '\0';
	if (n > 0)
		return 0;
	return strstr(control_reply, "Configuration successful") ? 1 : -1;
}

bool subject_reload_over(void)
{
	if (reload_result == 0)
		reload_result = read_reply();
	return reload_result != 0 || subject_has_ended();
}

int subject_reload_result(void)
{
	if (control_fd >= 0)
		close(control_fd);
	control_fd = -1;
	return reload_result;
}
