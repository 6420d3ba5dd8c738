# What the lane's scripts share; sourced by them.
# shellcheck shell=bash source-path=SCRIPTDIR source=../common.sh disable=SC2034
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../common.sh"
cache=${PTVD_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ptvd-vm}

# The guest's architecture, as Debian and Go call it, what QEMU calls it, and the compiler
# of its kernel and module.
arch=${ARCH:-amd64}
case $arch in
amd64) cpu=x86_64 gcc=gcc-12 ;;
arm64) cpu=aarch64 gcc=aarch64-linux-gnu-gcc-12 ;;
*) die "ARCH is $arch; there are guests for amd64 and arm64" ;;
esac
image=$cache/image-$arch

# unpacked FROM TO: copies a package without its compression, which would take an emulated
# processor five seconds at each installation.
unpacked() {
	local tree
	tree=$(mktemp -d)
	dpkg-deb --raw-extract "$1" "$tree/package"
	dpkg-deb -Znone --build "$tree/package" "$2" >/dev/null
	rm -r "$tree"
}
