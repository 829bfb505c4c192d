"""Search words to a safe tsquery. Every piece is a parameter; only letters and digits reach the tsquery parser."""

from trimtab.core import guards
from trimtab.core.query.compile.context import Context
from trimtab.core.query.nodes import Term, Text

CONFIGURATION = "'public.trimtab'::regconfig"
_JOINED = " && "


def tsquery(context: Context, text: Text, *, prefix: bool = True) -> str:
    """All the terms; the last loose word also as the beginning of a longer one."""
    last = len(text.terms) - 1
    parts = [_part(context, term, prefix and at == last) for at, term in enumerate(text.terms)]
    return f"({_JOINED.join(parts)})"


def _part(context: Context, term: Term, prefix: bool) -> str:
    if term.quoted:
        return f"phraseto_tsquery({CONFIGURATION}, {context.param(term.text, 'text')})"
    if prefix and term.text.isalnum():
        return f"to_tsquery({CONFIGURATION}, {context.param(f'{term.text}:*', 'text')})"
    return f"plainto_tsquery({CONFIGURATION}, {context.param(term.text, 'text')})"


def matches(context: Context, text: Text) -> str:
    """Whether a row has all the terms in its title, or all of them in its text."""
    search = context.source.search
    row = context.alias("r")
    if search is None:
        return _name_matches(context, text)
    query = tsquery(context, text)
    inner = f"to_tsvector({CONFIGURATION}, {search.title.replace('{r}', 't')}) @@ {query}"
    if not reads_body(context):
        return f"({row}.id in (select t.id from {context.rel(context.source.entity)} t where {inner}))"
    return (
        f"({row}.id in (select t.id from {context.rel(context.source.entity)} t where {inner}"
        f" union all select b.id from {context.rel(search.body_entity)} b where b.{search.body_vector} @@ {query}))"
    )


def body_matches(context: Context, texts: list[Text]) -> str:
    """Whether a row's text alone has all the terms of one of ``texts``."""
    search = context.source.search
    assert search is not None
    if not reads_body(context):
        return "false"
    query = " || ".join(tsquery(context, text, prefix=False) for text in texts)
    body = context.rel(search.body_entity)
    return f"({context.alias('r')}.id in (select b.id from {body} b where b.{search.body_vector} @@ ({query})))"


def reads_body(context: Context) -> bool:
    """Whether the texts are the actor's to search."""
    search = context.source.search
    return search is not None and not guards.hides(context.actor, search.guard)


def _name_matches(context: Context, text: Text) -> str:
    name = context.sql(context.source.name)
    return " and ".join(f"{name} ilike {like(context, term.text)}" for term in text.terms)


def like(context: Context, text: str) -> str:
    """A parameter for ILIKE that matches ``text`` anywhere, its wildcards taken as letters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return context.param(f"%{escaped}%", "text")
