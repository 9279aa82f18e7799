// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The form of a request, from the option bytes as they were received. Trusts
 * no length, whatever the decoder has checked before. Holds no state.
 */
#include <string.h>

#include <form.h> /* the shared one; "form.h" would be the header beside this file */
#include "proto/form.h"

/* `option` is whole: code, length, data. */
static void mix_option(struct form_state *form, const uint8_t *option)
{
	uint32_t len = option[1];
	uint32_t whole = form_whole_words(len);
	uint64_t word;

	for (uint32_t i = 0; i < whole; i++) {
		memcpy(&word, option + 8 * i, 8);
		form_mix(form, word);
	}
	word = 0;
	memcpy(&word, option + 8 * whole, 2 + len - 8 * whole);
	form_mix(form, word);
}

uint64_t dhcp_form(const struct dhcp_msg *msg, const uint64_t key[2])
{
	const uint8_t *p = msg->options, *end = p + msg->options_len;
	const __u64 key64[2] = {key[0], key[1]};
	bool seen[256] = {false};
	struct form_state form;
	unsigned n = 0;

	if (msg->overloaded)
		return 0;
	form_start(&form, key64, msg->giaddr, dhcp_is_routed(msg));
	for (; p < end && *p != DHO_END; p += *p == DHO_PAD ? 1 : 2 + p[1]) {
		if (*p == DHO_PAD)
			continue;
		if (end - p < 2 || end - p < 2 + p[1] || *p == DHO_OVERLOAD)
			return 0;
		if (++n > DHCP_MAX_OPTIONS_WALKED)
			return 0;
		int len = form_value_len(*p);

		/* the fast path passes these, so they are not memoised */
		if (len >= 0 && p[1] != len)
			return 0;
		if (seen[*p] && (len >= 0 || *p == DHO_RELAY_AGENT))
			return 0;
		seen[*p] = true;
		if (form_has(*p))
			mix_option(&form, p);
	}
	return form_end(&form);
}
