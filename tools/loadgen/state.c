// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The state file: a line a client, "index mac address server-id server-mac
 * lease-time form", in any order; the MAC carries the index. It is replaced as a whole: a run that
 * dies leaves the old one.
 */
#include "loadgen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void client_init(struct client *client, uint32_t index, uint8_t prefix, const struct form *form)
{
	*client = (struct client){
		.index = index,
		.form = form,
		.mac = {2, prefix, (uint8_t)(index >> 24), (uint8_t)(index >> 16),
			(uint8_t)(index >> 8), (uint8_t)index},
	};
}

uint32_t client_index(const uint8_t mac[6])
{
	return (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
}

static int compare_index(const void *a, const void *b)
{
	uint32_t x = ((const struct client *)a)->index, y = ((const struct client *)b)->index;

	return x < y ? -1 : x > y;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
	unsigned v[6];
	char end;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		   &end) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)v[i];
	return true;
}

static bool parse_line(const char *line, struct client *client)
{
	char mac[32], addr[32], server[32], server_mac[32], form[32] = "dhclient", end;
	struct in_addr a, s;
	uint32_t index, lease;
	int fields;

	fields = sscanf(line, "%" SCNu32 " %31s %31s %31s %31s %" SCNu32 " %31s %c", &index, mac,
			addr, server, server_mac, &lease, form, &end);
	if (fields < 6 || fields > 7 || !form_by_name(form))
		return false;
	client_init(client, index, 0, form_by_name(form));
	if (!parse_mac(mac, client->mac) || !parse_mac(server_mac, client->server_mac) ||
	    inet_pton(AF_INET, addr, &a) != 1 || inet_pton(AF_INET, server, &s) != 1 ||
	    client_index(client->mac) != index)
		return false;
	client->addr = ntohl(a.s_addr);
	client->server_id = ntohl(s.s_addr);
	client->lease = lease;
	return true;
}

int state_read(const char *file, uint32_t first, uint32_t max, struct client **ret_clients)
{
	FILE *in = fopen(file, "re");
	struct client *clients = NULL, client;
	size_t n = 0, cap = 0, line_no = 0, size = 0;
	char *line = NULL;
	int r = -1;

	if (!in) {
		fprintf(stderr, "loadgen: %s: %s\n", file, strerror(errno));
		return -1;
	}
	while ((max == 0 || n < max) && getline(&line, &size, in) > 0) {
		line_no++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (!parse_line(line, &client)) {
			fprintf(stderr, "loadgen: %s:%zu: not a client's line\n", file, line_no);
			goto out;
		}
		if (client.index < first)
			continue;
		if (n == cap) {
			struct client *grown;

			cap = cap ? cap * 2 : 1024;
			grown = reallocarray(clients, cap, sizeof(*grown));
			if (!grown)
				goto out;
			clients = grown;
		}
		clients[n++] = client;
	}
	if (n == 0) {
		fprintf(stderr, "loadgen: %s: no clients\n", file);
		goto out;
	}
	qsort(clients, n, sizeof(*clients), compare_index);
	*ret_clients = clients;
	clients = NULL;
	r = (int)n;
out:
	free(clients);
	free(line);
	fclose(in);
	return r;
}

static void print_client(FILE *out, const struct client *c)
{
	const uint8_t *m = c->mac, *s = c->server_mac;
	struct in_addr addr = {htonl(c->addr)}, server = {htonl(c->server_id)};
	char a[INET_ADDRSTRLEN], b[INET_ADDRSTRLEN];

	fprintf(out,
		"%" PRIu32 " %02x:%02x:%02x:%02x:%02x:%02x %s %s %02x:%02x:%02x:%02x:%02x:%02x"
		" %" PRIu32 " %s\n",
		c->index, m[0], m[1], m[2], m[3], m[4], m[5],
		inet_ntop(AF_INET, &addr, a, sizeof(a)), inet_ntop(AF_INET, &server, b, sizeof(b)),
		s[0], s[1], s[2], s[3], s[4], s[5], c->lease, form_name(c->form));
}

int state_write(const char *file, const struct client *clients, size_t n)
{
	char tmp[4096];
	FILE *out;
	bool failed;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", file) >= (int)sizeof(tmp) ||
	    !(out = fopen(tmp, "we"))) {
		fprintf(stderr, "loadgen: cannot write %s: %s\n", file, strerror(errno));
		return -1;
	}
	fprintf(out, "# index mac address server-id server-mac lease-time form\n");
	for (size_t i = 0; i < n; i++)
		if (clients[i].addr)
			print_client(out, &clients[i]);
	failed = ferror(out);
	if (fclose(out) != 0 || failed || rename(tmp, file) < 0) {
		fprintf(stderr, "loadgen: cannot write %s: %s\n", file, strerror(errno));
		return -1;
	}
	return 0;
}
