#!/bin/sh
# Programs that the tests open real things with: Chromium for pages, espeak-ng for listening. Debian's are installed
# when they are missing and we may. Without Chromium nothing can be tested; without espeak-ng its few tests are skipped.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing $missing for the tests …"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null && exit 0
fi
if command -v chromium >/dev/null 2>&1; then
  echo "Without espeak-ng the tests of listening are skipped (Debian: apt-get install espeak-ng)." >&2
  exit 0
fi
echo "The browser tests need: $missing. Install it (Debian: apt-get install $missing) and run make test again." >&2
exit 1
