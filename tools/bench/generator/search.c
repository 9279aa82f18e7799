// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See search.h. */
#include "search.h"

#define SHORTS 3 /* times in turn that a rate cannot be made */

double search_rate(double first, double close,
		   int (*probe)(void *arg, double rate, struct search_result *ret_result),
		   void *arg, bool *ret_generator)
{
	double low = 0, high = 0, rate = first;
	unsigned shorts = 0;

	*ret_generator = false;
	for (int i = 0; i < SEARCH_PROBES && rate >= 1; i++) {
		struct search_result r;

		if (probe(arg, rate, &r) < 0)
			return -1;
		*ret_generator = r.cut_short;
		if (r.carried && r.cut_short) { /* unless it was somebody else's doing */
			if (++shorts == SHORTS)
				return r.made;
			continue;
		}
		shorts = 0;
		if (r.carried)
			low = rate;
		else
			high = rate;
		if (low > 0 && high > 0 && high / low < close)
			break;
		rate = high == 0 ? low * 2 : low == 0 ? high / 2 : (low + high) / 2;
	}
	return low;
}
