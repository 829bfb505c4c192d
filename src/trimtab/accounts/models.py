"""Users, people, teams, memberships, tokens."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from trimtab.core.actors import Role
from trimtab.core.ids import new_id
from trimtab.core.models import Record, Scoped, reference

ROLES = [(role.value, role.value.replace("_", " ")) for role in Role]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, *, name: str = "", **more: Any) -> "User":
        """A person who can sign in. ``email`` is kept in lower case."""
        user = self.model(email=email.strip().lower(), name=name, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who can sign in, in any number of workspaces. Not the same as a Person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False, help_text="Made with the sample company.")
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.email


class Person(Record):
    """Somebody who works here or is planned to; may have a user. ``placeholder`` stands for a hire to come."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    user_id = models.UUIDField(null=True)
    placeholder = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="person_user_once", fields=["workspace_id", "user_id"], condition=Q(user_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Record):
    """A user's role in a workspace, and the person they are there."""

    user_id = models.UUIDField()
    role = models.CharField(max_length=20, choices=ROLES)
    person = reference("accounts.Person", null=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["workspace_id", "user_id"]),
            models.CheckConstraint(name="membership_role", condition=Q(role__in=[role.value for role in Role])),
        ]


class Team(Record):
    """A group in a tree of teams."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60, blank=True, default="")
    mission = models.TextField(blank=True, default="")
    parent = reference("accounts.Team", null=True)
    review = models.JSONField(null=True, help_text="What an import could not be sure of.")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="team_key", fields=["workspace_id", "key"]),
            models.CheckConstraint(name="team_not_its_parent", condition=~Q(parent=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(Record):
    """A person's part in a team: ``share`` of full time, from and until days (both included, open when missing)."""

    team = reference("accounts.Team")
    person = reference("accounts.Person")
    share = models.DecimalField(max_digits=4, decimal_places=3, default=1)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    lead = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="team_member_share", condition=Q(share__gt=0, share__lte=1)),
            models.CheckConstraint(name="team_member_dates", condition=Q(starts_on__lte=models.F("ends_on"))),
        ]


class TokenScope(models.TextChoices):
    READ = "read"
    WRITE = "write"


class Invitation(Scoped):
    """A way in for one person, once, until it expires. Only the hash of its link's secret is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=20, choices=ROLES)
    hash = models.BinaryField(unique=True, max_length=32)
    invited_by = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="invitation_open_once", fields=["workspace_id", "email"], condition=Q(accepted_at__isnull=True)
            ),
            models.CheckConstraint(name="invitation_role", condition=Q(role__in=[role.value for role in Role])),
        ]


class ApiToken(Scoped):
    """A person's key to the API of one workspace. Only its hash is kept."""

    user_id = models.UUIDField()
    name = models.CharField(max_length=120)
    hash = models.BinaryField(unique=True, max_length=32)
    hint = models.CharField(max_length=12, help_text="Its last characters, to tell it from others.")
    scope = models.CharField(max_length=10, choices=TokenScope)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
