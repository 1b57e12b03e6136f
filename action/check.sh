#!/usr/bin/env bash
# Checks the images. The binary writes annotations, the job summary and the step's outputs itself.
set -euo pipefail

# A process that dies leaves this answer.
printf 'verdict=undecided\nimages=[]\n' >> "$GITHUB_OUTPUT"

work=$(mktemp -d "$RUNNER_TEMP/portcullis.XXXXXXXX")

# References go through a file, where none of them can be an option.
printf '%s\n' "$IMAGES" > "$work/images"

arguments=(
  check
  "--images-file=$work/images"
  "--policy=$POLICY"
  "--mode=$MODE"
  --format=github
  "--report=json=$work/report.json"
)
if [ -n "$POLICY_DIGEST" ]; then arguments+=("--policy-digest=$POLICY_DIGEST"); fi
if [ -n "$TRUSTED_ROOT" ]; then arguments+=("--trusted-root=$TRUSTED_ROOT"); fi

exec "$BINARY" "${arguments[@]}"
