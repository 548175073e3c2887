"""What import-linter cannot see: relations named by strings, and where apps may stand."""

from django.apps import apps
from django.db.models import Model

from tests.architecture.layout import ROOT, TOP_DOWN, app_of, height


def product_models() -> list[type[Model]]:
    return [
        model for model in apps.get_models(include_auto_created=True) if height(app_of(model.__module__)) is not None
    ]


def test_relations_go_down_only() -> None:
    wrong = []
    for model in product_models():
        above = app_of(model.__module__)
        for field in model._meta.get_fields():
            if field.auto_created and not field.concrete or field.remote_field is None:
                continue
            target = field.related_model
            if target is None or target == "self":
                continue
            below = app_of(target.__module__)
            if below == above or height(below) is None:
                continue
            if height(above) <= height(below):
                wrong.append(f"{model._meta.label}.{field.name} points up or aside to {target._meta.label}")
    assert not wrong, "\n".join([*wrong, "Put the relation on the higher app's model, or point at Record."])


def test_every_app_has_its_place() -> None:
    homeless = sorted(
        config.name for config in apps.get_app_configs() if is_ours(config.path) and height(config.name) is None
    )
    assert not homeless, f"Add {homeless} to TOP_DOWN in tests/architecture/layout.py and to pyproject.toml."


def is_ours(path: str) -> bool:
    return path.startswith(f"{ROOT}/") and "site-packages" not in path


def test_every_app_of_the_product_is_in_the_import_contracts() -> None:
    contracts = (ROOT / "pyproject.toml").read_text()
    missing = [
        app
        for row in TOP_DOWN
        for app in row
        if (ROOT / app.replace(".", "/") / "__init__.py").exists()
        and f'"{app}"' not in contracts.split("[tool.importlinter]")[1]
    ]
    assert not missing, f"Name {missing} in the contracts of [tool.importlinter] in pyproject.toml."
