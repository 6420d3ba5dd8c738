#!/usr/bin/env bash
# Measures the installed service in the guest, for "make bench-vm". The report is
# printed and written to bin/vm/bench.txt.
#
#	DEB      the package to install, built by "make deb" if it is not given
#	VM_OUT   directory for the report, the console and the journal (bin/vm)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../prepare.sh
. "$(dirname "$0")/../prepare.sh"
prepare bench-vm

CGO_ENABLED=0 GOARCH=$arch go build -o "$out/bench" ./test/vm/bench
$gcc -O2 -static -Wall -Wextra -std=gnu11 -o "$out/least" test/vm/bench/least/least.c

"$here/boot.sh" -t 900 "$out" /out/bench
