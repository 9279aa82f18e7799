/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many leases are bound on a link (a shared network, or a subnet of its own) and, where that is
 * limited, of each circuit there; private to engine/. The counts follow the lease records: each
 * record is taken out before it changes and put back after it (areas.c), so that undoing a change
 * restores them, too, and nothing is ever walked. A circuit is known by a hash of 64 bits, seeded,
 * in an open table that has room for as many as there are records: counting cannot fail. Lives in
 * memory only.
 */
#ifndef XDHCP_QUOTA_H
#define XDHCP_QUOTA_H

#include "lease.h"
#include "reasons.h"

struct ask;

struct quota_link {
	uint64_t bound;
	bool by_circuit; /* one of its subnets limits circuits: they are counted */
};

struct quota_circuit {
	uint64_t key; /* 0: a free place */
	uint64_t bound;
};

struct quota {
	struct quota_link *links;	/* networks, then subnets, by their places in the model */
	struct quota_circuit *circuits; /* NULL: none is counted */
	size_t mask;			/* places, a power of two, less one */
	uint64_t seed;
};

/* All zero, with room for the leases that there are. -ENOMEM. */
int quota_build(struct quota *quota, const struct model *model, const struct lease_table *leases);
void quota_destroy(struct quota *quota);
/* Makes counting of all these records infallible. -ENOMEM. */
int quota_reserve(struct quota *quota, const struct lease_table *leases);
/* Adds `by`, 1 or -1, to what the record counts for as it is. */
void quota_count(struct quota *quota, const struct model *model, const struct subnet *subnet,
		 const struct lease *lease, int by);
/* Is the relay information of a lease to be kept here, whatever else would keep it? */
bool quota_keeps_relay(const struct quota *quota, const struct model *model,
		       const struct subnet *subnet);
/* As counted: of a link; of a circuit, by what a relay says, 0 if it says none. For tests, too. */
uint64_t quota_of_link(const struct quota *quota, const struct model *model,
		       const struct subnet *subnet);
uint64_t quota_of_circuit(const struct quota *quota, const struct model *model,
			  const struct subnet *subnet, uint32_t giaddr,
			  const struct dhcp_opt *agent);

/*
 * Why the client may not have one lease more in ask->subnet, by way of this relay; REASON_NONE: it
 * may. Who has a lease on the link already may move to another address.
 */
enum reason quota_refuses(const struct ask *ask, uint32_t giaddr, const struct dhcp_opt *agent);

#endif
