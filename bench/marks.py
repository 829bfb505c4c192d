"""``python -m bench.marks``: mark the fields that awkward questions filter or sort by as indexed, as an admin would.

The product's own task then makes their indexes, so that what they cost is in everything that is measured.
"""

from datetime import UTC, datetime

import django

from bench.load.shape import EMAIL, SHAPES

INDEXED = ("number_0", "number_1", "number_3", "date_0", "date_1", "text_1")


def main() -> None:
    django.setup()
    from trimtab.accounts import public as accounts
    from trimtab.core import ledger, scope
    from trimtab.core.actors import Origin
    from trimtab.core.fields import indexes
    from trimtab.core.models import CustomField

    for shape in SHAPES:
        actor = accounts.actor_for(email=EMAIL, workspace_slug=shape.slug, origin=Origin.CLI)
        with scope.workspace(actor.workspace_id), ledger.change_set(actor, at=datetime.now(UTC)):
            for field in CustomField.objects.in_workspace(actor.workspace_id).filter(key__in=INDEXED):
                ledger.save(field, indexed=True)
    made, _ = indexes.settle()
    print(f"  {made} indexes of custom fields", flush=True)


if __name__ == "__main__":
    main()
