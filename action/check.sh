#!/usr/bin/env bash
# Checks the images. The binary writes annotations, the job summary and the step's outputs itself.
set -euo pipefail

# A process that dies leaves this answer.
printf 'verdict=undecided\nimages=[]\n' >> "$GITHUB_OUTPUT"

work=$(mktemp -d "$RUNNER_TEMP/portcullis.XXXXXXXX")

fail() {
  printf '::error title=nothing was checked::%s\n' "$1"
  exit 2
}

# An option that may be empty.
one() {
  if [ -n "$2" ]; then arguments+=("--$1=$2"); fi
}

# An option for every line.
each() {
  local line
  while read -r line; do
    one "$1" "$line"
  done <<< "$2"
}

for switch in "$CODE_SCANNING" "$COMMENT"; do
  [[ "$switch" =~ ^(true|false)$ ]] || fail 'code-scanning and comment are true or false'
done
# An expression that turned out empty is not a call for the images of the policy.
[[ "$IMAGES$FILES" =~ [^[:space:]] ]] || fail 'neither images nor files names anything'

arguments=(check)
if [[ "$IMAGES" =~ [^[:space:]] ]]; then
  # References go through a file, where none of them can be an option.
  printf '%s\n' "$IMAGES" > "$work/images"
  arguments+=("--images-file=$work/images")
fi
arguments+=(
  "--policy=$FOLDER$POLICY"
  "--mode=$MODE"
  --format=github
  "--report=json=$work/report.json"
  "--report=sarif=$work/portcullis.sarif"
)
printf 'sarif=%s\n' "$work/portcullis.sarif" >> "$GITHUB_OUTPUT"
one policy-digest "$POLICY_DIGEST"
one trusted-root "${TRUSTED_ROOT:+$FOLDER$TRUSTED_ROOT}"
one expect-images "$EXPECT_IMAGES"
one ca-file "$CA_FILE"
each files "$FILES"
each exclude "$EXCLUDE"
each exclude-image "$EXCLUDE_IMAGE"
each image-path "$IMAGE_PATH"
each report "$REPORTS"
each insecure-registry "$INSECURE_REGISTRY"
each tls-registry "$TLS_REGISTRY"
each token-host "$TOKEN_HOST"
each evidence-repository "$EVIDENCE_REPOSITORY"
if [ "$COMMENT" = true ]; then arguments+=(--comment); fi

if [[ "$TRUST_UPDATE" =~ [^[:space:]] ]]; then
  roots=()
  while read -r root; do
    if [ -n "$root" ]; then roots+=("$root"); fi
  done <<< "$TRUST_UPDATE"
  # A folder of this run alone. The check verifies again what is there.
  "$BINARY" trust update "--cache-dir=$work/cache" -- "${roots[@]}" || fail 'the trusted roots could not be refreshed'
  arguments+=("--cache-dir=$work/cache")
fi

exit=0
"$BINARY" "${arguments[@]}" || exit=$?
# What becomes of the upload decides nothing.
if [ "$CODE_SCANNING" = true ]; then
  bash "$GITHUB_ACTION_PATH/action/upload.sh" "$work/portcullis.sarif" || true
fi
exit "$exit"
