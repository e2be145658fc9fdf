#!/bin/bash
# Sets up a Debian 12, builds with warnings as errors and runs every test.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

install_packages
build_preset ci
cd "$casr_root"
ctest --preset ci </dev/null
