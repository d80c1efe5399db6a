"""Second factor: who needs one, how it is set up and asked for, and that nobody reads its secret."""

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.checks import run_checks
from django.test import Client, override_settings
from django.urls import reverse

from assessments import second_factor
from assessments.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = ("reviewer", "portfolio_reader", "administrator")


def current_code(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def sign_in(client: Client, user: User) -> str:
    """Enter the password; where that leads."""
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}).headers["Location"]


@pytest.fixture
def _required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def staff(request) -> User:
    """One of the Senatskanzlei."""
    user: User = request.getfixturevalue(request.param)
    return user


@pytest.mark.usefixtures("_required")
@pytest.mark.parametrize("staff", STAFF, indirect=True)
@pytest.mark.parametrize("name", ["portfolio", "review_queue", "project_list", "start", "admin:index"])
def test_staff_without_a_second_factor_are_led_to_it(client: Client, staff: User, name: str):
    client.force_login(staff)
    response = client.get(reverse(name), follow=True)
    assert response.redirect_chain == [(reverse("mfa_index"), 302)]
    assert b'id="second-factor-is-missing"' in response.content


@pytest.mark.usefixtures("_required")
def test_nothing_is_changed_on_the_way(client: Client, reviewer: User):
    client.force_login(reviewer)
    response = client.post(reverse("project_create"), {"name": "Ohne zweiten Faktor", "phase": "idea"})
    assert response.headers["Location"] == reverse("mfa_index")
    assert not reviewer.projects.exists()


@pytest.mark.usefixtures("_required")
@pytest.mark.parametrize(
    "name",
    ["account_profile", "account_email", "account_change_password", "usersessions_list", "privacy", "accessibility"],
)
def test_ones_account_and_what_the_law_wants_stay_open(client: Client, reviewer: User, name: str):
    client.force_login(reviewer)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.usefixtures("_required")
def test_language_and_signing_out_work_without_it(client: Client, reviewer: User):
    client.force_login(reviewer)
    client.post(reverse("set_language"), {"language": "en"})
    reviewer.refresh_from_db()
    assert reviewer.language == "en"
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("_required")
@pytest.mark.parametrize("staff", STAFF, indirect=True)
def test_staff_with_a_second_factor_go_on(client: Client, staff: User):
    TOTP.activate(staff, SECRET)
    client.force_login(staff)
    assert client.get(reverse("portfolio")).status_code == 200


@pytest.mark.usefixtures("_required")
def test_recovery_codes_alone_are_no_second_factor(reviewer: User):
    RecoveryCodes.activate(reviewer)
    assert second_factor.is_missing(reviewer)


@pytest.mark.usefixtures("_required")
def test_somebody_who_may_only_use_the_admin_site_needs_it_too():
    assert second_factor.is_required(make_user("Anna Admin", is_staff=True))


