// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Replies: what stands in them, and in which part. What is the same for
 * all clients of one recipe goes to options[], what is the client's own to the
 * tail, so that a template is a copy of what was sent. For one form of request and
 * one client's record the answer is always the same, whichever of the four states
 * the REQUEST was in: that is what makes it memoisable. Who changes an answer
 * raises ENGINE_ANSWERS (engine.h).
 */
#include <arpa/inet.h>
#include <string.h>

#include "option_choice.h"

static void put_u32(struct dhcp_reply *reply, uint8_t code, uint32_t value)
{
	uint32_t be = htonl(value);

	dhcp_reply_add(reply, code, &be, sizeof(be)); /* among the first: always fits */
}

static void put_piece(struct dhcp_piece *piece, uint8_t code, const void *data, size_t len)
{
	piece->data[0] = code;
	piece->data[1] = (uint8_t)len;
	memcpy(piece->data + 2, data, len);
	piece->len = (uint16_t)(2 + len);
}

static void copy_string(uint8_t *to, const char *from, size_t size)
{
	memcpy(to, from, strnlen(from, size));
}

/* What is taken already stays. `set`: so is siaddr; here it is set if `sets`. */
static void take_boot(const struct boot_fields *boot, bool sets, bool *set,
		      struct dhcp_reply *reply)
{
	if (!*set)
		reply->siaddr = boot->next_server;
	*set |= sets;
	if (!reply->sname[0])
		copy_string(reply->sname, boot->server_hostname, sizeof(reply->sname));
	if (!reply->file[0])
		copy_string(reply->file, boot->boot_file_name, sizeof(reply->file));
}

/*
 * Other than with options, and as in Kea, what a class says goes before subnet and shared network:
 * only a reservation's word counts more, and 0.0.0.0 says nothing. Their own place among the
 * scopes, before the global one, is passed over.
 */
static void put_boot_fields(const struct ask *ask, const struct scopes *scopes,
			    struct dhcp_reply *reply)
{
	const struct reservation *r = ask->reservation;
	struct scopes classes;
	bool set = false;

	if (r)
		take_boot(&r->scope.boot, r->scope.boot.next_server_set, &set, reply);
	classes.n = 0;
	classes_add_scopes(ask, &classes);
	for (size_t s = 0; s < classes.n; s++)
		take_boot(&classes.v[s]->boot, classes.v[s]->boot.next_server != 0, &set, reply);
	for (size_t s = 0; s < scopes->n; s++) {
		if (s + 1 + classes.n < scopes->n || s + 1 == scopes->n)
			take_boot(&scopes->v[s]->boot, scopes->v[s]->boot.next_server_set, &set,
				  reply);
	}
}

/* RFC 6842: the client identifier is echoed, in a NAK too. */
static void put_client_id(const struct ask *ask, struct dhcp_reply *reply)
{
	if (ask->client.client_id_len && ask->engine->config.model->echo_client_id)
		put_piece(&reply->tail[XDHCP_TAIL_CLIENT_ID], DHO_CLIENT_IDENTIFIER,
			  ask->client.client_id, ask->client.client_id_len);
}

/*
 * RFC 4702 4: option 81 goes to clients that have sent it, with the name as the server knows it:
 * reserved, else their own, with the domain that they are known to add to it. Whoever asks the
 * server to choose one and has none reserved gets none.
 */
static void put_fqdn(const struct ask *ask, struct dhcp_reply *reply)
{
	const struct fqdn *fqdn = &ask->fqdn;
	bool reserved = ask->reservation && ask->reservation->hostname[0];
	const char *name = fqdn->name[0] || reserved ? ask->decision->hostname : "";
	bool full = strchr(name, '.') || (fqdn->full && name[0] && !reserved);
	uint8_t data[255];
	int len;

	if (!fqdn->present)
		return;
	len = fqdn_write(fqdn, name, full, data);
	if (len < 0)
		reply->shortened = true;
	else
		put_piece(&reply->tail[XDHCP_TAIL_FQDN], DHO_FQDN, data, (size_t)len);
}

/*
 * RFC 4702 3.1: a client that has sent option 81 hears its name there, and in option 12 only
 * if it asks for that. A BOOTP client has no way to ask.
 */
static void put_hostname(const struct ask *ask, const struct scopes *scopes,
			 struct dhcp_reply *reply)
{
	const char *name = ask->decision->hostname;
	bool told = option_asked(ask, DHO_HOST_NAME) || reply->type == DHCP_BOOTP ||
		    (ask->msg->opt[DHO_HOST_NAME].data && !ask->fqdn.present);

	if (name[0] && told && !scopes_never(ask, scopes, DHO_HOST_NAME))
		put_piece(&reply->tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, name, strlen(name));
}

/*
 * By the specifications of PXE and of UEFI's HTTP boot a client takes boot data only from a server
 * that says its word in option 60, and counts a server that says it as one that boots. So it stands
 * where there is what to boot: a file, or option 43. A server's address alone is none. A value
 * that is configured goes before.
 */
