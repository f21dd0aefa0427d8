"""Would the CI files of the guide be accepted where they are to lie, and do their commands run?"""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.guides.document import GUIDES, ROOT, read

TEXTS = {
    block.lines[0].removeprefix("# "): "\n".join(block.lines)
    for block in read(GUIDES / "in-ci.md").of_language("yaml")
}
GITHUB, MORE_STEPS, GITLAB, PRE_COMMIT = TEXTS
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def load(text: str) -> Any:
    return YAML(typ="safe").load(io.StringIO(text))


def commands() -> list[str]:
    steps = [*load(TEXTS[GITHUB])["jobs"]["check"]["steps"], *load(TEXTS[MORE_STEPS])]
    hooks = [
        *load(TEXTS[PRE_COMMIT])["repos"][0]["hooks"],
        *load((ROOT / ".pre-commit-hooks.yaml").read_text()),
    ]
    return [
        *(step["run"] for step in steps if "run" in step),
        *load(TEXTS[GITLAB])["boundaries"]["script"],
        *(hook["entry"] for hook in hooks),
    ]


@pytest.mark.parametrize(
    ("name", "schema"), [(GITHUB, "vendor.github-workflows"), (GITLAB, "vendor.gitlab-ci")]
)
def test_a_file_is_what_the_server_accepts(name: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(TEXTS[name])
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        str(tmp_path / "file.yml"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", sorted({c for c in commands() if c.startswith("boundaries ")}))
def test_a_command_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "models.py").touch()
    (tmp_path / "boundaries.toml").write_text('[contexts.shop]\npackages = ["shop"]\n')
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "CI": "true",
    }

    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_other_command_installs_an_extra_that_exists() -> None:
    others = {command for command in commands() if not command.startswith("boundaries ")}

    assert others == {'python -m pip install "django-strangler[lint]"'}
    assert "lint" in EXTRAS


def test_the_cache_that_is_restored_is_the_one_that_is_written() -> None:
    from boundaries.enforcement.source.cache import default_folder

    [step] = [
        step for step in load(TEXTS[GITHUB])["jobs"]["check"]["steps"] if "cache" in step.get("uses", "")
    ]
    job = load(TEXTS[GITLAB])["boundaries"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        patch.delenv("XDG_CACHE_HOME", raising=False)
        assert default_folder() == Path(step["with"]["path"]).expanduser()
        patch.setenv("XDG_CACHE_HOME", job["variables"]["XDG_CACHE_HOME"].replace("$CI_PROJECT_DIR/", ""))
        assert [default_folder()] == [Path(path) for path in job["cache"]["paths"]]


class TestHook:
    def test_is_the_same_in_the_guide_and_in_the_repository(self) -> None:
        [offered] = load((ROOT / ".pre-commit-hooks.yaml").read_text())
        [shown] = load(TEXTS[PRE_COMMIT])["repos"][0]["hooks"]

        assert {key: offered[key] for key in shown if key != "language"} == {
            key: value for key, value in shown.items() if key != "language"
        }
        assert offered["additional_dependencies"] == [".[lint]"]

    @pytest.mark.nightly
    @pytest.mark.timeout(600)
    def test_is_installed_and_run_by_pre_commit(self, tmp_path: Path) -> None:
        project = tmp_path / "project"
        for name in ("one", "two"):
            (project / name).mkdir(parents=True)
            (project / name / "__init__.py").touch()
        (project / "one" / "models.py").write_text("import two.models\n")
        (project / "two" / "models.py").touch()
        (project / "boundaries.toml").write_text(
            '[contexts.one]\npackages = ["one"]\n\n[contexts.two]\npackages = ["two"]\n'
        )
        for arguments in (["init", "--quiet"], ["add", "."]):
            subprocess.run(["git", *arguments], cwd=project, check=True, timeout=60)
        environment = tmp_path / "env"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=120)
        subprocess.run(
            [environment / "bin" / "pip", "install", "--quiet", "pre-commit"],
            check=True,
            capture_output=True,
            timeout=200,
        )

        done = subprocess.run(
            [environment / "bin" / "pre-commit", "try-repo", str(ROOT), "boundaries", "--all-files"],
            cwd=project, capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip

        assert done.returncode == 1
        assert "BD202 foreign internals: one -> two" in done.stdout
