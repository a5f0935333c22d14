#!/usr/bin/env bash
# Makes the managed network of an environment's data factory, its integration runtime, its credential and its managed private
# endpoints, and approves the endpoints on their targets. What exists is written again.
# Usage: pulumi stack output --json | data-factory.sh PROJECT/ENVIRONMENT
# Needs the Azure CLI, signed in with Data Factory Contributor on the factory and the right to approve on the targets.
set -euo pipefail
az=${AZ:-az}
rows=$(python3 -c '
import json, sys
key = sys.argv[1]
made = json.load(sys.stdin).get("dataFactories", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no data factory of {key}. Name one as PROJECT/ENVIRONMENT.")
network = {"type": "ManagedVirtualNetworkReference", "referenceName": "default"}
runtime = {"type": "Managed", "typeProperties": {"computeProperties": {"location": "AutoResolve"}}, "managedVirtualNetwork": network}
credential = {"type": "ManagedIdentity", "typeProperties": {"resourceId": made["identityId"]}}
print(made["factoryId"])
def put(path, properties, target=""):
    print(path, json.dumps({"properties": properties}), target, sep="\t")
put("managedVirtualNetworks/default", {})
put("integrationRuntimes/AutoResolveIntegrationRuntime", runtime)
put("credentials/landing-zone", credential)
for endpoint in made["managedEndpoints"]:
    body = {"privateLinkResourceId": endpoint["target"], "groupId": endpoint["group"]}
    put("managedVirtualNetworks/default/managedPrivateEndpoints/" + endpoint["name"], body, endpoint["target"])
' "${1:?Usage: data-factory.sh PROJECT/ENVIRONMENT}")
factory=$(head -n 1 <<< "$rows")
missing=0
while IFS=$'\t' read -r path body target; do
  "$az" rest --method put --url "$factory/$path?api-version=2018-06-01" --body "$body" --output none < /dev/null
  echo "$path: written"
  test -n "$target" || continue
  name=${factory##*/}.${path##*/}
  connections=$("$az" network private-endpoint-connection list --id "$target" --output tsv < /dev/null \
    --query "[?ends_with(properties.privateEndpoint.id, '/$name')].[id, properties.privateLinkServiceConnectionState.status]")
  if test -z "$connections"; then
    echo "$name: no connection on $target yet. Run this again in a minute." >&2
    missing=1
  fi
  while IFS=$'\t' read -r connection status; do
    test "$status" = Pending || continue
    "$az" network private-endpoint-connection approve --id "$connection" --description "$name" --output none < /dev/null
    echo "$name: approved"
  done <<< "$connections"
done < <(tail -n +2 <<< "$rows")
exit "$missing"
