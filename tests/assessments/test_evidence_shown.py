"""Evidence as pages show it: titles, addresses, kinds, sizes, and what is no longer there."""

import pytest
from django.core.files.base import ContentFile

from assessments.evidence_files import add_file, files_of
from assessments.evidence_shown import Piece, Shelf, shelf_of, shelves_of
from assessments.exchange import export_document, import_document
from assessments.file_kinds import ENDINGS
from assessments.models import Answer, Assessment, User
from tests.assessments.payloads import PDF

KEY = "4.1.a1"
DIGEST = "a" * 64
FILE = {"label": "Das Protokoll", "file_name": "Protokoll.pdf", "sha256": DIGEST}


class TestPieces:
    """What becomes of the entries of the exchange format."""

    def test_a_link_says_where_it_leads(self):
        (piece,) = Shelf(7, {}).pieces(KEY, [{"label": "Vermerk", "url": "https://example.org/v"}])

        assert (piece.label, piece.url, piece.detail) == ("Vermerk", "https://example.org/v", "https://example.org/v")
        assert not piece.is_kept

    def test_a_link_without_a_label_says_its_address_once(self):
        (piece,) = Shelf().pieces(KEY, [{"url": "https://example.org/v"}])

        assert (piece.label, piece.detail) == ("https://example.org/v", "")

    def test_a_file_says_name_kind_and_size(self):
        (piece,) = Shelf(7, {(KEY, DIGEST): 1234}).pieces(KEY, [FILE])

        assert piece.is_kept
        assert (piece.label, piece.detail, piece.kind, piece.size) == ("Das Protokoll", "Protokoll.pdf", "PDF", 1234)

    def test_a_name_is_not_said_twice(self):
        assert Piece("Protokoll.pdf", file_name="Protokoll.pdf").detail == ""

    @pytest.mark.parametrize("sizes", [{}, {("4.1.a2", DIGEST): 1}, {(KEY, "b" * 64): 1}])
    def test_a_file_that_is_not_kept_at_the_question_leads_nowhere(self, sizes: dict[tuple[str, str], int]):
        (piece,) = Shelf(7, sizes).pieces(KEY, [FILE])

        assert not piece.is_kept

    def test_sizes_that_were_not_read_are_not_said(self):
        (piece,) = Shelf(7).pieces(KEY, [FILE])

        assert piece.is_kept
        assert piece.size is None

    def test_without_a_shelf_no_file_is_handed_over(self):
        (piece,) = Shelf().pieces(KEY, [FILE])

        assert not piece.is_kept

    @pytest.mark.parametrize("ending", [*ENDINGS, "PDF"])
    def test_every_kind_has_a_name_without_its_ending(self, ending: str):
        kind = Piece("x", file_name=f"x.{ending}").kind

        assert kind
        assert "(" not in kind

    def test_an_unknown_ending_has_no_kind(self):
        assert Piece("x", file_name="x.exe").kind == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("files")
class TestShelves:
    """What is kept."""

    def test_what_was_added_is_there_and_shown_as_on_its_own_page(self, draft: Assessment, owner: User):
        add_file(draft, KEY, owner, ContentFile(PDF), name="Plan.pdf", label="Der Plan")
        answer = Answer.objects.get(assessment=draft, question_key=KEY)

        pieces = shelf_of(draft).pieces(KEY, answer.evidence)
        assert pieces == tuple(one.piece for one in files_of(draft, KEY))
        assert [piece.size for piece in pieces] == [len(PDF)]

    def test_only_names_are_imported(self, draft: Assessment, owner: User):
        add_file(draft, KEY, owner, ContentFile(PDF), name="Plan.pdf", label="Der Plan")
        other = import_document(export_document(draft), owner=owner)
        answer = Answer.objects.get(assessment=other, question_key=KEY)

        pieces = shelf_of(other).pieces(KEY, answer.evidence)
        assert [piece.is_kept for piece in pieces] == [False]
        assert [piece.label for piece in pieces] == [one.piece.label for one in files_of(other, KEY)]

    @pytest.mark.parametrize("count", [1, 3])
    def test_many_shelves_take_one_query(self, draft: Assessment, owner: User, count: int, django_assert_num_queries):
        for number in range(count):
            add_file(draft, KEY, owner, ContentFile(PDF + b"%d" % number), name="Plan.pdf")

        with django_assert_num_queries(1):
            shelves = shelves_of({draft.pk, 0})
        assert len(shelves[draft.pk].sizes or ()) == count
        assert not shelves[0].sizes
