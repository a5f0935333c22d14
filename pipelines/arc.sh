#!/usr/bin/env bash
# Prints what ARM has no request for, of a cluster that is connected by Azure Arc.
# Usage: pulumi stack output --json | arc.sh PROJECT/ENVIRONMENT CLUSTER commands|objects|hosts
#   commands  connect it, install Azure ML's extension, read the ID of its relay: read them, then run them
#   objects   namespaces and instance types, for `kubectl apply -f -`
#   hosts     what its nodes reach, for the owner of its firewall
set -euo pipefail
python3 -c '
import json, shlex, sys
key, name, wanted = sys.argv[1:]
made = json.load(sys.stdin).get("arcClusters", {}).get(key, {}).get(name)
if made is None:
    sys.exit(f"The outputs of the stack have no connected cluster {name} of {key}. Name one as PROJECT/ENVIRONMENT CLUSTER.")
if wanted == "objects":
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": made["objects"]}, indent=2))
elif wanted == "hosts":
    print("\n".join(made["hosts"]))
    if not made["attached"]:
        print("The host of the relay follows once `relay` is set.", file=sys.stderr)
elif wanted == "commands":
    _, _, subscription, _, group, _, _, _, cluster = made["cluster"].split("/")
    place = ["--subscription", subscription, "--resource-group", group]
    on = [*place, "--cluster-type", "connectedClusters", "--cluster-name", cluster, "--name", "azureml"]
    config = ["--config", *(f"{setting}={value}" for setting, value in made["settings"].items())]
    train = ["--scope", "cluster", "--release-train", "stable", "--release-namespace", "azureml"]
    kind = ["--extension-type", "Microsoft.AzureML.Kubernetes", "--auto-upgrade-minor-version", "true"]
    relay = "configurationSettings.\"relayserver.hybridConnectionResourceID\""
    print("# Where kubectl uses the cluster. Once: connects it to Azure Arc.")
    print(shlex.join(["az", "connectedk8s", "connect", *place, "--name", cluster, "--location", made["location"]]))
    if "sslSecret" in made["settings"]:
        secret = ["create", "secret", "generic", made["settings"]["sslSecret"], "--namespace", "azureml"]
        print("# Once: saves the certificate.")
        print("kubectl create namespace azureml")
        print(shlex.join(["kubectl", *secret, "--from-file=cert.pem", "--from-file=key.pem"]))
    print("# Once: makes the relay, and installs the extension of Azure ML.")
    print(shlex.join(["az", "k8s-extension", "create", *on, *kind, *train, *config]))
    print("# After a change of its settings.")
    print(shlex.join(["az", "k8s-extension", "update", *on, *config, "--yes"]))
    print("# The ID for `relay` of the stack file.")
    print(shlex.join(["az", "k8s-extension", "show", *on, "--query", relay, "--output", "tsv"]) + " | cut -d/ -f1-9")
else:
    sys.exit(f"{wanted} is none of commands, objects and hosts.")
' "${1:?Usage: arc.sh PROJECT/ENVIRONMENT CLUSTER commands|objects|hosts}" \
  "${2:?Usage: arc.sh PROJECT/ENVIRONMENT CLUSTER commands|objects|hosts}" \
  "${3:?Usage: arc.sh PROJECT/ENVIRONMENT CLUSTER commands|objects|hosts}"
