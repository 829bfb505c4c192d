"""What can be asked of comments: in the query engine, the search, exports."""

from trimtab.collab import subjects
from trimtab.core.fields import registry
from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldSpec, Key, Option, Search, Source, source


def _comment() -> Source:
    kinds = subjects.registered()
    options = tuple(Option(subject.entity, subject.label) for subject in kinds)
    fields = [
        FieldSpec("text", "Comment", K.WORDS, "{r}.body", sortable=False),
        FieldSpec("about", "About", K.CHOICE, "{r}.subject_entity", options=options, nullable=False),
        FieldSpec("author", "Author", K.REF, "{r}.author_id", entity="person"),
        FieldSpec("author.name", "Author's name", K.PROSE, "{r}.author_name", nullable=False),
        FieldSpec("thread", "Conversation", K.REF, "{r}.thread_id", entity="comment"),
        FieldSpec("posted", "Posted", K.INSTANT, "{r}.posted_at", nullable=False),
        FieldSpec("edited", "Edited", K.INSTANT, "{r}.edited_at"),
        FieldSpec("resolved", "Resolved", K.INSTANT, "{r}.resolved_at"),
        FieldSpec("deleted", "Deleted", K.INSTANT, "{r}.deleted_at"),
        FieldSpec("created", "Created", K.INSTANT, "{r}.created_at", nullable=False),
        FieldSpec("updated", "Updated", K.INSTANT, "{r}.updated_at", nullable=False),
    ]
    fields += [
        FieldSpec(subject.entity, subject.label, K.REF, f"{{r}}.about_{subject.entity}", entity=subject.entity)
        for subject in kinds
    ]
    return source(
        "comment",
        "Comments",
        "left({r}.body, 80)",
        fields,
        match="false",
        order=(Key("{r}.posted_at", "timestamptz", nullable=False),),
        default_sort=(("posted", True),),
        search=Search("{r}.author_name", "comment", "tsv"),
    )


def register() -> None:
    """Tell the registry, again each time another kind of record can be talked about."""
    registry.register(_comment())
