"""What the process was started with. Anything missing or wrong ends the start with a sentence."""

import os
from dataclasses import dataclass
from typing import Mapping

from tms_server.switches import BadSwitch, Switches, from_environment, rate_limits_enabled

SECRET_MIN_CHARS = 32
DEFAULT_ORIGINS = "http://localhost:3000,http://127.0.0.1:3000"


class BadSetting(ValueError):
    """A setting is missing or unusable; the text names it."""


@dataclass(frozen=True)
class Settings:
    database_url: str  # for SQLAlchemy, with the asyncpg driver
    redis_url: str
    secret: str
    cors_origins: list[str]
    limits_enabled: bool
    switches: Switches


def _required(environment: Mapping[str, str], name: str, example: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise BadSetting(f"{name} is not set; it must look like {example}")
    return value


def _asyncpg_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise BadSetting(
            f"DATABASE_URL begins with {scheme!r}; it must be postgresql://user@host:port/database"
        )
    return "postgresql+asyncpg://" + rest


def load(environment: Mapping[str, str]) -> Settings:
    secret = _required(environment, "NEXTAUTH_SECRET", f"{SECRET_MIN_CHARS} or more characters")
    if len(secret) < SECRET_MIN_CHARS:
        raise BadSetting(
            f"NEXTAUTH_SECRET has {len(secret)} characters; it must have {SECRET_MIN_CHARS} or more"
        )
    origins = environment.get("TMS_CORS_ORIGINS", DEFAULT_ORIGINS)
    return Settings(
        database_url=_asyncpg_url(
            _required(environment, "DATABASE_URL", "postgresql://user@127.0.0.1:5432/database")
        ),
        redis_url=_required(environment, "REDIS_URL", "redis://127.0.0.1:6379/0"),
        secret=secret,
        cors_origins=[origin.strip() for origin in origins.split(",") if origin.strip()],
        limits_enabled=rate_limits_enabled(environment),
        switches=from_environment(environment),
    )


def _load_or_exit() -> Settings:
    try:
        return load(os.environ)
    except (BadSetting, BadSwitch) as error:
        raise SystemExit(f"tms_server: {error}") from None


settings = _load_or_exit()
