// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * capture: what XDP answers, as pcap, to look at with tcpdump or tshark, which do not see it
 * otherwise. Reads the pins alone, so it works whether or not a daemon runs. Each batch is
 * written at once. It ends by a signal, by --count, or when nobody reads any more, which it sees
 * also while nothing comes.
 *
 * Frames are stamped with CLOCK_BOOTTIME where they are copied; the wall clock that a file
 * wants is added here, by the clocks' distance as of the last half second.
 */
#include "cli.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "net/capture.h"

#define NSEC	1000000000ll
#define BEAT	(NSEC / 2) /* between two signs of life */
#define IDLE_MS 20	   /* nothing was there: how long until the next look */
#define BATCH	4096	   /* frames between two signs of life */
#define SNAPLEN 65535	   /* what may be asked for; no more than XDHCP_CAPTURE_MAX is there */

enum capture_option {
	OPTION_SAMPLE = CLI_OWN_OPTIONS,
	OPTION_ADDRESS,
	OPTION_MAC,
	OPTION_INTERFACE,
	OPTION_COUNT,
	OPTION_SNAPLEN,
};

const struct option cli_capture_options[] = {
	{"sample", required_argument, NULL, OPTION_SAMPLE},
	{"address", required_argument, NULL, OPTION_ADDRESS},
	{"mac", required_argument, NULL, OPTION_MAC},
	{"interface", required_argument, NULL, OPTION_INTERFACE},
	{"count", required_argument, NULL, OPTION_COUNT},
	{"snaplen", required_argument, NULL, OPTION_SNAPLEN},
	{"write", required_argument, NULL, 'w'},
	{0},
};

struct wanted {
	struct capture filter;
	const char *interface, *file;
	uint64_t count; /* 0: without end */
};

/* A run of it. */
struct run {
	const struct cli *cli;
	struct capture_session *session;
	int out;
	bool is_pipe, unread; /* unread: nobody reads any more */
	int error;	      /* of writing; negative errno */
	uint64_t frames, count;
	int64_t beat, boot_to_wall; /* ns */
	uint8_t buffer[64 * 1024];
	size_t len;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* --- what is wanted --- */

static bool parse_number(const char *text, uint64_t most, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value == 0 || value > most)
		return false;
	*ret_value = value;
	return true;
}

static bool add_address(struct capture *filter, const char *text)
{
	size_t len = strcspn(text, "/");
	uint64_t prefix = 32;
	char address[32];
	uint32_t mask;

	if (filter->n_addrs == XDHCP_CAPTURE_FILTERS || len >= sizeof(address) ||
	    (text[len] && strcmp(text + len, "/0") != 0 &&
	     !parse_number(text + len + 1, 32, &prefix)))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, filter->addrs[filter->n_addrs]) != 1)
		return false;
	if (strcmp(text + len, "/0") == 0)
		prefix = 0;
	mask = htonl(prefix ? UINT32_MAX << (32 - prefix) : 0);
	memcpy(filter->masks[filter->n_addrs], &mask, sizeof(mask));
	for (int i = 0; i < 4; i++)
		filter->addrs[filter->n_addrs][i] &= filter->masks[filter->n_addrs][i];
	filter->n_addrs++;
	return true;
}

static bool add_mac(struct capture *filter, const char *text)
{
	if (filter->n_macs == XDHCP_CAPTURE_FILTERS ||
	    !config_parse_mac(text, filter->macs[filter->n_macs]))
		return false;
	filter->n_macs++;
	return true;
}

