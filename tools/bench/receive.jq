# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What report shows of build/bench/receive.json.
def figures($load; $words):
	("recvmmsg", "tpacket_v2", "tpacket_v3") as $way | .[$load + "-" + $way]
	| {what: ($way + ", " + $words + ": CPU a message of the receiver"), value: ."receiver-ns", unit: "ns"},
	  {what: ($way + ", " + $words + ": and of the sender, with the kernel's way to the socket"), value: ."sender-ns", unit: "ns"},
	  {what: ($way + ", " + $words + ": until it can be read"), value: ."delay-us", unit: "us"};
{table: [figures("low"; "one a millisecond"), figures("flood"; "as many as go")]}
