"""Secrets that must be read again, sealed for the database with a key made from TRIMTAB_SECRET_KEY."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from trimtab.core.errors import Conflict


class Unreadable(Conflict):
    """It was sealed under another TRIMTAB_SECRET_KEY: give the secret again."""

    code = "secret_unreadable"


@cache
def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"trimtab sealed secrets").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(secret: str) -> bytes:
    """The secret as it may be kept. The same secret gives another text each time."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret again. Raises Unreadable."""
    try:
        return _box(settings.SECRET_KEY).decrypt(bytes(sealed)).decode()
    except InvalidToken as other_key:
        raise Unreadable("This was sealed under another secret key. Enter it again.") from other_key
