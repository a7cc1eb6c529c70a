#!/bin/sh
# Installs Debian's Chromium if there is no browser that the browser tests can use (make browser).
set -eu
for name in "${RMOS_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable chrome msedge; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
        echo "The browser is $(command -v "$name")."
        exit 0
    fi
done
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
fi
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core </dev/null
