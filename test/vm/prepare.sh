# What comes before the guest is booted with the product in it; sourced.
# shellcheck shell=bash source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# prepare TARGET: the image, the tree as the working folder, and in it the folder $out
# with the package. Where the lane cannot run it says so, and that is the end.
prepare() {
	local why status
	cd "$here/../.." || exit
	out=${VM_OUT:-bin/vm}
	export PATH=$PATH:/usr/sbin:/sbin # a root by way of su lacks them
	why=$("$here/image.sh") || {
		status=$?
		[ "$status" = "$cannot" ] || exit "$status"
		echo "SKIPPED: $1: $why"
		exit 0
	}
	if [ -z "${DEB-}" ]; then
		make --no-print-directory deb
		DEB=$(ls bin/ptvd_*_amd64.deb)
	fi
	mkdir -p "$out"
	cp "$DEB" "$out/ptvd.deb"
}
