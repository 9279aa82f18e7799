// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Building expressions (expr.h). What is built fits the evaluation's fixed memory whatever a
 * message holds: for every string the stack remembers how long it may be, and their sum
 * is kept within EXPR_SCRATCH_MAX. Pure; a builder lives while a configuration is read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <form.h>

#include "expr_private.h"

#define TEXT_MAX 45 /* of an address or a number: "ffff:...:255.255.255.255" */

struct entry { /* on the stack */
	enum expr_type type;
	size_t max; /* bytes */
};

struct expr_builder {
	struct expr *expr;
	struct entry stack[EXPR_HEIGHT_MAX];
	size_t height, held; /* held: the sum of max */
	size_t room_steps, room_operands, room_pool;
	int error;
};

struct expr_builder *expr_build(void)
{
	struct expr_builder *b = calloc(1, sizeof(*b));
	struct expr *expr = calloc(1, sizeof(*expr));

	if (!b || !expr) {
		free(b);
		free(expr);
		return NULL;
	}
	expr->memoisable = true;
	b->expr = expr;
	return b;
}

/* Room for `more` members beyond n; returns the array, moved or not. */
static void *grow(struct expr_builder *b, void *array, size_t *room, size_t n, size_t more,
		  size_t size)
{
	size_t wanted = n + more > 2 * *room ? n + more : 2 * *room;
	void *grown;

	if (n + more <= *room)
		return array;
	grown = reallocarray(array, wanted, size);
	if (!grown) {
		b->error = -ENOMEM;
		return array;
	}
	*room = wanted;
	return grown;
}

static void add_step(struct expr_builder *b, struct step step)
{
	struct expr *e = b->expr;

	e->steps = grow(b, e->steps, &b->room_steps, e->n_steps, 1, sizeof(*e->steps));
	if (!b->error)
		e->steps[e->n_steps++] = step;
}

/* Are there n on the stack, all of them of the type? Sets -EINVAL. */
static bool has(struct expr_builder *b, size_t n, enum expr_type type)
{
	if (!b->error && b->height < n)
		b->error = -EINVAL;
	for (size_t i = 0; !b->error && i < n; i++) {
		if (b->stack[b->height - 1 - i].type != type)
			b->error = -EINVAL;
	}
	return !b->error;
}

static size_t pop(struct expr_builder *b)
{
	size_t max = b->stack[--b->height].max;

	b->held -= max;
	return max;
}

static void push(struct expr_builder *b, enum expr_type type, size_t max)
{
	max = max > EXPR_VALUE_MAX ? EXPR_VALUE_MAX : max;
	if (b->error)
		return;
	if (b->height == EXPR_HEIGHT_MAX || b->held + max > EXPR_SCRATCH_MAX) {
		b->error = -E2BIG;
		return;
	}
	b->stack[b->height++] = (struct entry){type, max};
	b->held += max;
}

void expr_push_literal(struct expr_builder *b, const void *data, size_t len)
{
	struct expr *e = b->expr;
	size_t at = e->pool_len;

	if (!b->error && len > EXPR_VALUE_MAX)
		b->error = -E2BIG;
	if (b->error)
		return;
	e->pool = grow(b, e->pool, &b->room_pool, at, len, 1);
	if (b->error)
		return;
	if (len)
		memcpy(e->pool + at, data, len);
	e->pool_len += len;
	add_step(b, (struct step){.kind = STEP_LITERAL, .n = (uint16_t)len, .at = (uint32_t)at});
	push(b, EXPR_STRING, len);
}

void expr_push_integer(struct expr_builder *b, uint32_t value)
{
	uint8_t wire[4];

	dhcp_put_u32(wire, value);
	expr_push_literal(b, wire, sizeof(wire));
}

void expr_push_field(struct expr_builder *b, enum expr_field field)
{
	static const struct {
		size_t max;
		bool memoisable;
	} fields[] = {
#define X(name, space, key, bytes, memoisable) [EXPR_FIELD_##name] = {bytes, memoisable},
		EXPR_FIELDS(X)
#undef X
	};

	if (b->error)
		return;
	b->expr->memoisable &= fields[field].memoisable;
	add_step(b, (struct step){.kind = STEP_FIELD, .n = (uint16_t)field});
	push(b, EXPR_STRING, fields[field].max);
}

static void add_operand(struct expr_builder *b, enum step_kind kind,
			const struct expr_operand *operand)
{
	struct expr *e = b->expr;

	if (b->error)
		return;
	e->operands = grow(b, e->operands, &b->room_operands, e->n_operands, 1,
			   sizeof(*e->operands));
	if (b->error)
		return;
	/* Option 82 is in the form, or in the lease. */
	if (operand->source == EXPR_OPTION && !form_has(operand->path[0]))
		e->memoisable = false;
	add_step(b, (struct step){.kind = kind, .at = (uint32_t)e->n_operands});
	e->operands[e->n_operands++] = *operand;
}

void expr_push_value(struct expr_builder *b, const struct expr_operand *operand)
{
	bool whole = operand->source == EXPR_OPTION && operand->n == 1;

	add_operand(b, STEP_VALUE, operand);
	/* only a whole option can be longer than one byte counts (RFC 3396) */
	push(b, EXPR_STRING, whole ? sizeof(((struct dhcp_msg *)0)->joined) : 255);
}

