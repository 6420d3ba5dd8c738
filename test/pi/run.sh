#!/usr/bin/env bash
# Runs the scenarios on the emulated Raspberry Pi, all in one boot: what "make test-pi"
# does after "make cross".
#
#	RUN      a pattern of tests (default: all)
#	PI_OUT   directory for the console and the trace (bin/pi)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$here/../.."
make_image test-pi
out=${PI_OUT:-bin/pi}
mkdir -p "$out"
out=$(realpath "$out")

initrd=$root/root/initrd
cp "$here/guest/init" "$initrd/init"
cp bin/ptvd-arm64 "$initrd/bin/ptvd"
cp bin/ptvd-armv6 "$initrd/bin/ptvd32"
chroot "$root" sh -c 'cd /root/initrd && find . | cpio -o -H newc --quiet | gzip -1 >/root/initrd.gz'
go test -tags pi -count 1 -timeout 20m -v -run "${RUN:-.}" ./test/pi/scenario -root "$root" -out "$out"
[[ ! TestSuspend =~ ${RUN:-.} ]] || "$here/suspend.sh" "$out"
