"""Would the tools that build and run a service take the files that are written for them?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

KUBERNETES = ["web.yaml", "relay.yaml", "worker.yaml", "migrate/job.yaml"]
KUSTOMIZATIONS = ["kustomization.yaml", "migrate/kustomization.yaml"]


@pytest.fixture(scope="module")
def service(generated) -> Path:
    return generated.root / "services" / "pay"


def documents(path):
    return list(YAML(typ="safe").load_all(path.read_text()))


def processes(service):
    return dict(line.split(": ", 1) for line in (service / "Procfile").read_text().splitlines())


class TestFiles:
    @pytest.mark.parametrize(
        ("path", "schema"),
        [
            ("compose.yaml", "vendor.compose-spec"),
            (".github/workflows/service.yml", "vendor.github-workflows"),
        ],
    )
    def test_keep_to_their_schema(self, service, path, schema):
        done = run("check-jsonschema", "--builtin-schema", schema, service / path)

        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("path", KUBERNETES)
    def test_are_manifests_that_kubernetes_knows(self, service, path):
        for document in documents(service / "kubernetes" / path):
            kubernetes_validate.validate(document, "1.31", strict=True)

    def test_build_an_image_without_a_known_mistake(self, service):
        done = run("hadolint", service / "Dockerfile")

        assert done.returncode == 0, done.stdout


class TestManifests:
    @pytest.mark.parametrize("path", KUSTOMIZATIONS)
    def test_are_all_listed_and_of_one_image(self, service, path):
        file = service / "kubernetes" / path
        [kustomization] = documents(file)
        beside = {found.name for found in file.parent.glob("*.yaml")} - {file.name}
        [image] = kustomization["images"]

        assert set(kustomization["resources"]) == beside
        assert {container["image"] for container in containers(file.parent)} == {image["name"]}

    def test_run_what_the_procfile_says(self, service):
        folder = service / "kubernetes"
        [compose] = documents(service / "compose.yaml")
        told = processes(service)

        assert set(told) == {"web", "relay", "worker"}
        for name in ("relay", "worker"):
            [container] = [item for item in containers(folder) if item["name"] == name]
            assert " ".join(container["command"]) == told[name]
            assert " ".join(compose["services"][name]["command"]) == told[name]

    def test_give_a_process_no_right_that_it_does_not_need(self, service):
        for folder in (service / "kubernetes", service / "kubernetes" / "migrate"):
            for container in containers(folder):
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
                assert container["resources"]["limits"]["memory"]


class TestOwnTemplates:
    """A project's own templates replace the kit's."""

    @pytest.fixture
    def templates(self, project) -> Path:
        project.append("config/settings.py", 'BOUNDARIES = {"SCAFFOLD_TEMPLATES": "deploy/templates"}')
        (project.root / "deploy" / "templates").mkdir(parents=True)
        return project.root / "deploy" / "templates"

    def test_replace_those_of_the_same_name(self, project, templates):
        (templates / "Dockerfile.tmpl").write_text("FROM ours:1\nRUN pip install $name && echo $$HOME\n")
        project.generate()

        written = (project.root / "services/pay/Dockerfile").read_text()
        assert written == "FROM ours:1\nRUN pip install pay-service && echo $HOME\n"

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("dockerfile.tmpl", "", r"BD890: .*dockerfile\.tmpl replaces no template .* Dockerfile\.tmpl\?"),
            ("Dockerfile.tmpl", "FROM $image", r"BD891: .* no value for \$image.* \$name, \$python"),
            ("Dockerfile.tmpl", "RUN echo $", r"BD891: .* Write `\$\$` for a dollar sign"),
        ],
    )
    def test_are_refused_by_name(self, project, templates, name, text, message):
        (templates / name).write_text(text)

        with pytest.raises(AssertionError, match=message):
            project.generate()

    def test_need_their_folder(self, project, templates):
        templates.rmdir()

        with pytest.raises(AssertionError, match="BD890"):
            project.generate()


def containers(folder):
    for path in folder.glob("*.yaml"):
        for document in documents(path):
            if document["kind"] in {"Deployment", "Job"}:
                yield from document["spec"]["template"]["spec"]["containers"]


def run(program, *arguments):
    command = [Path(sys.executable).with_name(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
