#!/usr/bin/env bash
# Makes the guest: a kernel, an initrd and a root file system of Debian 12 with the
# module of ./kmod, for ARCH (amd64). Needs root on Debian 12 for PCs; installs what is
# missing there. Maintainer scripts of another architecture run under qemu-user.
# If the image is up to date, it does nothing and has no requirements.
#
# Exit status 77: the image cannot be made on this machine; standard output is one line
# with the reason.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

suite=bookworm
packages=systemd,systemd-sysv,udev,dbus,kmod,iproute2,procps,gpiod,chrony,mosquitto,ca-certificates

# The files from which the image is made. A newer kernel of Debian does not rebuild it.
stamp=$(cd "$here" && find image.sh common.sh ../common.sh kmod guest -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
is_made() { [ "$(cat "$image/stamp" 2>/dev/null)" = "$stamp" ]; }
! is_made || exit 0

# ---- requirements

# shellcheck source=/dev/null
. /etc/os-release
[ "$ID $VERSION_CODENAME $(uname -m)" = "debian $suite x86_64" ] || skip "the image is made on Debian 12 for PCs, and this is ${PRETTY_NAME:-unknown} on $(uname -m)"
[ "$(id -u)" = 0 ] || skip "making the image needs root"

mkdir -p "$cache/debs"
exec 9>"$cache/lock"
flock 9
! is_made || exit 0 # by another process

missing=()
need() { has "$1" || missing+=("$2"); } # COMMAND PACKAGE
need debootstrap debootstrap
need cpio cpio
need xz xz-utils
need depmod kmod
need mkfs.ext4 e2fsprogs
need make make
for_guest=() # options of apt
if [ "$arch" = amd64 ]; then
	need qemu-system-x86_64 qemu-system-x86
	need gcc-12 gcc-12
	[ -e /usr/lib/x86_64-linux-gnu/libelf.so.1 ] || missing+=(libelf1) # objtool's
else
	need qemu-system-aarch64 qemu-system-arm
	need qemu-aarch64-static qemu-user-static
	need $gcc gcc-12-aarch64-linux-gnu
	mkdir -p "$cache/lists"
	for_guest=(-o APT::Architecture=arm64 -o "Dir::State::Lists=$cache/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
fi
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

if [ "$arch" = arm64 ]; then # its programs run here, so that debootstrap can configure packages
	emulators=/proc/sys/fs/binfmt_misc
	[ -e $emulators/register ] || mount -t binfmt_misc binfmt_misc $emulators || skip "the kernel has no binfmt_misc"
	[ -e $emulators/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$emulators/register
fi

# ---- downloads

fetch() { # PACKAGE [OPTION...]: prints its file
	local file
	file=$(apt-get "${@:2}" -qq --print-uris download "$1" | awk '{print $2}')
	[ -n "$file" ] || die "apt knows no package $1"
	if [ ! -s "$cache/debs/$file" ]; then
		say "downloading $1"
		(cd "$cache/debs" && apt-get "${@:2}" -qq -o APT::Sandbox::User=root download "$1") >&2
	fi
	echo "$cache/debs/$file"
}
apt-get "${for_guest[@]}" update -qq >&2 || skip "apt reaches no mirror"
release=$(apt-cache "${for_guest[@]}" depends "linux-image-$arch" | awk '/Depends: linux-image-/ {sub("linux-image-", "", $2); print $2; exit}')
abi=${release%-"$arch"}

# ---- the kernel and the module, beside the root file system. In memory if possible, since
# dpkg waits for the disk after each package.

work=$cache/work
umount -q "$work" 2>/dev/null || true
rm -rf "$work" "$image.new"
mkdir -p "$work" "$image.new"
mount -t tmpfs -o size=3g ptvd-vm "$work" 2>/dev/null || true
trap 'umount -q "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

make_kernel() {
	local deb packed start tree
	say "kernel $release"
	mkdir "$work/kernel" "$work/headers"
	deb=$(fetch "linux-image-$release" "${for_guest[@]}")
	dpkg-deb -x "$deb" "$work/kernel"
	# The tools in kbuild run here.
	for deb in "$(fetch "linux-headers-$release" "${for_guest[@]}")" "$(fetch "linux-headers-$abi-common" "${for_guest[@]}")" "$(fetch "linux-kbuild-${abi%.*}")"; do
		dpkg-deb -x "$deb" "$work/headers"
	done
	depmod -b "$work/kernel" "$release"

	packed=$work/kernel/boot/vmlinuz-$release
	if [ "$arch" = amd64 ]; then
		# QEMU starts the ELF file inside the compressed image by its PVH entry, which saves
		# the guest ten seconds of unpacking. Where it is: Documentation/x86/boot.rst.
		number() { od -An -v -t "u$2" -j "$1" -N "$2" "$packed" | tr -d ' '; }
		start=$((($(number 0x1f1 1) + 1) * 512 + $(number 0x248 4)))
		dd if="$packed" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$(number 0x24c 4)" status=none |
			xz -dc --single-stream >"$image.new/vmlinux"
	else
		cp "$packed" "$image.new/vmlinux" # not compressed
	fi

	tree=$work/headers/usr/src/linux-headers-$release
	sed -i "s#/usr/src/#$work/headers/usr/src/#" "$tree/Makefile" # it contains the directory where it would be installed
	cp -r "$here/kmod" "$work/"
	env -u ARCH make -s -C "$tree" M="$work/kmod" CROSS_COMPILE="${gcc%gcc-12}" modules >"$cache/kmod.log" 2>&1 || { cat "$cache/kmod.log" >&2; die "the module does not build"; }
	! grep -A3 warning: "$cache/kmod.log" >&2 || die "the module builds with warnings"
	"${gcc%gcc-12}objcopy" --strip-debug "$work/kmod/wires.ko"
}
make_kernel &

root=$work/root
base=$cache/base-$suite-$arch-$(echo "$packages" | sha256sum | cut -c1-12).tar
if [ ! -s "$base" ]; then
	bootstrap "$root" $suite "$packages" --arch="$arch"
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/{doc,man,locale,info}/*
	tar -C "$root" -cf "$base.new" .
	mv "$base.new" "$base"
else
	mkdir "$root"
	tar -C "$root" -xf "$base"
fi
busybox=$(fetch busybox-static "${for_guest[@]}")
timesyncd=$(fetch systemd-timesyncd "${for_guest[@]}")
wait $! # for the kernel

say "guest"
# The packages chrony and systemd-timesyncd conflict; a test needs both.
dpkg-deb --fsys-tarfile "$timesyncd" | tar -x -C "$root" --keep-directory-symlink
chroot "$root" systemd-sysusers

modules=$root/lib/modules/$release
in_order() { # MODULE...: their files, each after its dependencies
	modprobe -d "$work/kernel" -S "$release" --show-depends -a "$@" | awk '$1 == "insmod" && !seen[$2]++ {print $2}'
}
# shellcheck disable=SC2046 # one word per module
in_order $(grep -v '^#' "$here/guest/modules") | while read -r file; do
	install -D -m 644 "$file" "$root/lib/modules/${file#*/lib/modules/}"
done
install -D -m 644 "$work/kmod/wires.ko" "$modules/extra/wires.ko"
cp "$work/kernel/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$modules/"
depmod -b "$root" "$release"

rm "$root"/usr/lib/systemd/system-generators/* # they find nothing, and each reload of systemd starts them
cp -r "$here/guest/root/." "$root/"
echo ptvd-vm >"$root/etc/hostname"
echo 127.0.0.1 localhost ptvd-vm >"$root/etc/hosts"
: >"$root/etc/fstab"
: >"$root/etc/machine-id"
grep -v '^#' "$here/guest/masked" | while read -r unit; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../agent.service "$root/etc/systemd/system/multi-user.target.wants/"
$gcc -nostdlib -static -o "$root/usr/local/sbin/spin" "$here/guest/spin.S"

initrd=$work/initrd
mkdir -p "$initrd"/{bin,proc,sys,dev,root,modules}
dpkg-deb --fsys-tarfile "$busybox" | tar -xO ./bin/busybox >"$initrd/bin/busybox"
cp "$here/guest/init" "$initrd/init"
chmod 755 "$initrd/bin/busybox" "$initrd/init"
in_order virtio_pci virtio_blk ext4 crc32c_generic | while read -r file; do
	cp "$file" "$initrd/modules/"
	echo "/modules/${file##*/}"
done >"$initrd/modules/order"
(cd "$initrd" && find . | cpio -o -H newc --quiet) >"$image.new/initrd"

mkfs.ext4 -q -O ^has_journal -m 0 -d "$root" "$image.new/root" 1G >&2
echo "$stamp" >"$image.new/stamp"
rm -rf "$image"
mv "$image.new" "$image"
say "made in $SECONDS s: $(du -sh "$image" | cut -f1)"
