"""A published catalogue never changes: not through the models, not in the admin site."""

import datetime

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from assessments.models import User
from principles.models import Aspect, Catalogue, Dimension, PublishedCatalogueError, Question

pytestmark = pytest.mark.django_db

PUBLISHED = datetime.date(2021, 6, 1)


@pytest.fixture
def published() -> Catalogue:
    return Catalogue.objects.published()[0]


@pytest.fixture
def draft() -> Catalogue:
    return Catalogue.objects.create(version="2030.1", title_de="Entwurf", title_en="Draft")


def make_dimension(catalogue: Catalogue) -> Dimension:
    texts = {f"{name}_{lang}": "x" for name in ("name", "summary", "practice") for lang in ("de", "en")}
    dimension: Dimension = Dimension.objects.create(
        catalogue=catalogue, key="4.1", kind="principle", position=1, pages="95", **texts
    )
    return dimension


def make_aspect(dimension: Dimension) -> Aspect:
    texts = {f"{name}_{lang}": "x" for name in ("name", "summary") for lang in ("de", "en")}
    aspect: Aspect = Aspect.objects.create(dimension=dimension, key="4.1.a", position=1, **texts)
    return aspect


@pytest.mark.parametrize("model", [Dimension, Aspect, Question])
def test_part_of_a_published_catalogue_is_frozen(model: type[Dimension | Aspect | Question]) -> None:
    part = model.objects.all()[0]
    with pytest.raises(PublishedCatalogueError):
        part.save()
    with pytest.raises(PublishedCatalogueError):
        part.delete()


def test_published_catalogue_is_frozen(published: Catalogue) -> None:
    published.published_on = None
    with pytest.raises(PublishedCatalogueError):
        published.save()
    with pytest.raises(PublishedCatalogueError):
        published.delete()


def test_draft_can_be_written_published_and_then_no_more(draft: Catalogue) -> None:
    dimension = make_dimension(draft)
    aspect = make_aspect(dimension)
    aspect.name_de = "anders"
    aspect.save()
    draft.published_on = PUBLISHED
    draft.save()
    with pytest.raises(PublishedCatalogueError):
        aspect.save()
    with pytest.raises(PublishedCatalogueError):
        make_aspect(dimension)


def test_part_cannot_move_between_draft_and_published(draft: Catalogue, published: Catalogue) -> None:
    own = make_dimension(draft)
    own.catalogue = published
    with pytest.raises(PublishedCatalogueError):
        own.save()
    theirs = published.dimensions.first()
    assert theirs is not None
    theirs.catalogue = draft
    with pytest.raises(PublishedCatalogueError):
        theirs.save()


def test_draft_can_be_deleted(draft: Catalogue) -> None:
    aspect = make_aspect(make_dimension(draft))
    dimension = aspect.dimension
    aspect.delete()
    dimension.delete()
    draft.delete()
    assert not Catalogue.objects.filter(version="2030.1").exists()


@pytest.mark.parametrize("model", ["catalogue", "dimension", "aspect", "question"])
def test_admin_shows_published_parts_read_only(client: Client, administrator: User, model: str) -> None:
    client.force_login(administrator)
    pk = apps.get_model("principles", model)._default_manager.values_list("pk", flat=True)[0]
    url = reverse(f"admin:principles_{model}_change", args=[pk])
    page = client.get(url)
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert client.post(url, {"version": "hacked"}).status_code == 403
    assert client.post(reverse(f"admin:principles_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"admin:principles_{model}_changelist")).status_code == 200


def test_admin_offers_drafts_only_as_parents(client: Client, administrator: User, draft: Catalogue) -> None:
    client.force_login(administrator)
    dimension = make_dimension(draft)
    page = client.get(reverse("admin:principles_dimension_change", args=[dimension.pk])).content.decode()
    assert ">2030.1</option>" in page
    assert ">2021.1</option>" not in page
    assert 'name="_save"' in page


@pytest.mark.parametrize("model", ["perspective", "contextreference", "citygroup", "term"])
def test_admin_lists_what_surrounds_the_catalogue(client: Client, administrator: User, model: str) -> None:
    client.force_login(administrator)
    assert client.get(reverse(f"admin:principles_{model}_changelist")).status_code == 200
