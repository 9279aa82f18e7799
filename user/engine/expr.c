// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Evaluation of expressions (expr.h). One pass over the program; all strings lie in one array on
 * the stack of the caller, sized by what the builder has allowed. What comes from a message or a
 * lease is trusted in no length.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_private.h"
#include "proto/suboption.h"

struct machine {
	const struct expr_input *in;
	bool failed;
	size_t height, used;
	uint16_t len[EXPR_HEIGHT_MAX];
	uint8_t bytes[EXPR_SCRATCH_MAX];
};

/* --- what a message has --- */

/*
 * Those of option 43 may be padded and ended (RFC 2132 8.4); those of option 82 never are
 * (RFC 3046 2.0), and in 125 no code stands alone (RFC 3925 4).
 */
static struct dhcp_opt follow(struct dhcp_opt opt, const uint8_t *path, size_t n, bool padded)
{
	for (size_t i = 0; i < n; i++) {
		if (!suboption_find(&opt, padded, path[i], &opt))
			return (struct dhcp_opt){0};
	}
	return opt;
}

/*
 * Options 124 and 125 (RFC 3925 3, 4): enterprise number, length, data, and that again. As in
 * Kea, the first one's enterprise is the option's. Its `index`-th data, from 0; absent: it
 * is not there, or what is before it runs past the end.
 */
static struct dhcp_opt vendor_data(const struct dhcp_opt *opt, uint32_t enterprise, unsigned index)
{
	struct vendor_block block;
	size_t at = 0;

	if (!opt->data || !vendor_block_next(opt, &at, &block) ||
	    (enterprise && block.enterprise != enterprise))
		return (struct dhcp_opt){0};
	enterprise = block.enterprise;
	do {
		if (block.enterprise == enterprise && index-- == 0)
			return block.data;
	} while (vendor_block_next(opt, &at, &block));
	return (struct dhcp_opt){0};
}

static struct dhcp_opt vendor_id(const struct dhcp_opt *opt, uint32_t enterprise)
{
	if (!vendor_data(opt, enterprise, 0).data)
		return (struct dhcp_opt){0};
	return (struct dhcp_opt){.data = opt->data, .len = 4};
}

static struct dhcp_opt find(const struct expr_input *in, const struct expr_operand *operand)
{
	const struct dhcp_opt *vendor = &in->msg->opt[DHO_VENDOR_OPTIONS];
	const struct dhcp_opt *class = &in->msg->opt[DHO_VENDOR_CLASSES];
	uint8_t code = operand->path[0];
	struct dhcp_opt opt;

	switch (operand->source) {
	case EXPR_VENDOR:
		opt = vendor_data(vendor, operand->enterprise, 0);
		return follow(opt, operand->path, operand->n, false);
	case EXPR_VENDOR_ID:
		return vendor_id(vendor, operand->enterprise);
	case EXPR_VENDOR_CLASS:
		return vendor_data(class, operand->enterprise, code);
	case EXPR_VENDOR_CLASS_ID:
		return vendor_id(class, operand->enterprise);
	default:
		break;
	}
	opt = code == DHO_RELAY_AGENT ? in->agent : in->msg->opt[code];
	opt = follow(opt, operand->path + 1, operand->n - 1u, code != DHO_RELAY_AGENT);
	if (!opt.data)
		return (struct dhcp_opt){0};
	if (!operand->text)
		return opt;
	/* RFC 2132 2: "the receiver of such options MUST be prepared to delete trailing nulls" */
	while (opt.len && !opt.data[opt.len - 1])
		opt.len--;
	return opt.len ? opt : (struct dhcp_opt){0};
}

/* --- the stack --- */

static void push(struct machine *m, const void *data, size_t len)
{
	if (len > EXPR_VALUE_MAX)
		len = EXPR_VALUE_MAX;
	if (m->height == EXPR_HEIGHT_MAX || len > sizeof(m->bytes) - m->used) {
		m->failed = true; /* the builder has counted wrong */
		return;
	}
	if (len)
		memcpy(m->bytes + m->used, data, len);
	m->len[m->height++] = (uint16_t)len;
	m->used += len;
}

