"""The simulated Azure as the plugin that Pulumi's engine starts: `python -m amlz.simulator.plugin`."""

from __future__ import annotations

import os
import sys
import time
from concurrent import futures
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
from pulumi.runtime.proto import provider_pb2_grpc

from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.provider import SimulatedProvider

#: Seconds between two looks at whether the engine still runs.
PATIENCE = 5.0
#: Names a file: where it is set, each process of the provider keeps the seconds of processor time that it took in
#: FILE.<process>, so often (the engine ends it without a word).
SPENT = "AMLZ_SPENT"
OFTEN = 0.2
#: Calls at once: more than the engine makes by default, so that one which waits holds up no other.
CALLS = 64
_NO_LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def serve() -> None:
    """Serves until the engine ends; writes the port first."""
    engine = os.getppid()
    decided = os.environ.get("AMLZ_PREVIEW") != "azure-native"
    store = os.environ.get("AMLZ_AZURE")
    provider = _stateful(Path(store), decided, str(engine)) if store else SimulatedProvider(SimulatedAzure(), decided)
    server = grpc.server(futures.ThreadPoolExecutor(CALLS), options=_NO_LIMIT)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    spent = os.environ.get(SPENT)
    while server.wait_for_termination(OFTEN if spent else PATIENCE):  # true where the time is up
        if spent:
            Path(f"{spent}.{os.getpid()}").write_text(f"{time.process_time()}", encoding="utf-8")
        if os.getppid() != engine:  # an engine that was killed ends no plugin
            return


def _stateful(file: Path, decided: bool, engine: str) -> SimulatedProvider:
    from amlz.simulator.state_store import StateStore
    from amlz.simulator.stateful_provider import StatefulProvider

    store = StateStore(file)
    store.settle(engine)
    return StatefulProvider(SimulatedAzure(), store, decided)


if __name__ == "__main__":
    serve()
