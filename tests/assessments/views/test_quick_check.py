"""The quick check without an account: it asks, scores and reports like one with an account, and keeps nothing."""

import json
import logging
import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import page
import pikepdf
import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from assessments.enums import Scope, State
from assessments.exchange import check_document, export_document
from assessments.models import Assessment
from assessments.quick_check import LIMITS, MAX_SUMMARY_LENGTH, quick_document
from assessments.reports.pdf import PdfBusyError, PdfError, PdfUnavailableError
from assessments.results import result_of
from assessments.snapshots import canonical_json
from assessments.views import quick_check
from principles.models import Catalogue, newest_catalogue
from tests.assessments.documents import keys, sound_document
from tests.assessments.reports.test_pdf import fonts
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db

START = "/kurzcheck/"
RESULT = "/kurzcheck/ergebnis/"
DATA = "/kurzcheck/kurzcheck.json"
PDF = "/kurzcheck/kurzcheck.pdf"
SECRET = "Streng-vertraulich-4711"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></textarea> {{ 7|add:7 }} &amp; \u202eabc 😀"


@pytest.fixture
def anyone(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def core_keys() -> list[str]:
    catalogue = newest_catalogue()
    assert catalogue is not None
    return [
        question.key
        for dimension in catalogue.dimensions.all()
        for aspect in dimension.aspects.all()
        for question in aspect.questions.all()
        if question.is_core
    ]


def level_of(key: str) -> int:
    """Some level or other."""
    return (int(key[2]) + ord(key[4])) % 5


def filled_in(**more: str) -> dict[str, str]:
    """All 32 answers, one of them not applicable, one with a rationale."""
    first, second, *_others = core_keys()
    data = {f"{key}-level": str(level_of(key)) for key in core_keys()}
    data |= {f"{first}-rationale": f"{SECRET}\r\nZweite Zeile", f"{second}-level": "na"}
    data |= {f"{second}-reason": "Das gibt es hier nicht.", "project-name": "Kiezblocks digital"}
    return data | {"project-organisation": "senatskanzlei", "project-phase": "pilot"} | more


class Form(HTMLParser):
    """What a browser without JavaScript would send with the form of the page."""

    def __init__(self, response: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, str] = {}
        self.actions: list[str] = []
        self._open = ""
        self._inside = False
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == "quick-check"
        if given.get("formaction"):
            self.actions.append(str(given["formaction"]))
        if not self._inside or not given.get("name"):
            return
        name = str(given["name"])
        if tag == "textarea":
            self._open, self.fields[name] = name, ""
        elif tag == "input" and (given["type"] != "radio" or "checked" in given):
            self.fields[name] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.fields[self._open] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._open:
            # A browser drops the first line break.
            self.fields[self._open] = self.fields[self._open].removeprefix("\n")
            self._open = ""
        if tag == "form":
            self._inside = False


def answers_in(fields: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if re.match(r"\d\.\d", name) and text}


# -- The way through --------------------------------------------------------------------------------------------------


def test_twelve_steps_carry_everything_to_the_result(anyone):
    response = anyone.get(START)
    first = re.search(r'href="(/kurzcheck/\d\.\d/)"', response.content.decode())
    assert first
    response = anyone.get(first[1])
    given: dict[str, Any] = {}
    for _step in range(12):
        form = Form(response)
        new = {name: text for name, text in filled_in().items() if name[:3] == form.fields["from"]}
        assert new, "every step asks something"
        given |= new
        onward = [action for action in form.actions if action == RESULT or action > f"/kurzcheck/{form.fields['from']}"]
        assert onward
        response = anyone.post(_next(form), form.fields | new)
        assert response.status_code == 200
    assert response.context["result"].score.answered == 31
    assert answers_in(Form(response).fields) == answers_in(given)


def _next(form: Form) -> str:
    """Where the primary button leads."""
    order = [f"/kurzcheck/{key}/" for key in keys()[0]]
    here = order.index(f"/kurzcheck/{form.fields['from']}/")
    target = order[here + 1] if here + 1 < len(order) else RESULT
    assert target in form.actions
    return target


def without_token(form: Form) -> dict[str, str]:
    return {name: text for name, text in form.fields.items() if name != "csrfmiddlewaretoken"}


def test_going_back_and_sending_twice_changes_nothing(anyone):
    data = filled_in()
    here = Form(anyone.post("/kurzcheck/4.5/", data))
    again = Form(anyone.post("/kurzcheck/4.5/", here.fields))
    assert without_token(again) == without_token(here)
    back = Form(anyone.post("/kurzcheck/4.4/", here.fields))
    forth = Form(anyone.post("/kurzcheck/4.5/", back.fields))
    assert answers_in(forth.fields) == answers_in(here.fields) == answers_in(data)
    assert forth.fields["project-name"] == "Kiezblocks digital"


def test_it_scores_like_an_account(anyone, owner):
    project = make_project(owner=owner)
    levels = {key: level_of(key) for key in core_keys()}
    assessment = answer_all(make_assessment(project, scope=Scope.QUICK), levels)
    result = anyone.post(RESULT, {f"{key}-level": str(level) for key, level in levels.items()}).context["result"]
    assert result.score == result_of(assessment).score
    assert [step.question.key for step in result.all_steps] == [
        step.question.key for step in result_of(assessment).all_steps
    ]


def test_without_answers_the_result_says_so(anyone):
    for response in (anyone.get(RESULT), anyone.post(RESULT)):
        assert response.status_code == 200
        assert "There is no result yet" in response.content.decode()
        assert not response.context["form"].errors


def test_an_address_alone_brings_no_answers_and_the_page_says_so(anyone):
    assert "Your other answers are not here" not in anyone.get("/kurzcheck/4.1/").content.decode()
    assert "Your other answers are not here" in anyone.get("/kurzcheck/4.7/").content.decode()
    assert anyone.get("/kurzcheck/4.9/").status_code == 404


def test_every_link_to_a_question_takes_the_answers_along(anyone):
    html = anyone.post(RESULT, filled_in()).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert not re.findall(r'href="/(?:bewertungen|projekte)/', main)
    actions = Form(anyone.post(RESULT, filled_in())).actions
    assert [action for action in actions if "#4." in action]


def test_without_a_catalogue_there_is_a_word(anyone):
    Catalogue.objects.update(published_on=None)
    assert "Nothing published yet" in anyone.get(START).content.decode()
    for path in ("/kurzcheck/4.1/", RESULT, DATA, PDF):
        assert anyone.post(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/handlungsleitfaden/", "/hilfe/", "/konto/signup/", "/datenschutz/"])
def test_it_is_found(anyone, path):
    html = anyone.get(path).content.decode()
    assert "quick check without an account" in html.lower()
    if path != "/datenschutz/":
        assert f'href="{START}"' in html


# -- Nothing is kept --------------------------------------------------------------------------------------------------


def rows() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_nothing_is_kept_anywhere(anyone, files, caplog, monkeypatch):
    monkeypatch.setattr(quick_check, "report_pdf", lambda *args: b"%PDF-1.7")
    caplog.set_level(logging.DEBUG)
    data, before = filled_in(), rows()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        responses = [anyone.get(START), anyone.get("/kurzcheck/4.1/")]
        responses += [anyone.post(path, data) for path in ("/kurzcheck/4.2/", "/kurzcheck/2.4/", RESULT, DATA, PDF)]
        responses.append(anyone.post("/kurzcheck/4.1/", data | {f"{core_keys()[0]}-level": "7"}))
        responses.append(anyone.post(START, {"file": SimpleUploadedFile("a.json", responses[5].content)}))
        responses.append(anyone.post(START, {"file": SimpleUploadedFile("a.json", SECRET.encode())}))
    assert [response.status_code for response in responses] == [200] * 7 + [422, 200, 422]
    read = {table for query in queries for table in re.findall(r'FROM "(\w+)"', query["sql"])}
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert read <= {"principles_catalogue", "principles_perspective", "assessments_organisation"}
    assert rows() == before
    assert not Session.objects.exists()
    assert not list(files.rglob("*"))
    assert not mail.outbox
    assert SECRET not in caplog.text
    assert {name for response in responses for name in response.cookies} <= {"csrftoken", "django_language"}
    for response in responses:
        assert "no-store" in response.headers["Cache-Control"]
        assert "private" in response.headers["Cache-Control"]


def test_query_counts_are_pinned(anyone, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(quick_check, "report_pdf", lambda *args: b"%PDF-1.7")
    data = filled_in()
    anyone.post(RESULT, data)
    for path, count in (("/kurzcheck/4.2/", 1), (RESULT, 4), (DATA, 2), (PDF, 2)):
        with django_assert_num_queries(count):
            anyone.post(path, data)
    with django_assert_num_queries(1):
        anyone.get(START)


def test_an_error_in_the_report_is_logged_without_what_was_typed(anyone, caplog, monkeypatch):
    def fail(*args: Any) -> bytes:
        raise PdfError("broken")

    monkeypatch.setattr(quick_check, "report_pdf", fail)
    response = anyone.post(PDF, filled_in())
    assert response.status_code == 503
    assert caplog.records
    assert SECRET not in caplog.text
    assert "Kiezblocks" not in caplog.text
    assert "kiezblocks" not in caplog.text


def test_an_upload_never_touches_the_disk(anyone, monkeypatch):
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a file was written")

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", refuse)
    response = anyone.post(START, {"file": SimpleUploadedFile("a.json", b" " * 3_000_000)})
    assert response.status_code == 422


def test_forms_of_other_sites_are_refused():
    strict = Client(enforce_csrf_checks=True)
    for path in (START, "/kurzcheck/4.1/", RESULT, DATA, PDF):
        assert strict.post(path, filled_in()).status_code == 403


def test_an_old_token_loses_no_answer():
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = "en"
    strict.get("/kurzcheck/4.1/")
    response = strict.post("/kurzcheck/4.2/", filled_in(), headers={"Origin": "http://testserver"})
    assert response.status_code == 403
    html = response.content.decode()
    assert "Please press once more" in html
    assert SECRET in html
    assert html.count("<textarea") == len(filled_in())
    elsewhere = strict.post("/kurzcheck/4.2/", filled_in(), headers={"Origin": "https://evil.example"})
    assert SECRET not in elsewhere.content.decode()


# -- What comes back may be anything ----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["5", "-1", "999999999999", "４", "na na"])
@pytest.mark.parametrize("path", ["/kurzcheck/4.2/", PDF])
def test_a_level_that_does_not_exist_leads_to_its_question(anyone, level, path):
    response = anyone.post(path, filled_in(**{"2.2.a1-level": "", f"{core_keys()[-1]}-level": level}))
    assert response.status_code == 422
    assert response.context["dimension"].key == "2.4"
    html = response.content.decode()
    assert "Choose one of the levels 0 to 4" in html
    assert SECRET in html, "nothing else is lost"
    assert answers_in(Form(response).fields)


def test_the_fault_on_the_page_that_was_sent_comes_first(anyone):
    data = filled_in(**{"4.1.a1-level": "9", f"{core_keys()[-1]}-level": "9"})
    assert anyone.post(RESULT, data | {"from": "2.4"}).context["dimension"].key == "2.4"
    assert anyone.post(RESULT, data | {"from": "nonsense"}).context["dimension"].key == "4.1"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("reason", "kurz", "in at least 10 characters"),
        ("reason", "x" * (LIMITS["reason"] + 3), "too long by 3 characters"),
        ("rationale", "x" * (LIMITS["rationale"] + 1), "too long by 1 character"),
        ("rationale", "NUL \x00", "characters that cannot be stored"),
        ("rationale", "Glocke \x07", "characters that cannot be stored"),
        ("rationale", "\ufffe", "characters that cannot be stored"),
    ],
)
def test_a_text_that_cannot_stay_is_named_and_kept(anyone, field, text, said):
    key = core_keys()[4]
    response = anyone.post(
        RESULT, filled_in(**{f"{key}-level": "na" if field == "reason" else "1", f"{key}-{field}": text})
    )
    assert response.status_code == 422
    html = response.content.decode()
    assert said in html
    assert f'href="#{key}-{field}"' in html
    assert Form(response).fields[f"{key}-{field}"] == text


def test_markup_stays_text_everywhere(anyone):
    first = core_keys()[0]
    data = filled_in(**{f"{first}-rationale": HOSTILE, "project-name": HOSTILE[:150], "project-summary": HOSTILE})
    data |= {"from": HOSTILE, "<script>alert(2)</script>": HOSTILE, "4.1.a9-level": HOSTILE}
    for path in ("/kurzcheck/4.1/", "/kurzcheck/4.2/", RESULT):
        response = anyone.post(path, data)
        assert response.status_code == 200
        html = response.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "onerror=alert(1)&gt;" in html
        assert Form(response).fields[f"{first}-rationale"] == HOSTILE


def test_bytes_that_are_no_text_do_no_harm(anyone):
    """A lone surrogate and broken UTF-8, as only a program would send them."""
    key = core_keys()[0]
    for raw in (b"%ED%A0%80", b"%FF%FE", b"%C3%28", b"%00"):
        body = f"{key}-level=2&{key}-rationale=".encode() + raw
        response = anyone.generic("POST", RESULT, body, "application/x-www-form-urlencoded")
        assert response.status_code == (422 if raw == b"%00" else 200), raw


@pytest.mark.parametrize("path", ["/kurzcheck/4.1/", RESULT, DATA, PDF])
def test_ten_megabytes_are_refused(anyone, path):
    response = anyone.post(path, filled_in(**{f"{core_keys()[0]}-rationale": "x" * 10 * 1024 * 1024}))
    assert response.status_code == 400
    assert anyone.post(path, {f"a{number}": "" for number in range(2000)}).status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "x" * 151),
        ("name", "\x00"),
        ("name", "a\x07b"),
        ("summary", "x" * (MAX_SUMMARY_LENGTH + 1)),
        ("organisation", "gibt-es-nicht"),
        ("organisation", "\x00"),
        ("phase", "bald"),
    ],
)
@pytest.mark.parametrize("path", [RESULT, PDF])
def test_a_project_that_cannot_stay_is_named_on_the_result(anyone, path, name, value):
    response = anyone.post(path, filled_in(**{f"project-{name}": value}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert f'href="#id_project-{name}"' in response.content.decode()
    assert response.context["result"].score.answered == 31


def test_whatever_the_limits_allow_fits_into_one_request(anyone, settings):
    data = {f"{key}-level": "na" for key in core_keys()}
    data |= {f"{key}-{field}": "😀" * limit for key in core_keys() for field, limit in LIMITS.items()}
    data |= {"project-name": "😀" * 150, "project-summary": "😀" * MAX_SUMMARY_LENGTH}
    assert len(urlencode(data)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert anyone.post("/kurzcheck/4.2/", data).status_code == 200
    assert check_document(anyone.post(DATA, data).json()) == []


# -- The file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_read_in_with_an_account(anyone, owner):
    response = anyone.post(DATA, filled_in())
    assert re.fullmatch(
        r'attachment; filename="kiezblocks-digital_kurzcheck_\d{4}-\d\d-\d\d\.json"',
        response.headers["Content-Disposition"],
    )
    member = Client()
    member.force_login(owner)
    member.post(reverse("assessment_import"), {"file": SimpleUploadedFile("a.json", response.content)})
    assessment = Assessment.objects.get()
    assert (assessment.scope, assessment.state, assessment.project.phase) == (Scope.QUICK, State.DRAFT, "pilot")
    assert assessment.project.organisation is not None
    assert assessment.project.organisation.key == "senatskanzlei"
    assert export_document(assessment) == response.json()
    assert assessment.answers.get(question_key=core_keys()[0]).rationale == f"{SECRET}\nZweite Zeile"


def test_a_file_without_a_word_about_the_project_is_sound(anyone):
    response = anyone.post(DATA, {"4.1.a1-level": "2"})
    assert check_document(response.json()) == []
    assert response.headers["Content-Disposition"].startswith('attachment; filename="kurzcheck_')


def test_going_on_with_a_saved_file(anyone):
    data = filled_in(**{f"{key}-level": "" for key in core_keys() if key.startswith("4.5")})
    saved = anyone.post(DATA, data).content
    response = anyone.post(START, {"file": SimpleUploadedFile("a.json", saved)})
    assert response.status_code == 200
    assert response.context["dimension"].key == "4.5"
    html = response.content.decode()
    assert "Your file has been opened" in html
    assert "The file holds more" not in html
    assert anyone.post(DATA, Form(response).fields).content == saved


def test_a_file_that_holds_more_says_what_is_left_out(anyone):
    raw = json.dumps(sound_document()).encode()
    response = anyone.post(START, {"file": SimpleUploadedFile("a.json", raw)})
    assert response.status_code == 200
    assert "The file holds more than the quick check asks" in response.content.decode()
    document = anyone.post(DATA, Form(response).fields).json()
    assert set(document["answers"]) == set(sound_document()["answers"]) & set(core_keys())
    assert document["project"] == sound_document()["project"] | {"perspectives": []}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        json.dumps(sound_document(catalogue="1999.1")).encode(),
        json.dumps(sound_document(answers={"4.1.a1": {"level": 9}})).encode(),
        json.dumps(sound_document(answers={"9.9.a1": {"level": 1}})).encode(),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(anyone, raw):
    response = anyone.post(START, {"file": SimpleUploadedFile("a.json", raw)})
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()


def test_a_rationale_that_is_too_long_for_the_quick_check_is_named(anyone):
    key = core_keys()[0]
    raw = json.dumps(sound_document(answers={key: {"level": 1, "rationale": "x" * 1500}})).encode()
    response = anyone.post(START, {"file": SimpleUploadedFile("a.json", raw)})
    assert response.status_code == 422
    html = response.content.decode()
    assert key in html
    assert "too long by 500 characters" in html


# -- The report -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_report_conforms_and_says_that_nobody_submitted_it(anyone, language, files, caplog):
    response = anyone.post(f"{PDF}?language={language}", filled_in(**{"project-summary": HOSTILE}))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    for profile in ("ua1", "3a"):
        report = page.validate_pdf_bytes(response.content, profile=profile)
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert fonts(response.content) <= {"Fira-Sans", "Fira-Sans-Light", "Fira-Sans-Semi-Bold"}
    assert not caplog.messages
    assert not list(files.rglob("*"))
    with pikepdf.open(BytesIO(response.content)) as file:
        assert str(file.Root.Lang) == language
        [attached] = file.attachments.values()
        inside = attached.get_file().read_bytes()
    data = filled_in(**{"project-summary": HOSTILE})
    assert inside == canonical_json(anyone.post(DATA, data).json())


def test_two_visitors_at_a_time_wait_for_a_report_and_no_more(anyone, monkeypatch):
    monkeypatch.setattr(quick_check, "report_pdf", lambda *args: b"%PDF-1.7")
    assert quick_check._turns.acquire(blocking=False)
    assert anyone.post(PDF, filled_in()).status_code == 200
    assert quick_check._turns.acquire(blocking=False)
    try:
        response = anyone.post(PDF, filled_in())
    finally:
        quick_check._turns.release()
        quick_check._turns.release()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    html = response.content.decode()
    assert "Many files are being made right now" in html
    assert answers_in(Form(response).fields) == answers_in(filled_in())
    assert anyone.post(PDF, filled_in()).status_code == 200, "its turn is given back"


@pytest.mark.parametrize(
    ("error", "said"),
    [(PdfBusyError(""), "Many files"), (PdfUnavailableError(""), "cannot make PDF"), (PdfError(""), "recorded")],
)
def test_without_a_report_the_answers_stay(anyone, monkeypatch, error, said):
    def fail(*args: Any) -> bytes:
        raise error

    monkeypatch.setattr(quick_check, "report_pdf", fail)
    for _time in range(quick_check.MOST_AT_ONCE + 1):
        response = anyone.post(PDF, filled_in())
        assert response.status_code == 503
        assert said in response.content.decode()
        assert SECRET in response.content.decode()


def test_reports_are_counted_by_address(anyone, settings, monkeypatch):
    monkeypatch.setattr(quick_check, "report_pdf", lambda *args: b"%PDF-1.7")
    settings.ACCOUNT_RATE_LIMITS = {"quick_check_pdf": "1/h/ip"}
    assert anyone.post(PDF, filled_in()).status_code == 200
    refused = anyone.post(PDF, filled_in())
    assert refused.status_code == 429
    assert SECRET in refused.content.decode()
    assert "no-store" in refused.headers["Cache-Control"]
    assert anyone.post(RESULT, filled_in()).status_code == 200
    assert anyone.post(DATA, filled_in()).status_code == 200
    assert anyone.post(PDF, filled_in(), REMOTE_ADDR="10.0.0.9").status_code == 200


# -- Language ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/kurzcheck/4.2/", RESULT])
def test_changing_the_language_keeps_the_answers(anyone, path):
    response = anyone.post(path, filled_in(language="de"))
    assert response.status_code == 200
    html = response.content.decode()
    assert '<html lang="de">' in html
    assert re.search(r'name="language"\s+value="en"\s+lang="en"\s+form="quick-check"', html)
    assert answers_in(Form(response).fields) == answers_in(filled_in())
    assert response.cookies["django_language"].value == "de"
    assert '<html lang="de">' in anyone.post(path, filled_in()).content.decode()
    assert "django_language" not in anyone.post(path, filled_in(language="xx")).cookies


def test_somebody_signed_in_changes_the_language_of_their_account(owner):
    member = Client()
    member.force_login(owner)
    response = member.post("/kurzcheck/4.2/", filled_in(language="en"))
    assert '<html lang="en">' in response.content.decode()
    owner.refresh_from_db()
    assert owner.language == "en"


def test_defaults_of_the_document_follow_the_catalogue(db):
    catalogue = newest_catalogue()
    assert catalogue is not None
    document = quick_document(catalogue, {}, {})
    assert (document["answers"], document["scope"], document["catalogue"]) == ({}, "quick", catalogue.version)
    assert check_document(document) == []
