# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What of bench/fastpath's figures is shown beside the others'. See tools/bench/report.
.table = [
	(.testrun.rows[] | select(.base) | {what: ("test-run: " + .text), value: .cost_ns, unit: "ns", note: "\(.units * 100 | round / 100) units"}),
	(.veth.rows[] | {what: "veth, \(.clients) clients", value: .xdhcp_mpps.median, unit: "Mpps",
		note: "XDP echo \(.echo_mpps.median * 100 | round / 100)"})]
| .ratios = [
	(.testrun.rows[] | {hit_warm: 4.5, hit_1000: 5, hit_shapes: 5, hit_many: 20}[.name] as $limit | select($limit)
		| {what: ("cost over that of writing the request once: " + .text), value: .units, limit: $limit, at: "most"}),
	(.veth.rows[] | select(.clients >= 1000) | {what: "veth: rate over an XDP echo's, \(.clients) clients", value: .ratio.median,
		limit: (if .clients == 1000 then 0.70 else 0.32 end), at: "least"})]
| .plots = [
	{name: "testrun", title: "What XDP spends on a frame (test-run)", kind: "bars", y: "ns", logy: false,
		series: [{points: [.testrun.rows[] | select(.name | test("^(echo|hit|pass)")) | [.text, .cost_ns]]}]}]
