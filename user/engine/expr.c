// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Evaluation of expressions (expr.h).
 */
#include "expr.h"

void expr_free(struct expr *expr)
{
	(void)expr;
}
