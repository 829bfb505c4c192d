"""Endpoints of how people come and go: invitations, and handing over what somebody holds."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.accounts import queries, schemas
from trimtab.accounts.models import Invitation
from trimtab.accounts.services import handover, invitations
from trimtab.accounts.services.handover import HandedOver, Heirs, HeldKind
from trimtab.accounts.services.tokens import hash_of
from trimtab.core.edge import REFUSALS, actor_of, caller_of, clock_of

router = Router()


@router.get("/invitations", response={200: list[schemas.InvitationOut]} | REFUSALS, operation_id="listInvitations",
            tags=["members"])  # fmt: skip
def list_invitations(request: HttpRequest) -> list[Invitation]:
    """Those that nobody has taken up yet."""
    return queries.list_invitations(actor_of(request))


@router.post("/invitations", response={201: schemas.NewInvitationOut} | REFUSALS, operation_id="createInvitation",
             tags=["members"])  # fmt: skip
def create_invitation(request: HttpRequest, body: schemas.InvitationIn) -> Status[dict[str, Any]]:
    """A link that lets one person in, once. It gives way to a newer one for the same address."""
    invitation, link, mailed = invitations.invite(actor=actor_of(request), clock=clock_of(request), **body.model_dump())
    shown = {name: getattr(invitation, name) for name in schemas.InvitationOut.model_fields}
    return Status(201, shown | {"link": link, "mailed": mailed})


@router.post("/invitations/look", response={200: schemas.OpenInvitationOut} | REFUSALS, operation_id="lookAtInvitation",
             tags=["members"])  # fmt: skip
def look_at_invitation(request: HttpRequest, body: schemas.InvitationSecret) -> queries.OpenInvitation:
    """What an invitation's link leads to. Needs no sign-in: the link is the key."""
    return queries.get_open_invitation(hash_of(body.token), clock_of(request).now)


@router.post("/invitations/sign-up", response={201: schemas.SignedUpOut} | REFUSALS, operation_id="signUpInvited",
             tags=["members"])  # fmt: skip
def sign_up_invited(request: HttpRequest, body: schemas.SignUpIn) -> Status[dict[str, str]]:
    """Join as somebody new. Needs no sign-in; answers 409 `user_exists` to whoever should sign in and accept."""
    user = invitations.sign_up(clock=clock_of(request), secret=body.token, name=body.name, password=body.password)
    return Status(201, {"email": user.email})


@router.post("/invitations/accept", response={200: schemas.OpenInvitationOut} | REFUSALS,
             operation_id="acceptInvitation", tags=["members"])  # fmt: skip
def accept_invitation(request: HttpRequest, body: schemas.InvitationSecret) -> queries.OpenInvitation:
    """Join as whoever is signed in; answers 404 where the invitation is for another address."""
    caller = caller_of(request)
    return invitations.accept(
        user_id=caller.user_id, clock=caller.clock, secret=body.token, signed_in=caller.session is not None
    )


@router.delete("/invitations/{invitation_id}", response={204: None} | REFUSALS, operation_id="withdrawInvitation",
               tags=["members"])  # fmt: skip
def withdraw_invitation(request: HttpRequest, invitation_id: UUID) -> Status[None]:
    invitations.withdraw(actor=actor_of(request), clock=clock_of(request), invitation_id=invitation_id)
    return Status(204, None)


@router.get("/people/{person_id}/holdings", response={200: list[schemas.HeldKindOut]} | REFUSALS,
            operation_id="listHoldings", tags=["people"])  # fmt: skip
def list_holdings(request: HttpRequest, person_id: UUID) -> list[HeldKind]:
    """Everything that a person holds, by kind: what is to be handed over before they leave."""
    return handover.preview(actor=actor_of(request), person_id=person_id)


@router.post("/people/{person_id}/hand-over", response={200: schemas.HandedOverOut} | REFUSALS,
             operation_id="handOver", tags=["people"])  # fmt: skip
def hand_over(request: HttpRequest, person_id: UUID, body: schemas.HandOverIn) -> HandedOver:
    """Give everything that a person holds to others, in one batch; answers 400 where something would be left over."""
    return handover.hand_over(
        actor=actor_of(request),
        clock=clock_of(request),
        person_id=person_id,
        heirs=Heirs(body.to, body.by_kind, body.by_record),
        deactivate=body.deactivate,
        day=body.last_day,
    )
