"""What browser tests do again and again: look for barriers, walk by keyboard."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_barriers(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe finds (WCAG 2.0 to 2.2 A and AA, best practice; any impact), and sideways scrolling.

    axe is a script: without JavaScript it would wait for ever, so open the same address in a page with JavaScript.
    ``contrast`` takes longer than all else together: leave it out where the same colours were measured before.
    """
    options = {"runOnly": AXE_RULES, "resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    found = Axe().run(page, options=options).response["violations"]
    barriers = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        barriers.append(f"the page scrolls sideways at {page.viewport_size}")
    return barriers


class Keyboard:
    """A person who uses no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator, *, backwards: bool = False, at_most: int = 300) -> None:
        """Press Tab until ``target`` has the focus; fail when it cannot be reached or the focus cannot be seen."""
        for _ in range(at_most):
            if self.has_focus(target):
                self.check_focus_is_visible()
                return
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"{target} cannot be reached with {at_most} times Tab on {self.page.url}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Walk to ``target`` and press a key on it: Enter follows a link, Space ticks a box."""
        self.reach(target)
        self.page.keyboard.press(key)

    def choose(self, target: Locator) -> None:
        """Choose a radio button: walk to its group, then with the arrow keys to the button."""
        name = target.get_attribute("name")
        group = self.page.locator(f'input[type="radio"][name="{name}"]')
        for _ in range(300):
            if group.evaluate_all("options => options.includes(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        for _ in range(group.count() + 1):
            if self.has_focus(target):
                self.page.keyboard.press("Space")
                assert target.is_checked()
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{target} cannot be chosen by keyboard on {self.page.url}")

    @staticmethod
    def has_focus(target: Locator) -> bool:
        """Whether the target is where a key would go."""
        return bool(target.evaluate("element => element === document.activeElement"))

    def check_focus_is_visible(self) -> None:
        """The focused element is on the screen, marked, and nothing lies over it (WCAG 2.4.7, 2.4.11)."""
        fault = self.page.evaluate(
            """() => {
                const element = document.activeElement;
                const box = element.getBoundingClientRect();
                if (box.width === 0 || box.height === 0) return "has no size";
                if (box.bottom < 0 || box.top > innerHeight) return "is not on the screen";
                const style = getComputedStyle(element);
                const near = element.closest("label, .kern-form-check") || element;
                const marked = [style, getComputedStyle(near), getComputedStyle(element, "::before"),
                    getComputedStyle(element, "::after")]
                    .some(s => (s.outlineStyle !== "none" && s.outlineWidth !== "0px") || s.boxShadow !== "none");
                if (!marked) return "shows no focus";
                const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
                const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
                const top = document.elementFromPoint(x, y);
                if (top && !element.contains(top) && !top.contains(element) && top.closest("label") === null)
                    return `lies under ${top.outerHTML.slice(0, 100)}`;
                return "";
            }"""
        )
        focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        assert not fault, f"the focused element {fault}: {focused}"
