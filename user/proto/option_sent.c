// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The options of a reply as text. See option_sent.h. What is echoed of the request may be
 * anything; option_format() is trusted to make it printable.
 */
#include "option_sent.h"

#include <string.h>

#include "option_text.h"
#include "options.h"

#define VALUE_MAX 256 /* characters: one long option does not hide the others */

static void put_option(struct text *t, uint8_t code, const uint8_t *data, size_t len)
{
	const struct option_def *def = option_by_code(code);
	char value[VALUE_MAX];

	option_format(def, data, len, value, sizeof(value));
	if (t->len)
		opt_putf(t, "; ");
	if (def)
		opt_putf(t, "%s", def->name);
	else
		opt_putf(t, "%u", code);
	if (value[0])
		opt_put(t, ' ');
	for (const char *p = value; *p; p++)
		opt_put(t, *p);
}

/* Whole options; one that was split (RFC 3396) is shown as one. */
static void put_options(struct text *t, const uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;

	while (end - p >= 2) {
		uint8_t code = p[0], joined[DHCP_REPLY_OPTIONS_MAX];
		size_t n = 0;
		bool more;

		do {
			more = p[1] == 255;
			memcpy(joined + n, p + 2, p[1]);
			n += p[1];
			p += 2 + p[1];
		} while (more && end - p >= 2 && p[0] == code);
		put_option(t, code, joined, n);
	}
}

void option_sent_format(const struct dhcp_msg *request, const struct dhcp_reply *reply, char *buf,
			size_t cap)
{
	const struct dhcp_opt *agent = dhcp_reply_agent(request, reply);
	struct text t = {.buf = buf, .cap = cap};

	if (cap == 0)
		return;
	put_options(&t, reply->options, reply->options_len);
	if (reply->overload)
		put_option(&t, DHO_OVERLOAD, &reply->overload, 1);
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++)
		put_options(&t, reply->tail[i].data, reply->tail[i].len);
	if (agent)
		put_option(&t, DHO_RELAY_AGENT, agent->data, agent->len);
	put_options(&t, reply->file, reply->file_used);
	put_options(&t, reply->sname, reply->sname_used);
	opt_finish(&t);
}
