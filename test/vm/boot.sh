#!/usr/bin/env bash
# boot.sh [-t SECONDS] OUT COMMAND [ARGUMENT...]
#
# Boots the image, runs the command in it as root, passes its output through, and
# ends with its exit status; with 125 if the guest gave none within SECONDS (600).
# QEMU_PLUGIN is a plugin of QEMU with its arguments. In the guest the source tree is /src (read-only, the working directory), and OUT is
# /out. Afterwards OUT contains console.log and the guest's journal.txt.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

limit=600
if [ "${1-}" = -t ]; then
	limit=$2
	shift 2
fi
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 64; }
[ -s "$image/root" ] || die "there is no image: run image.sh"
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
rm -f "$out/status"
printf '%q ' "$@" >"$out/command"

# The guest's clock counts the instructions of its one processor, 4 ns each, so a busy host
# slows down its programs and its timers alike: contacts bounce for as long as a script
# says by the clock of the daemon that watches them. The processor is never idle
# (guest/spin.S), because the clock of one that waits is the host's.
#
# "-M microvm" boots faster, but on a busy host its kernel sometimes hangs, waiting for a
# timer tick.
#
# The guest starts at seven or eight in the morning in Melbourne, whatever the time is: at
# night the fake PTV API has no trains.
morning=$(date -u -d yesterday +%FT21:00:00)
sockets=$(mktemp -d)
trap 'rm -rf "$sockets"' EXIT
if [ "$arch" = amd64 ]; then
	# The second and the third serial port are connected to each other.
	machine=(-M q35 -cpu qemu64 -serial "file:$out/console.log"
		-chardev "socket,id=uart,path=$sockets/uart,server=on,wait=off" -serial chardev:uart
		-chardev "socket,id=peer,path=$sockets/uart" -serial chardev:peer)
	console=ttyS0
else
	machine=(-M virt -cpu cortex-a72 -serial "file:$out/console.log")
	console=ttyAMA0
fi
timeout --foreground -k 5 "$limit" qemu-system-$cpu "${machine[@]}" -accel tcg,thread=single,tb-size=256 -icount shift=2,sleep=on -m 768M \
	-nodefaults -no-user-config -display none -monitor none -no-reboot -rtc "base=$morning,clock=vm" -nic none \
	-kernel "$image/vmlinux" -initrd "$image/initrd" \
	-append "root=/dev/vda rw console=$console loglevel=3 panic=-1 mitigations=off audit=0 random.trust_cpu=on systemd.show_status=0" \
	-drive "file=$image/root,format=raw,if=none,id=root,snapshot=on" -device virtio-blk-pci,drive=root \
	-device virtio-rng-pci -device virtio-serial-pci \
	-chardev file,id=output,path=/dev/stdout -device virtserialport,chardev=output,name=output \
	-fsdev "local,id=src,path=$here/../..,security_model=none,readonly=on,multidevs=remap" -device virtio-9p-pci,fsdev=src,mount_tag=src \
	-fsdev "local,id=out,path=$out,security_model=none" -device virtio-9p-pci,fsdev=out,mount_tag=out \
	${QEMU_PLUGIN:+-plugin "$QEMU_PLUGIN"} </dev/null | cat || true # so that /dev/stdout is a pipe

if [ ! -s "$out/status" ]; then
	say "no exit status from the guest within $limit s; the end of its console:"
	tail -n 20 "$out/console.log" >&2 || true
	exit 125
fi
exit "$(cat "$out/status")"
