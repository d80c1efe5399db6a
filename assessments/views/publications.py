"""What everyone may read of projects: the list, one page each, its report and its data.

A page is not there any more the moment it is withdrawn, so nothing here is kept by caches without asking again.
"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..exchange import document_text
from ..forms.publications import PublicFilterForm
from ..licence import LICENCE
from ..models import Publication
from ..publication_pages import PublicationPage
from ..reports.publication import publication_file, publication_name
from .pdf_answers import Instead, asked_language, pdf_response
from .results import figures_of

PAGE_SIZE = 30


@require_safe
def publication_list(request: HttpRequest) -> HttpResponse:
    """Every project that shows its result."""
    form = PublicFilterForm(request.GET or None)
    published = Publication.objects.public().without_documents()
    page = Paginator(form.filter(published) if form.is_bound else published, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "form": form,
        "is_filtered": form.is_bound and bool(form.changed_data),
        "kept_query": f"{kept.urlencode()}&" if kept else "",
    }
    return render(request, "assessments/publication_list.html", context)


@require_safe
def publication_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The result of one project, as far as it is public."""
    page = PublicationPage(_published(pk))
    response = render(request, "assessments/publication_detail.html", page_context(page))
    response.headers["Link"] = f'<{LICENCE.url}>; rel="license"'
    return _asked_again(response)


@require_safe
def publication_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report with nothing in it that is not public, nor in its attachment."""
    publication = _published(pk)
    instead = Instead(
        reverse("publication_detail", args=[pk]), _("Published result"), _("Read the published result as a page")
    )
    response = pdf_response(
        request,
        publication_name(publication),
        lambda: publication_file(publication, asked_language(request)).content,
        instead=instead,
        too_long=_("The report is too long for one PDF."),
    )
    return _asked_again(response)


@require_safe
def publication_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The public document in the exchange format."""
    publication = _published(pk)
    headers = {
        "Content-Disposition": f'attachment; filename="{publication_name(publication, "json")}"',
        "Link": f'<{LICENCE.url}>; rel="license"',
    }
    response = HttpResponse(document_text(publication.document), content_type="application/json", headers=headers)
    return _asked_again(response)


def page_context(page: PublicationPage) -> dict[str, object]:
    """What the template of the page and of its preview wants."""
    return {"page": page, "publication": page.publication, **figures_of(page.result)}


def _published(pk: int) -> Publication:
    """What the project with this number shows; 404 whether it shows nothing or does not exist."""
    publications = Publication.objects.public().select_related("project", "organisation", "snapshot__assessment")
    publication = publications.defer("snapshot__canonical").filter(project=pk).first()
    if publication is None:
        raise Http404
    return publication


def _asked_again(response: HttpResponse) -> HttpResponse:
    """Whoever keeps a copy has to ask each time whether it is still public."""
    patch_cache_control(response, no_cache=True)
    return response
