#!/usr/bin/env bash
# Suspends a machine on which ptvd runs, for twenty seconds, and checks that ptvd notices: its
# clock has gone on while CLOCK_MONOTONIC stood still. The machine is QEMU's "virt", since
# it has a real-time clock that wakes it and its processor has an idle state; the emulated
# Raspberry Pi and QEMU's PC lack the one or the other. run.sh calls this with the directory
# for the console.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
out=$1

machine=(-M virt,gic-version=2 -cpu cortex-a53 -m 256 -accel tcg,thread=single -nodefaults -display none)
cp "$here/suspend.dtso" "$root/root/"
cp -r "$root/root/initrd" "$root/root/suspend"
trap 'rm -rf "$root/root/suspend"' EXIT
cp "$here/guest/suspend" "$root/root/suspend/init"
chroot "$root" sh -ec 'cd /root
	qemu-system-aarch64 "$@",dumpdtb=virt.dtb 2>/dev/null
	dtc -q -@ -I dts -O dtb -o suspend.dtbo suspend.dtso
	fdtoverlay -i virt.dtb -o suspend.dtb suspend.dtbo
	cd suspend && find . | cpio -o -H newc --quiet | gzip -1 >../suspend.gz' - "${machine[@]:2}" -M "${machine[1]}"
timeout --foreground 300 chroot "$root" qemu-system-aarch64 "${machine[@]}" -no-reboot \
	-kernel /root/vmlinuz -dtb /root/suspend.dtb -initrd /root/suspend.gz \
	-append "console=ttyAMA0 loglevel=4 panic=-1" -serial stdio </dev/null | tr -d '\r' >"$out/suspend.log" ||
	die "the suspended machine did not wake; see $out/suspend.log"

passed() { awk -v clock="$1" '$2 == clock {at[$1] = $3} END {print at["after"] - at["before"]}' "$out/suspend.log"; }
echo "suspended for 20 s: $(passed kernel) s by CLOCK_MONOTONIC, $(passed ptvd) s by ptvd"
awk -v kernel="$(passed kernel)" -v ptvd="$(passed ptvd)" 'BEGIN {exit !(kernel < ptvd - 5)}' ||
	die "ptvd's clock stood still during the suspend, or there was none; see $out/suspend.log"
grep -q 'system resumed from suspend' "$out/suspend.log" || die "ptvd has not logged the suspend; see $out/suspend.log"
