#!/bin/bash
# Proves that a bare Debian 12 is enough: makes one with debootstrap (minbase, nothing else), clones the repository into it and runs
# test.sh and run.sh there, run.sh twice. Needs root and debootstrap; the mirror and apt's proxy settings are those of this machine.
#
#   packaging/prove-bookworm.sh [FOLDER]      a new folder for the system (default: a temporary one, removed after success)
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
home=/root/casr-zoom

fail() {
    echo "$1" >&2
    exit 1
}

((EUID == 0)) || fail "chroot and mount need root: start this script as root."
# Mounts of a namespace of its own end with it, even when this script is killed.
if [[ -z ${CASR_OWN_MOUNTS:-} ]]; then
    CASR_OWN_MOUNTS=1 exec unshare --mount "$0" "$@"
fi
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
if (($#)); then
    system=$1
    mkdir -p "$system"
    [[ -z $(ls -A "$system") ]] || fail "'$system' is not empty: name a new folder."
    temporary=false
else
    system=$(mktemp -d)
    temporary=true
fi
system=$(cd "$system" && pwd -P)

release_mounts() {
    local target
    for target in dev/shm dev/pts dev proc; do
        if mountpoint -q "$system/$target"; then
            umount "$system/$target" || umount --lazy "$system/$target"
        fi
    done
}

# Removes the system only when nothing of this machine is mounted in it any more.
finish() {
    local status=$?
    release_mounts
    if $temporary && ((status == 0)) && ! grep -qF " $system/" /proc/mounts; then
        rm -rf --one-file-system "$system"
    else
        echo "The system is kept in $system"
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

timed() {
    local title=$1 started=$SECONDS
    shift
    echo "== $title"
    "$@" </dev/null
    echo "== $title: $((SECONDS - started)) s"
}

# The address of the archive that holds the suite bookworm, from deb822 sources or from one-line ones.
mirror() {
    local found
    found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk 'BEGIN { RS = "" } { uri = ""; suite = 0; n = split($0, line, "\n")
            for (i = 1; i <= n; ++i) { m = split(line[i], word, /[ \t]+/)
                if (word[1] == "URIs:") uri = word[2]
                if (word[1] == "Suites:") for (j = 2; j <= m; ++j) if (word[j] == "bookworm") suite = 1 }
            if (suite && uri != "") { print uri; exit } }')
    [[ -n $found ]] || found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed 's/\[[^]]*\]//' | awk '$1 == "deb" && $3 == "bookworm" { print $2; exit }')
    [[ -n $found ]] || fail "No apt source of this machine holds the suite bookworm."
    echo "$found"
}

make_system() {
    local uri proxy extra=()
    uri=$(mirror)
    [[ $uri != https:* ]] || extra=(--include=ca-certificates)
    proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
    [[ -z $proxy ]] || export http_proxy=$proxy
    if ! debootstrap --variant=minbase "${extra[@]}" bookworm "$system" "$uri" >"$system.log" 2>&1; then
        tail -n 20 "$system.log" >&2
        fail "debootstrap failed; its output is in $system.log"
    fi
    rm -f "$system.log"
}

# Sources, proxy and certificates of this machine's apt; nothing else of its configuration.
copy_apt_settings() {
    local file certificate
    rm -f "$system/etc/apt/sources.list"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
        [[ ! -s $file ]] || ! grep -q bookworm "$file" || cp "$file" "$system$file"
    done
    for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        if [[ ! -f $file ]] || ! grep -qE '^[[:space:]]*Acquire::' "$file"; then
            continue
        fi
        cp "$file" "$system$file"
        while read -r certificate; do
            mkdir -p "$system$(dirname "$certificate")"
            cp -r "$certificate" "$system$certificate"
        done < <(sed -nE 's/.*(CaInfo|CaPath|IssuerCert)[[:space:]]+"([^"]+)".*/\2/p' "$file")
    done
    cp /etc/hosts "$system/etc/hosts"
}

mount_kernel_folders() {
    mount -t proc proc "$system/proc"
    mount -t tmpfs -o mode=755 tmpfs "$system/dev"
    local node
    for node in null zero full random urandom tty; do
        cp -a "/dev/$node" "$system/dev/$node"
    done
    mkdir "$system/dev/pts" "$system/dev/shm"
    ln -s /proc/self/fd "$system/dev/fd"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$system/dev/pts"
    ln -s pts/ptmx "$system/dev/ptmx"
    mount -t tmpfs -o mode=1777 tmpfs "$system/dev/shm"
}

inside() {
    local kept=() name
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -z ${!name:-} ]] || kept+=("$name=${!name}")
    done
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "${kept[@]}" chroot "$system" bash -c "cd / && $*"
}

timed "debootstrap" make_system
copy_apt_settings
mount_kernel_folders
timed "git clone" git clone --quiet --no-hardlinks "$repository" "$system$home"
timed "packaging/test.sh" inside "$home/packaging/test.sh"
timed "packaging/run.sh" inside "$home/packaging/run.sh"
timed "packaging/run.sh again" inside "$home/packaging/run.sh"
echo "A bare bookworm builds, tests and runs $(git -C "$system$home" rev-parse --short HEAD)."
