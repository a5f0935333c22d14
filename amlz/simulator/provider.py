"""The simulated Azure as a provider plugin: Pulumi's own engine calls it, instead of azure-native, over gRPC.

The engine starts one process a provider of the program, reads its port from the first line it writes, and ends it.
Answers are those of amlz/simulator/azure.py: to a preview the same as in process.

azure-native itself (provider/pkg/provider/provider.go of pulumi/pulumi-azure-native) knows less in a preview: no id,
and of the outputs only what has the name of an input. The environment variable AMLZ_PREVIEW=azure-native selects that
(lists and objects stay unknown all the same, of which azure-native gives the parts that are inputs). The environment
variable AMLZ_AZURE names the file of the state, see amlz/simulator/stateful_provider.py. It also adds to the inputs of
a resource: the region of the provider, where a type has one and the program sets none, as here; its API version and a
random name where none is given, which is left out here.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from amlz.azure import facts
from amlz.azure.graph import unknown
from amlz.azure.shapes import UnmappedInput
from amlz.simulator.azure import PreviewAnswer, SimulatedAzure
from amlz.simulator.existing import inputs_from_the_start
from amlz.simulator.updates import differing, replacing
from amlz.simulator.wire import UNKNOWN, plain, replaced


class SimulatedProvider(provider_pb2_grpc.ResourceProviderServicer):
    """azure-native as far as the simulated Azure supports it: the engine's protocol on one side, its answers on the
    other.
    """

    def __init__(self, azure: SimulatedAzure, decided: bool = True) -> None:
        """`decided`: whether a preview gives ids and names that are decided, or as little as azure-native's."""
        self._azure = azure
        self._decided = decided
        self._subscription = self._location = ""

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 -- the protocol's names
        """Returns the version of azure-native that it replaces: with a lower one than the SDK's, the engine warns."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi-azure-native"))

    def GetSchema(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Empty: the program brings its own SDK."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """A provider's inputs, as they are."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Leaves it to the engine, as azure-native does: another subscription is not noticed as a replacement."""
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Notes subscription, region and cloud. As with azure-native, secrets arrive as plain values."""
        result = plain(request.args, "", [])
        given = result.get("subscriptionId", UNKNOWN)
        self._subscription = "" if given == UNKNOWN else given
        self._location = result.get("location", "")
        self._azure.in_cloud(result.get("environment", "public"))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A resource's inputs, with the provider's region where they have none; an unknown type fails."""
        response = provider_pb2.CheckResponse(inputs=request.news)
        try:
            takes_location = facts.takes_location(token_of(request.urn))
        except UnmappedInput as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            raise AssertionError("abort raises") from None
        if takes_location and self._location and "location" not in request.news.fields:
            response.inputs.update({"location": self._location})
        return response

    def Diff(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Inputs against inputs. A change in the id's path, or of a create-only property, replaces, after the old one
        is deleted.

        As azure-native, it does not look at `ignoreChanges`: in an update the engine itself puts the old inputs back,
        in a refresh nobody does.
        """
        olds, news = plain(request.old_inputs, "", []), plain(request.news, "", [])
        changed = differing(olds, news)
        replaces = replacing(token_of(request.urn), olds, news, changed)
        some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some, diffs=changed, replaces=replaces, deleteBeforeReplace=bool(replaces)
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns in a preview its known values, otherwise an existing resource."""
        answer = self._answer(request.urn, request.properties, request.preview)
        if not request.preview and not answer.id:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{request.urn}: a part of its id is missing")
        response = provider_pb2.CreateResponse(id=answer.id)
        response.properties.update(answer.outputs)
        return response

    def Update(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """As Create, for an existing resource."""
        response = provider_pb2.UpdateResponse()
        response.properties.update(self._answer(request.urn, request.news, request.preview).outputs)
        return response

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns the engine's values: nobody changes anything here. Only what exists everywhere can be imported."""
        untouched = inputs_from_the_start(request.id)
        if not request.properties.fields and untouched is not None:
            return self._as_at_the_start(request, untouched)
        if not request.properties.fields:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{request.id} does not exist: here is only what was built")
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Deletes."""
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing may be asked of Azure: the answer would depend on the day."""
        wanted = f"the program asks Azure for {request.tok}; without a cloud there is no answer"
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, wanted)

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing goes on that could be cancelled."""
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def _as_at_the_start(self, request: Any, inputs: dict[str, Any]) -> Any:
        """A resource that every subscription has, while nobody has changed it: amlz/simulator/existing.py."""
        response = provider_pb2.ReadResponse(id=request.id)
        response.inputs.update(inputs)
        outputs = self._azure.deployed(token_of(request.urn), inputs, self._subscription).outputs
        response.properties.update(outputs)
        return response

    def _answer(self, urn: str, properties: Any, preview: bool) -> PreviewAnswer:
        token, given = token_of(urn), plain(properties, "", [])
        if not preview:
            return self._azure.deployed(token, given, self._subscription)
        inputs = replaced(given, unknown("a value that is not decided"))
        answer = self._azure.preview(token, inputs, self._subscription)
        if self._decided:
            return answer
        return PreviewAnswer("", {key: value for key, value in answer.outputs.items() if key in inputs})


def token_of(urn: str) -> str:
    """The type of a URN's own resource: the last of the chain."""
    return urn.split("::")[2].rpartition("$")[2]
