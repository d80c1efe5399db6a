"""The pages of one's own account in a real browser: no barrier, and a passkey that signs in."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from assessments.models import User
from tests.browser.conftest import Watch
from tests.factories import PASSWORD, make_user

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

OPEN = (
    "account_profile",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "usersessions_list",
    "account_data",
    "account_reauthenticate",
)
BEHIND_THE_PASSWORD = ("mfa_activate_totp", "mfa_add_webauthn", "account_delete")
WITH_SECOND_FACTOR = (
    "mfa_index",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
)

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]


def confirm_password(page: Page) -> None:
    """What is asked before something that concerns the safety of the account."""
    page.goto(reverse("account_reauthenticate") + f"?next={reverse('account_data')}")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(re.escape(reverse("account_data")) + "$"))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_of_the_account_have_no_barrier(
    open_page: OpenPage, assert_accessible: Check, owner: User, language: str, viewport: dict[str, int]
) -> None:
    owner.language = language
    owner.save()
    page = open_page(owner, viewport=viewport)
    for name in OPEN:
        page.goto(reverse(name))
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_accessible(page)
    confirm_password(page)
    for name in BEHIND_THE_PASSWORD:
        page.goto(reverse(name))
        expect(page).to_have_url(re.compile(re.escape(reverse(name)) + "$"))
        assert_accessible(page)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_with_a_second_factor_have_no_barrier(
    open_page: OpenPage, assert_accessible: Check, owner: User, viewport: dict[str, int]
) -> None:
    TOTP.activate(owner, SECRET)
    RecoveryCodes.activate(owner)
    Authenticator.objects.create(
        user=owner,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Bürolaptop", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
    )
    page = open_page(owner, viewport=viewport)
    confirm_password(page)
    for name in WITH_SECOND_FACTOR:
        page.goto(reverse(name))
        assert_accessible(page)
    page.goto(reverse("mfa_list_webauthn"))
    expect(page.get_by_text("Bürolaptop")).to_be_visible()
    assert_accessible(page)


def test_staff_are_told_what_to_do(
    open_page: OpenPage, assert_accessible: Check, reviewer: User, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    page = open_page(reviewer)
    page.goto(reverse("portfolio"))
    expect(page).to_have_url(re.compile(re.escape(reverse("mfa_index")) + "$"))
    expect(page.locator("#second-factor-is-missing")).to_be_visible()
    assert_accessible(page)


@pytest.fixture
def named_page(
    browser: Browser, browser_context_args: dict[str, Any], base_url: str, transactional_db: None
) -> Iterator[Page]:
    """A page under a name: browsers know no passkeys under a bare address."""
    named = base_url.replace("127.0.0.1", "localhost")
    watch = Watch(urlsplit(named).netloc)
    context = browser.new_context(**{**browser_context_args, "base_url": named})
    context.set_default_timeout(10_000)
    page = context.new_page()
    watch.follow(page)
    yield page
    context.close()
    assert not watch.faults, "\n".join(watch.faults)


def plug_in_a_key(page: Page) -> None:
    """A device that knows its owner and says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in(page: Page, user: User) -> None:
    """With address and password."""
    page.goto(reverse("account_login"))
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto(reverse("account_logout"))
    page.locator("main button[type=submit]").click()
    expect(page.locator(".account")).to_have_count(0)


def test_a_passkey_is_set_up_and_signs_in(named_page: Page) -> None:
    page = named_page
    user = make_user("Paula Passkey")
    plug_in_a_key(page)
    sign_in(page, user)
    expect(page.locator(".account")).to_have_count(1)
    confirm_password(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("[name=name]").fill("Bürolaptop")
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    # The first second factor brings the recovery codes with it.
    expect(page.locator(".codes li")).to_have_count(10)
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() == 1

    sign_out(page)
    sign_in(page, user)
    expect(page).to_have_url(re.compile(re.escape(reverse("mfa_authenticate")) + "$"))
    page.locator("#mfa_webauthn_authenticate").click()
    expect(page.locator(".account")).to_have_count(1)

    sign_out(page)
    page.goto(reverse("account_login"))
    page.locator("#passkey_login").click()
    expect(page.locator(".account summary")).to_contain_text("Paula Passkey")


def test_a_device_that_refuses_is_told_in_words(named_page: Page, assert_accessible: Check) -> None:
    page = named_page
    user = make_user("Paula Passkey")
    sign_in(page, user)
    expect(page.locator(".account")).to_have_count(1)
    confirm_password(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('refused')) }")
    page.locator("#mfa_webauthn_add").click()
    expect(page.locator("#passkey-error")).to_be_focused()
    assert_accessible(page)
    assert not Authenticator.objects.exists()
