#!/usr/bin/env bash
# Makes a directory with Debian 13, whose QEMU has a Raspberry Pi 3B that boots, and in it
# what that board boots: Debian's kernel for arm64, the board's device tree with the
# header's buses switched on, and a busybox. Needs root on Debian for PCs; installs what is
# missing there. If all is up to date, it does nothing and has no requirements.
#
# Exit status 77: it cannot be made on this machine; standard output is one line with
# the reason.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

suite=trixie
packages=qemu-system-arm,ipxe-qemu,device-tree-compiler,xz-utils,cpio
modules='spi-bcm2835 i2c-bcm2835 i2c-dev pwm-bcm2835 lm75'

# A newer kernel of Debian does not make it anew.
stamp=$(cd "$here" && cat image.sh common.sh ../common.sh header.dtso | sha256sum)
is_made() { [ "$(cat "$root/stamp" 2>/dev/null)" = "$stamp" ]; }
! is_made || exit 0

# shellcheck source=/dev/null
. /etc/os-release
[ "${ID-} $(uname -m)" = "debian x86_64" ] || skip "the machine is made on Debian for PCs, and this is ${PRETTY_NAME:-unknown} on $(uname -m)"
[ "$(id -u)" = 0 ] || skip "making the machine needs root"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
! is_made || exit 0 # by another process

has debootstrap || install_packages debootstrap
base=$cache/base-$suite-$(echo "$packages" | sha256sum | cut -c1-12)
if [ ! -e "$base/complete" ]; then
	rm -rf "$base"
	bootstrap "$base" $suite "$packages"
	touch "$base/complete"
fi
rm -rf "$root.new"
cp -al "$base" "$root.new"

say "kernel"
cp -L /etc/resolv.conf "$root.new/etc/"
for file in /etc/apt/apt.conf.d/*proxy*; do [ ! -e "$file" ] || cp "$file" "$root.new/etc/apt/apt.conf.d/"; done
inside() { chroot "$root.new" env -C /root "$@"; }
inside dpkg --add-architecture arm64
inside apt-get -qq update >&2
kernel=$(inside apt-cache depends linux-image-arm64:arm64 | awk '/Depends: linux-image-/ {sub(":arm64", "", $2); print $2; exit}')
inside apt-get -qq -o APT::Sandbox::User=root download "$kernel:arm64" busybox-static:arm64 >&2
for deb in "$root.new"/root/*.deb; do dpkg-deb -x "$deb" "$root.new/root/arm64"; rm "$deb"; done

arm64=$root.new/root/arm64
release=${kernel#linux-image-}
mkdir -p "$root.new/root/initrd"/{bin,modules,dev,proc,sys,tmp,run}
cp "$arm64/usr/bin/busybox" "$root.new/root/initrd/bin/"
for module in $modules; do
	xz -dc "$(find "$arm64/usr/lib/modules/$release" -name "$module.ko.xz")" >"$root.new/root/initrd/modules/$module.ko"
done
cp "$arm64/boot/vmlinuz-$release" "$root.new/root/vmlinuz"
cp "$here/header.dtso" "$arm64/usr/lib/$kernel/broadcom/bcm2837-rpi-3-b.dtb" "$root.new/root/"
inside sh -c 'dtc -q -@ -I dts -O dtb -o header.dtbo header.dtso && fdtoverlay -i bcm2837-rpi-3-b.dtb -o board.dtb header.dtbo'
rm -rf "$arm64"
echo "$stamp" >"$root.new/stamp"
rm -rf "$root"
mv "$root.new" "$root"
say "made in $SECONDS s: $(du -sh "$root" | cut -f1)"
