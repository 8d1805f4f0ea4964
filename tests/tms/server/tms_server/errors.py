"""Error bodies in the production chat's form.

Production runs pydantic 2; this server runs pydantic 1 and translates its validation errors to
{"type", "loc", "msg", "input"}.
"""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from tms_server.limiter import LimitExceeded

log = logging.getLogger("tms_server.errors")

# pydantic 1's error type -> pydantic 2's (type, message); {name} is taken from the error's context
_TRANSLATION = {
    "value_error.missing": ("missing", "Field required"),
    "value_error.jsondecode": ("json_invalid", "JSON decode error"),
    "value_error.number.not_ge": (
        "greater_than_equal", "Input should be greater than or equal to {limit_value}"),
    "value_error.number.not_le": (
        "less_than_equal", "Input should be less than or equal to {limit_value}"),
    "value_error.list.min_items": (
        "too_short", "List should have at least {limit_value} item after validation"),
    "value_error.any_str.min_length": (
        "string_too_short", "String should have at least {limit_value} character"),
    "value_error.any_str.max_length": (
        "string_too_long", "String should have at most {limit_value} characters"),
    "type_error.integer": (
        "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    "type_error.bool": (
        "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
    "type_error.str": ("string_type", "Input should be a valid string"),
    "type_error.list": ("list_type", "Input should be a valid list"),
    "type_error.dict": ("dict_type", "Input should be a valid dictionary"),
}


def _input_at(sources: dict[str, Any], loc: tuple) -> Any:
    """What was sent at loc; for a missing field, the object that lacks it."""
    value = sources.get(loc[0]) if loc else None
    for step in loc[1:]:
        if not isinstance(value, (dict, list)):
            break
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
    return value


def _enum_message(context: dict[str, Any]) -> str:
    names = [repr(member.value) for member in context.get("enum_values", ())]
    return "Input should be " + ", ".join(names[:-1]) + " or " + names[-1]


def _translate(error: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    context = error.get("ctx", {})
    kind, message = error["type"], error["msg"]
    if kind in _TRANSLATION:
        kind, message = _TRANSLATION[kind]
        message = message.format(**context)
    elif kind == "type_error.enum":
        kind, message = "enum", _enum_message(context)
    elif kind == "type_error.none.not_allowed":
        kind, message = "string_type", "Input should be a valid string"
    elif kind == "value_error":
        message = f"Value error, {message}"
    else:
        kind = kind.rsplit(".", 1)[-1]
    loc = error["loc"]
    return {"type": kind, "loc": list(loc), "msg": message, "input": _input_at(sources, loc)}


async def _on_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    sources = {
        "body": error.body,
        "query": dict(request.query_params),
        "path": request.path_params,
        "header": dict(request.headers),
    }
    body_is_json = isinstance(error.body, (dict, list, str, int, float, bool, type(None)))
    if not body_is_json:  # a form: its parts cannot be shown as JSON
        sources["body"] = None
    detail = [_translate(one, sources) for one in error.errors()]
    return JSONResponse({"detail": detail}, status_code=422)


async def _on_limit(_: Request, error: LimitExceeded) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=429)


async def _on_unhandled(request: Request, error: Exception) -> JSONResponse:
    log.error("unhandled %s in %s %s: %s", type(error).__name__, request.method,
              request.url.path, error)
    body = {
        "success": False,
        "error": {
            "code": "INTERNAL_SERVER_ERROR",
            "message": str(error) or "An unexpected error occurred",
            "type": type(error).__name__,
        },
    }
    return JSONResponse(body, status_code=500)


def install(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(LimitExceeded, _on_limit)
    app.add_exception_handler(Exception, _on_unhandled)
