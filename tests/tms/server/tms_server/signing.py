"""Signed addresses of stored files, in the manner of object stores: a chain of five HMACs."""

import hashlib
import hmac
import time
from functools import lru_cache
from typing import Optional
from urllib.parse import quote

from tms_server.config import settings

VALID_S = 3600
STORE = "https://files.example.com"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _sign(oss_key: str, expires: int) -> str:
    """Date, region, service and request keys are derived anew each time, as the stores do."""
    date = time.strftime("%Y%m%d", time.gmtime(expires))
    key = settings.secret.encode()
    for part in (date, "local", "oss", "request"):
        key = _hmac(key, part)
    canonical = f"GET\n/{quote(oss_key)}\nexpires={expires}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return _hmac(key, digest).hex()


_sign_cached = lru_cache(maxsize=100_000)(_sign)


def signed_url(oss_key: str, address: Optional[str]) -> str:
    """`address` (or the store's own for the key) with an expiry and a signature added."""
    base = address or f"{STORE}/{quote(oss_key)}"
    end_of_hour = (int(time.time()) // VALID_S + 2) * VALID_S
    if settings.switches.file_hmac:
        signature = _sign(oss_key, end_of_hour)
    else:
        signature = _sign_cached(oss_key, end_of_hour)
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}Expires={end_of_hour}&Signature={signature}"
