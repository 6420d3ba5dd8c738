#!/bin/sh
# The same work on the loop, in plain goroutines, in C and in asyncio, on this machine.
# Compare ratios only, of a machine that does nothing else. A period of 10 ms is run
# ROUNDS times (10) in C, on the watched loop, and in Go's poller alone, in turn. Takes
# about seven minutes.
set -e
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

go test -c -o "$build/loop" ../..
${CC:-cc} -O2 -o "$build/timerfd" timerfd.c
for _ in $(seq "${ROUNDS:-10}"); do
	"$build/timerfd"
	"$build/loop" -test.run - -test.bench 'Lateness/impl=(watched|poller)' -test.benchtime 1x
done | awk '
	function middle(list, n, i, j, t) {
		n = split(list, v, " ")
		for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
		least = v[1]; most = v[n]
		return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
	}
	function row(what, unit, of, impl) {
		of = middle(values["C", unit]); printf "%s: C %.1f (%.1f to %.1f)", what, of, least, most
		for (impl in impls) {
			m = middle(values[impl, unit]); printf ", %s %.1f (%.1f to %.1f), %.2f times", impl, m, least, most, m / of
		}
		print ""
	}
	/^C timerfd/ { values["C", "p50-µs"] = values["C", "p50-µs"] " " $4; values["C", "cpu-µs/tick"] = values["C", "cpu-µs/tick"] " " $(NF - 5) }
	/^Benchmark/ {
		impl = $1; sub(/.*impl=/, "", impl); sub(/-[0-9]+$/, "", impl); impls[impl]
		for (i = 3; i < NF; i += 2) values[impl, $(i + 1)] = values[impl, $(i + 1)] " " $i
	}
	END { row("median lateness in µs", "p50-µs"); row("CPU in µs a tick", "cpu-µs/tick") }'
"$build/loop" -test.run - -test.bench 'Switch|Lateness' -test.benchtime 500ms
python3 lateness_asyncio.py
python3 switch_asyncio.py
