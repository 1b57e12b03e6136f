#!/usr/bin/env bash
# Says where the policy is read from: on pull requests the base commit, fetched into a folder of its own, which the output
# `folder` names. What the pull request changed is not believed.
set -euo pipefail

fail() {
  printf '::error title=the policy was not read::%s\n' "$1"
  exit 2
}

# Of a pull request a path in it is the base's too; any other one is not known to be.
in_repository() {
  case "/$1/" in
    //* | */../*) fail "$2 is no path in the repository: on pull requests give one, or policy-digest, or policy-from: workspace" ;;
  esac
}

fetch() {
  local source="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
  export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1
  # Through the environment: arguments are seen by every process.
  if [ -n "$GITHUB_TOKEN" ]; then
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')"
    export GIT_CONFIG_VALUE_0
  fi
  # A repository of its own: neither configuration nor hooks of the workspace count.
  git init --quiet --template= "$1" &&
    git -C "$1" fetch --quiet --depth=1 --no-tags "$source" "$BASE_COMMIT" &&
    git -C "$1" -c advice.detachedHead=false checkout --quiet "$BASE_COMMIT"
}

case "$POLICY_FROM" in
  base | workspace) ;;
  *) fail 'policy-from is neither base nor workspace' ;;
esac

# No pull request: the workspace is what was pushed.
if [ -z "$BASE_COMMIT" ]; then exit 0; fi
# The digest is the anchor; it covers what the policy names.
if [ -n "$POLICY_DIGEST" ] && [ -z "$TRUSTED_ROOT" ]; then exit 0; fi
if [ "$POLICY_FROM" = workspace ]; then
  printf '::warning title=the policy is the pull request'"'"'s own::%s\n' \
    'policy-from is workspace: whoever opened the pull request can loosen the policy; this informs and guards nothing'
  exit 0
fi

[[ "$BASE_COMMIT" =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] || fail 'the event does not name the base commit'
in_repository "$POLICY" policy
if [ -n "$TRUSTED_ROOT" ]; then in_repository "$TRUSTED_ROOT" trusted-root; fi
work=$(mktemp -d "$RUNNER_TEMP/portcullis.XXXXXXXX")
fetch "$work/base" || fail 'the base commit could not be fetched; it needs contents: read'
for file in "$POLICY" ${TRUSTED_ROOT:+"$TRUSTED_ROOT"}; do
  [ -f "$work/base/$file" ] ||
    fail 'the base commit does not have policy or trusted-root; where this pull request brings it: policy-digest, or policy-from: workspace'
done
printf '::notice title=the policy is the base commit'"'"'s::policy and files that it names were read from %s; changes of them in this pull request do not count\n' \
  "$BASE_COMMIT"
printf 'folder=%s\n' "$work/base/" >> "$GITHUB_OUTPUT"
