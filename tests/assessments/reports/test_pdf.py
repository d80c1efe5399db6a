"""HTML to PDF: conformance, sameness, limits, and nothing fetched."""

import os
import shutil
import subprocess
from pathlib import Path

import page
import pikepdf
import pytest
from django.core.management import call_command

from assessments import checks
from assessments.reports import pdf
from assessments.reports.pdf import PANGO_PACKAGE, Attachment, PdfError, PdfLimitError, PdfUnavailableError, render_pdf

CSS = (
    'body { font-family: "Fira Sans" } table { table-layout: fixed } @page { @bottom-right { content: counter(page) } }'
)
HTML = """<!doctype html><html lang="de"><head><title>Prüfung</title><meta name="author" content="Land Berlin">
<meta name="description" content="Ein Bericht"></head><body><h1 id="anfang">Anfang</h1>
<p><a href="#anfang">Zum Anfang</a> <a href="https://www.berlin.de/">Berlin</a></p>
<table><caption>Werte</caption><thead><tr><th scope="col">Stufe</th><th scope="col">Zahl</th></tr></thead>
<tbody><tr><th scope="row">eins</th><td>25</td></tr></tbody></table>
<svg viewBox="0 0 9 9"><title>Ein Quadrat</title><rect width="9" height="9"/></svg></body></html>"""
ATTACHMENT = Attachment("daten.json", "Die Daten", b'{"a":"\xc3\xa4"}')


@pytest.fixture(scope="module")
def sample() -> bytes:
    return render_pdf(HTML, CSS, created="2026-06-30", attachment=ATTACHMENT)


def opened(content: bytes, tmp_path: Path) -> pikepdf.Pdf:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return pikepdf.open(path)


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_one_file_conforms_to_both_standards(sample, profile):
    report = page.validate_pdf_bytes(sample, profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.rules.total > 100


def test_qpdf_finds_nothing(sample, tmp_path):
    if shutil.which("qpdf") is None:
        pytest.skip("NOT CHECKED: qpdf is not installed (apt-get install qpdf)")
    path = tmp_path / "file.pdf"
    path.write_bytes(sample)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_same_input_same_bytes_also_in_another_process(sample):
    pdf._process.stop()
    assert render_pdf(HTML, CSS, created="2026-06-30", attachment=ATTACHMENT) == sample


def test_nothing_of_today_is_written(sample, tmp_path):
    with opened(sample, tmp_path) as file:
        assert str(file.docinfo["/CreationDate"]).startswith("D:20260630") if "/CreationDate" in file.docinfo else True
        params = file.Root.Names.EmbeddedFiles.Names[1].EF.F.Params
        assert str(params.CreationDate) == "D:20260630000000Z"
        xmp = file.Root.Metadata.read_bytes().decode()
    assert "<xmp:CreateDate>2026-06-30</xmp:CreateDate>" in xmp
    assert "uuid" not in xmp


def test_metadata_names_title_language_and_both_standards(sample, tmp_path):
    with opened(sample, tmp_path) as file:
        assert str(file.Root.Lang) == "de"
        assert file.Root.ViewerPreferences.DisplayDocTitle
        assert "/Filter" not in file.Root.Metadata
        with file.open_metadata() as metadata:
            assert metadata["dc:title"] == "Prüfung"
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"


def test_markup_in_metadata_is_text(tmp_path):
    html = HTML.replace("<title>Prüfung", "<title>a &lt;b&gt; &amp;amp; ]]&gt;")
    with (
        opened(render_pdf(html, CSS, created="2026-06-30"), tmp_path) as file,
        file.open_metadata() as metadata,
    ):
        assert metadata["dc:title"] == "a <b> &amp; ]]>"


def test_header_cells_have_a_scope_and_links_a_name(sample, tmp_path):
    with opened(sample, tmp_path) as file:
        scopes = [
            str(item.A.Scope)
            for item in file.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH"
        ]
        links = [(str(link.Contents), int(link.F)) for link in file.pages[0].Annots]
    assert scopes == ["/Column", "/Column", "/Row"]
    assert links == [("Zum Anfang", 4), ("https://www.berlin.de/", 4)]


def test_attachment_comes_out_as_it_went_in(sample, tmp_path):
    with opened(sample, tmp_path) as file:
        attached = file.attachments["daten.json"]
        assert attached.description == "Die Daten"
        assert attached.get_file().read_bytes() == ATTACHMENT.content
        assert attached.get_file().mime_type == "application/json"
        assert len(file.Root.AF) == 1
        assert file.Root.AF[0].AFRelationship == "/Data"


def test_only_fira_is_embedded_whatever_the_text():
    html = HTML.replace("Anfang", "Ελληνικά ✓ 😀 مرحبا 中文 Tiếng Việt")
    content = render_pdf(html, CSS + "p { font-family: serif } svg { font-family: DejaVu Sans }", created="2026-06-30")
    assert fonts(content) == {"Fira-Sans", "Fira-Sans-Semi-Bold"}
    assert page.is_pdf_compliant_bytes(content, profile="ua1")
    assert page.is_pdf_compliant_bytes(content, profile="3a")


def fonts(content: bytes) -> set[str]:
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"fonts-{os.getpid()}.pdf"
    path.write_bytes(content)
    try:
        with pikepdf.open(path) as file:
            return {
                str(item.FontName).split("+")[-1].strip("/")
                for item in file.objects
                if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
            }
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "https://example.org/a.png",
        "ftp://a/b",
        "data:image/png;base64,AA",
        "font:../x",
    ],
)
@pytest.mark.parametrize(
    "place", ['<img src="{}" alt="x">', '<link rel="stylesheet" href="{}">', '<link rel="attachment" href="{}">']
)
def test_nothing_is_fetched(address, place):
    with pytest.raises(PdfError, match="loads nothing but its fonts"):
        render_pdf(HTML.replace("<p>", place.format(address) + "<p>"), CSS, created="2026-06-30")


