// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reasons by number. See reasons.h. Holds no state.
 */
#include "reasons.h"

static const struct {
	const char *kind, *name, *text;
} reasons[REASON_COUNT] = {[REASON_NONE] = {"", "", ""},
#define X(name, text) [SILENT_##name] = {"silent", #name, text},
			   SILENT_REASONS(X)
#undef X
#define X(name, text) [NAK_##name] = {"nak", #name, text},
				   NAK_REASONS(X)
#undef X
#define X(name, text) [OFFER_##name] = {"offer", #name, text},
					   OFFER_REASONS(X)
#undef X
};

const char *reason_kind(enum reason reason)
{
	return reasons[reason].kind;
}

const char *reason_name(enum reason reason)
{
	return reasons[reason].name;
}

const char *reason_text(enum reason reason)
{
	return reasons[reason].text;
}
