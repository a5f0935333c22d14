#!/usr/bin/env bash
# Makes the managed private endpoints of an environment's Synapse workspace, and approves them on the data lake. Those that
# exist are left alone.
# Usage: pulumi stack output --json | synapse.sh PROJECT/ENVIRONMENT
# Needs the Azure CLI, signed in as Synapse Administrator of the workspace and with the right to approve on the lake, and a
# runner that reaches the workspace.
set -euo pipefail
az=${AZ:-az}
approve=$(dirname "$0")/approve-endpoint.sh
rows=$(python3 -c '
import json, sys
key = sys.argv[1]
made = json.load(sys.stdin).get("synapse", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no Synapse workspace of {key}. Name one as PROJECT/ENVIRONMENT.")
print(made["workspaceId"].rsplit("/", 1)[1])
for endpoint in made["managedEndpoints"]:
    body = {"privateLinkResourceId": endpoint["target"], "groupId": endpoint["group"]}
    print(endpoint["name"], json.dumps(body), endpoint["target"], sep="\t")
' "${1:?Usage: synapse.sh PROJECT/ENVIRONMENT}")
workspace=$(head -n 1 <<< "$rows")
file=$(mktemp)
trap 'rm -f "$file"' EXIT
missing=0
while IFS=$'\t' read -r name body target; do
  if ! "$az" synapse managed-private-endpoints show --workspace-name "$workspace" --pe-name "$name" --output none \
    2> /dev/null < /dev/null; then
    printf '%s' "$body" > "$file"
    "$az" synapse managed-private-endpoints create --workspace-name "$workspace" --pe-name "$name" --file "@$file" \
      --output none < /dev/null
    echo "$name: created"
  fi
  "$approve" "$target" "$workspace.$name" < /dev/null || missing=1
done < <(tail -n +2 <<< "$rows")
exit "$missing"
