/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The operands of an expression that read the packet, each from behind its first word; private to
 * expr_operand.c and expr_parse.c. `which` is of the word: parse_field() alone looks at it.
 */
#ifndef XDHCP_CONFIG_EXPR_OPERAND_H
#define XDHCP_CONFIG_EXPR_OPERAND_H

#include "expr_token.h"

enum expr_type parse_option(struct parser *p, int which);
enum expr_type parse_relay4(struct parser *p, int which);
enum expr_type parse_vendor(struct parser *p, int which);
enum expr_type parse_vendor_class(struct parser *p, int which);

enum { FIELDS_OF_PKT, FIELDS_OF_PKT4 };
enum expr_type parse_field(struct parser *p, int which);

#endif
