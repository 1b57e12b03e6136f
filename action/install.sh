#!/usr/bin/env bash
# Gets the portcullis binary: a release by its digest, or built from this source. Names it in the output `binary`.
set -euo pipefail

fail() {
  printf '::error title=portcullis was not installed::%s\n' "$1"
  exit 2
}

digest_of() {
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

download() {
  local protocol
  case "$RELEASE_URL" in
    https://*) protocol='=https' ;;
    http://127.0.0.1:* | http://\[::1\]:*) protocol='=http' ;;
    *) fail 'release-url is not https' ;;
  esac
  # 200 MB is ten times the largest release.
  curl --disable --globoff --fail --silent --show-error --location --retry 3 --max-filesize 200000000 \
    --proto "$protocol" --proto-redir '=https' --output "$1" --url "$RELEASE_URL" || fail 'the release could not be downloaded'
}

work=$(mktemp -d "$RUNNER_TEMP/portcullis.XXXXXXXX")

if [ -n "$RELEASE_URL" ]; then
  [[ "$RELEASE_DIGEST" =~ ^sha256:[0-9a-f]{64}$ ]] || fail 'release-digest is not sha256: and 64 hexadecimal digits'
  binary="$work/portcullis"
  download "$binary"
  # The digest is the anchor: nothing of the download runs before it was compared.
  [ "sha256:$(digest_of "$binary")" = "$RELEASE_DIGEST" ] || fail 'the release does not have the digest that release-digest names'
  chmod 0755 "$binary"
else
  [ -z "$RELEASE_DIGEST" ] || fail 'release-digest needs release-url'
  command -v cargo > /dev/null || fail 'there is no cargo to build with; give release-url and release-digest'
  cd "$GITHUB_ACTION_PATH"
  bash tools/wasi-target
  # No cache: a poisoned target directory would run.
  CARGO_TARGET_DIR="$work/target" cargo build --release --locked --package portcullis
  binary="$work/target/release/portcullis"
fi

printf 'binary=%s\n' "$binary" >> "$GITHUB_OUTPUT"
