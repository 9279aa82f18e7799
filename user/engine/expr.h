/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kea's expressions, compiled: what flex-id reservations (and later client classes) are found by.
 * config/ parses the text and builds the program with struct expr_builder; here it is evaluated.
 * Pure; an expression is immutable and owns all it refers to. Evaluation allocates nothing, does
 * not recurse and never fails: what is absent is the empty string, as in Kea. A number or address
 * that is turned into text but has not that many bytes leaves the whole expression
 * without a value, as Kea's exception does: an empty string, or false. Values are bytes: they may
 * hold anything, NUL too.
 */
#ifndef XDHCP_EXPR_H
#define XDHCP_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

#define EXPR_VALUE_MAX	 4096  /* bytes of a string while it is evaluated; longer ones are cut */
#define EXPR_SCRATCH_MAX 32768 /* bytes of all strings that are held at once */

struct expr;

/* What it is evaluated on. Borrowed. */
struct expr_input {
	const struct dhcp_msg *msg;
	struct dhcp_opt agent; /* the relay information in effect (option 82's data), or none */
	const char *interface; /* the link that the message came in by */
	bool known;	       /* the client has a reservation */
	/* The classes that it is a member of so far, a bit each, by number; NULL: of none. */
	const uint64_t *classes;
};

/*
 * Evaluates a string expression. Returns the value's length, at most `cap` (the rest is cut).
 */
size_t expr_string(const struct expr *expr, const struct expr_input *in, uint8_t *buf, size_t cap);
/* These two are built for client classes, and not used yet. */
bool expr_bool(const struct expr *expr, const struct expr_input *in);
/* Is it a truth (==, and, exists ...) rather than a string? */
bool expr_is_bool(const struct expr *expr);
/*
 * Does it read only what a form of request, the slot and the lease hold? If not (xid, secs, hops,
 * lengths, addresses that the packet came from), an answer that depends on it is not memoised.
 */
bool expr_memoisable(const struct expr *expr);
/*
 * Of the whole program, as it was compiled: of one text there may be two, where the configuration
 * says anew which code or type an option's name stands for. The same in every run.
 */
uint64_t expr_digest(const struct expr *expr);
/* The same, with classes[n] in place of the number of a class, which depends on others. */
uint64_t expr_digest_classes(const struct expr *expr, const uint64_t *classes);
void expr_free(struct expr *expr); /* NULL: nothing */

/* --- building; for config/expr_parse.c --- */

/*
 * Values are pushed, operators take them off and push their result, in the order of evaluation.
 * The builder follows what is on the stack, of which type and how long at most, so
 * that evaluation needs no checks and cannot run out of its fixed memory. The first thing that
 * goes wrong stays: all that follows does nothing.
 */
struct expr_builder;

enum expr_type { EXPR_STRING, EXPR_TRUTH };

/* X(name, space, key, bytes, memoisable): fields of the packet; not its options. */
#define EXPR_FIELDS(X)                               \
	X(IFACE, "pkt", "iface", 15, true)           \
	X(SRC, "pkt", "src", 4, false)               \
	X(DST, "pkt", "dst", 4, false)               \
	X(LEN, "pkt", "len", 4, false)               \
	X(MAC, "pkt4", "mac", DHCP_CHADDR_LEN, true) \
	X(HLEN, "pkt4", "hlen", 4, true)             \
	X(HTYPE, "pkt4", "htype", 4, true)           \
	X(CIADDR, "pkt4", "ciaddr", 4, false)        \
	X(GIADDR, "pkt4", "giaddr", 4, true)         \
	X(YIADDR, "pkt4", "yiaddr", 4, false)        \
	X(SIADDR, "pkt4", "siaddr", 4, false)        \
	/* what is memoised answers a REQUEST */     \
	X(MSGTYPE, "pkt4", "msgtype", 4, true)       \
	X(TRANSID, "pkt4", "transid", 4, false)

enum expr_field {
#define X(name, space, key, bytes, memoisable) EXPR_FIELD_##name,
	EXPR_FIELDS(X)
#undef X
};

#define EXPR_PATH_MAX 8 /* an option, its sub-option, that one's sub-option ... */

enum expr_source {
	EXPR_OPTION,	      /* path: its code, then those of sub-options */
	EXPR_VENDOR,	      /* option 125 (RFC 3925 4); path: codes of sub-options */
	EXPR_VENDOR_ID,	      /* its enterprise number */
	EXPR_VENDOR_CLASS,    /* option 124 (RFC 3925 3); path: which of its chunks, from 0 */
	EXPR_VENDOR_CLASS_ID, /* its enterprise number */
};

struct expr_operand { /* something that a message may have or not */
	enum expr_source source;
	bool text;	     /* a string: NULs at its end do not count (RFC 2132 2) */
	uint8_t n;	     /* of path */
	uint32_t enterprise; /* only of this one; 0: of any */
	uint8_t path[EXPR_PATH_MAX];
};

enum expr_operator {
	EXPR_EQUAL, /* two strings -> truth */
	EXPR_CONCAT,
	EXPR_LCASE, /* ASCII letters */
	EXPR_UCASE,
	EXPR_HEXSTRING, /* string, separator */
	EXPR_ADDRTOTEXT,
	EXPR_INT8TOTEXT,
	EXPR_INT16TOTEXT,
	EXPR_INT32TOTEXT,
	EXPR_UINT8TOTEXT,
	EXPR_UINT16TOTEXT,
	EXPR_UINT32TOTEXT,
	EXPR_NOT,
	EXPR_SAND, /* `and` that evaluates both sides, whatever the first one is */
	EXPR_SOR,
	EXPR_SIFELSE, /* truth, two strings */
};

enum expr_branch { EXPR_AND, EXPR_OR, EXPR_IF };

struct expr_builder *expr_build(void); /* NULL: no memory */
void expr_push_literal(struct expr_builder *builder, const void *data, size_t len);
void expr_push_integer(struct expr_builder *builder, uint32_t value); /* as four bytes */
void expr_push_field(struct expr_builder *builder, enum expr_field field);
void expr_push_value(struct expr_builder *builder, const struct expr_operand *operand);
void expr_push_exists(struct expr_builder *builder, const struct expr_operand *operand);
void expr_push_known(struct expr_builder *builder);
/* member('X'). Whether that class is memoisable is its own matter, not this program's. */
void expr_push_member(struct expr_builder *builder, uint16_t client_class);
void expr_apply(struct expr_builder *builder, enum expr_operator op);
void expr_apply_substring(struct expr_builder *builder, int32_t start, int32_t length);
void expr_apply_split(struct expr_builder *builder, int32_t field); /* string, delimiters */
/*
 * After the left side of `and` or `or`, or the condition of `ifelse`. expr_else() stands between
 * the two strings of `ifelse`, expr_end() after the right side or the second string. They take and
 * return where the branch stands.
 */
size_t expr_branch(struct expr_builder *builder, enum expr_branch branch);
size_t expr_else(struct expr_builder *builder, size_t at);
void expr_end(struct expr_builder *builder, size_t at);

/* 0, or what went wrong: -ENOMEM; -E2BIG: a literal or all that is held at once is too long. */
int expr_builder_error(const struct expr_builder *builder);
bool expr_builder_memoisable(const struct expr_builder *builder); /* so far */
/* Frees the builder. As above, and -EINVAL: not one value is left. *ret is the caller's. */
int expr_build_end(struct expr_builder *builder, struct expr **ret);

#endif
