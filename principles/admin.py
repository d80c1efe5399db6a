"""The book in the admin site: drafts can be written, a published catalogue can only be read."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet, URLField
from django.http import HttpRequest

from .models import Aspect, Catalogue, CityGroup, ContextReference, Dimension, Perspective, Question, Term
from .models.catalogue import CataloguePart


class FrozenWhenPublished(admin.ModelAdmin[Any]):
    """Takes away the right to change and delete what is published; nobody has it, superusers included."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only for drafts."""
        return super().has_change_permission(request, obj) and not _is_published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only for drafts."""
        return super().has_delete_permission(request, obj) and not _is_published(obj)


def _is_published(obj: Catalogue | CataloguePart | None) -> bool:
    """Ask the database: the object may carry a form's unsaved values."""
    if obj is None or obj.pk is None:
        return False
    lookup = obj.lookup if isinstance(obj, CataloguePart) else "pk"
    return Catalogue.objects.published().filter(**{lookup: obj.pk}).exists()


class CataloguePartAdmin(FrozenWhenPublished):
    """A part can only be put into a draft."""

    draft_lookup: str
    """From the part's parent to the day its catalogue was published."""
    version_path: str
    """The relations ``__str__`` and the list need."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the list shows, in one query."""
        return super().get_queryset(request).select_related(self.version_path)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Offer parents in drafts only."""
        parents = db_field.related_model._default_manager.filter(**{f"{self.draft_lookup}__isnull": True})
        return super().formfield_for_foreignkey(db_field, request, queryset=parents, **kwargs)


@admin.register(Catalogue)
class CatalogueAdmin(FrozenWhenPublished):
    """Versions; setting the day publishes one for good."""

    list_display = ["version", "title_de", "published_on"]


@admin.register(Dimension)
class DimensionAdmin(CataloguePartAdmin):
    """Principles and guiding ideas."""

    list_display = ["key", "name_de", "kind", "catalogue"]
    list_filter = ["catalogue", "kind"]
    search_fields = ["key", "name_de", "name_en"]
    draft_lookup = "published_on"
    version_path = "catalogue"


@admin.register(Aspect)
class AspectAdmin(CataloguePartAdmin):
    """Poles and aspects."""

    list_display = ["key", "name_de", "dimension"]
    list_filter = ["dimension__catalogue", "dimension"]
    search_fields = ["key", "name_de", "name_en"]
    draft_lookup = "catalogue__published_on"
    version_path = "dimension__catalogue"


@admin.register(Question)
class QuestionAdmin(CataloguePartAdmin):
    """Questions with their levels and steps."""

    list_display = ["key", "text_de", "is_core", "aspect"]
    list_filter = ["aspect__dimension__catalogue", "is_core", "aspect__dimension"]
    search_fields = ["key", "text_de", "text_en"]
    draft_lookup = "dimension__catalogue__published_on"
    version_path = "aspect__dimension__catalogue"


@admin.register(Perspective)
class PerspectiveAdmin(admin.ModelAdmin[Perspective]):
    """Perspectives of the future."""

    list_display = ["key", "name_de", "group"]


@admin.register(ContextReference)
class ContextReferenceAdmin(admin.ModelAdmin[ContextReference]):
    """Strategies, agreements and laws."""

    list_display = ["name_de", "kind", "publisher", "year"]
    list_filter = ["kind", "perspectives"]
    search_fields = ["name_de", "name_en", "publisher"]
    filter_horizontal = ["perspectives"]
    # An address typed without „https://“ gets it.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}


@admin.register(CityGroup)
class CityGroupAdmin(admin.ModelAdmin[CityGroup]):
    """Groups of the city society."""

    list_display = ["name_de", "is_silent"]


@admin.register(Term)
class TermAdmin(admin.ModelAdmin[Term]):
    """The glossary."""

    list_display = ["name_de", "name_en", "page"]
    search_fields = ["name_de", "name_en", "definition_de", "definition_en"]
