"""How every route of the product is called in the matrix. A route that is missing here fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from common.notifications.models import Kind
from common.records import many, registry
from tests.access.http.scene import SECRET, Scene


@dataclass(frozen=True)
class Call:
    """One way to call a route. `type`, `action`: the right it needs; `row`: whether one row is meant."""

    route: str
    method: str
    path: str
    type: str = ""
    action: str = ""
    row: bool = False
    rule: str = "permission"
    data: dict[str, Any] = field(default_factory=dict)


BOTH = ("get", "post")
# verb → (methods, action, whether it means a row)
VERBS: dict[str, tuple[tuple[str, ...], str, bool]] = {
    "list": (("get",), "view", False),
    "totals": (("get",), "view", False),
    "filter": (BOTH, "view", False),
    "print": (("get",), "view", False),
    "pdf": (("get",), "view", False),
    "pdf-selected": (("post",), "view", False),
    "record-pdf": (("get",), "view", True),
    "export": (("post",), "export", False),
    "choose": (("get",), "view", False),
    "bin-list": (("get",), "delete", False),
    "bulk": (("post",), "bulk", False),
    "page": (("get",), "view", True),
    "peek": (("get",), "view", True),
    "field": (BOTH, "change", True),
    "quick": (BOTH, "create", False),
    "alike": (("post",), "create", False),
    "timeline": (("get",), "view", True),
    "history": (("get",), "view", True),
    "note": (("post",), "view", True),
    "call": (("post",), "view", True),
    "file-remove": (("post",), "change", True),
    "transfer": (BOTH, "transfer", True),
    "bin": (BOTH, "delete", True),
    "restore": (("post",), "delete", True),
    "new": (BOTH, "create", False),
    "edit": (BOTH, "change", True),
    "share": (BOTH, "change", True),
    "board": (("get",), "view", False),
    "board-totals": (("get",), "view", False),
    "board-column": (("get",), "view", False),
    "move": (("post",), "move", True),
    "action": (BOTH, "", True),
    "create-deal": (("post",), "create_deal", True),
}


def all_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """The name of every route with its namespace; the path where it has no name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from all_routes(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}" if pattern.name else str(pattern.pattern)


def calls(scene: Scene) -> Iterator[Call]:
    """Every call of the matrix."""
    for kind in registry.all_types():
        yield from of_type(kind, scene)
    yield from of_settings(scene)
    yield from of_views(scene)
    yield from others(scene)


def of_views(scene: Scene) -> Iterator[Call]:
    """The calls about saved views: of a type, and of a view that one person keeps for themselves."""
    key, own = "crm.company", scene.view.pk
    yield Call("views:list", "get", reverse("views:list"), rule="signed-in")
    yield Call("views:order", "post", reverse("views:order"), rule="signed-in")
    for route, methods, query in (
        ("new", BOTH, ""), ("keep", ("post",), "?all=1"), ("columns", ("post",), ""), ("widths", ("post",), ""),
        ("pin", ("post",), "?view=mine"), ("unpin", ("post",), "?view=mine"),
    ):  # fmt: skip
        for method in methods:
            yield Call(f"views:{route}", method, reverse(f"views:{route}", args=[key]) + query, key, "view")
    for route, methods in (("edit", BOTH), ("save", ("post",)), ("delete", BOTH)):
        for method in methods:
            yield Call(f"views:{route}", method, reverse(f"views:{route}", args=[own]), rule="own")


def of_type(kind: Any, scene: Scene) -> Iterator[Call]:
    """The calls of a record type."""
    names = {name for name in all_routes() if name.startswith(f"{kind.namespace}:")}
    row = scene.rows[kind.key]
    for route in sorted(names):
        verb = route.partition(":")[2]
        if verb in ("purge", "empty-bin"):
            path = reverse(route, args=[scene.binned[kind.key].pk] if verb == "purge" else [])
            yield from (Call(route, method, path, "setup", "change") for method in BOTH)  # for administrators
        if verb not in VERBS:
            continue
        methods, action, means_row = VERBS[verb]
        if verb == "action":
            for declared in registry.actions(kind):
                path = reverse(route, args=[row.pk, declared.name])
                for method in methods:
                    yield Call(route, method, path, kind.key, declared.permission or declared.name, row=True)
            continue
        for arguments, data in _arguments(kind, verb, scene):
            for method in methods:
                path = reverse(route, args=arguments)
                yield Call(route, method, path, kind.key, action, means_row, data=data)


