"""What the sign-in library asks of us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: an admin lets people in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
