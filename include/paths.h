/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where things are unless the configuration or the command line says otherwise:
 * what xdhcpd and xdhcpctl must agree on without having talked to each other.
 */
#ifndef XDHCP_PATHS_H
#define XDHCP_PATHS_H

#define XDHCP_CONFIG_FILE "/etc/xdhcp/xdhcpd.yaml"
#define XDHCP_STORE	  "/var/lib/xdhcp/leases.db"
#define XDHCP_SOCKET	  "/run/xdhcp/xdhcp.sock"
#define XDHCP_PIN_PATH	  "/sys/fs/bpf/xdhcp" /* in a bpffs */

#endif
