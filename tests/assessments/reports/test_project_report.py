"""The report of an assessment: what it says, and that its PDF holds in every state."""

import datetime
import json
import re
from typing import Any

import page
import pikepdf
import pytest

from assessments.enums import Scope, State
from assessments.exchange import export_document
from assessments.models import Assessment, GoalConflict, Measure, Target
from assessments.reports import texts
from assessments.reports.documents import edition_of, report_html, report_pdf
from assessments.reports.project_report import project_report
from assessments.reports.report_parts import Version
from assessments.snapshots import canonical_json, document_hash
from tests.assessments.reports.test_pdf import fonts, opened
from tests.factories import answer_all, make_answer, make_assessment, make_project, question_keys

pytestmark = pytest.mark.django_db

VERSION = Version(State.DRAFT, 2, datetime.date(2026, 6, 30))
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> </div></body> {{ 7|add:7 }} {% now 'Y' %} &amp; &#128512; "
    "\u0000\u0007\u001b[31m \u202eabc\u202c \ud83d 😀👩‍👧 مرحبا שלום 中文 e\u0301 ﷽ ]]> " + "Donaudampfschifffahrt" * 20
)


@pytest.fixture
def full(project) -> Assessment:
    """All 96 answers, most with a rationale; poles apart in 4.4; targets, measures, a conflict of goals."""
    assessment = make_assessment(project)
    apart = {"4.4.a": 4, "4.4.b": 0}
    answer_all(
        assessment,
        lambda key: apart.get(key[:5], 2 + (int(key[2]) % 3)),
        rationale="Wir haben drei Werkstätten durchgeführt und die Ergebnisse im Protokoll festgehalten. " * 4,
        evidence=[
            {"label": "Protokoll", "url": "https://www.berlin.de/protokoll.pdf"},
            {"label": "Vermerk", "file_name": "vermerk.pdf", "sha256": "0" * 64},
        ],
    )
    Target.objects.create(assessment=assessment, dimension_key="4.1", value=90)
    Measure.objects.create(
        assessment=assessment, title="Termin festlegen", refers_to="4.2", responsible="Leitung", due="2027-03-31"
    )
    Measure.objects.create(assessment=assessment, title="Ohne Datum")
    GoalConflict.objects.create(
        assessment=assessment, first_key="2.1", second_key="4.5", description="Sensoren", handling="Wenige"
    )
    return assessment


@pytest.fixture
def almost_empty(project) -> Assessment:
    assessment = make_assessment(project)
    make_answer(assessment, "4.1.a1", 1)
    return assessment


def pdf_of(assessment: Assessment, language: str = "de") -> bytes:
    return report_pdf(canonical_json(export_document(assessment)), VERSION, language, "daten.json")


def assert_conforms(content: bytes) -> None:
    for profile in ("ua1", "3a"):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert [(profile, failure.rule_id, failure.message) for failure in report.failures] == []
    assert fonts(content) <= {"Fira-Sans", "Fira-Sans-Light", "Fira-Sans-Semi-Bold"}


# -- The file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_full_report_conforms_and_is_complete(full, language, tmp_path, caplog):
    content = pdf_of(full, language)
    assert_conforms(content)
    assert caplog.messages == []
    with opened(content, tmp_path) as file:
        assert str(file.Root.Lang) == language
        assert full.project.name in str(file.docinfo["/Title"])
        with file.open_outline() as outline:
            chapters = [item.title for part in outline.root for item in part.children]
        assert [title.split()[0] for title in chapters[:12]] == [
            *(f"4.{number}" for number in range(1, 9)),
            *(f"2.{number}" for number in range(1, 5)),
        ]
        attached = file.attachments["daten.json"].get_file().read_bytes()
    assert attached == canonical_json(export_document(full))


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_almost_empty_report_conforms(almost_empty, language, caplog):
    assert_conforms(pdf_of(almost_empty, language))
    assert caplog.messages == []


def test_an_empty_quick_check_conforms(project, caplog):
    assert_conforms(pdf_of(make_assessment(project, scope=Scope.QUICK)))
    assert caplog.messages == []


def test_hostile_text_is_text(full, caplog):
    document = with_texts(export_document(full), HOSTILE.replace("\ud83d", ""))
    assert_conforms(report_pdf(canonical_json(document), VERSION, "de", "daten.json"))
    assert caplog.messages == []


def with_texts(document: dict[str, Any], text: str) -> dict[str, Any]:
    """The document with ``text`` wherever a person can write."""
    document["project"] |= {"name": text[:150], "summary": text}
    document["answers"] = {key: answer for key, answer in document["answers"].items() if key.startswith("4.1")}
    for answer in document["answers"].values():
        answer |= {"rationale": text, "evidence": [{"label": text, "url": "https://example.org/?" + "x" * 1500}]}
    document["measures"] = [
        {"title": text[:500], "refers_to": "4.1", "responsible": text[:200], "due": None, "state": "planned"}
    ]
    document["conflicts"] = [{"between": ["4.1", "2.1"], "description": text, "handling": text}]
    return document


