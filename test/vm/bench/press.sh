#!/usr/bin/env bash
# Counts the instructions between an edge and the reaction, for "make bench-press": of the
# daemon and of the kernel, in the guest, by function. The report is printed and written to
# bin/vm/press.txt. What runs beside it changes nothing but how long it takes.
#
#	DEB      the package to install, built by "make deb" if it is not given
#	PTVD     the program to count, with its symbols
#	VM_OUT   directory for the report, the trace, the console and the journal (bin/vm)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../prepare.sh
. "$(dirname "$0")/../prepare.sh"
prepare bench-press

# The bench is put where no other program is, so that its addresses tell it apart.
CGO_ENABLED=0 go build -trimpath -ldflags '-T 0x80000000' -o "$out/bench" ./test/vm/bench
gcc -O2 -static -Wall -Wextra -std=gnu11 -o "$out/least" test/vm/bench/least/least.c
gcc -O2 -shared -fPIC -Wall -Wextra -std=gnu11 -o "$out/trace.so" test/vm/bench/trace/trace.c
cp "$PTVD" "$out/ptvd"
address() { go tool nm "$out/bench" | awk -v name="main.$1" '$3 == name {print "0x" $1}'; }

QEMU_PLUGIN=$(realpath "$out")/trace.so,begin=$(address beginTrace),end=$(address endTrace),out=$out/blocks \
	"$here/boot.sh" -t 1800 "$out" /out/bench trace
go run ./test/vm/bench/count "$out/blocks" "$out/kallsyms" "$out/ptvd" | tee "$out/press.txt"