/* NULL: taken. Else what is right. */
static const char *take_option(struct wanted *w, const struct cli_given *given)
{
	uint64_t number = 0;

	switch (given->option) {
	case OPTION_SAMPLE:
		if (!parse_number(given->value, UINT32_MAX, &number))
			return "--sample: one hit of so many, from 1";
		w->filter.sample = (uint32_t)number;
		return NULL;
	case OPTION_ADDRESS:
		return add_address(&w->filter, given->value)
			       ? NULL
			       : "--address: ADDRESS or ADDRESS/LENGTH, at most 8 times";
	case OPTION_MAC:
		return add_mac(&w->filter, given->value)
			       ? NULL
			       : "--mac: six bytes such as 02:00:00:aa:bb:cc, at most 8 times";
	case OPTION_INTERFACE:
		w->interface = given->value;
		return NULL;
	case OPTION_COUNT:
		return parse_number(given->value, UINT64_MAX, &w->count)
			       ? NULL
			       : "--count: a number of frames, from 1";
	case OPTION_SNAPLEN:
		if (!parse_number(given->value, SNAPLEN, &number))
			return "--snaplen: bytes of a frame, 1 to 65535";
		w->filter.snaplen = (uint32_t)number;
		return NULL;
	default: /* w */
		w->file = strcmp(given->value, "-") == 0 ? NULL : given->value;
		return NULL;
	}
}

/* --- writing --- */

static int64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

/* Twice a second. 0, or negative errno. */
static int beat(struct run *run)
{
	int64_t boot = now(CLOCK_BOOTTIME);

	if (run->beat && boot - run->beat < BEAT)
		return 0;
	run->beat = boot;
	run->boot_to_wall = now(CLOCK_REALTIME) - boot;
	return capture_go_on(run->session, (uint32_t)(boot / NSEC));
}

/* Waits until it can be written, or for `ms`; sees that nobody reads any more. */
static bool wait_for_reader(struct run *run, short events, int ms)
{
	struct pollfd p = {.fd = run->out, .events = events};
	int n = poll(&p, 1, ms);

	if (n > 0 && (p.revents & (POLLERR | POLLNVAL)))
		run->unread = true;
	return n > 0 && (p.revents & POLLOUT);
}

static bool written(struct run *run, size_t *at)
{
	/* a pipe that can be written takes so much at once, and the signs of life go on */
	size_t most = run->is_pipe ? PIPE_BUF : sizeof(run->buffer);
	size_t left = run->len - *at;
	ssize_t n = write(run->out, run->buffer + *at, left < most ? left : most);

	if (n >= 0)
		*at += (size_t)n;
	else if (errno == EPIPE)
		run->unread = true;
	else if (errno != EINTR && errno != EAGAIN)
		run->error = -errno;
	return run->error == 0 && !run->unread;
}

/* The buffer, out. A reader that does not read is waited for, but not after a signal. */
static void flush(struct run *run)
{
	size_t at = 0;

	while (at < run->len) {
		bool ready = wait_for_reader(run, POLLOUT, (int)(BEAT / 1000000));

		if ((!ready && stopped) || run->unread || beat(run) < 0)
			break;
		if (ready && !written(run, &at))
			break;
	}
	run->len = 0;
}

static void put(struct run *run, const void *bytes, size_t len)
{
	memcpy(run->buffer + run->len, bytes, len);
	run->len += len;
}

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-03.html: in the host's order, nanoseconds
 */
static void put_file_header(struct run *run, uint32_t snaplen)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t reserved[2], snaplen, link_type;
	} header = {0xa1b23c4d, 2, 4, {0, 0}, snaplen, 1 /* Ethernet */};

	put(run, &header, sizeof(header));
}

static int put_frame(void *arg, const struct captured *frame)
{
	struct run *run = arg;
	const uint16_t copied = frame->copied < XDHCP_CAPTURE_MAX ? frame->copied
								  : XDHCP_CAPTURE_MAX;
	uint64_t wall = frame->ns + (uint64_t)run->boot_to_wall;
	const uint32_t header[4] = {(uint32_t)(wall / NSEC), (uint32_t)(wall % NSEC), copied,
				    frame->len};

	put(run, header, sizeof(header));
	put(run, frame->frame, copied);
	run->frames++;
	if (sizeof(run->buffer) - run->len < sizeof(header) + XDHCP_CAPTURE_MAX)
		flush(run);
	return run->frames == run->count || run->unread || run->error;
}

/* --- a run --- */

