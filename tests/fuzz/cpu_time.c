// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A harness runs for FUZZ_CPU seconds of its own CPU time (unset: as libFuzzer's options say):
 * then it is sent the signal that libFuzzer ends at. Two of them on a busy machine do as
 * much as two on an idle one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec when = {{0, 0}, {0, 0}};
	const char *seconds = getenv("FUZZ_CPU");
	timer_t timer;

	(void)argc, (void)argv;
	if (!seconds || !*seconds)
		return 0;
	when.it_value.tv_sec = strtol(seconds, NULL, 10);
	if (when.it_value.tv_sec <= 0 || timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) ||
	    timer_settime(timer, 0, &when, NULL)) {
		perror("FUZZ_CPU");
		exit(1);
	}
	return 0;
}
