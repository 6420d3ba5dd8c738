#!/bin/sh
# The same work on the loop, in plain goroutines, in C and in asyncio, one after
# the other on this machine. Compare ratios only, of a machine that does nothing
# else. Takes about two minutes.
set -e
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

go test -run - -bench 'Switch|Lateness' -benchtime 500ms ../..
${CC:-cc} -O2 -o "$build/timerfd" timerfd.c
"$build/timerfd"
python3 lateness_asyncio.py
python3 switch_asyncio.py
