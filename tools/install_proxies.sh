#!/bin/sh
# Unpacks Debian's nginx and Caddy into build/proxies for the tests of deploy/ (make proxies), unless they are installed. They
# are not installed, because that would start them.
set -eu
cd "$(dirname "$0")/.."
folder=build/proxies
missing=
for name in nginx caddy; do
    if command -v "$name" >/dev/null || [ -x "$folder/usr/sbin/$name" ] || [ -x "$folder/usr/bin/$name" ]; then
        echo "$name is there."
    else
        missing="$missing $name"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
fi
$as_root apt-get update -qq
mkdir -p "$folder"
cd "$folder"
# shellcheck disable=SC2086 # several names
apt-get download -qq $missing
for package in ./*.deb; do
    dpkg-deb --extract "$package" .
    rm "$package"
done
