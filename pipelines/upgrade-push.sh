#!/usr/bin/env bash
# Pushes the branch of an upgrade from its bundle. Runs no program of the repository, since it has a token. Usage:
# upgrade-push.sh FOLDER, with the token of git in AUTHORIZATION, a header. Prints made=true if the branch was pushed. Where
# it may not be pushed, the commands are in the report: a token of a workflow may not change workflow files.
set -euo pipefail
folder=$1
tag=$(cat "$folder/tag")
branch=upgrade-$tag
[[ $tag =~ ^v?[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "The report has no tag." >&2; exit 1; }
header() { git -c "http.extraheader=$AUTHORIZATION" "$@"; }
if header ls-remote --exit-code --heads origin "refs/heads/$branch" > /dev/null; then
  echo "The branch $branch exists already: nothing to do." >&2
  exit 0
fi
git fetch --quiet "$folder/upgrade.bundle" "refs/heads/$branch:refs/heads/$branch"
if header push --quiet origin "refs/heads/$branch"; then
  echo "made=true"
else
  echo "The branch $branch cannot be pushed with this token. The commands are in the report." >&2
fi
