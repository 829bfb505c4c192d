"""The command ``trimtab``. Each module beside this one that has ``register(group)`` adds its commands.

Modules import Django and the domains inside their functions, so that ``trimtab --help`` answers at once.
"""

import importlib
import pkgutil

import click


class Commands(click.Group):
    """The group that finds its commands in the modules of this package, when first asked."""

    def _find(self) -> None:
        if self.commands:
            return
        for module in pkgutil.iter_modules(__path__):
            register = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
            if register is not None:
                register(self)

    def list_commands(self, context: click.Context) -> list[str]:
        """Every command's name, in alphabetical order."""
        self._find()
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of this name, if any."""
        self._find()
        return super().get_command(context, name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trimtab", message="Trimtab %(version)s")
def main() -> None:
    """Responsive product portfolio management: one source of truth for a whole product portfolio."""
