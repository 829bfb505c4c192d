"""Endpoints of collaboration. Shape and status only."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router, Status

from trimtab.accounts import public as accounts
from trimtab.collab import documents, queries, schemas, subjects
from trimtab.collab.files import names, store
from trimtab.collab.files.sniff import SHOWN
from trimtab.collab.models import WatchPreference
from trimtab.collab.services import attachments, comments, watching
from trimtab.core.actors import Actor
from trimtab.core.edge import REFUSALS, LateResponse, actor_of, clock_of, upload_of
from trimtab.settings import CURRENT

router = Router()
BYTES = {
    "responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
}
BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
COMMENT = {200: schemas.CommentOut} | REFUSALS


def _json(document: bytes, status: int = 200) -> HttpResponse:
    """The database has built the answer, in the shape that the endpoint declares."""
    return HttpResponse(document, status=status, content_type="application/json")


@router.get("/comments", response={200: schemas.CommentsOut} | REFUSALS, operation_id="listComments", tags=["comments"])
def list_comments(request: HttpRequest, of: Query[schemas.CommentsOf]) -> HttpResponse:
    """What was said about a record, live or as it was."""
    return _json(documents.comments_json(actor_of(request), of.entity, of.id, after=of.after))


@router.post(
    "/comments", response={201: schemas.CommentOut} | REFUSALS, operation_id="createComment", tags=["comments"]
)
def create_comment(request: HttpRequest, body: schemas.CommentIn) -> HttpResponse:
    """Say something about a record, or answer. Whoever stands after an @ is mentioned."""
    actor = actor_of(request)
    made = comments.post_comment(
        actor=actor,
        clock=clock_of(request),
        entity=body.entity,
        record_id=body.id,
        body=body.body,
        thread_id=body.thread_id,
        attachment_ids=body.attachment_ids,
    )
    return _json(documents.comment_json(actor, made.id), 201)


@router.patch("/comments/{comment_id}", response=COMMENT, operation_id="updateComment", tags=["comments"])
def update_comment(request: HttpRequest, comment_id: UUID, body: schemas.CommentChange) -> HttpResponse:
    """Put one's own comment in other words. Answers 409 `stale_version`."""
    actor = actor_of(request)
    comments.edit_comment(
        actor=actor, clock=clock_of(request), comment_id=comment_id, version=body.version, body=body.body
    )
    return _json(documents.comment_json(actor, comment_id))


@router.delete(
    "/comments/{comment_id}", response={204: None} | REFUSALS, operation_id="deleteComment", tags=["comments"]
)
def delete_comment(request: HttpRequest, comment_id: UUID) -> Status[None]:
    """One's own; an admin anybody's. What was answered to leaves an empty place."""
    comments.delete_comment(actor=actor_of(request), clock=clock_of(request), comment_id=comment_id)
    return Status(204, None)


@router.put("/comments/{comment_id}/resolved", response=COMMENT, operation_id="resolveComment", tags=["comments"])
def resolve_comment(request: HttpRequest, comment_id: UUID, body: schemas.ResolvedIn) -> HttpResponse:
    """Settle the conversation that a comment began, or take it up again."""
    actor = actor_of(request)
    comments.resolve_thread(actor=actor, clock=clock_of(request), comment_id=comment_id, resolved=body.resolved)
    return _json(documents.comment_json(actor, comment_id))


@router.put("/comments/{comment_id}/reactions", response=COMMENT, operation_id="reactToComment", tags=["comments"])
def react_to_comment(request: HttpRequest, comment_id: UUID, body: schemas.ReactionIn) -> HttpResponse:
    """Put an emoji on a comment, or take it off again; each once per person."""
    actor = actor_of(request)
    comments.react(actor=actor, clock=clock_of(request), comment_id=comment_id, emoji=body.emoji, on=body.on)
    return _json(documents.comment_json(actor, comment_id))


@router.get("/attachments", response={200: schemas.AttachmentsOut} | REFUSALS, operation_id="listAttachments",
            tags=["attachments"])  # fmt: skip
def list_attachments(request: HttpRequest, of: Query[schemas.SeenOf]) -> HttpResponse:
    """The files of a record and of the comments on it, live or as it was."""
    return _json(documents.attachments_json(actor_of(request), of.entity, of.id))


@router.post("/attachments", response={201: schemas.AttachmentOut} | REFUSALS, operation_id="createAttachment",
             tags=["attachments"], openapi_extra=BINARY)  # fmt: skip
