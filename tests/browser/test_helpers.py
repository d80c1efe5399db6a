"""The helpers find what they are for."""

import pytest
from playwright.sync_api import Page

from tests.browser.helpers import Keyboard, find_barriers


def test_axe_finds_a_missing_alternative_text(anonymous_page: Page):
    anonymous_page.set_content(
        '<html lang="de"><title>Bild</title><main><h1>Bild</h1><img src="data:image/gif;base64,"></main>'
    )

    assert [barrier.split()[0] for barrier in find_barriers(anonymous_page)] == ["image-alt"]


def test_sideways_scrolling_is_a_barrier(anonymous_page: Page):
    anonymous_page.set_viewport_size({"width": 320, "height": 600})
    anonymous_page.set_content('<html lang="de"><title>Breit</title><main><h1 style="width: 500px">Breit</h1></main>')

    assert find_barriers(anonymous_page) == ["the page scrolls sideways at {'width': 320, 'height': 600}"]


def test_the_keyboard_reaches_what_has_a_tab_stop_only(anonymous_page: Page):
    anonymous_page.set_content('<a href="#">one</a><button>two</button><p id="text">three</p>')
    keyboard = Keyboard(anonymous_page)

    keyboard.reach(anonymous_page.get_by_role("button"))
    with pytest.raises(AssertionError, match="cannot be reached"):
        keyboard.reach(anonymous_page.locator("#text"), at_most=5)


def test_the_keyboard_chooses_among_radio_buttons(anonymous_page: Page):
    anonymous_page.set_content("".join(f'<input type="radio" name="level" value="{level}">' for level in range(5)))

    Keyboard(anonymous_page).choose(anonymous_page.locator("input[value='3']"))

    assert anonymous_page.locator("input:checked").get_attribute("value") == "3"


def test_an_invisible_focus_is_found(anonymous_page: Page):
    anonymous_page.set_content('<button style="outline: none; box-shadow: none">hidden focus</button>')

    with pytest.raises(AssertionError, match="shows no focus"):
        Keyboard(anonymous_page).reach(anonymous_page.get_by_role("button"))
