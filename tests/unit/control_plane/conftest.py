"""The control plane in process: its application called as ASGI, requests made, signed and answers read by botocore's parts."""

import asyncio
import json
import random
import urllib.parse
from dataclasses import dataclass, field

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
import pytest

from borealis.auth.policies.managed import ADMINISTRATOR_ACCESS
from borealis.auth.principals import AccessKey, Identities, User
from borealis.clock import SystemClock
from borealis.control_plane.app import application
from borealis.control_plane.clusters import Clusters
from borealis.control_plane.names import Names
from borealis.control_plane.service import Service

ACCOUNT = "123456789012"
REGION = "us-east-1"
KEY = AccessKey("AKIAADMIN", "administrator", "secret of the administrator", 0)


@dataclass
class MemoryRecords:
    kept: dict = field(default_factory=dict)

    def all(self):
        return list(self.kept.values())

    def add(self, record):
        assert record.identifier not in self.kept
        self.kept[record.identifier] = record

    def replace(self, record):
        assert record.identifier in self.kept
        self.kept[record.identifier] = record


@dataclass
class Host:
    """Does nothing, at once, and remembers what it was asked."""

    asked: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    """Errors to raise, one a work, before any succeeds."""

    def _work(self, *work):
        self.asked.append(work)
        if self.failures:
            raise self.failures.pop(0)

    def build(self, identifier, key):
        self._work("build", identifier, key)

    def rewrap(self, identifier, key):
        self._work("rewrap", identifier, key)

    async def release(self, identifier):
        self._work("release", identifier)

    def remove(self, identifier):
        self._work("remove", identifier)


class Keys:
    names = {"mine"}

    def find(self, name):
        return name if name in self.names else None

    def is_there(self, name):
        return name in self.names


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes
    parsed: dict


class World:
    """One control plane, its records and its callers."""

    def __init__(self):
        model = botocore.loaders.Loader().load_service_model("dsql", "service-2")
        self.model = botocore.model.ServiceModel(model, "dsql")
        self.records, self.host = MemoryRecords(), Host()
        user = User("administrator", "AIDAADMIN", 0, attached=(ADMINISTRATOR_ACCESS,))
        self.identities = Identities(ACCOUNT, b"s" * 32, users={user.name: user}, access_keys={KEY.id: KEY})
        self.clusters = Clusters(self.records, self.host)
        self.service = Service(
            clusters=self.clusters,
            names=Names(REGION, "localhost"),
            keys=Keys(),
            identities=lambda: self.identities,
            clock=SystemClock(),
            random=random.Random(1),
        )
        self.app = application(self.service)

    async def call(self, operation, key=KEY, token=None, **parameters):
        """Call an operation, whatever its parameters are."""
        operation = self.model.operation_model(operation)
        members = operation.input_shape.members
        placed = {n: v for n, v in parameters.items() if members[n].serialization.get("location")}
        serializer = botocore.serialize.create_serializer("rest-json", include_validation=False)
        made = serializer.serialize_to_request(placed, operation)
        in_body = {n: v for n, v in parameters.items() if n not in placed}
        body = (
            json.dumps(in_body).encode() if made["method"] == "POST" else b""
        )  # of any type, right or wrong
        answer = await self.send(
            made["method"], made["url_path"], made["query_string"], made["headers"], body, key, token
        )
        return self.read(answer, operation)

    async def send(self, method, path, query=(), headers=(), body=b"", key=KEY, token=None, service="dsql"):
        """Send a signed request; return status, headers and body."""
        pairs = query.items() if isinstance(query, dict) else query
        flat = [(n, v) for n, vs in pairs for v in (vs if isinstance(vs, list) else [vs])]
        url = f"http://localhost:8080{path}" + (f"?{urllib.parse.urlencode(flat)}" if flat else "")
        request = botocore.awsrequest.AWSRequest(method, url, dict(headers), body)
        if key is not None:
            credentials = botocore.credentials.Credentials(key.id, key.secret, token)
            botocore.auth.SigV4Auth(credentials, service, REGION).add_auth(request)
        prepared = request.prepare()
        sent = [
            (n.lower().encode(), v if isinstance(v, bytes) else str(v).encode())
            for n, v in prepared.headers.items()
        ]
        sent.append((b"host", b"localhost:8080"))
        split = urllib.parse.urlsplit(prepared.url)
        content = prepared.body or b""
        return await asgi(
            self.app, method, split, sent, content if isinstance(content, bytes) else content.encode()
        )

    def read(self, answer, operation):
        status, headers, body = answer
        response = {"status_code": status, "headers": headers, "body": body, "context": {}}
        shape = operation.output_shape
        parser = botocore.parsers.create_parser("rest-json")
        parsed = parser.parse(response, shape)
        if status >= 300:
            error = self.model.shape_for_error_code(parsed["Error"]["Code"])
            if error is not None:
                parsed |= parser.parse(response, error)
        return Answer(status, headers, body, parsed)


async def asgi(app, method, split, headers, body):
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": urllib.parse.unquote(split.path),
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8080),
    }
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, content


@pytest.fixture
def play():
    """Run a script against a new world: play(script) awaits script(world)."""

    def run(script):
        async def main():
            world = World()
            try:
                return await script(world)
            finally:
                await world.clusters.close()

        return asyncio.run(main())

    return run