static void put_boot_class(const struct ask *ask, const struct option_choice *choice,
			   struct dhcp_reply *reply)
{
	static const char *const words[] = {"PXEClient", "HTTPClient"};
	const struct dhcp_opt *class = &ask->msg->opt[DHO_VENDOR_CLASS];
	bool booting = reply->file[0] || choice->wanted[DHO_BOOT_FILE] ||
		       choice->wanted[DHO_VENDOR_SPECIFIC];

	if (!booting || !class->data || choice->by_code[DHO_VENDOR_CLASS])
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (class->len >= len && !memcmp(class->data, words[i], len))
			dhcp_reply_add(reply, DHO_VENDOR_CLASS, words[i], len);
	}
}

/*
 * RFC 3011 2: "Servers configured to support this option MUST return an identical copy of the
 * option to any client that sends it", and without it the client discards the reply.
 */
static void put_selection(const struct ask *ask, struct dhcp_reply *reply)
{
	const struct dhcp_opt *selection = &ask->msg->opt[DHO_SUBNET_SELECTION];

	if (selection->data && selection->len == 4)
		dhcp_reply_add(reply, DHO_SUBNET_SELECTION, selection->data, selection->len);
}

static struct dhcp_reply *begin(struct ask *ask, uint8_t type)
{
	struct dhcp_reply *reply = &ask->decision->reply;

	ask->decision->kind = DECISION_REPLY;
	reply->type = type;
	reply->server_id = ask->server_id;
	reply->source = ask->source;
	if (type == DHCP_BOOTP)
		return reply;
	dhcp_reply_add(reply, DHO_MESSAGE_TYPE, &type, 1);
	put_u32(reply, DHO_SERVER_IDENTIFIER, ask->server_id);
	return reply;
}

/* All that is not said of the lease. `addr`: the client's; 0: it has none. */
static void complete(struct ask *ask, struct dhcp_reply *reply, uint32_t addr)
{
	struct scopes scopes;
	struct option_choice choice;

	ask_name(ask, addr, ask->decision->hostname);
	ask_scopes(ask, addr, &scopes);
	put_hostname(ask, &scopes, reply);
	if (reply->type != DHCP_BOOTP) {
		put_client_id(ask, reply);
		put_fqdn(ask, reply);
	}
	put_boot_fields(ask, &scopes, reply);
	put_selection(ask, reply);
	option_choice_make(ask, &scopes, &choice);
	put_boot_class(ask, &choice, reply);
	option_choice_write(ask, &choice, reply);
}

void answer_lease(struct ask *ask, uint8_t type, uint32_t addr, uint32_t lifetime)
{
	struct dhcp_reply *reply = begin(ask, type);
	bool rapid = type == DHCP_ACK && ask->msg->type == DHCP_DISCOVER;
	uint32_t t1, t2;

	/* RFC 2131 table 3: ciaddr is copied into the ACK of a REQUEST, and zero in an OFFER. */
	reply->ciaddr = type == DHCP_ACK && !rapid ? ask->msg->ciaddr : 0;
	reply->yiaddr = addr;
	reply->lifetime = lifetime;
	put_u32(reply, DHO_LEASE_TIME, lifetime);
	lifetimes_tee(&ask->subnet->life, lifetime, &t1, &t2);
	if (t1)
		put_u32(reply, DHO_RENEWAL_TIME, t1);
	if (t2)
		put_u32(reply, DHO_REBINDING_TIME, t2);
	/* RFC 4039 4: it stands in the ACK of a DISCOVER, and in no other. */
	if (rapid)
		dhcp_reply_add(reply, DHO_RAPID_COMMIT, NULL, 0);
	complete(ask, reply, addr);
}

/* RFC 8925 3.3, RFC 2563 2.3: an OFFER whose options say why there is no address in it. */
void answer_no_address(struct ask *ask, uint32_t instead_of, enum reason reason)
{
	ask->decision->reason = reason;
	complete(ask, begin(ask, DHCP_OFFER), instead_of);
}

/* RFC 2131 4.3.5: no lease time, no yiaddr. */
void answer_inform(struct ask *ask, uint32_t addr)
{
	struct dhcp_reply *reply = begin(ask, DHCP_ACK);

	reply->inform = true;
	reply->ciaddr = ask->msg->ciaddr;
	complete(ask, reply, addr);
}

/* RFC 951 3: yiaddr is filled in "if client doesn't know its own address (ciaddr was 0)". */
void answer_bootp(struct ask *ask, uint32_t addr)
{
	struct dhcp_reply *reply = begin(ask, DHCP_BOOTP);

	reply->ciaddr = ask->msg->ciaddr;
	reply->yiaddr = ask->msg->ciaddr ? 0 : addr;
	complete(ask, reply, addr);
}

/* RFC 2131 table 3: message, client identifier, server identifier and nothing else. */
void answer_nak(struct ask *ask, enum reason reason)
{
	struct dhcp_reply *reply = begin(ask, DHCP_NAK);
	const char *text = reason_text(reason);

	ask->decision->reason = reason;
	dhcp_reply_add(reply, DHO_MESSAGE, text, strlen(text));
	put_client_id(ask, reply);
}