def place(item: pikepdf.OutlineItem) -> tuple[int, int]:
    """The page a bookmark leads to."""
    assert isinstance(item.destination, pikepdf.Array)
    return item.destination[0].objgen


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_summary_keeps_to_one_page(project, language, tmp_path):
    """Also with every pair in tension, open questions and targets everywhere."""
    assessment = make_assessment(project)
    answer_all(assessment, lambda key: {"a1": None, "b1": 0}.get(key[4:], 4 if key[4] in "ac" else 0))
    for key in ("4.1", "4.8", "2.1"):
        Target.objects.create(assessment=assessment, dimension_key=key, value=90)
    with opened(pdf_of(assessment, language), tmp_path) as file, file.open_outline() as outline:
        pages = [str(page.objgen) for page in file.pages]
        summary, figures = (pages.index(str(place(item))) for item in outline.root[:2])
    assert figures == summary + 1


def test_answers_without_a_word_leave_no_empty_pages_behind(project, tmp_path):
    """The annex goes on where the page before it ends, also where only few answers give a reason."""
    assessment = make_assessment(project)
    answer_all(assessment, 3)
    assessment.answers.filter(question_key__regex=r"a[12]$").update(rationale="Ein Satz mit einem Grund. " * 6)
    with opened(pdf_of(assessment), tmp_path) as file, file.open_outline() as outline:
        pages = [str(page.objgen) for page in file.pages]
        annex = pages.index(str(place(outline.root[-1])))
    assert len(pages) - annex <= 12


def test_the_same_document_gives_the_same_bytes(almost_empty):
    assert pdf_of(almost_empty) == pdf_of(almost_empty)


def test_a_rationale_of_the_greatest_length_paginates(almost_empty, tmp_path):
    almost_empty.answers.update(rationale="Ein Satz, der sich wiederholt. " * 645)
    content = pdf_of(almost_empty)
    assert_conforms(content)
    with opened(content, tmp_path) as file:
        pages = len(file.pages)
    almost_empty.answers.update(rationale="")
    with opened(pdf_of(almost_empty), tmp_path) as file:
        assert pages - len(file.pages) >= 3


# -- The words --------------------------------------------------------------------------------------------------------


def html_of(assessment: Assessment, language: str = "en", version: Version = VERSION) -> str:
    return report_html(project_report(export_document(assessment), version, language))


def test_markup_is_escaped_and_unreadable_characters_are_gone(full):
    document = with_texts(export_document(full), HOSTILE)
    # The hash of such a document cannot be computed; what a browser may send is checked before it is stored.
    html = report_html(project_report(with_texts(document, HOSTILE.replace("\ud83d", "")), VERSION, "en"))
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7|add:7 }}" in html.replace("&#x27;", "'")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", html)
    assert "printed as ▯" in html


def test_characters_the_typeface_has_need_no_word(full):
    assert "printed as ▯" not in html_of(full)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example"])
def test_only_web_addresses_become_links(full, url):
    document = export_document(full)
    document["answers"]["4.1.a1"]["evidence"] = [{"label": "Beleg", "url": url}]
    assert f'href="{url}' not in report_html(project_report(document, VERSION, "en"))


def test_links_and_files_stand_in_the_chapter_and_with_the_answer(full):
    document = export_document(full)
    document["answers"]["4.1.a1"]["evidence"] = [
        {"label": "Die Ratsvorlage", "url": "https://example.org/vorlage"},
        {"label": "Das Protokoll", "file_name": "sitzung_3.pdf", "sha256": "0" * 64},
        {"label": "plan.pdf", "file_name": "plan.pdf", "sha256": "1" * 64},
    ]
    html = report_html(project_report(document, VERSION, "de"))

    for text in (
        '<a href="https://example.org/vorlage">Die Ratsvorlage</a>',
        '<span class="address">https://example.org/vorlage</span>',
        "Das Protokoll",
        '<span class="address">sitzung_3.pdf</span>',
        "plan.pdf",  # said once, though it is label and name
    ):
        assert html.count(text) == 2, text
    assert html.count('<p class="answer__evidence">') == len(document["answers"])


def test_drafts_are_marked_and_approved_ones_are_not(full):
    assert 'data-mark="DRAFT · "' in html_of(full)
    approved = html_of(full, version=Version(State.APPROVED, 1, datetime.date(2026, 6, 30)))
    assert 'data-mark=""' in approved
    assert "DRAFT" not in approved


def test_header_names_project_version_date_and_short_hash(full):
    header = re.search(r'data-running="([^"]+)"', html_of(full))
    assert header is not None
    digest = document_hash(export_document(full))
    assert all(part in header.group(1) for part in ("Kiezblocks digital", "version 2", digest[:12]))


def test_every_question_and_its_rationale_is_in_the_annex(full):
    html = html_of(full)
    annex = html[html.index('id="anhang"') :]
    assert all(f">{key}</span>" in annex for key in question_keys(full))
    assert annex.count("Werkstätten") == 4 * 96