static void push_truth(struct machine *m, bool truth)
{
	push(m, "", truth);
}

static void pop(struct machine *m)
{
	m->used -= m->len[--m->height];
}

static bool pop_truth(struct machine *m)
{
	bool truth = m->len[m->height - 1];

	pop(m);
	return truth;
}

/* The uppermost string. */
static uint8_t *top(struct machine *m)
{
	return m->bytes + m->used - m->len[m->height - 1];
}

static size_t top_len(const struct machine *m)
{
	return m->len[m->height - 1];
}

/* Of the uppermost string only `len` bytes from `from` are left. */
static void keep(struct machine *m, size_t from, size_t len)
{
	uint8_t *bytes = top(m);

	memmove(bytes, bytes + from, len);
	m->used -= top_len(m) - len;
	m->len[m->height - 1] = (uint16_t)len;
}

/* The uppermost string takes the place of the `n` below it. */
static void drop_below(struct machine *m, size_t n)
{
	uint8_t *from = top(m);
	size_t len = top_len(m);

	pop(m);
	while (n--)
		pop(m);
	memmove(m->bytes + m->used, from, len);
	m->len[m->height++] = (uint16_t)len;
	m->used += len;
}

/* --- operators --- */

static void push_field(struct machine *m, enum expr_field field)
{
	const struct dhcp_msg *msg = m->in->msg;
	uint8_t wire[4];
	uint32_t value = 0;

	switch (field) {
	case EXPR_FIELD_IFACE:
		push(m, m->in->interface, strnlen(m->in->interface, 15));
		return;
	case EXPR_FIELD_MAC:
		push(m, msg->chaddr, DHCP_CHADDR_LEN);
		return;
	case EXPR_FIELD_SRC:
		value = msg->ip_src;
		break;
	case EXPR_FIELD_DST:
		value = msg->ip_dst;
		break;
	case EXPR_FIELD_LEN:
		value = (uint32_t)(sizeof(struct dhcp_header) + msg->options_len);
		break;
	case EXPR_FIELD_HLEN: /* others are not decoded */
		value = DHCP_HLEN_ETHERNET;
		break;
	case EXPR_FIELD_HTYPE:
		value = DHCP_HTYPE_ETHERNET;
		break;
	case EXPR_FIELD_CIADDR:
		value = msg->ciaddr;
		break;
	case EXPR_FIELD_GIADDR:
		value = msg->giaddr;
		break;
	case EXPR_FIELD_YIADDR:
		value = msg->yiaddr;
		break;
	case EXPR_FIELD_SIADDR:
		value = msg->siaddr;
		break;
	case EXPR_FIELD_MSGTYPE:
		value = msg->type;
		break;
	case EXPR_FIELD_TRANSID:
		value = msg->xid;
		break;
	}
	dhcp_put_u32(wire, value);
	push(m, wire, sizeof(wire));
}

static void concat(struct machine *m)
{
	size_t left = m->len[m->height - 2], right = top_len(m);

	if (right > EXPR_VALUE_MAX - left) {
		m->used -= right - (EXPR_VALUE_MAX - left);
		right = EXPR_VALUE_MAX - left;
	}
	m->height--;
	m->len[m->height - 1] = (uint16_t)(left + right);
}

static void equal(struct machine *m)
{
	const uint8_t *right = top(m), *left = right - m->len[m->height - 2];
	bool same = top_len(m) == m->len[m->height - 2] && !memcmp(left, right, top_len(m));

	pop(m);
	pop(m);
	push_truth(m, same);
}

static void substring(struct machine *m, int64_t start, int64_t length)
{
	int64_t all = (int64_t)top_len(m);

	if (start < -all || start >= all) {
		keep(m, 0, 0);
		return;
	}
	if (start < 0)
		start += all;
	if (length < 0) { /* what is before `start` */
		length = -length < start ? -length : start;
		start -= length;
	}
	if (length > all - start)
		length = all - start;
	keep(m, (size_t)start, (size_t)length);
}

