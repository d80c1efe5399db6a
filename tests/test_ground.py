"""The tests' own ground holds: the catalogue survives a flush, unknown template variables fail."""

import pytest
from django.template import Context, Engine
from django.template.base import Origin, Template

from assessments.models import Assessment
from principles.models import Catalogue
from tests.strict_templates import TEMPLATES_DIR, UnknownVariableError


@pytest.mark.parametrize("_number", range(2))
def test_the_catalogue_is_there_after_each_flush(transactional_db, _number: int):
    assert Catalogue.objects.get().dimensions.exists()


def test_the_catalogue_is_there_in_a_transaction(draft: Assessment):
    assert draft.answers.exists()
    assert draft.catalogue.dimensions.exists()


def render(source: str, name: str) -> str:
    template = Template(source, Origin(name), engine=Engine.get_default())
    return str(template.render(Context({"known": "yes"})))


@pytest.mark.parametrize(
    "source", ["{{ unknown }}", "{{ known.part }}", "{% blocktranslate %}{{ unknown }}{% endblocktranslate %}"]
)
def test_an_unknown_variable_fails_in_our_templates(source: str):
    with pytest.raises(UnknownVariableError):
        render(source, str(TEMPLATES_DIR / "base.html"))


def test_an_unknown_variable_may_be_asked_for_or_have_a_default():
    source = "{% if unknown %}no{% endif %}{{ unknown|default:'b' }}{{ known }}"

    assert render(source, str(TEMPLATES_DIR / "base.html")) == "byes"


def test_templates_of_others_are_as_lenient_as_ever():
    assert render("{{ unknown }}{{ unknown|default:'a' }}", "/elsewhere/page.html") == "a"
