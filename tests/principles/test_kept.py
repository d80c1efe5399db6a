"""Parts of pages that are written once: for each language, object and value, and never for somebody else."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation


class Counted:
    """Says how often it was written."""

    def __init__(self) -> None:
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        return f"{self.times}"


def render(source: str, **context: object) -> str:
    return Template("{% load kept %}" + source).render(Context(context))


def test_what_is_kept_is_written_once():
    template = Template("{% load kept %}{% kept %}{{ it }}{% endkept %}")
    it = Counted()
    assert {template.render(Context({"it": it})) for _time in range(3)} == {"1"}


def test_each_language_has_its_own():
    template = Template("{% load kept %}{% kept %}{% translate 'Yes' %}{% endkept %}")
    texts = []
    for language in ("de", "en", "de"):
        with translation.override(language):
            texts.append(template.render(Context()))
    assert texts == ["Ja", "Yes", "Ja"]


def test_each_value_has_its_own():
    template = Template("{% load kept %}{% kept by role place %}{{ role }}{{ place }}{% endkept %}")
    assert [template.render(Context({"role": one, "place": 1})) for one in "aba"] == ["a1", "b1", "a1"]
    # A value that does not exist is one too.
    assert template.render(Context({"role": "a", "place": 2})) == "a2"


def test_it_lives_as_long_as_its_object():
    template = Template("{% load kept %}{% kept on question %}{{ question.text }}{% endkept %}")
    question = SimpleNamespace(text="alt")
    assert template.render(Context({"question": question})) == "alt"
    question.text = "neu"
    assert template.render(Context({"question": question})) == "alt"
    assert template.render(Context({"question": SimpleNamespace(text="neu")})) == "neu"


def test_what_is_kept_stays_escaped():
    source = "{% kept on it %}{{ it.text }}{% endkept %}"
    assert render(source, it=SimpleNamespace(text="<b>")) == "&lt;b&gt;"


def test_a_missing_value_is_none():
    # The page of an unexpected error knows neither person nor request.
    source = "{% markcurrent %}{% kept by user.is_authenticated %}<a href='/'>{% endkept %}{% endmarkcurrent %}"
    assert render(source) == "<a href='/'>"


@pytest.mark.parametrize("arguments", ["question", "on question role", "on question with role"])
def test_what_is_not_understood_is_refused(arguments: str):
    with pytest.raises(TemplateSyntaxError):
        render("{% kept " + arguments + " %}{% endkept %}")


@pytest.mark.parametrize("path", ["/a/", "/a/b/", "/a/?x=<&", "/nowhere/"])
def test_only_the_link_to_this_page_is_marked(path: str):
    source = '{% markcurrent %}<a href="/a/"></a><a href="/a/b/"></a><a href="/a/?x=&lt;&amp;"></a>{% endmarkcurrent %}'
    html = render(source, request=SimpleNamespace(path=path))
    assert html.count("aria-current") == (path != "/nowhere/")
    if path != "/nowhere/":
        assert html.split(' aria-current="page"')[0].endswith(f'href="{path}"'.replace("<&", "&lt;&amp;"))
