#!/bin/sh
# The tests open pages in a real Chromium. Install Debian's when it is missing and we may; otherwise say what to do.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing $missing for the browser tests …"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null && exit 0
fi
echo "The browser tests need: $missing. Install it (Debian: apt-get install $missing) and run make test again." >&2
exit 1
