# shellcheck shell=bash
# Sourced by the other scripts of this folder: installs what is missing, configures and builds. Needs bash.
# Quiet while all goes well: every phase prints its name and its seconds, a failed one its whole output.
set -euo pipefail

casr_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# fail MESSAGE [STATUS]: one line that says what is wrong and what to do.
fail() {
    echo "$1" >&2
    exit "${2:-1}"
}

# phase TITLE COMMAND...: the command without its output, unless it fails.
phase() {
    local title=$1 started=$SECONDS log status=0
    shift
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if ((status != 0)); then
        cat "$log" >&2
        rm -f "$log"
        fail "$title failed (status $status); its output is above."
    fi
    rm -f "$log"
    printf '%-46s %5d s\n' "$title" $((SECONDS - started))
}

needed_packages() {
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$casr_root/packaging/debian-packages.txt" | sort -u
}

# Of the needed packages those that are not installed; one query, because a second start must not wait.
missing_packages() {
    local needed
    mapfile -t needed < <(needed_packages)
    comm -23 <(printf '%s\n' "${needed[@]}") \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${needed[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

fetch_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

install_packages() {
    [[ $(type -t dpkg-query) && $(type -t apt-get) ]] ||
        fail "This script sets up Debian 12; elsewhere install what packaging/debian-packages.txt names and build with CMake."
    local missing
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]})) || return 0
    ((EUID == 0)) || sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; } ||
        fail "Packages are missing; as root run: apt-get install --no-install-recommends ${missing[*]}"
    phase "Installing ${#missing[@]} packages" fetch_packages "${missing[@]}"
}

# As many compilers as there are threads, fewer where memory is short: one that reads LibTorch's headers takes over 1 GB.
build_jobs() {
    local threads by_memory
    threads=$(nproc)
    by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
    ((by_memory >= 1)) || by_memory=1
    echo $((threads < by_memory ? threads : by_memory))
}

configure_preset() {
    (cd "$casr_root" && cmake --preset "$1")
}

# build_preset PRESET TARGET...: configures when there is nothing yet or the presets changed, then builds what is out of date.
build_preset() {
    local preset=$1 folder=$casr_root/build/$1
    shift
    if [[ ! -f $folder/build.ninja || $casr_root/CMakePresets.json -nt $folder/build.ninja ]]; then
        phase "Configuring ($preset)" configure_preset "$preset"
    fi
    phase "Building ($preset)" ninja --quiet -C "$folder" -j "$(build_jobs)" "$@"
}
