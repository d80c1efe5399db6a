"""The crispy pack „kern“: labels, hints and errors tied to their inputs by the ids Django itself uses."""

import re

import pytest
from crispy_forms.bootstrap import FormActions
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.utils import translation


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As in the contract")
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    phase = forms.ChoiceField(label="Phase", choices=[("a", "A"), ("b", "B")])
    level = forms.ChoiceField(
        label="Level", widget=forms.RadioSelect, choices=[("0", "none"), ("1", "some")], help_text="Choose one"
    )
    groups = forms.MultipleChoiceField(
        label="Groups", widget=forms.CheckboxSelectMultiple, choices=[("x", "X"), ("y", "Y")], required=False
    )
    agreed = forms.BooleanField(label="Agreed")
    token = forms.CharField(widget=forms.HiddenInput, initial="t")

    def clean(self) -> dict[str, object]:
        """Always finds fault with the whole."""
        raise forms.ValidationError("All of it is <wrong>.")


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def rendered(form: forms.Form, **helper: object) -> str:
    form.helper = FormHelper()  # type: ignore[attr-defined]
    for name, value in helper.items():
        setattr(form.helper, name, value)  # type: ignore[attr-defined]
    return str(render_crispy_form(form))


def ids_described_by(html: str) -> set[str]:
    return {one for value in re.findall(r'aria-describedby="([^"]+)"', html) for one in value.split()}


def test_unbound_form_has_no_errors() -> None:
    html = rendered(ExampleForm())
    assert "error-summary" not in html
    assert "aria-invalid" not in html
    assert "kern-error" not in html


@pytest.mark.parametrize("data", [None, {}, {"name": "n", "phase": "a", "level": "1", "agreed": "on", "token": "t"}])
def test_every_id_named_exists_once(data: dict[str, str] | None) -> None:
    html = rendered(ExampleForm(data))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert ids_described_by(html) <= set(ids)
    assert set(re.findall(r'<label class="[^"]+"\s+for="([^"]+)"', html)) <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_optional_fields_say_so_and_nothing_has_an_asterisk() -> None:
    html = rendered(ExampleForm())
    assert html.count("(optional)") == 2
    assert "*" not in html


def test_choices_are_a_group_with_a_legend() -> None:
    html = rendered(ExampleForm())
    assert html.count("<fieldset") == html.count("<legend") == 2
    assert re.search(r'<fieldset id="div_id_level"[^>]*aria-describedby="id_level_helptext"', html)
    assert html.count('type="radio"') == 2
    assert html.count('type="checkbox"') == 3


def test_chosen_options_stay_chosen() -> None:
    html = rendered(ExampleForm({"level": "1", "groups": ["y"]}))
    checked = [tag for tag in re.findall(r"<input[^>]*>", html) if re.search(r"\bchecked\b", tag)]
    assert [re.search(r'value="(\w+)"', tag)[1] for tag in checked] == ["1", "y"]  # type: ignore[index]


def test_bound_form_lists_every_fault_with_a_link_to_its_field() -> None:
    html = rendered(ExampleForm({}))
    summary = html[html.index("error-summary") : html.index("</ul>")]
    for target in ("id_name", "id_phase", "id_level_0", "id_agreed"):
        assert f'href="#{target}"' in summary
    assert "All of it is &lt;wrong&gt;." in summary
    assert "autofocus" in html
    assert 'id="id_name_error"' in html
    assert html.count('aria-invalid="true"') >= 3


def test_errors_can_be_left_to_the_caller() -> None:
    html = rendered(ExampleForm({}), form_show_errors=False)
    assert "error-summary" not in html
    assert "kern-error" not in html


def test_labels_can_be_hidden_but_never_missing() -> None:
    html = rendered(ExampleForm(), form_show_labels=False)
    assert re.search(r'<label class="kern-label kern-sr-only"\s+for="id_name"', html)


def test_layout_objects_have_their_templates() -> None:
    layout = Layout(
        Fieldset("About", "name", css_id="about"),
        Row("note", "phase"),
        Div("level", css_class="panel"),
        FormActions(Submit("save", "Save"), Submit("next", "Next", css_class="kern-btn--secondary")),
    )
    html = rendered(ExampleForm(), layout=layout)
    assert re.search(r'<legend class="kern-title">\s*About', html)
    assert "field-row" in html
    assert html.count("kern-btn--primary") == 1
    assert html.count("kern-btn--secondary") == 1


def test_formset_shows_its_own_faults() -> None:
    formset_class = forms.formset_factory(ExampleForm, min_num=1, validate_min=True, extra=0)
    formset = formset_class({"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"})
    formset.is_valid()
    html = str(render_crispy_form(formset, FormHelper()))
    assert "error-summary" in html
    assert 'name="form-TOTAL_FORMS"' in html
