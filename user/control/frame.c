// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a JSON map in a stream (frame.h). Curly and square brackets are
 * one depth: a map that mixes them up ends somewhere, and the parser says where it is wrong.
 */
#include "frame.h"

#include "control.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r'; /* RFC 8259 section 2 */
}

static void scan_string(struct frame *frame, char c)
{
	if (frame->escaped)
		frame->escaped = false;
	else if (c == '\\')
		frame->escaped = true;
	else if (c == '"')
		frame->in_string = false;
}

enum frame_state frame_scan(struct frame *frame, const char *data, size_t len, size_t *ret_used)
{
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (frame->in_string) {
			scan_string(frame, c);
			continue;
		}
		if (!frame->begun) {
			if (is_space(c))
				continue;
			if (c != '{')
				return FRAME_NO_MAP;
			frame->begun = true;
		}
		switch (c) {
		case '"':
			frame->in_string = true;
			break;
		case '{':
		case '[':
			if (++frame->depth > CONTROL_DEPTH_MAX)
				return FRAME_TOO_DEEP;
			break;
		case '}':
		case ']':
			if (--frame->depth == 0) {
				*ret_used = i + 1;
				return FRAME_END;
			}
			break;
		}
	}
	return FRAME_MORE;
}
