#!/bin/sh
# Installs the programs of Debian that some tests use. Without them, or without the right to install
# them, those tests say why they are skipped.
set -u
wanted=
command -v qemu-aarch64-static >/dev/null || wanted="$wanted qemu-user-static" # runs the arm64 layer
command -v gcc >/dev/null || wanted="$wanted gcc"                              # builds the layer's tools
command -v node >/dev/null || wanted="$wanted nodejs"                          # compiles the layer's helper
command -v npm >/dev/null || wanted="$wanted npm"                              # gets it what it needs
command -v chromium >/dev/null || wanted="$wanted chromium"                    # shows the pages
command -v chromedriver >/dev/null || wanted="$wanted chromium-driver"         # clicks through them
command -v redis-server >/dev/null || wanted="$wanted redis-server"            # the observers' tests
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || wanted="$wanted postgresql"
command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || wanted="$wanted mariadb-server"
[ -z "$wanted" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "some tests will be skipped; they need Debian's$wanted" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
apt-get install -y -qq $wanted >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq $wanted >/dev/null 2>&1; } ||
    echo "some tests will be skipped:$wanted could not be installed" >&2
