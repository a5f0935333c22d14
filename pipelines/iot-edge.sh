#!/usr/bin/env bash
# Prints the deployment manifest of an environment's IoT Edge devices, with the version of each image.
# Usage: pulumi stack output --json | iot-edge.sh PROJECT/ENVIRONMENT MODULE=TAG|MODULE=sha256:DIGEST …
# EDGE_REGISTRY_USER and EDGE_REGISTRY_PASSWORD: application ID and secret of the service principal that pulls images.
# They are in the printed manifest: write it to a file that nobody else reads, and delete it.
set -euo pipefail
python3 -c '
import json, os, re, sys
key, *words = sys.argv[1:]
made = json.load(sys.stdin).get("iotEdge", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no IoT Edge of {key}. Name one as PROJECT/ENVIRONMENT.")
agent = made["manifest"]["modulesContent"]["$edgeAgent"]["properties.desired"]
there = sorted(agent["modules"])
for word in words:
    name, _, version = word.partition("=")
    if name not in agent["modules"]:
        sys.exit(f"There is no module {name!r}. There are: {there}.")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", version):
        sys.exit(f"{version!r} of {name} is no tag and no digest.")
    settings = agent["modules"][name]["settings"]
    settings["image"] += ("@" if version.startswith("sha256:") else ":") + version
missing = sorted(set(there) - {word.partition("=")[0] for word in words})
if missing:
    sys.exit(f"Name the version of {missing}, as MODULE=TAG.")
if made["pulls"]:
    user, password = os.environ.get("EDGE_REGISTRY_USER"), os.environ.get("EDGE_REGISTRY_PASSWORD")
    if not user or not password:
        sys.exit("Set EDGE_REGISTRY_USER and EDGE_REGISTRY_PASSWORD: devices pull images with them.")
    credentials = {"address": made["registry"], "username": user, "password": password}
    agent["runtime"]["settings"]["registryCredentials"] = {"models": credentials}
print(json.dumps(made["manifest"], indent=2))
' "${1:?Usage: iot-edge.sh PROJECT/ENVIRONMENT MODULE=TAG …}" "${@:2}"
