#!/usr/bin/env bash
# Gives a SARIF file to code scanning. Where that is off or the token may not, it says so: annotations and summary remain.
# https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
set -euo pipefail

say() {
  printf '::notice title=no alerts in code scanning::%s; annotations and summary have every finding\n' "$1"
  exit 0
}

[ -s "$1" ] || say 'there is no SARIF file'
[ -n "$GITHUB_TOKEN" ] || say 'there is no token'
# a port and nothing behind it: what looks like one may be a user's name
[[ "$GITHUB_API_URL" =~ ^(https://.+|http://127\.0\.0\.1:[0-9]+)$ ]] || say 'the API is not https'
[[ ! "$GITHUB_SHA$GITHUB_REF" =~ [[:cntrl:]\"\\] ]] || say 'the name of the ref cannot be written into JSON here'

work=$(mktemp -d "$RUNNER_TEMP/portcullis.XXXXXXXX")
{
  printf '{"commit_sha":"%s","ref":"%s","tool_name":"portcullis","sarif":"' "$GITHUB_SHA" "$GITHUB_REF"
  gzip --stdout "$1" | base64 | tr -d '\n'
  printf '"}'
} > "$work/upload.json"

# The token goes through a file that curl reads: arguments are seen by every process.
(umask 077 && printf 'Authorization: Bearer %s\n' "$GITHUB_TOKEN" > "$work/authorization")
status=$(curl --disable --globoff --silent --output /dev/null --write-out '%{http_code}' --max-time 60 --proto '=https,http' \
  --header "@$work/authorization" --header 'Accept: application/vnd.github+json' --header 'Content-Type: application/json' \
  --data-binary "@$work/upload.json" --url "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/code-scanning/sarifs") || status=none
rm -f "$work/authorization"

case "$status" in
  202) printf 'code scanning has the findings\n' ;;
  403 | 404) say "code scanning is off here, or the token lacks security-events: write (HTTP $status)" ;;
  413) say 'the SARIF file is too large (HTTP 413)' ;;
  *) say "the upload was not taken (HTTP $status)" ;;
esac
