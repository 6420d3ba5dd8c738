# Prepares a boot of the guest with the package; sourced.
# shellcheck shell=bash source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# prepare TARGET: makes the image, changes to the source tree, and puts the package into
# the directory $out. If the virtual machine cannot run here, prints why and exits.
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
