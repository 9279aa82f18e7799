// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Planted fault: a changed configuration leaves the fast path as it is. What XDP says is what the
 * one before said.
 */
#include "daemon/daemon.h"

int __wrap_gates_close(struct daemon *d, const struct model *model);

int __wrap_gates_close(struct daemon *d, const struct model *model)
{
	(void)d;
	(void)model;
	return 0;
}