def test_complaints_are_logged(caplog):
    render_pdf(HTML, "p { colour: red }", created="2026-06-30")
    assert "colour" in caplog.text


def test_time_is_limited(settings):
    settings.PDF_SECONDS = 1
    with pytest.raises(PdfLimitError):
        render_pdf("<title>x</title>" + "<p>Sehr viel Text" * 50_000, CSS, created="2026-06-30")


def test_memory_is_limited_and_the_next_document_is_made_again(settings, sample):
    settings.PDF_MEMORY_MIB = 20
    with pytest.raises(PdfLimitError):
        render_pdf("<title>x</title>" + "<p>Sehr viel Text" * 20_000, CSS, created="2026-06-30")
    assert render_pdf(HTML, CSS, created="2026-06-30", attachment=ATTACHMENT) == sample


def test_a_killed_rendering_process_is_replaced(sample):
    process = pdf._process._process
    assert process is not None
    process.kill()
    process.wait()
    assert render_pdf(HTML, CSS, created="2026-06-30", attachment=ATTACHMENT) == sample


def test_rendering_process_knows_no_secrets(sample):
    process = pdf._process._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert {line.split(b"=")[0] for line in environment.split(b"\0") if line} <= {b"PATH", b"TMPDIR", b"LANG"}


def test_without_pango_the_reason_is_said(monkeypatch):
    monkeypatch.setattr(pdf, "PANGO_LIBRARY", "libnothing-of-the-kind.so.0")
    with pytest.raises(PdfUnavailableError, match=PANGO_PACKAGE):
        render_pdf(HTML, CSS, created="2026-06-30")
    (warning,) = checks.pango_is_installed(None)
    assert warning.hint == "sudo apt-get install -y libpangoft2-1.0-0"


def test_with_pango_the_check_is_silent():
    assert checks.pango_is_installed(None) == []
    call_command("check")
