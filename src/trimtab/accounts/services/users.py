"""Who can sign in at all. Users belong to no workspace and to no workspace's history."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from trimtab.accounts import queries
from trimtab.accounts.errors import UserExists, WeakPassword
from trimtab.accounts.models import User
from trimtab.core.errors import Invalid


def create_user(*, email: str, name: str = "", password: str | None = None, sample: bool = False) -> User:
    """Somebody who can sign in; without a ``password`` only once one is set.

    Raises Invalid for no e-mail address, UserExists, WeakPassword.
    """
    check_email(email)
    if queries.find_user(email) is not None:
        raise UserExists(f"{email} can sign in already.")
    if password is not None:
        _check_password(password)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name.strip(), is_sample=sample)
    except IntegrityError as raced:
        raise UserExists(f"{email} can sign in already.") from raced


def set_password(*, email: str, password: str) -> None:
    """Give somebody a new password; every session they have ends. Raises NotFound, WeakPassword."""
    user = queries.get_user(email)
    _check_password(password)
    user.set_password(password)
    user.save(update_fields=["password"])


def check_email(email: str) -> None:
    """Raises Invalid for what is no e-mail address."""
    try:
        validate_email(email.strip())
    except ValidationError as wrong:
        raise Invalid("This is no e-mail address.", fields={"email": "is no e-mail address"}) from wrong


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as weak:
        raise WeakPassword(" ".join(weak.messages), fields={"password": " ".join(weak.messages)}) from weak
