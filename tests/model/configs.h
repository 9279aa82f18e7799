/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Configurations of the model: one small subnet, so that addresses are wanted by several soon. */
#ifndef XDHCP_TESTS_MODEL_CONFIGS_H
#define XDHCP_TESTS_MODEL_CONFIGS_H

#include "world.h"

/* Lines at the top level, then lines of the one subnet, a pool of .10 and on. */
#define CONFIG_WITH(top, last, subnet)                                    \
	"interfaces-config: {interfaces: [" WORLD_INTERFACE "]}\n"        \
	"control-socket: {socket-type: unix, socket-name: ''}\n"          \
	"lease-database: {type: sqlite, name: /model}\n" top "subnet4:\n" \
	"- id: 1\n"                                                       \
	"  subnet: 192.0.2.0/24\n"                                        \
	"  pools: [{pool: 192.0.2.10 - 192.0.2." last "}]\n" subnet

#define CONFIG_FAST_PATH(more) "fast-path: {pin-path: " WORLD_PINS ", max-entries: 256" more "}\n"
#define CONFIG_SHORT	       "valid-lifetime: 60\ndecline-probation-period: 30\n"

/* One address, 60 seconds. */
#define CONFIG_ONE CONFIG_WITH(CONFIG_FAST_PATH("") CONFIG_SHORT, "10", "")
/* Two. */
#define CONFIG_TWO CONFIG_WITH(CONFIG_FAST_PATH("") CONFIG_SHORT, "11", "")

/*
 * Lines at the top level; pools in two /24s, .2.10, .2.11 and .3.10, of which the fast path has
 * room for one.
 */
#define CONFIG_WIDE(top, subnet)                                          \
	"interfaces-config: {interfaces: [" WORLD_INTERFACE "]}\n"        \
	"control-socket: {socket-type: unix, socket-name: ''}\n"          \
	"lease-database: {type: sqlite, name: /model}\n" top "subnet4:\n" \
	"- id: 1\n"                                                       \
	"  subnet: 192.0.2.0/23\n"                                        \
	"  pools: [{pool: 192.0.2.10 - 192.0.2.11}, {pool: 192.0.3.10/32}]\n" subnet

#define ADDRESS_C 0xc000030au /* .3.10 */
#define ADDRESS_A 0xc000020au /* .10 */
#define ADDRESS_B 0xc000020bu

#endif
