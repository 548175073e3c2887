from __future__ import annotations

from collections.abc import Iterable, Mapping

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes import services as changes
from common.changes.services import Actor
from common.delivery import services as delivery
from common.jobs import services as jobs
from common.kinds import dictionary
from common.people import services as people
from common.people.models import User
from common.policy.models import Role, RoleMember
from common.setup.errors import NoAddress
from common.setup.services import handing_over
from common.setup.services.roles import administrator_remains

LINK_JOB = "people.forgot_password"


def save_person(user: User, roles: Iterable[Role], *, by: Actor) -> User:
    """Store a person and exactly these roles of theirs. Raises `LastAdministrator`."""
    with changes.change_set(str(user), by=by), administrator_remains():
        if user.pk is None:
            user.set_unusable_password()
        changes.save_dictionary(user, by=by)
        _give_roles(user, roles, by)
    return user


def _give_roles(user: User, roles: Iterable[Role], by: Actor) -> None:
    before = {row.role_id: str(row.role) for row in user.role_members.select_related("role")}
    after = {role.pk: str(role) for role in roles}
    if before.keys() == after.keys():
        return
    user.role_members.filter(role__in=before.keys() - after.keys()).delete()
    RoleMember.objects.bulk_create(RoleMember(user=user, role_id=key) for key in sorted(after.keys() - before.keys()))
    pairs = {"people.roles": [sorted(before.values()), sorted(after.values())]}
    changes.note_dictionary(user, "roles_changed", pairs, by=by)
    dictionary.renew()


def invite(user: User, *, by: User) -> None:
    """Mail a person the link at which they set their password. Raises `NoAddress`."""
    if not user.email:
        raise NoAddress(field="email")
    with translation.override(user.language or settings.LANGUAGE_CODE):
        body = _(
            "Hello %(person)s,\n\n%(inviter)s has set up an account for you. Your user name: %(name)s\n\n"
            "Set your password here within three days:\n%(url)s\n\n"
            "Later you get a new link by “Forgot password” at %(site)s"
        ) % {
            "person": user.full_name, "inviter": by.full_name, "name": user.username,
            "url": people.password_link(user), "site": settings.SITE_URL,
        }  # fmt: skip
        subject = _("Your access to the CRM")
        delivery.send(to=user.email, subject=subject, body=body, purpose="invitation", secret=True)


def forgot_password(email: str) -> None:
    """Mail whoever signs in with this address a link to a new password; the caller does not learn whether anybody does.

    A job looks the address up: asking takes as long for one nobody has.
    """
    jobs.enqueue(LINK_JOB, email)


@jobs.handler(LINK_JOB, label=gettext_lazy("Mail a link to a new password"))
def send_password_link(email: str) -> None:
    """Mail the link, in the language of its person."""
    for user in User.objects.filter(email__iexact=email, is_active=True).exclude(email=""):
        with translation.override(user.language or settings.LANGUAGE_CODE):
            said = {"user": user, "username": user.username, "password_reset_url": people.password_link(user)}
            get_adapter().send_mail("account/email/password_reset_key", user.email, said)


def end_sessions(user: User, *, name: str = "", by: Actor) -> int:
    """Sign a person out, everywhere or in one browser; how many sessions were ended."""
    with changes.change_set(str(user), by=by):
        ended = people.end_sessions(user, name)
        changes.note_dictionary(user, "signed_out", {}, by=by)
    return ended


def deactivate(user: User, receivers: Mapping[str, User], *, by: User) -> None:
    """End a person's access at once and hand over what they own: record type → who receives it.

    Sessions end, unused links and queued jobs are refused. Many records are handed over by a job, as one change set.
    Raises `NoReceiver`, `CannotReceive`, `LastAdministrator`.
    """
    handing_over.check(user, receivers)
    with changes.change_set(_("Deactivated: %(person)s") % {"person": user}, by=by, bulk=True) as opened:
        with administrator_remains():
            user.is_active = False
            changes.save_dictionary(user, by=by, verb="deactivated")
        people.end_sessions(user)
        people.discard_links(user)
        handing_over.begin(user, receivers, opened, by=by)


def reactivate(user: User, *, by: Actor) -> None:
    """Let a person sign in again; what was handed over stays where it is."""
    user.is_active = True
    changes.save_dictionary(user, by=by, verb="reactivated")
