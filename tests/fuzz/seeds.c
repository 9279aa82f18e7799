// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Makes the corpora that follow from what the other tests have: malformed frames by their names,
 * an example of every option, and the words of dictionaries.
 *
 *   seeds DIR: DIR/HARNESS/NAME, and DIR/HARNESS.dict
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/malformed.h"
#include "../common/option_examples.h"
#include "../common/require.h"
#include "config/schema.h"
#include "control/control.h"
#include "exchanges.h"
#include "proto/options.h"

static const char *dir;

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		wrong("%s: %s", path, strerror(errno));
	return f;
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		wrong("%s: %s", path, strerror(errno));
}

static void write_seed(const char *harness, const char *name, const void *head, size_t head_len,
		       const void *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, harness);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, harness, name);
	for (char *c = path + strlen(dir) + strlen(harness) + 2; *c; c++)
		*c = *c == ' ' || *c == '/' ? '-' : *c;
	f = create(path);
	fwrite(head, 1, head_len, f);
	fwrite(data, 1, len, f);
	require(fclose(f) == 0);
}

/* --- frames --- */

/* fuzz_decode.c: a byte of switches first; 1: the IP checksum stays as it is. */
static void frame(void *ctx, const struct malformed *m)
{
	(void)ctx;
	write_seed("decode", m->name, "\3", 1, m->frame, m->len);
}

static void exchange(const char *name, const uint8_t *data, size_t len)
{
	write_seed("packet", name, "", 0, data, len);
}

/* --- options --- */

static void option(unsigned code)
{
	const struct option_example *e = &option_examples[code];
	const struct option_def *def = option_by_code((uint8_t)code);
	uint8_t head[] = {'p', (uint8_t)code}, value[1024];
	char name[200], why[128];
	int n;

	if (!def || !e->good)
		return;
	snprintf(name, sizeof(name), "text-of-%s", def->name);
	write_seed("options", name, head, 2, e->good, strlen(e->good));
	snprintf(name, sizeof(name), "bad-text-of-%s", def->name);
	if (e->bad)
		write_seed("options", name, head, 2, e->bad, strlen(e->bad));
	n = option_parse(def, e->good, value, sizeof(value), why, sizeof(why));
	require(n >= 0);
	head[0] = 'b';
	snprintf(name, sizeof(name), "bytes-of-%s", def->name);
	write_seed("options", name, head, 2, value, (size_t)n);
}

/* --- dictionaries --- */

static void word(FILE *f, const char *text, size_t len)
{
	fputc('"', f);
	for (size_t i = 0; i < len; i++)
		fprintf(f,
			isalnum((unsigned char)text[i]) || strchr("-.:, /()[]", text[i])
				? "%c"
				: "\\x%02x",
			(unsigned char)text[i]);
	fputs("\"\n", f);
}

/* The words of "a|b|c", each with what stands after it in a file. */
static void words(FILE *f, const char *list, const char *after)
{
	while (list && *list) {
		size_t n = strcspn(list, "|");
		char text[300];

		snprintf(text, sizeof(text), "%.*s%s", (int)n, list, after);
		word(f, text, strlen(text));
		list += n + (list[n] == '|');
	}
}

static FILE *dictionary(const char *harness)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.dict", dir, harness);
	return create(path);
}

static void config_dictionary(void)
{
	FILE *f = dictionary("config");

	for (size_t i = 0; i < schema_n; i++) {
		words(f, schema[i].name, ": ");
		words(f, schema[i].allowed, "");
	}
	for (unsigned code = 1; code < 255; code++) {
		if (option_by_code((uint8_t)code))
			words(f, option_by_code((uint8_t)code)->name, "");
	}
	for (const char *const *w =
		     (const char *const[]){"192.0.2.0/24", "10.0.0.0/8", "4294967295",
					   "02:00:00:00:00:01", "0x", "[{", "}]", ", ", "null",
					   "- ", "\n  ", "&a ", "*a", "|\n", "/* */", "\\u0000",
					   NULL};
	     *w; w++)
		word(f, *w, strlen(*w));
	fclose(f);
}

static void options_dictionary(void)
{
	static const char *const kea[] = {
		"option[",     "relay4[",     "vendor[",       "vendor-class[", "].hex",
		"].text",      "].exists",    "].option[",     "].enterprise",	"].data",
		"pkt.iface",   "pkt4.mac",    "pkt4.transid",  "substring(",	"concat(",
		"ifelse(",     "hexstring(",  "lcase(",	       "ucase(",	"split(",
		"addrtotext(", "int8totext(", "uint32totext(", "member(",	"known",
		" and ",       " or ",	      " sand ",	       "not ",		" == ",
		"0x",	       "'",	      ", all)",	       "10.0.0.1"};
	FILE *f = dictionary("options");

	for (size_t i = 0; i < sizeof(kea) / sizeof(kea[0]); i++)
		word(f, kea[i], strlen(kea[i]));
	for (unsigned code = 1; code < 255; code++) {
		if (option_examples[code].good && *option_examples[code].good)
			word(f, option_examples[code].good, strlen(option_examples[code].good));
	}
	fclose(f);
}

/* The commands are those that list-commands says. */
static void control_dictionary(void)
{
	static const struct control_ops none = {.version = "0"};
	json_t *request = json_pack("{s:s}", "command", "list-commands");
	json_t *reply = control_execute(&none, NULL, request), *name;
	FILE *f = dictionary("control");
	size_t i;

	json_array_foreach (json_object_get(reply, "arguments"), i, name) {
		const char *command = json_string_value(name);
		char text[200];
		int n = snprintf(text, sizeof(text), "{\"command\":\"%s\"}", command);

		word(f, command, strlen(command));
		write_seed("control", command, text, (size_t)n, "", 0);
	}
	require(i > 0);
	for (const char *const *w =
		     (const char *const[]){
			     "\"arguments\":{", "\"command\":\"", "\"service\":[\"dhcp4\"]",
			     "\"ip-address\":\"192.0.2.10\"", "\"subnet-id\":1", "\"subnets\":[1]",
			     "\"name\":\"", "pkt4-received", "\"Dhcp4\":{", "subnet[1].",
			     "4294967295", "1e400", "\\u0000", "\\ud800", NULL};
	     *w; w++)
		word(f, *w, strlen(*w));
	fclose(f);
	json_decref(request);
	json_decref(reply);
}

int main(int argc, char **argv)
{
	static const struct packet_host client = {{2, 0, 0, 0, 0, 1}, PACKET_ADDR(10, 0, 0, 20)};
	static const struct packet_host server = {{2, 0, 0, 0, 0, 2}, PACKET_ADDR(10, 0, 0, 1)};

	require(argc == 2);
	dir = argv[1];
	make_dir(dir);
	malformed_each(&client, &server, frame, NULL);
	exchanges_each(exchange);
	for (unsigned code = 0; code < 256; code++)
		option(code);
	config_dictionary();
	options_dictionary();
	control_dictionary();
	return 0;
}