def test_chapters_quote_the_beginning_of_long_rationales(full):
    html = html_of(full)
    chapters = html[: html.index('id="anhang"')]
    assert chapters.count("In full in the annex") == 96


def test_tension_target_and_means_are_told(full):
    report = project_report(export_document(full), VERSION, "en")
    assert len(report.summary.tensions) == 1
    assert report.summary.tensions[0].startswith("4.4 ")
    chapter = next(chapter for chapter in report.chapters if chapter.key == "4.4")
    assert "50 of 100 points: being implemented." in chapter.standing
    assert any("in tension" in sentence for sentence in chapter.standing)
    first = report.chapters[0]
    assert any("aims at 90 points" in sentence for sentence in first.standing)
    assert [len(part.chapters) for part in report.parts] == [8, 4]
    assert len(report.summary.steps) == 5


def test_good_practice_leaves_out_what_is_reached(full):
    report = project_report(export_document(full), VERSION, "en")
    chapter = next(chapter for chapter in report.chapters if chapter.key == "4.4")
    assert chapter.reached == "4.4.a1, 4.4.a2, 4.4.a3, 4.4.a4"
    assert [practice.key for practice in chapter.practice] == ["4.4.b1", "4.4.b2", "4.4.b3", "4.4.b4"]


def test_spans_name_open_questions(almost_empty):
    report = project_report(export_document(almost_empty), VERSION, "en")
    assert report.summary.standing.startswith("1 of 96 questions")
    assert report.summary.strongest == report.summary.weakest == ()
    assert any("7 questions are still open" in sentence for sentence in report.chapters[0].standing)
    assert report.chapters[1].standing == ("Nothing is answered here yet.",)
    assert [chapter.has_answers for chapter in report.chapters] == [True] + 11 * [False]


def test_a_dimension_that_does_not_apply_says_so(project):
    assessment = make_assessment(project, scope=Scope.QUICK)
    for key in ("4.1.a", "4.1.b"):
        for question in question_keys(assessment):
            if question.startswith(key):
                make_answer(assessment, question, is_not_applicable=True, reason="Trifft hier wirklich nicht zu.")
    report = project_report(export_document(assessment), VERSION, "en")
    assert report.chapters[0].standing == (
        "No question of this dimension applies to the project. It counts in no figure.",
    )
    assert report.summary.figures[0].stage == "not applicable"


def test_the_language_asked_for_is_the_language_of_everything(full, settings):
    german, english = html_of(full, "de"), html_of(full, "en")
    assert '<html lang="de">' in german
    assert '<html lang="en">' in english
    assert "menschenzentriert" in german
    assert "human-centred" in english
    assert "menschenzentriert" not in english


def test_queries_do_not_grow_with_the_report(full, almost_empty_document, django_assert_num_queries):
    for document in (export_document(full), almost_empty_document):
        with django_assert_num_queries(3):
            project_report(document, VERSION, "de")


@pytest.fixture
def almost_empty_document() -> dict[str, Any]:
    assessment = make_assessment(make_project())
    make_answer(assessment, "4.1.a1", 1)
    return export_document(assessment)


def test_the_date_is_that_of_the_last_change(full):
    Assessment.objects.update(changed_at=datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC))
    full.refresh_from_db()
    assert edition_of(full).version == Version(State.DRAFT, 1, datetime.date(2027, 1, 1))


# -- Texts ------------------------------------------------------------------------------------------------------------


def test_excerpts_end_with_a_word():
    assert texts.excerpt("kurz") == "kurz"
    assert texts.excerpt("eins zwei, drei vier", 12) == "eins zwei …"
    assert texts.excerpt("x" * 30, 12) == "x" * 12 + " …"


def test_very_long_texts_share_the_budget(monkeypatch):
    monkeypatch.setattr(texts, "TEXT_BUDGET", 100)
    document = {
        "answers": {"a": {"rationale": "x" * 500}, "b": {"rationale": "y" * 20}, "c": {"not_applicable": "z" * 90}}
    }
    before = json.dumps(document)
    shortened, is_shortened = texts.shorten_rationales(document)
    assert is_shortened
    assert shortened["answers"]["b"]["rationale"] == "y" * 20
    assert shortened["answers"]["a"]["rationale"] == "x" * 40 + " …"
    assert json.dumps(document) == before
    assert texts.shorten_rationales({"answers": {"b": {"rationale": "y" * 20}}})[1] is False


def test_running_head_breaks_long_words():
    assert texts.breakable("kurze Worte") == "kurze Worte"
    assert len(texts.breakable("x" * 150).split("\u00ad")) == 6


def test_the_file_opens_in_pikepdf_without_repair(almost_empty, tmp_path):
    with opened(pdf_of(almost_empty), tmp_path) as file:
        assert isinstance(file, pikepdf.Pdf)
        assert not file.get_warnings()
