"""The HTTP application: every request to the one endpoint, to the service it was signed for.

    bytes ─▶ throttle ─▶ signature (auth.requests) ─┬─ dsql: model ─▶ validation ─▶ operation ─▶ JSON
                                                    └─ sts:  form ─▶ sts ─▶ XML

Every answer has a request id. What is no ApiError is a bug: it is logged with its traceback, and the client is told nothing of it.

Must hold: nothing is read of a request's meaning before its signature is verified; a body is at most BODY_BYTES_MAX.
Source: AWS's REST-JSON and query protocols (Smithy); dsql-facts.md §8.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from borealis.auth.requests import HttpRequest, RequestRefusedError, authenticate_request
from borealis.control_plane import sts
from borealis.control_plane.access import Caller
from borealis.control_plane.errors import (
    ApiError,
    InternalServerException,
    ThrottlingException,
    ValidationException,
)
from borealis.control_plane.model import service_model
from borealis.control_plane.operations import OPERATIONS
from borealis.control_plane.service import Service
from borealis.control_plane.throttle import Throttle
from borealis.control_plane.validation import read_input

BODY_BYTES_MAX = 1 << 20
_FORM = "application/x-www-form-urlencoded"

_log = structlog.get_logger("borealis.control_plane")


class _TooLargeError(Exception):
    pass


def application(service: Service) -> Starlette:
    """Return the application as ASGI."""
    handler = _Handler(service)
    service_model()  # read now: the first request does not wait for it
    return Starlette(routes=[Mount("/", app=handler)])


class _Handler:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._throttle = Throttle(service.clock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            response = await self._respond(Request(scope, receive))
            await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        request_id = str(uuid.UUID(int=self._service.random.getrandbits(128), version=4))
        try:
            body = await _read_body(request)
        except _TooLargeError:
            return _error(
                413, "RequestEntityTooLargeException", "The request is too large.", {}, {}, request_id
            )
        try:
            if _is_form(request):
                return self._answer_sts(request, body, request_id)
            return self._answer(request, body, request_id)
        except Exception as error:  # noqa: BLE001 - the edge: this request fails, the process goes on
            _log.error("request failed", path=request.url.path, exc_info=error)
            told = InternalServerException()
            if _is_form(request):
                return _xml(sts.error_xml("InternalFailure", told.message, 500, request_id), 500, request_id)
            return _api_error(told, request_id)

    # The service itself.

    def _answer(self, request: Request, body: bytes, request_id: str) -> Response:
        operation = None
        try:
            wait_s = self._throttle.take()
            if wait_s:
                raise ThrottlingException(wait_s)
            caller = self._caller(request, body, "dsql")
            raw_path = _raw_path(request)
            found = service_model().find(request.method, raw_path)
            if found is None:
                raise ValidationException(
                    f"{request.method} {raw_path[:200]} is no operation.", "unknownOperation"
                )
            operation, path = found
            query = parse_qsl(_raw_query(request), keep_blank_values=True)
            parameters = read_input(service_model(), operation, path, query, body)
            answer = OPERATIONS[operation.name](self._service, caller, parameters)
        except RequestRefusedError as refusal:
            name = None if operation is None else operation.name
            _log.warning("request refused", code=refusal.code, reason=refusal.message, operation=name)
            return _error(refusal.status, refusal.code, refusal.message, {}, {}, request_id)
        except ApiError as error:
            name = None if operation is None else operation.name
            _log.info("request refused", code=error.code, reason=error.message, operation=name)
            return _api_error(error, request_id)
        _log.debug("request", operation=operation.name, principal=caller.principal.arn)
        return _json(200, answer, {}, request_id)

    def _answer_sts(self, request: Request, body: bytes, request_id: str) -> Response:
        try:
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            caller = self._caller(request, body, sts.SERVICE)
            identities = self._service.identities()
            answer = sts.answer(identities, caller, form, self._service.random, request_id)
        except (RequestRefusedError, sts.StsError) as refusal:
            _log.warning("request refused", service="sts", code=refusal.code, reason=refusal.message)
            text = sts.error_xml(refusal.code, refusal.message, refusal.status, request_id)
            return _xml(text, refusal.status, request_id)
        return _xml(answer, 200, request_id)

    def _caller(self, request: Request, body: bytes, service_name: str) -> Caller:
        service = self._service
        headers: dict[str, str] = {}
        for name, value in request.headers.items():
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        signed = HttpRequest(request.method, _raw_path(request), _raw_query(request), headers, body)
        now_s = service.now_s
        region = service.names.region
        principal = authenticate_request(service.identities(), signed, service_name, (region,), now_s)
        return Caller(principal, region, now_s, None if request.client is None else request.client.host)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise _TooLargeError
    return bytes(body)


def _is_form(request: Request) -> bool:
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    return is_form and request.method == "POST" and request.url.path == "/"


def _raw_path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _raw_query(request: Request) -> str:
    return str(request.scope["query_string"].decode("latin-1"))


# Answers.


def _api_error(error: ApiError, request_id: str) -> Response:
    return _error(error.status, error.code, error.message, error.members, dict(error.headers), request_id)


def _error(
    status: int, code: str, message: str, members: dict[str, Any], headers: dict[str, str], request_id: str
) -> Response:
    return _json(status, {"message": message} | members, headers | {"x-amzn-errortype": code}, request_id)


def _json(status: int, content: dict[str, Any], headers: dict[str, str], request_id: str) -> Response:
    text = json.dumps(content, separators=(",", ":"))
    return Response(text, status, headers | {"x-amzn-requestid": request_id}, "application/json")


def _xml(text: str, status: int, request_id: str) -> Response:
    return Response(text, status, {"x-amzn-requestid": request_id}, "text/xml")
