"""The switches of the reference server: every known fault of the chat, and knobs for delays.

All bottlenecks are on by default, as the chat was at first. A switch is an environment variable
read once at start; its name is the field's name in capitals after `TMS_`.

`python3 -m tms_server.switches` prints the table.
"""

import dataclasses
import os
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping


class BadSwitch(ValueError):
    """A variable holds something that its switch does not allow; the text names both."""


@dataclass(frozen=True)
class Kind:
    """How a switch's text is read, and how to tell a person what is allowed."""

    allowed: str
    parse: Callable[[str], Any]
    show: Callable[[Any], str] = str


def _parse_on_off(text: str) -> bool:
    return {"on": True, "off": False}[text]


def _parse_limiter(text: str) -> str:
    if text not in ("off", "address", "user"):
        raise ValueError(text)
    return text


def _number(low: int, high: int, unit: str) -> Kind:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number of {unit} from {low} to {high}", parse)


ON_OFF = Kind("on or off", _parse_on_off, lambda value: "on" if value else "off")
LIMITER = Kind("off, address or user", _parse_limiter)
OTHER_VARIABLES = {"TMS_CORS_ORIGINS"}  # begin with TMS_ and are no switches
MILLISECONDS = _number(0, 600_000, "milliseconds")


def _switch(kind: Kind, default: Any, what: str) -> Any:
    return field(default=default, metadata={"kind": kind, "what": what})


@dataclass(frozen=True)
class Switches:
    """The values of one process. Build it with `from_environment`."""

    debug_query: bool = _switch(
        ON_OFF, True,
        "GET messages also reads the whole conversation with its reactions and statuses,"
        " and throws the rows away",
    )
    poll_lock: bool = _switch(
        ON_OFF, True, "a vote locks the poll's row (SELECT … FOR UPDATE) until it commits"
    )
    reaction_rows: bool = _switch(
        ON_OFF, True, "every reaction row of a page is read; off: at most 100 a message"
    )
    conversations_n_plus_1: bool = _switch(
        ON_OFF, True, "the conversation list runs seven statements per conversation;"
        " off: seven in all"
    )
    connect_queries: bool = _switch(
        ON_OFF, True, "each socket connect reads its memberships from the database;"
        " off: cached in Redis for 5 minutes"
    )
    file_hmac: bool = _switch(
        ON_OFF, True, "each FILE's address is signed anew at every read; off: signature cached"
    )
    presence_broadcast: bool = _switch(
        ON_OFF, True, "a connect and a disconnect are told to every other socket"
    )
    limiter: str = _switch(
        LIMITER, "address", "whom the limits of sends and uploads count: client address or user"
        " (RATELIMIT_ENABLED=false switches all limits off)"
    )
    vote_hold_ms: int = _switch(
        MILLISECONDS, 0, "time that a vote keeps its locked row before it commits"
    )
    send_hold_ms: int = _switch(
        MILLISECONDS, 0, "time that a send keeps its conversation's advisory lock"
    )
    request_delay_ms: int = _switch(
        MILLISECONDS, 0, "wait in every authenticated request, its pool connection held"
    )
    fetch_delay_ms: int = _switch(
        MILLISECONDS, 0, "wait in GET messages, its pool connection held"
    )
    broadcast_delay_ms: int = _switch(
        MILLISECONDS, 0, "wait before a new message goes to its room, the pool connection held"
    )
    sync_delay_ms: int = _switch(
        MILLISECONDS, 1500, "length of the outbound call made for a user not synced for 24 h"
    )
    pool_size: int = _switch(_number(1, 1000, "connections"), 20, "database pool: kept open")
    pool_overflow: int = _switch(
        _number(0, 1000, "connections"), 10, "database pool: opened above that under load"
    )
    pool_timeout_s: int = _switch(
        _number(1, 600, "seconds"), 30, "how long a request waits for a pool connection"
    )


def variable_of(switch: dataclasses.Field) -> str:
    return "TMS_" + switch.name.upper()


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A mistyped switch must not pass for one that is off."""
    known = {variable_of(switch) for switch in dataclasses.fields(Switches)} | OTHER_VARIABLES
    for name in sorted(environment):
        if name.startswith("TMS_") and name not in known:
            names = ", ".join(sorted(known))
            raise BadSwitch(f"{name} is no switch of this server; there are {names}")


def from_environment(environment: Mapping[str, str]) -> Switches:
    """Read all switches; BadSwitch at the first value that is not allowed or name not known."""
    _refuse_unknown(environment)
    values = {}
    for switch in dataclasses.fields(Switches):
        text = environment.get(variable_of(switch))
        if text is None:
            continue
        kind: Kind = switch.metadata["kind"]
        try:
            values[switch.name] = kind.parse(text)
        except (ValueError, KeyError):
            raise BadSwitch(
                f"{variable_of(switch)} is {text!r}; it must be {kind.allowed}"
            ) from None
    return Switches(**values)


def rate_limits_enabled(environment: Mapping[str, str]) -> bool:
    """RATELIMIT_ENABLED, the limiter's real switch: true or false, true when not set."""
    text = environment.get("RATELIMIT_ENABLED", "true")
    if text.lower() not in ("true", "false"):
        raise BadSwitch(f"RATELIMIT_ENABLED is {text!r}; it must be true or false")
    return text.lower() == "true"


def table() -> str:
    """All switches as a Markdown table."""
    rows = ["| switch | variable | values | default | what it does |", "|---|---|---|---|---|"]
    for switch in dataclasses.fields(Switches):
        kind: Kind = switch.metadata["kind"]
        name = switch.name.replace("_", "-")
        default = kind.show(switch.default)
        what = switch.metadata["what"]
        rows.append(f"| {name} | {variable_of(switch)} | {kind.allowed} | {default} | {what} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
    from_environment(os.environ)
