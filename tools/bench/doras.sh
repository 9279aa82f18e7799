# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the parts have in common that measure whole exchanges, dora, leases and overload, beside the rig (rig.sh): clients that have
# not been seen before, and what CPU time is counted. That is the same for every server:
#
#  server   the server's process, all its threads, user and system: what it does itself, and what the kernel does for it in system
#           calls, sending and fsync included, up to where another thread takes over
#  napi     the thread of the server's end of the veth, in which the kernel receives for it (XDP, the copy into its socket): what
#           is soft interrupts elsewhere
#  journal  the thread that writes the file system's journal, if it has one (ext4's jbd2), which is who does most of an fsync
#  all      these three
#  CPU busy how long the server's CPU was not idle, whoever used it: kworkers that write files back, interrupts and whoever
#           else is there. What of that runs on the other CPU is counted nowhere, for nobody
#
# Below what receiving and sending costs no server comes: start_floor is a process that does nothing else, and the XDP echo of
# rig.sh what is left without a process. They get the same messages at the same rate, and are counted by the same rule.
# shellcheck source=tools/bench/rig.sh
. "${BASH_SOURCE[0]%/*}/rig.sh"

# dnsmasq puts each client that it answers into the kernel's neighbour table, which has room for a thousand unless it is given
# more; what there was is put back.
NEIGHBOURS=/proc/sys/net/ipv4/neigh/default/gc_thresh
neighbours() { # HIGHEST FEWER LEAST
	echo "$1" >${NEIGHBOURS}3
	echo "$2" >${NEIGHBOURS}2
	echo "$3" >${NEIGHBOURS}1
}
if [ -e ${NEIGHBOURS}3 ]; then
	neighbours_were=("$(<${NEIGHBOURS}3)" "$(<${NEIGHBOURS}2)" "$(<${NEIGHBOURS}1)")
	# cleanup looks at the status with which all ends
	trap 'ended=$?; set +e; neighbours "${neighbours_were[@]}"; (exit $ended); cleanup' EXIT
	neighbours 1000000 900000 800000
else
	say "the kernel's neighbour table is not this machine's to enlarge: dnsmasq carries no more than it has room for"
fi

patience=${QUICK:+300}
patience=${patience:-1000}
POPULATION=1600000
ADDRESSES=2000000  # the rig's subnet has not many more
WINDOW=256

# doras WORDS...: bench/doras, with what the server's side and the generator's use counted, as above. Prints its JSON.
doras() {
	local napi sink thread
	napi=$(napi_threads "$NEAR" | paste -sd,)
	sink=$(napi_threads "$FAR" | paste -sd,)
	thread=$(journal)
	inside c taskset -c $GENERATOR_CPU "$B/bench/doras" -i "$FAR" ${LENIENT:+--lenient} -a "server=$SERVER_PIDS" -a "napi=$napi" \
		${thread:+-a "journal=$thread"} --cpu $SERVER_CPU -g "$sink" --gcpu $GENERATOR_CPU "$@"
}

# fresh WORDS...: doras of clients that have not been seen since FIRST was set. RESULT.
FIRST=1000
fresh() {
	RESULT=$(doras -n $((POPULATION - FIRST)) --first $FIRST --patience $patience "$@") || fail "exchanges: $*"
	FIRST=$(jq .next <<<"$RESULT")
}

# What xdhcpd's counters have risen by since FILE was written, those that have; percentiles have no difference.
statistics_now() { ctl stats | jq -c '.arguments | map_values(.[0][0])'; }
statistics_since() { # FILE
	statistics_now | jq -c --slurpfile b "$1" 'with_entries(select(.key | test("-(p50|p99|max)$") | not) | .value -= ($b[0][.key] // 0) | select(.value != 0))'
}

# The same of its commits, how many leases they hold and how long they take: {leases, microseconds}, each {count, mean, p50, p99,
# buckets: [[limit, how many up to it], ...]}; a percentile is the limit of its bucket.
commits_now() { status | jq -c .commit; }
commits_since() { # FILE
	commits_now | jq -c --slurpfile b "$1" '
		with_entries(.key as $k | $b[0][$k] as $was | .value |= (
			(.count - $was.count) as $n
			| (.buckets | to_entries | map(select(.key != "+Inf") | [(.key | tonumber), .value - $was.buckets[.key]])) as $buckets
			| def most(p): if $n == 0 then null else ([$buckets[] | select(.[1] >= $n * p) | .[0]] | min) end;
			{count: $n, mean: (if $n > 0 then (.sum - $was.sum) / $n else null end), p50: most(0.5), p99: most(0.99), buckets: $buckets}))'
}

# start_floor: the process that only receives and sends, in the server's place.
start_floor() { on_server_cpu "$DIR/floor.log" "$B/bench/echo" "$NEAR"; }

# floor RATE SECONDS: what an exchange costs that process, and an XDP echo; a line of JSON.
floor() {
	local process xdp
	network
	start_floor
	process=$(doras --echo -n $POPULATION --patience $patience -r "$1" -t "$2") || fail "the echo of a process"
	stop_server
	inside s ip link set dev "$NEAR" xdpdrv obj "$ECHO_OBJ" program echo
	SERVER_PIDS=$$ # which waits
	xdp=$(doras --echo -n $POPULATION --patience $patience -r "$1" -t "$2") || fail "the echo of XDP"
	SERVER_PIDS=
	jq -c -n --argjson rate "$1" --argjson process "$process" --argjson xdp "$xdp" '{rate: $rate, process: $process, xdp: $xdp}'
}

# jq's functions for what doras prints
JQ_DORAS='
	def r: . * 100 | round / 100;
	def cpu: "NAPI \(.us_a_dora.napi | r)\(if .us_a_dora.journal then ", journal \(.us_a_dora.journal | r)" else "" end), all \(.us_a_dora.all | r), CPU busy \(.us_a_dora.cpu_busy | r) us";
	def who: if .limit == "generator" then "; the generator\u0027s limit" elif .limit == "tries" then "; not tried further" else "" end;
	def again: if .again > 0 then "; \(.again / .begun * 100 | round) % by clients that had a lease" else "" end;
	def oddities: if (.oddities | length) > 0 then "; odd: \(.oddities | to_entries | map("\(.key) (\(.value))") | join(", "))" else "" end
		+ if .wrong > 0 then "; \(.wrong) replies of no use, \(.doubled) addresses given twice" else "" end;
	# of buckets before the first one that holds any, and after the one that holds the last, none is of use
	def shares: .count as $n | if $n > 0 then .buckets | map([.[0], .[1] / $n])
		| . as $b | [range(length) | select((. + 1 < ($b | length) and $b[. + 1][1] == 0 | not) and (. == 0 or $b[. - 1][1] < 1)) | $b[.]] else [] end;
	def per_commit: if . and ."xdhcp-commits" then ."xdhcp-leases-committed" / ."xdhcp-commits" | r else null end;'
