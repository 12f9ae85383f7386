# shellcheck shell=sh
# Folders that hold a Debian: how they are made, and entered.  Needs root.
#
# $SPFBLOCK_MACHINES names the folder that they are in; what is said while one is
# made is in SUITE.log beside it.

# shellcheck disable=SC2034 # used by who reads this file
machines=${SPFBLOCK_MACHINES:-/var/tmp/spfblock-machines}

need_root() {
    [ "$(id -u)" -eq 0 ] || {
        echo "$0: needs root, for debootstrap and namespaces" >&2
        exit 1
    }
}

# The mirror of this machine's apt, or Debian's.
apt_mirror() {
    # shellcheck disable=SC2016 # apt's own variable
    found=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    echo "${found:-http://deb.debian.org/debian}"
}

# bootstrap SUITE MIRROR: makes $machines/SUITE.tar, a minimal Debian with git.
# It is kept: debootstrap makes the same each time.
bootstrap() {
    mkdir -p "$machines"
    [ ! -e "$machines/$1.tar" ] || return 0
    rm -rf "$machines/$1.new"
    debootstrap --variant=minbase --include=ca-certificates,git \
        "$1" "$machines/$1.new" "$2" >"$machines/$1.log" 2>&1
    pack "$machines/$1.new" "$machines/$1.tar"
    rm -rf "$machines/$1.new"
}

# pack FOLDER TAR
pack() {
    tar -C "$1" -cf "$2.new" .
    mv "$2.new" "$2"
}

# unpack TAR FOLDER: in place of what is there
unpack() {
    rm -rf "$2"
    mkdir "$2"
    tar -C "$2" -xf "$1"
}

# enter FOLDER COMMAND...: with its own processes and mounts, which end with it,
# and this machine's network.  A folder that is a mount point can have namespaces
# made in it.
enter() {
    # shellcheck disable=SC2016 # the inner shell's variables
    unshare --mount --pid --fork --kill-child sh -c '
        mount --bind "$0" "$0"
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        mount --rbind /sys "$0/sys"
        cp -L /etc/resolv.conf "$0/etc/resolv.conf"
        exec chroot "$0" "$@"' "$@"
}