def _arguments(kind: Any, verb: str, scene: Scene) -> list[tuple[list[Any], dict[str, Any]]]:
    row = scene.rows[kind.key]
    if verb == "bulk":
        return [([name], data) for name, data in acts_on_many(kind, scene, row.pk)]
    if verb == "field":
        return [([row.pk, kind.form_names()[-1]], {})]
    if verb == "filter":
        return [([], {"field": "created_at" if "created_at" in kind.filters else str(kind.filters[0])})]
    if verb == "board-column":
        column = row.stage_id  # type: ignore[attr-defined]  # boards are of deals
        return [([], {"column": column, "pipeline": row.pipeline_id})]  # type: ignore[attr-defined]
    if verb == "file-remove":
        return [([row.pk, scene.files[kind.key].pk], {})]
    if verb == "restore":
        return [([scene.binned[kind.key].pk], {})]
    data = {
        "move": lambda: {"stage": row.stage_id},  # type: ignore[attr-defined]
        "note": lambda: {"text": "Called."},
        "call": lambda: {"outcome": "reached", "said": "Called."},
        "transfer": lambda: {"owner": scene.stranger.pk, "nonce": "n"},
        "pdf-selected": lambda: {"pk": [row.pk]},
    }.get(verb, dict)
    return [([row.pk] if VERBS[verb][2] else [], data())]