void expr_push_exists(struct expr_builder *b, const struct expr_operand *operand)
{
	add_operand(b, STEP_EXISTS, operand);
	push(b, EXPR_TRUTH, 1);
}

void expr_push_known(struct expr_builder *b)
{
	if (b->error)
		return;
	add_step(b, (struct step){.kind = STEP_KNOWN});
	push(b, EXPR_TRUTH, 1);
}

void expr_push_member(struct expr_builder *b, uint16_t client_class)
{
	if (b->error)
		return;
	add_step(b, (struct step){.kind = STEP_MEMBER, .n = client_class});
	push(b, EXPR_TRUTH, 1);
}

/* `n` strings are replaced by one of at most `max` bytes. */
static void replace(struct expr_builder *b, size_t n, enum expr_type type, size_t max)
{
	while (n--)
		pop(b);
	push(b, type, max);
}

static void apply_hexstring(struct expr_builder *b)
{
	size_t separator = b->stack[b->height - 1].max, bytes = b->stack[b->height - 2].max;
	size_t max = bytes * (2 + separator);

	/* the result is made beside what it is made of */
	push(b, EXPR_STRING, max);
	if (!b->error)
		replace(b, 3, EXPR_STRING, max);
}

static void apply_to_string(struct expr_builder *b, enum expr_operator op)
{
	bool two = op == EXPR_CONCAT || op == EXPR_HEXSTRING;

	if (!has(b, two ? 2 : 1, EXPR_STRING))
		return;
	if (op == EXPR_CONCAT)
		replace(b, 2, EXPR_STRING,
			b->stack[b->height - 1].max + b->stack[b->height - 2].max);
	else if (op == EXPR_HEXSTRING)
		apply_hexstring(b);
	else if (op != EXPR_LCASE && op != EXPR_UCASE)
		replace(b, 1, EXPR_STRING, TEXT_MAX);
}

void expr_apply(struct expr_builder *b, enum expr_operator op)
{
	add_step(b, (struct step){.kind = STEP_OPERATOR, .n = (uint16_t)op});
	switch (op) {
	case EXPR_EQUAL:
		if (has(b, 2, EXPR_STRING))
			replace(b, 2, EXPR_TRUTH, 1);
		break;
	case EXPR_NOT:
		has(b, 1, EXPR_TRUTH);
		break;
	case EXPR_SAND:
	case EXPR_SOR:
		if (has(b, 2, EXPR_TRUTH))
			replace(b, 2, EXPR_TRUTH, 1);
		break;
	case EXPR_SIFELSE:
		if (has(b, 2, EXPR_STRING)) {
			size_t no = pop(b), yes = pop(b);

			if (has(b, 1, EXPR_TRUTH))
				replace(b, 1, EXPR_STRING, yes > no ? yes : no);
		}
		break;
	default:
		apply_to_string(b, op);
		break;
	}
}

void expr_apply_substring(struct expr_builder *b, int32_t start, int32_t length)
{
	size_t most = length < 0 ? (size_t) - (int64_t)length : (size_t)length;

	add_step(b, (struct step){.kind = STEP_SUBSTRING, .a = start, .b = length});
	if (has(b, 1, EXPR_STRING) && b->stack[b->height - 1].max > most)
		replace(b, 1, EXPR_STRING, most);
}

void expr_apply_split(struct expr_builder *b, int32_t field)
{
	add_step(b, (struct step){.kind = STEP_SPLIT, .a = field});
	if (has(b, 2, EXPR_STRING))
		pop(b);
}

size_t expr_branch(struct expr_builder *b, enum expr_branch branch)
{
	static const enum step_kind kinds[] = {
		[EXPR_AND] = STEP_AND, [EXPR_OR] = STEP_OR, [EXPR_IF] = STEP_IF};

	add_step(b, (struct step){.kind = kinds[branch]});
	if (!has(b, 1, EXPR_TRUTH))
		return 0;
	pop(b);
	return b->expr->n_steps - 1;
}

size_t expr_else(struct expr_builder *b, size_t at)
{
	if (!has(b, 1, EXPR_STRING))
		return 0;
	/* the second string is pushed where the first one would be; which of them is longer? */
	add_step(b, (struct step){.kind = STEP_ELSE, .n = (uint16_t)pop(b)});
	if (b->error)
		return 0;
	b->expr->steps[at].at = (uint32_t)b->expr->n_steps;
	return b->expr->n_steps - 1;
}

void expr_end(struct expr_builder *b, size_t at)
{
	struct step *step = b->error ? NULL : &b->expr->steps[at];
	bool strings = step && step->kind == STEP_ELSE;

	if (!has(b, 1, strings ? EXPR_STRING : EXPR_TRUTH))
		return;
	step->at = (uint32_t)b->expr->n_steps;
	if (strings && b->stack[b->height - 1].max < step->n)
		replace(b, 1, EXPR_STRING, step->n);
}

int expr_builder_error(const struct expr_builder *b)
{
	return b->error;
}

bool expr_builder_memoisable(const struct expr_builder *b)
{
	return b->expr->memoisable;
}

int expr_build_end(struct expr_builder *b, struct expr **ret)
{
	int r = b->error ? b->error : b->height == 1 ? 0 : -EINVAL;

	if (r == 0) {
		b->expr->type = b->stack[0].type;
		*ret = b->expr;
	} else {
		expr_free(b->expr);
	}
	free(b);
	return r;
}
