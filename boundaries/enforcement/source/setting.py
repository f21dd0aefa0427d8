"""What do the settings say, read from their source?"""

from __future__ import annotations

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.facts import TEXT
from boundaries.enforcement.source.project import Project

_DEFAULTS = {"AUTH_USER_MODEL": "auth.User"}


class Settings:
    """String settings: from the settings module that the map names, else from any module that looks like
    one.
    """

    def __init__(self, project: Project, context_map: ContextMap) -> None:
        self._project = project
        self._module = context_map.settings
        self._found: dict[str, str] = {}
        for file, facts in project.files():
            for name, value in facts.assigns.items():
                if name.isupper() and value.startswith(TEXT) and _is_settings(file.module, name):
                    self._found.setdefault(name, value[1:])

    def value(self, name: str) -> str | None:
        """The string that a setting holds; Django's own default where the source says nothing."""
        if self._module and self._module in self._project.modules:
            text = self._project.text(self._module, name)
            if text is not None:
                return text
        return self._found.get(name, _DEFAULTS.get(name))

    def user_model(self) -> str:
        """The `app_label.Model` of the user model."""
        return self.value("AUTH_USER_MODEL") or _DEFAULTS["AUTH_USER_MODEL"]


def _is_settings(module: str, name: str) -> bool:
    # AUTH_USER_MODEL is assigned nowhere else; other names only count in modules called after settings.
    return name == "AUTH_USER_MODEL" or any(
        "settings" in part or part == "config" for part in module.split(".")
    )