def create_attachment(request: HttpRequest, of: Query[schemas.UploadOf]) -> HttpResponse:
    """Put a file on a record: the body is the file itself. What it is, is told from its bytes alone.

    Answers 413 `file_too_large` or `quota_reached`, 400 `file_type_refused`.
    """
    actor = actor_of(request)
    made = attachments.attach(
        actor=actor,
        clock=clock_of(request),
        entity=of.entity,
        record_id=of.id,
        name=of.name,
        upload=upload_of(request),
        limits=CURRENT.files,
        draft=of.draft,
    )
    return _json(documents.attachment_json(actor, made.id), 201)


@router.get("/attachments/{attachment_id}/content", response={200: None} | REFUSALS,
            operation_id="getAttachmentContent", tags=["attachments"], openapi_extra=BYTES)  # fmt: skip
def get_attachment_content(request: HttpRequest, attachment_id: UUID, download: bool = False) -> HttpResponseBase:
    """The file itself. Pictures of safe kinds may be shown in place; everything else is only ever saved."""
    actor = actor_of(request)
    kept = attachments.find_kept(actor, attachment_id)
    tag = f'"{kept.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    inline = kept.content_type in SHOWN and not download
    return LateResponse(
        partial(store.current().open, actor.workspace_id, kept.file_id),
        content_type=kept.content_type if inline else "application/octet-stream",
        headers={
            "Content-Disposition": names.disposition(kept.name, inline=inline),
            "Content-Length": str(kept.size),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-cache",
            "ETag": tag,
        },
    )


@router.delete("/attachments/{attachment_id}", response={204: None} | REFUSALS, operation_id="deleteAttachment",
               tags=["attachments"])  # fmt: skip
def delete_attachment(request: HttpRequest, attachment_id: UUID, purge: bool = False) -> Status[None]:
    """One's own; an editor anybody's. Undo brings it back for thirty days, unless an admin purges it at once."""
    attachments.delete_attachment(
        actor=actor_of(request), clock=clock_of(request), attachment_id=attachment_id, purge=purge
    )
    return Status(204, None)


@router.get("/mentionables", response={200: list[schemas.MentionableOut]} | REFUSALS, operation_id="listMentionables",
            tags=["comments"])  # fmt: skip
def list_mentionables(request: HttpRequest, of: Query[schemas.MentionablesOf]) -> list[dict[str, Any]]:
    """People and teams who can be named after an @: the first ten of that beginning."""
    return [
        {"handle": handle, "kind": one.kind, "id": one.id, "name": one.name}
        for handle, one in queries.find_mentionable(actor_of(request), of.text, limit=10)
    ]


@router.get("/watchers", response={200: schemas.WatchersOut} | REFUSALS, operation_id="listWatchers", tags=["watchers"])
def list_watchers(request: HttpRequest, of: Query[schemas.RecordOf]) -> dict[str, Any]:
    """Who watches a record today, and why: who asked to, took part, or answers for it."""
    return _watchers(actor_of(request), of.entity, of.id)


@router.put("/watchers", response={200: schemas.WatchersOut} | REFUSALS, operation_id="setWatching", tags=["watchers"])
def set_watching(request: HttpRequest, body: schemas.WatchIn) -> dict[str, Any]:
    """Watch a record, or hear no more of it, whatever else would make one a watcher. Answers 409 `no_person`."""
    actor = actor_of(request)
    watching.watch(actor=actor, clock=clock_of(request), entity=body.entity, record_id=body.id, watching=body.watching)
    return _watchers(actor, body.entity, body.id)


def _watchers(actor: Actor, entity: str, record_id: UUID) -> dict[str, Any]:
    subjects.visible(actor, entity, record_id)
    found = watching.watchers_of(actor, entity, [record_id]).get(record_id, ())
    names = {person.id: person.name for person in accounts.list_people(actor)}
    told = [{"person_id": one.person_id, "name": names.get(one.person_id, ""), "reason": one.reason} for one in found]
    told.sort(key=lambda one: (str(one["name"]).lower(), str(one["person_id"])))
    return {"watchers": told, "watching": actor.person_id in {one.person_id for one in found}}


@router.get("/watch-preference", response={200: schemas.WatchPreferenceOut} | REFUSALS,
            operation_id="getWatchPreference", tags=["watchers"])  # fmt: skip
def get_watch_preference(request: HttpRequest) -> WatchPreference:
    """What the caller watches without asking."""
    return queries.my_watch_preference(actor_of(request))


@router.put("/watch-preference", response={200: schemas.WatchPreferenceOut} | REFUSALS,
            operation_id="setWatchPreference", tags=["watchers"])  # fmt: skip
def set_watch_preference(request: HttpRequest, body: schemas.WatchPreferenceIn) -> WatchPreference:
    """Say what to watch without asking. Answers 409 `no_person`."""
    return watching.prefer(actor=actor_of(request), clock=clock_of(request), **body.model_dump())