@pytest.mark.usefixtures("_required")
def test_teams_are_not_asked(client: Client, owner: User, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not second_factor.is_missing(owner)
    client.force_login(owner)
    assert client.get(reverse("project_list")).status_code == 200


def test_the_demo_does_not_ask(client: Client, reviewer: User):
    client.force_login(reviewer)
    assert client.get(reverse("portfolio")).status_code == 200


def test_a_server_without_it_is_warned():
    def ids() -> set[str]:
        return {str(message.id) for message in run_checks(include_deployment_checks=True)}

    assert "assessments.W002" in ids()
    with override_settings(REQUIRE_SECOND_FACTOR=True):
        assert "assessments.W002" not in ids()


@pytest.mark.django_db(transaction=True)
def test_app_is_set_up_and_asked_for(client: Client, owner: User):
    sign_in(client, owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'<code class="hash">(\w+)</code>', page)
    assert found is not None
    response = client.post(reverse("mfa_activate_totp"), {"code": current_code(found[1])}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
    assert response.content.decode().count('<ul class="codes">') == 1
    assert mail.outbox[-1].to == [owner.email]

    Authenticator.objects.filter(user=owner).update(last_used_at=None)
    client.post(reverse("account_logout"))
    assert sign_in(client, owner).startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert b"mfa_webauthn_authenticate" in client.get(reverse("mfa_authenticate")).content
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert b"error-summary" in wrong.content
    recovery = Authenticator.objects.get(user=owner, type=Authenticator.Type.RECOVERY_CODES).wrap()
    code = recovery.get_unused_codes()[0]
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert int(client.session["_auth_user_id"]) == owner.pk

    client.post(reverse("account_logout"))
    sign_in(client, owner)
    again = client.post(reverse("mfa_authenticate"), {"code": code})
    assert b"error-summary" in again.content, "a recovery code works once"


def test_a_code_of_the_app_works_once(client: Client, owner: User):
    TOTP.activate(owner, SECRET)
    code = current_code(SECRET)
    sign_in(client, owner)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    sign_in(client, owner)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_wrong_codes_are_slowed_down(client: Client, owner: User):
    TOTP.activate(owner, SECRET)
    sign_in(client, owner)
    for _attempt in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    response = client.post(reverse("mfa_authenticate"), {"code": current_code(SECRET)})
    assert "_auth_user_id" not in client.session
    assert b"error-summary" in response.content


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_have_one_heading_in_both_languages(client: Client, owner: User, name: str, language: str):
    owner.language = language
    owner.save()
    sign_in(client, owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


@pytest.mark.parametrize("name", ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_reauthenticate"])
def test_pages_of_somebody_who_has_one(client: Client, owner: User, name: str):
    TOTP.activate(owner, SECRET)
    RecoveryCodes.activate(owner)
    client.force_login(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert SECRET not in response.content.decode()


def test_passkeys_can_be_renamed_and_removed(client: Client, owner: User, stranger: User):
    def passkey(user: User) -> Authenticator:
        return Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Bürolaptop", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
        )

    own, others = passkey(owner), passkey(stranger)
    client.force_login(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_list_webauthn")).content.decode()
    assert "Bürolaptop" in page
    assert "ohne Passwort" in page or "without a password" in page
    assert client.get(reverse("mfa_edit_webauthn", args=[others.pk])).status_code == 404
    client.post(reverse("mfa_edit_webauthn", args=[own.pk]), {"name": "Diensthandy"})
    assert "Diensthandy" in client.get(reverse("mfa_remove_webauthn", args=[own.pk])).content.decode()
    client.post(reverse("mfa_remove_webauthn", args=[own.pk]))
    assert list(Authenticator.objects.all()) == [others]


def test_passkeys_belong_to_this_site_and_get_a_first_name(client: Client, owner: User):
    client.force_login(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.get(reverse("mfa_add_webauthn"))
    options = response.context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "testserver", "name": "Smart City Selbstbewertung"}
    assert get_adapter().generate_authenticator_name(owner, Authenticator.Type.WEBAUTHN) == "Passkey 1"


def test_the_admin_site_shows_and_changes_no_secret(client: Client, administrator: User, owner: User):
    authenticator = TOTP.activate(owner, SECRET).instance
    client.force_login(administrator)
    for path in (
        reverse("admin:mfa_authenticator_changelist"),
        reverse("admin:mfa_authenticator_change", args=[authenticator.pk]),
    ):
        response = client.get(path)
        assert response.status_code == 200
        assert SECRET not in response.content.decode()
        assert 'name="data"' not in response.content.decode()
    changed = client.post(reverse("admin:mfa_authenticator_change", args=[authenticator.pk]), {"data": "{}"})
    assert changed.status_code == 403
    assert client.get(reverse("admin:mfa_authenticator_add")).status_code == 403
    client.post(reverse("admin:mfa_authenticator_delete", args=[authenticator.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()


def test_nobody_reads_others_sign_ins_in_the_admin_site(client: Client, administrator: User):
    client.force_login(administrator)
    assert "usersessions" not in client.get(reverse("admin:index")).content.decode()