def acts_on_many(kind: Any, scene: Scene, *keys: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The acts on many of a type but those of administrators alone, each with a post that does it."""
    for act in many.ACTS.values():
        if act.applies(kind) and not act.for_administrators:
            chosen = [scene.stranger.pk] if act.name == "assign" else [scene.tag.pk]
            field = kind.form_names()[-1] if act.name == "edit" else ""
            yield act.name, {"pk": [*keys], "confirmed": field, "field": field, "keys": chosen}


SETTINGS = {"setup:home", "setup:list", "setup:new", "setup:order", "setup:edit", "setup:archive", "setup:delete",
            "setup:history", "setup:departments", "setup:department-copy", "setup:role-new", "setup:role",
            "setup:role-copy", "setup:role-fields",
            "setup:role-archive", "setup:field-new", "setup:field", "setup:names", "setup:modules",
            "setup:colour-new", "setup:colour",
            "setup:person-new", "setup:person", "setup:person-change", "setup:person-invite",
            "setup:person-sessions", "setup:person-deactivate", "setup:person-reactivate"}  # fmt: skip
OUTBOX = {"delivery:outbox", "delivery:mail"}


def of_settings(scene: Scene) -> Iterator[Call]:
    """The calls of the settings and the outbox: they need `change` on `setup`."""
    tag, role, person = scene.tag.pk, scene.role.pk, scene.stranger.pk
    for route, arguments, methods in (
        ("setup:role-new", [], BOTH), ("setup:role", [role], BOTH), ("setup:role-copy", [role], BOTH),
        ("setup:role-fields", [role, "crm.company"], BOTH), ("setup:role-archive", [role], ("post",)),
        ("setup:person-new", [], BOTH), ("setup:person", [person], ("get",)), ("setup:person-change", [person], BOTH),
        ("setup:person-invite", [person], ("post",)), ("setup:person-sessions", [person], ("post",)),
        ("setup:person-deactivate", [person], BOTH), ("setup:person-reactivate", [person], ("post",)),
    ):  # fmt: skip
        for method in methods:
            yield Call(route, method, reverse(route, args=arguments), "setup", "people")
    for route, arguments, methods in (
        ("setup:history", ["tags", tag], ("get",)), ("setup:departments", [], ("get",)),
        ("setup:department-copy", [scene.stranger.department_id], BOTH),
        ("setup:field-new", [], BOTH), ("setup:field", [scene.field.pk], BOTH), ("setup:names", [], BOTH),
        ("setup:modules", [], BOTH), ("setup:colour-new", [], BOTH), ("setup:colour", [scene.colour.pk], BOTH),
        ("setup:home", [], ("get",)), ("setup:list", ["tags"], ("get",)), ("setup:new", ["tags"], BOTH),
        ("setup:order", ["tags"], ("post",)), ("setup:edit", ["tags", tag], BOTH),
        ("setup:archive", ["tags", tag], ("post",)), ("setup:delete", ["rates", scene.rate.pk], ("post",)),
        ("upkeep:release", [], BOTH), ("delivery:outbox", [], ("get",)), ("delivery:mail", [scene.mail.pk], ("get",)),
    ):  # fmt: skip
        for method in methods:
            yield Call(route, method, reverse(route, args=arguments), "setup", "change")


def others(scene: Scene) -> Iterator[Call]:
    """Pages with a rule of their own."""
    kept = scene.files["crm.company"]
    yield Call("home", "get", "/", rule="signed-in")
    yield Call("today-figures", "get", "/today/figures/", rule="signed-in")
    yield Call("profile", "get", "/me/", rule="signed-in")
    yield Call("profile", "post", "/me/", rule="signed-in")
    yield Call("sidebar", "post", "/me/sidebar/", rule="signed-in")
    yield Call("token", "get", "/me/token/", rule="signed-in")
    yield Call("account_change_password", "get", "/accounts/password/change/", rule="signed-in")
    yield Call("account_set_password", "get", "/accounts/password/set/", rule="signed-in")
    for route in ("mfa_index", "mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_reauthenticate"):
        yield Call(route, "get", reverse(route), rule="signed-in")
    for route in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        yield Call(route, "get", reverse(route), rule="second factor")
    yield Call("account_reauthenticate", "get", "/accounts/reauthenticate/", rule="signed-in")
    yield Call("jobs:list", "get", "/jobs/", rule="signed-in")
    yield Call("jobs:retry", "post", reverse("jobs:retry", args=[scene.job.pk]), rule="own")
    yield Call("jobs:drop", "post", reverse("jobs:drop", args=[scene.job.pk]), rule="own")
    yield Call("exports", "get", "/exports/", rule="signed-in")
    yield Call("export-file", "get", f"/exports/{scene.export.pk}/", rule="own")
    yield from of_imports(scene)
    yield from of_help()
    yield Call("bulk-run", "get", reverse("bulk-run", args=[scene.run.pk]), rule="own")
    yield Call("choose", "get", "/choose/tags.tag/", rule="signed-in")
    company = {"at": f"/companies/{scene.rows['crm.company'].pk}/"}
    yield Call("search:page", "get", "/search/", rule="signed-in", data={"q": SECRET})
    yield Call("search:palette", "get", "/search/palette/", rule="signed-in", data={"q": SECRET})
    yield Call("search:actions", "get", "/search/actions/", "crm.company", "view", row=True, data=company)
    yield Call("search:opened", "post", "/search/opened/", rule="signed-in", data=company)
    yield Call("search:person", "get", f"/search/people/{scene.stranger.pk}/", rule="signed-in")
    for verb in ("page", "bell", "settings"):
        yield Call(f"notifications:{verb}", "get", reverse(f"notifications:{verb}"), rule="signed-in")
    wishes = {**dict.fromkeys(Kind.values, "app"), "digest_hour": "8"}
    yield Call("notifications:settings", "post", reverse("notifications:settings"), rule="signed-in", data=wishes)
    yield Call("notifications:mark", "post", reverse("notifications:mark"), rule="signed-in", data={"all": "1"})
    yield Call("notifications:seen", "post", reverse("notifications:seen"), rule="signed-in", data=company)
    for verb, method in (("attend", "get"), ("attend", "post"), ("reply", "post"), ("people", "get")):
        path = reverse(f"notifications:{verb}")
        yield Call(f"notifications:{verb}", method, path, "crm.company", "view", row=True, data=company)
    yield from of_duplicates(scene)
    # The next page shows the messages of what was just done: it must be one that everybody gets.
    yield Call("recent", "get", "/changes/", rule="signed-in")
    for method in BOTH:
        yield Call("undo", method, f"/changes/{scene.act.pk}/undo/", rule="maker")
    yield Call("undone", "get", f"/changes/undone/{scene.undo.pk}/", rule="maker")
    yield Call("files:serve", "get", reverse("files:serve", args=[kept.pk, "x.txt"]), "crm.company", "view", row=True)
    yield Call("reports:funnel", "get", reverse("reports:funnel"), "analytics.report", "view")
    yield Call("reports:income", "get", reverse("reports:income"), "analytics.report", "view")
    assert scene.form is not None
    public = {
        "account_login": "/accounts/login/",
        "account_logout": "/accounts/logout/", "account_inactive": "/accounts/inactive/",
        "account_reset_password": "/accounts/password/reset/",
        "account_reset_password_done": "/accounts/password/reset/done/",
        "account_reset_password_from_key": "/accounts/password/reset/key/1-x/",
        "account_reset_password_from_key_done": "/accounts/password/reset/key/done/",
        "mfa_authenticate": "/accounts/second-factor/authenticate/",
        "sign-in-link": f"/signin/{scene.link}/",
        "manifest": "/manifest.webmanifest", "worker": "/sw.js", "offline": "/offline/",
        "forms:form": f"/forms/{scene.form.slug}/", "forms:thanks": f"/forms/{scene.form.slug}/thanks/",
    }  # fmt: skip
    for route, path in public.items():
        yield Call(route, "get", path, rule="public")


def of_duplicates(scene: Scene) -> Iterator[Call]:
    """The pages of duplicates: of a type one may delete of, of records one sees, of a merge one may take back."""
    row, pair = scene.rows["crm.company"], scene.pair.pk
    company = ("crm.company", "delete")
    yield Call("duplicates:list", "get", "/duplicates/?type=crm.company", *company)
    yield Call("duplicates:look", "post", "/duplicates/look/", *company, data={"type": "crm.company"})
    yield Call("duplicates:selected", "post", "/duplicates/selected/crm.company/", *company, data={"pk": [row.pk]})
    both = f"/duplicates/side-by-side/crm.company/?pk={row.pk}&pk={scene.pair.other_id}"
    for method in BOTH:
        yield Call("duplicates:compare", method, both, *company)
        yield Call("duplicates:of", method, f"/duplicates/of/crm.company/{row.pk}/", "crm.company", "view", row=True)
        yield Call("duplicates:pair", method, f"/duplicates/{pair}/", "crm.company", "view", row=True)
        merged = f"/duplicates/merged/{scene.merged.pk}/"
        yield Call("duplicates:separate", method, merged, "crm.company", "change", row=True)
    yield Call("duplicates:again", "post", f"/duplicates/{pair}/again/", "crm.company", "view", row=True)


def of_help() -> Iterator[Call]:
    """The guides are read by everybody who is signed in."""
    yield Call("help:home", "get", "/help/", rule="signed-in")
    yield Call("help:guide", "get", "/help/user-guide/", rule="signed-in")


def of_imports(scene: Scene) -> Iterator[Call]:
    """The pages of imports: beginning one needs the right on some type, one's import is one's own."""
    yield Call("importing:list", "get", "/imports/", rule="signed-in")
    for method in BOTH:
        yield Call("importing:new", method, "/imports/new/", "crm.company", "import")
    for verb in ("file", "columns", "values", "rules", "check"):
        for method in BOTH:
            yield Call(f"importing:{verb}", method, f"/imports/{scene.imported.pk}/{verb}/", rule="own")
    for verb in ("page", "progress", "result", "failed"):
        yield Call(f"importing:{verb}", "get", reverse(f"importing:{verb}", args=[scene.imported.pk]), rule="own")
    for verb in ("write", "go-on", "drop"):
        yield Call(f"importing:{verb}", "post", f"/imports/{scene.imported.pk}/{verb}/", rule="own")
    archive = f"/imports/archives/{scene.archive.pk}/"
    for method in BOTH:
        yield Call("importing:archive", method, archive, rule="own")
    yield Call("importing:drop-archive", "post", f"{archive}drop/", rule="own")
