"""Public pages: the book to read, what the app is and how it treats data. Nothing here needs an account."""

from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import practice
from .models import ContextReference, Dimension, Perspective, Term, newest_catalogue

# Levels 4, 3, open, not applicable against 1, 1, 2, 0 (methodology, section 3). A test compares it with the scoring.
WORKED_EXAMPLE = {
    "first": {"score": Decimal("87.5")},
    "second": {"score": Decimal(25)},
    "pair": {"score": Decimal("56.25"), "balance": Decimal("37.5")},
}


def _dimensions(kind: str) -> list[Dimension]:
    catalogue = newest_catalogue()
    return [] if catalogue is None else [d for d in catalogue.dimensions.all() if d.kind == kind]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this is, for whom, how long it takes, what happens with the data."""
    catalogue = newest_catalogue()
    return render(request, "principles/start.html", {"dimensions": catalogue.dimensions.all() if catalogue else []})


@require_safe
def principle_list(request: HttpRequest) -> HttpResponse:
    """The eight pairs."""
    return render(request, "principles/principle_list.html", {"dimensions": _dimensions(Dimension.Kind.PRINCIPLE)})


@require_safe
def guiding_idea_list(request: HttpRequest) -> HttpResponse:
    """The four guiding ideas."""
    return render(
        request, "principles/guiding_idea_list.html", {"dimensions": _dimensions(Dimension.Kind.GUIDING_IDEA)}
    )


@require_safe
def dimension_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One principle or guiding idea with everything that is asked about it."""
    catalogue = newest_catalogue()
    siblings = [] if catalogue is None else list(catalogue.dimensions.all())
    at = next((index for index, dimension in enumerate(siblings) if dimension.key == key), None)
    if at is None:
        raise Http404
    return render(
        request,
        "principles/dimension_detail.html",
        {
            "catalogue": catalogue,
            "dimension": siblings[at],
            "examples": practice.examples(key),
            "previous": siblings[at - 1] if at else None,
            "next": siblings[at + 1] if at + 1 < len(siblings) else None,
        },
    )


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    """How answers become points, with the worked example."""
    return render(request, "principles/methodology.html", {"example": WORKED_EXAMPLE})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with an anchor of its own, in the alphabetical order of the language shown."""
    terms = sorted(Term.objects.all(), key=lambda term: _alphabetical(term.name))
    return render(request, "principles/glossary.html", {"terms": terms})


def _alphabetical(name: str) -> str:
    """Umlauts sort as their vowels (DIN 5007-1)."""
    return name.lower().replace("ß", "ss").translate(str.maketrans("äöü", "aou"))


@require_safe
def perspective_list(request: HttpRequest) -> HttpResponse:
    """The seven perspectives with their approaches, conflicts and contexts, then what is overarching."""
    contexts = ContextReference.objects.order_by("kind", "position")
    return render(
        request,
        "principles/perspective_list.html",
        {
            "perspectives": Perspective.objects.prefetch_related(Prefetch("contexts", contexts)),
            "overarching": contexts.filter(perspectives=None),
        },
    )


@require_safe
def help(request: HttpRequest) -> HttpResponse:
    """Questions people ask while working with the app."""
    return render(request, "principles/help.html", {"operator": settings.OPERATOR})


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """What has changed for users."""
    return render(request, "principles/news.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement and the way to report a barrier."""
    return render(request, "principles/accessibility.html", {"operator": settings.OPERATOR})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored, why and for how long."""
    return render(request, "principles/privacy.html", {"operator": settings.OPERATOR})


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Who is responsible for this instance."""
    return render(request, "principles/imprint.html", {"operator": settings.OPERATOR})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers "ok" while the database answers; for load balancers, tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
