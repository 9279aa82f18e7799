/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The corpus of fuzz_packet (exchanges.c). */
#ifndef XDHCP_FUZZ_EXCHANGES_H
#define XDHCP_FUZZ_EXCHANGES_H

#include <stddef.h>
#include <stdint.h>

void exchanges_each(void (*fn)(const char *name, const uint8_t *data, size_t len));

#endif
