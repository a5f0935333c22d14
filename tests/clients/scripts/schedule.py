"""Prints the request that azure-ai-ml makes of a schedule of a model monitor: signals with their notifications."""

import json
import sys

from azure.ai.ml.entities._load_functions import load_schedule

definition = load_schedule(sys.argv[1])._to_rest_object().as_dict()["properties"]["action"]["monitorDefinition"]
sys.stdout.write(
    json.dumps({name: [signal["signalType"], signal["mode"]] for name, signal in definition["signals"].items()}) + "\n"
)
