#!/bin/bash
# Sets up a Debian 12, builds, and zooms into PHOTO (default: a sample photo of the package palapeli-data).
# With a display the window opens; without one the middle of the photo is computed at 8 times its size, without the noise and the JPEG
# artifacts that it is found to have, every step kept.
#
#   packaging/run.sh [PHOTO]
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

scale=8
edge=256

sample_photo() {
    dpkg-query -L palapeli-data | grep '/collection/european-honey-bee\.jpg$' ||
        fail "The sample photo is missing: reinstall palapeli-data, or name a photo: packaging/run.sh PHOTO"
}

# middle_of PHOTO: at most edge x edge pixels around the middle, as x,y,w,h.
middle_of() {
    local info width height w h
    info=$("$casr" info "$1") || exit 1
    read -r width height < <(sed -nE 's/.*[^0-9]([0-9]+) x ([0-9]+).*/\1 \2/p' <<<"$info" | head -n 1)
    w=$((width < edge ? width : edge))
    h=$((height < edge ? height : edge))
    echo "$(((width - w) / 2)),$(((height - h) / 2)),$w,$h"
}

(($# <= 1)) || fail "Name one photo: packaging/run.sh [PHOTO]" 2
if (($# == 1)) && [[ ! -f $1 ]]; then
    fail "'$1' is no file: name a photo, or none for a sample." 2
fi

install_packages
build_preset release app/all
casr=$casr_root/build/release/app/casr
window=$casr_root/build/release/app/casr-zoom
photo=${1:-$(sample_photo)}

if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} && -x $window ]]; then
    exec "$window" "$photo"
fi

region=$(middle_of "$photo")
name=$(basename "${photo%.*}")
result=casr-output/$name-x$scale.png
steps=casr-output/$name-x$scale-steps
mkdir -p casr-output
echo "Zooming x$scale into the region $region of $photo"
"$casr" upscale "$photo" -o "$result" --scale "$scale" --region "$region" --noise auto --jpeg auto --blur auto --keep-steps "$steps"
echo "Result: $result"
echo "Every step: $steps/"
