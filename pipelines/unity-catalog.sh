#!/usr/bin/env bash
# Makes in Unity Catalog a storage credential of an environment's access connector, and an external location for each
# container of the lake that it reaches; those that exist are updated.
# Usage: pulumi stack output --json | unity-catalog.sh PROJECT/ENVIRONMENT
# Needs the Databricks CLI, signed in as an admin of the metastore, and a runner that reaches the workspace.
set -euo pipefail
databricks=${DATABRICKS:-databricks}
rows=$(python3 -c '
import json, sys
key = sys.argv[1]
made = json.load(sys.stdin).get("databricks", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no Databricks workspace of {key}. Name one as PROJECT/ENVIRONMENT.")
name = key.replace("/", "-")
identity = {"access_connector_id": made["accessConnectorId"], "managed_identity_id": made["identityId"]}
print(made["workspaceUrl"])
print("storage-credentials", name, json.dumps({"name": name, "azure_managed_identity": identity}), sep="\t")
for location in made["locations"]:
    own = {"name": name + "-" + location["name"], "url": location["url"], "credential_name": name, "read_only": location["readOnly"]}
    print("external-locations", own["name"], json.dumps(own), sep="\t")
' "${1:?Usage: unity-catalog.sh PROJECT/ENVIRONMENT}")
DATABRICKS_HOST=https://$(head -n 1 <<< "$rows")
export DATABRICKS_HOST
tail -n +2 <<< "$rows" | while IFS=$'\t' read -r kind name body; do
  if "$databricks" "$kind" get "$name" > /dev/null 2>&1 < /dev/null; then
    "$databricks" "$kind" update "$name" --json "$body" < /dev/null > /dev/null
    echo "$kind $name: updated"
  else
    "$databricks" "$kind" create --json "$body" < /dev/null > /dev/null
    echo "$kind $name: created"
  fi
done
