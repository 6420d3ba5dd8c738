#!/bin/sh
# The same work on the loop, in plain goroutines, in C and in asyncio, on this machine.
# Compare ratios only, of a machine that does nothing else. A period of 10 ms is run
# ROUNDS times (10) on the watched loop and in C, in turn. Takes about six minutes.
set -e
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

go test -c -o "$build/loop" ../..
${CC:-cc} -O2 -o "$build/timerfd" timerfd.c
for _ in $(seq "${ROUNDS:-10}"); do
	"$build/timerfd"
	"$build/loop" -test.run - -test.bench Lateness/impl=watched -test.benchtime 1x
done | awk '
	function middle(list, n, i, j, t) {
		n = split(list, v, " ")
		for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
		least = v[1]; most = v[n]
		return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
	}
	function row(what, c, loop, of) {
		of = middle(c); printf "%s: C %.1f (%.1f to %.1f)", what, of, least, most
		loop = middle(loop); printf ", loop %.1f (%.1f to %.1f), %.2f times\n", loop, least, most, loop / of
	}
	/^C timerfd/ { late = late " " $4; cpu = cpu " " $(NF - 5) }
	/^Benchmark/ { for (i = 3; i < NF; i += 2) ours[$(i + 1)] = ours[$(i + 1)] " " $i }
	END { row("median lateness in µs", late, ours["p50-µs"]); row("CPU in µs a tick", cpu, ours["cpu-µs/tick"]) }'
"$build/loop" -test.run - -test.bench 'Switch|Lateness' -test.benchtime 500ms
python3 lateness_asyncio.py
python3 switch_asyncio.py
