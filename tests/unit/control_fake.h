/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A daemon of three leases, or of many, behind control_ops; and what its leases
 * look like in a reply.
 */
#ifndef XDHCP_TESTS_CONTROL_FAKE_H
#define XDHCP_TESTS_CONTROL_FAKE_H

#include "control/control.h"

struct fake {
	uint32_t many;	  /* that many more leases from 172.16.0.0, in subnet 9 */
	uint32_t reloads; /* config-reload calls */
	uint32_t resets;  /* statistic-reset calls that did */
	uint32_t walked;  /* leases handed out */
	uint32_t longest; /* the most in one call of leases() */
	const char *refuse;
	json_t *tested;					       /* what config-test was given */
	void (*done)(void *ctx, enum control_deleted outcome); /* of lease4-del 10.0.0.5 */
	void *done_ctx;
};

extern const struct control_ops fake_ops; /* their arg is a struct fake */

#define LEASE_5                                                                              \
	"{\"ip-address\":\"10.0.0.5\",\"subnet-id\":1,\"hw-address\":\"52:54:00:ab:cd:ef\"," \
	"\"client-id\":\"01:52:54:00:ab:cd:ef\",\"cltt\":1700000000,\"valid-lft\":3600,"     \
	"\"fqdn-fwd\":false,\"fqdn-rev\":false,\"hostname\":\"printer\",\"state\":0,"        \
	"\"user-context\":{\"xdhcp\":{\"expire\":1700003600,\"slot\":5,\"hits\":12,"         \
	"\"ack-until\":1700010800}}}"
#define LEASE_6                                                                               \
	"{\"ip-address\":\"10.0.0.6\",\"subnet-id\":1,\"hw-address\":\"02:00:00:00:00:0a\","  \
	"\"cltt\":1700000001,\"valid-lft\":4294967295,\"fqdn-fwd\":false,\"fqdn-rev\":false," \
	"\"hostname\":\"\",\"state\":0,"                                                      \
	"\"user-context\":{\"ISC\":{\"relay-agent-info\":{\"relay-id\":\"72\",\"remote-id\":" \
	"\"0ABF\","                                                                           \
	"\"sub-options\":\"0x0104706F727402020ABF0C017263\"}},"                               \
	"\"xdhcp\":{\"expire\":null,\"ack-until\":null,\"giaddr\":\"192.168.7.1\"}}}"
#define LEASE_LAST                                                                               \
	"{\"ip-address\":\"255.255.255.255\",\"subnet-id\":2,"                                   \
	"\"hw-address\":\"02:00:00:00:00:0b\",\"cltt\":1700000002,\"valid-lft\":600,"            \
	"\"fqdn-fwd\":false,\"fqdn-rev\":false,\"hostname\":\"caf?\",\"state\":1,"               \
	"\"user-context\":{\"ISC\":{\"relay-agent-info\":{\"sub-options\":\"0x0104706F7274\"}}," \
	"\"xdhcp\":{\"expire\":1700000602,\"ack-until\":1700000602}}}"

#define GET(arguments) "{\"command\":\"lease4-get\",\"arguments\":{" arguments "}}"
#define DEL(arguments) "{\"command\":\"lease4-del\",\"arguments\":{" arguments "}}"
#define ALL(arguments) "{\"command\":\"lease4-get-all\",\"arguments\":{" arguments "}}"
#define BAD_SUBNETS \
	"{\"result\":1,\"text\":\"'subnets' parameter must be a list of one or more subnet ids\"}"

#endif
