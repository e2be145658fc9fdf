#!/bin/bash
# Makes the pictures of the README: drives the release build of the window over the sample photo on a screen of its own.
# Needs imagemagick besides what setup.sh installs.
#
#   packaging/screenshots.sh [FOLDER]
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

folder=${1:-$casr_root/resources/screenshots}
screen=1600x1000
quality=88
patience=600
still_seconds=15 # longer than any pause of a busy machine

started=()
settings=$(mktemp -d)
finish() {
    kill "${started[@]}" 2>/dev/null || true
    rm -rf "$settings"
}
trap finish EXIT

# A free display number, told by Xvfb itself.
start_screen() {
    exec 3<>"$settings/display" || fail "No temporary folder can be written: set TMPDIR to one that can."
    Xvfb -displayfd 3 -screen 0 ${screen}x24 2>/dev/null &
    started+=($!)
    until [[ -s $settings/display ]]; do sleep 0.2; done
    DISPLAY=:$(<"$settings/display")
    export DISPLAY
    openbox &
    started+=($!)
}

start_window() {
    XDG_CONFIG_HOME=$settings "$window" "$@" &
    started+=($!)
    xdotool search --sync --onlyvisible --class casr-zoom windowsize --sync 100% 100% windowmove 0 0 >/dev/null
    id=$(xdotool search --onlyvisible --class casr-zoom | tail -n 1)
}

keys() {
    xdotool windowfocus "$id" key --delay 120 "$@"
}

# Waits until the screen has not changed for a while.
settle() {
    local before='' now changed_at=$SECONDS started_at=$SECONDS
    while ((SECONDS - started_at < patience)); do
        now=$(import -window root rgb:- | sha256sum)
        [[ $now == "$before" ]] || changed_at=$SECONDS
        ((SECONDS - changed_at >= still_seconds)) && return
        before=$now
        sleep 1
    done
    fail "The window did not come to rest in $patience seconds; a faster machine is needed for pictures."
}

take() {
    import -window root -quality $quality "$folder/$1.jpg"
    echo "$folder/$1.jpg"
}

[[ $(type -t import) ]] || fail "The pictures are taken by ImageMagick: install the package imagemagick."
install_packages
build_preset release app/all
window=$casr_root/build/release/app/casr-zoom
photo=$(dpkg-query -L palapeli-data | grep '/collection/european-honey-bee\.jpg$') ||
    fail "The sample photo is missing: reinstall palapeli-data."
mkdir -p "$folder"

start_screen
start_window "$photo" --region 590,340,160,120 --scale 8
settle
keys ctrl+Return
settle
take staircase
keys c
settle
take compare
keys Escape c c c c c c c k
settle
take consistency