static void split(struct machine *m, int32_t field)
{
	const uint8_t *delimiters = top(m), *bytes = delimiters - m->len[m->height - 2];
	size_t n = top_len(m), all = m->len[m->height - 2], from = 0, to = 0;

	if (n == 0) {
		pop(m);
		return;
	}
	for (; to < all; to++) {
		if (!memchr(delimiters, bytes[to], n))
			continue;
		if (field == 1)
			break;
		field--;
		from = to + 1;
	}
	pop(m);
	keep(m, from, field == 1 ? to - from : 0);
}

static void change_case(struct machine *m, uint8_t first, uint8_t last)
{
	uint8_t *bytes = top(m);

	for (size_t i = 0; i < top_len(m); i++) {
		if (bytes[i] >= first && bytes[i] <= last)
			bytes[i] ^= 'a' ^ 'A';
	}
}

static void hexstring(struct machine *m)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *separator = top(m), *bytes = separator - m->len[m->height - 2];
	uint8_t *text = m->bytes + m->used;
	size_t n = m->len[m->height - 2], between = top_len(m), len = 0;
	size_t room = sizeof(m->bytes) - m->used;

	room = room < EXPR_VALUE_MAX ? room : EXPR_VALUE_MAX;
	for (size_t i = 0; i < n && len < room; i++) {
		for (size_t j = 0; i && j < between && len < room; j++)
			text[len++] = separator[j];
		if (len < room)
			text[len++] = (uint8_t)digits[bytes[i] >> 4];
		if (len < room)
			text[len++] = (uint8_t)digits[bytes[i] & 15];
	}
	m->len[m->height++] = (uint16_t)len;
	m->used += len;
	drop_below(m, 2);
}

static void address_to_text(struct machine *m)
{
	size_t len = top_len(m);
	char text[INET6_ADDRSTRLEN];

	if (len != 4 && len != 16) {
		m->failed = len != 0;
		return;
	}
	inet_ntop(len == 4 ? AF_INET : AF_INET6, top(m), text, sizeof(text));
	pop(m);
	push(m, text, strlen(text));
}

static void number_to_text(struct machine *m, size_t size, bool is_signed)
{
	const uint8_t *bytes = top(m);
	size_t len = top_len(m);
	int64_t value = 0;
	char text[21];

	if (len != size) {
		m->failed = len != 0;
		return;
	}
	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	if (is_signed && bytes[0] & 0x80)
		value -= (int64_t)1 << (8 * size);
	snprintf(text, sizeof(text), "%lld", (long long)value);
	pop(m);
	push(m, text, strlen(text));
}

static void apply(struct machine *m, enum expr_operator op)
{
	bool left, right;

	switch (op) {
	case EXPR_EQUAL:
		equal(m);
		break;
	case EXPR_CONCAT:
		concat(m);
		break;
	case EXPR_LCASE:
		change_case(m, 'A', 'Z');
		break;
	case EXPR_UCASE:
		change_case(m, 'a', 'z');
		break;
	case EXPR_HEXSTRING:
		hexstring(m);
		break;
	case EXPR_ADDRTOTEXT:
		address_to_text(m);
		break;
	case EXPR_INT8TOTEXT:
	case EXPR_INT16TOTEXT:
	case EXPR_INT32TOTEXT:
		number_to_text(m, (size_t)1 << (op - EXPR_INT8TOTEXT), true);
		break;
	case EXPR_UINT8TOTEXT:
	case EXPR_UINT16TOTEXT:
	case EXPR_UINT32TOTEXT:
		number_to_text(m, (size_t)1 << (op - EXPR_UINT8TOTEXT), false);
		break;
	case EXPR_NOT:
		push_truth(m, !pop_truth(m));
		break;
	case EXPR_SAND:
	case EXPR_SOR:
		right = pop_truth(m);
		left = pop_truth(m);
		push_truth(m, op == EXPR_SAND ? left && right : left || right);
		break;
	case EXPR_SIFELSE:
		if (m->len[m->height - 3]) {
			pop(m);
			drop_below(m, 1);
		} else {
			drop_below(m, 2);
		}
		break;
	}
}

/* Returns the step to go on with, `next` if it does not branch. */
static size_t branch(struct machine *m, const struct step *step, size_t next)
{
	switch (step->kind) {
	case STEP_AND:
	case STEP_OR:
		if ((top_len(m) != 0) == (step->kind == STEP_OR))
			return step->at;
		pop(m);
		return next;
	case STEP_IF:
		return pop_truth(m) ? next : step->at;
	default:
		return step->at;
	}
}

