"""The container files name only what there is. No engine runs here: they are read, and what they run is tried."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from common.upkeep import checks
from config import supervisor

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
STEPS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
TABLE = {
    name
    for line in (ROOT / "docs" / "operations.md").read_text().splitlines()
    if line.startswith("| `")
    for name in re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1])
}
READ = re.compile(r"""(?:env(?:\.\w+)?\(|environ\.get\(|environ\[)\s*"([A-Z_]+)\"""")
NOT_SET_BY_PEOPLE = {"KONTOR_PROCESS", "DJANGO_SETTINGS_MODULE"}


def test_the_parts_of_the_product_run_beside_database_and_broker() -> None:
    assert set(OURS) == {"prepare", "web", "worker", "beat"}
    assert set(SERVICES) - set(OURS) == {"db", "broker"}
    parts = {child.name for child in supervisor.children("0.0.0.0", 8000)}
    assert parts == {"web", "worker", "beat"}
    for name in parts:
        assert SERVICES[name]["command"] == ["python", "-m", "config.supervisor", name]
    assert SERVICES["prepare"]["command"] == ["python", "-m", "config.prepare"]
    assert (ROOT / "config" / "prepare.py").exists()


def test_every_variable_is_one_of_the_table_and_the_table_has_every_variable() -> None:
    code = "".join((ROOT / "config" / f"{name}.py").read_text() for name in ("settings", "supervisor", "prepare"))
    read = set(READ.findall(code)) - NOT_SET_BY_PEOPLE
    assert read <= TABLE, read - TABLE
    tests_only = {name for name in TABLE if name.startswith("KONTOR_TEST_")}
    assert TABLE - tests_only <= read, TABLE - tests_only - read
    assert set(OURS["web"]["environment"]) <= TABLE
    image = dict(pair.split("=", 1) for word, rest in STEPS if word == "ENV" for pair in rest.split())
    assert {name for name in image if name.startswith("KONTOR_")} <= TABLE
    assert all(service["environment"] == OURS["web"]["environment"] for service in OURS.values())


def test_what_the_files_refuse_to_start_without_is_named_in_the_docs() -> None:
    docs = (ROOT / "docs" / "operations.md").read_text()
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert wanted == {"SECRET_KEY", "KONTOR_HOSTNAME", "POSTGRES_PASSWORD"}
    assert all(name in docs for name in wanted)


def test_images_come_without_a_registry_host_and_dependencies_exist() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += [rest.split()[0] for word, rest in STEPS if word == "FROM"]
    assert {"postgres:17", "python:3.12-slim"} <= set(images)
    for image in images:
        assert "/" not in image, image
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(COMPOSE["volumes"])


def test_ours_run_without_rights_they_do_not_need() -> None:
    users = [rest for word, rest in STEPS if word == "USER"]
    assert users == ["kontor"]
    assert [word for word, _rest in STEPS].index("USER") < [word for word, _rest in STEPS].index("CMD")
    for service in OURS.values():
        assert service["read_only"] is True
        assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
        assert "privileged" not in service
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_the_database_folds_cyrillic_capitals() -> None:
    arguments = SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert arguments == ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]


def test_what_the_image_copies_and_runs_exists() -> None:
    copied = [rest for word, rest in STEPS if word == "COPY" and "--from" not in rest]
    for rest in copied:
        assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest
    for module in set(re.findall(r"-m (config\.\w+)", DOCKERFILE)) | {"config.supervisor"}:
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
    ignored = {line.rstrip("/") for line in (ROOT / ".dockerignore").read_text().split()}
    assert {".git", ".env", "var", ".venv", "node_modules", "tests"} <= ignored


@pytest.mark.parametrize("name", ["web", "worker", "beat", "db", "broker"])
def test_everything_that_stays_has_a_health_check(name: str) -> None:
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    if name in ("worker", "beat"):
        assert test[1:5] == ["python", "manage.py", "doctor", "--only"]
        assert test[5] in {**checks.FIRST, **checks.ALONE, **checks.TABLES}
    if name == "web":
        compile(test[3], "healthcheck", "exec")
        assert "/readyz" in test[3]


def test_a_part_that_is_none_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.supervisor", "wep"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (1, "There is no part wep; the parts are web, worker, beat.\n")


def test_the_image_holds_the_guides() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert not [line for line in ignored if line.startswith("docs") or line.endswith((".md", ".png"))]
    assert any(step[1].startswith(". .") for step in STEPS if step[0] == "COPY")
