// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xdhcpd: see arguments.c for what the command line says, start.c for what then happens. */
#include "daemon/daemon.h"

int main(int argc, char **argv)
{
	return daemon_main(argc, argv);
}