/* There is somebody to write to, and something to write. */
static bool wants_more(const struct run *run)
{
	return !run->unread && run->error == 0 && (run->count == 0 || run->frames < run->count);
}

/* What lies there, out. Returns how many frames, or negative errno. */
static int read_some(struct run *run)
{
	int n = capture_read(run->session, BATCH, put_frame, run);

	flush(run);
	return n;
}

static int loop(struct run *run)
{
	int n = 0;

	while (n >= 0 && !stopped && wants_more(run)) {
		n = beat(run);
		if (n == 0)
			n = read_some(run);
		if (n == 0 && !stopped && wants_more(run))
			wait_for_reader(run, 0, IDLE_MS);
	}
	capture_stop(run->session);
	if (n < 0)
		return n;
	/* what was copied since the last look */
	do
		n = wants_more(run) ? read_some(run) : 0;
	while (n > 0);
	return n;
}

static int start(struct run *run, const struct wanted *w, const char *pins)
{
	struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	struct stat st;
	char why[512] = "";
	int r;

	run->out = STDOUT_FILENO;
	if (!w->file && isatty(run->out))
		return cli_fail(
			run->cli, CLI_USAGE,
			"this is no text: pipe it into tcpdump -r - or tshark -r -, or name "
			"a file with -w FILE");
	r = capture_begin(pins, &w->filter, w->interface, &run->session, why, sizeof(why));
	if (r < 0)
		return cli_fail(run->cli, CLI_ERROR, "%s", *why ? why : strerror(-r));
	if (w->file)
		run->out = open(w->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (run->out < 0)
		return cli_fail(run->cli, CLI_ERROR, "%s: %s", w->file, strerror(errno));
	run->is_pipe = fstat(run->out, &st) == 0 && S_ISFIFO(st.st_mode);
	stopped = 0;
	sigaction(SIGINT, &stop, NULL); /* without SA_RESTART: waiting ends */
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	run->count = w->count;
	put_file_header(run, w->filter.snaplen);
	return CLI_OK;
}

static int capture_run(struct run *run, const struct wanted *w, const char *pins)
{
	struct cli plain =
		*run->cli; /* for failures after the first byte: it is no reply any more */
	int code = start(run, w, pins), r;

	if (code != CLI_OK)
		return code;
	plain.json = plain.json && w->file;
	flush(run); /* the header: a reader waits for it */
	r = loop(run);
	fprintf(stderr,
		"xdhcpctl: %" PRIu64 " frames captured, %" PRIu64 " lost (the ring was full)\n",
		run->frames, capture_lost(run->session));
	if (run->error < 0)
		return cli_fail(&plain, CLI_ERROR, "writing: %s", strerror(-run->error));
	if (r == -ESTALE)
		return cli_fail(&plain, CLI_ERROR,
				"xdhcpd has made its maps anew: start the capture again");
	if (r < 0)
		return cli_fail(&plain, CLI_ERROR, "reading the ring: %s", strerror(-r));
	return CLI_OK;
}

int cli_capture(const struct cli *cli)
{
	struct wanted w = {.filter = {.sample = 1, .snaplen = SNAPLEN}};
	struct run *run;
	char *pins;
	int code;

	for (unsigned i = 0; i < cli->n_given; i++) {
		const char *wrong = take_option(&w, &cli->given[i]);

		if (wrong)
			return cli_fail(cli, CLI_USAGE, "'%s': %s", cli->given[i].value, wrong);
	}
	run = calloc(1, sizeof(*run));
	pins = client_pin_path(cli);
	if (run && pins) {
		run->cli = cli;
		code = capture_run(run, &w, pins);
		capture_end(run->session);
		if (run->out > STDERR_FILENO && close(run->out) < 0 && code == CLI_OK)
			code = cli_fail(cli, CLI_ERROR, "%s: %s", w.file, strerror(errno));
	} else if (!run) {
		code = cli_fail(cli, CLI_ERROR, "no memory");
	} else {
		code = cli_no_pins(cli);
	}
	free(pins);
	free(run);
	return code;
}