static void run(struct machine *m, const struct expr *expr, const struct expr_input *in)
{
	struct dhcp_opt opt;

	m->in = in;
	m->failed = false;
	m->height = m->used = 0;
	for (size_t i = 0; i < expr->n_steps && !m->failed;) {
		const struct step *step = &expr->steps[i++];

		switch ((enum step_kind)step->kind) {
		case STEP_LITERAL:
			/* where all literals are empty there is no pool */
			push(m, step->n ? expr->pool + step->at : NULL, step->n);
			break;
		case STEP_FIELD:
			push_field(m, (enum expr_field)step->n);
			break;
		case STEP_VALUE:
			opt = find(in, &expr->operands[step->at]);
			push(m, opt.data, opt.len);
			break;
		case STEP_EXISTS:
			push_truth(m, find(in, &expr->operands[step->at]).data != NULL);
			break;
		case STEP_KNOWN:
			push_truth(m, in->known);
			break;
		case STEP_MEMBER:
			push_truth(m, in->classes && in->classes[step->n / 64] >> step->n % 64 & 1);
			break;
		case STEP_OPERATOR:
			apply(m, (enum expr_operator)step->n);
			break;
		case STEP_SUBSTRING:
			substring(m, step->a, step->b);
			break;
		case STEP_SPLIT:
			split(m, step->a);
			break;
		default:
			i = branch(m, step, i);
			break;
		}
	}
}

size_t expr_string(const struct expr *expr, const struct expr_input *in, uint8_t *buf, size_t cap)
{
	struct machine m;
	size_t len;

	if (expr->type != EXPR_STRING)
		return 0;
	run(&m, expr, in);
	if (m.failed)
		return 0;
	len = top_len(&m) < cap ? top_len(&m) : cap;
	memcpy(buf, top(&m), len);
	return len;
}

bool expr_bool(const struct expr *expr, const struct expr_input *in)
{
	struct machine m;

	if (expr->type != EXPR_TRUTH)
		return false;
	run(&m, expr, in);
	return !m.failed && pop_truth(&m);
}

bool expr_is_bool(const struct expr *expr)
{
	return expr->type == EXPR_TRUTH;
}

bool expr_memoisable(const struct expr *expr)
{
	return expr->memoisable;
}

/* FNV-1a */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (int i = 0; i < 8; i++, value >>= 8)
		hash = (hash ^ (value & 0xff)) * 0x100000001b3ull;
	return hash;
}

uint64_t expr_digest(const struct expr *expr)
{
	return expr_digest_classes(expr, NULL);
}

uint64_t expr_digest_classes(const struct expr *expr, const uint64_t *classes)
{
	uint64_t hash = mix(0xcbf29ce484222325ull, expr->type);

	/* Member by member: padding means nothing. */
	hash = mix(hash, expr->n_steps);
	for (size_t i = 0; i < expr->n_steps; i++) {
		const struct step *step = &expr->steps[i];

		uint64_t n = step->kind == STEP_MEMBER && classes ? classes[step->n] : step->n;

		hash = mix(mix(mix(hash, step->kind), n), step->at);
		hash = mix(mix(hash, (uint32_t)step->a), (uint32_t)step->b);
	}
	hash = mix(hash, expr->n_operands);
	for (size_t i = 0; i < expr->n_operands; i++) {
		const struct expr_operand *operand = &expr->operands[i];

		hash = mix(mix(mix(hash, operand->source), operand->text), operand->enterprise);
		hash = mix(hash, operand->n);
		for (size_t j = 0; j < operand->n; j++)
			hash = mix(hash, operand->path[j]);
	}
	hash = mix(hash, expr->pool_len);
	for (size_t i = 0; i < expr->pool_len; i++)
		hash = mix(hash, expr->pool[i]);
	return hash;
}

void expr_free(struct expr *expr)
{
	if (!expr)
		return;
	free(expr->steps);
	free(expr->operands);
	free(expr->pool);
	free(expr);
}
