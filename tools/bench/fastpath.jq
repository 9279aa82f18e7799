# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What of bench/fastpath's figures is shown beside the others'. A row that a ratio is made of and that is not there, or has
# another name by now, is an error. See tools/bench/report.
# Only those of more than a thousand clients may be left out, by bench/fastpath -c.
def row(rows; is; $what): [rows | select(is)] | if length == 1 then .[0] else error("bench/fastpath has \(length) rows of \($what)") end;
.table = [
	(.testrun.rows[] | select(.base) | {what: ("test-run: " + .text), value: .cost_ns, unit: "ns", note: "\(.units * 100 | round / 100) units"}),
	(.veth.rows[] | {what: "veth, \(.clients) clients", value: .xdhcp_mpps.median, unit: "Mpps",
		note: "XDP echo \(.echo_mpps.median * 100 | round / 100)"})]
| ([.veth.rows[].clients] | max) as $many
| .ratios = [
	({hit_warm: 4.5, hit_1000: 5, hit_shapes: 5} + (if $many > 1000 then {hit_many: 20} else {} end) | to_entries[]) as $limit
	| row(.testrun.rows[]; .name == $limit.key; $limit.key)
	| {what: ("cost over that of writing the request once: " + .text), value: .units, limit: $limit.value, at: "most"}]
+ [([1000, $many] | unique[]) as $clients
	| row(.veth.rows[]; .clients == $clients; "\($clients) clients on the veth")
	| {what: "veth: rate over an XDP echo's, \(.clients) clients", value: .ratio.median,
		limit: (if .clients == 1000 then 0.70 else 0.32 end), at: "least"}]
| .plots = [
	{name: "testrun", title: "What XDP spends on a frame (test-run)", kind: "bars", y: "ns", logy: false,
		series: [{points: [.testrun.rows[] | select(.name | test("^(echo|hit|pass)")) | [.text, .cost_ns]]}]}]
