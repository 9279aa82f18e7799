// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdhcpctl: what an operator asks of a running xdhcpd, and the fast path's
 * switch, which needs none. Everything is in commands.c's table.
 */
#include "cli.h"

int main(int argc, char **argv)
{
	return cli_run(argc, argv);
}
