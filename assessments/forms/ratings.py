"""Individual ratings as they are shown: everybody's of one question side by side, one's own as a form."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from principles.models import Question

from ..bars import SpreadBar, spread_bar
from ..enums import Level
from ..individual_ratings import TeamRatings
from ..models import IndividualRating
from ..rating_spread import Spread


@dataclass(frozen=True, slots=True)
class Choice:
    """One level, or „not applicable“, with those who chose it; without a label those who left a note alone."""

    label: str
    anchor: str
    ratings: tuple[IndividualRating, ...]


@dataclass(frozen=True, slots=True)
class RatedQuestion:
    """What the members of the team chose for one question."""

    spread: Spread
    text: str
    bar: SpreadBar | None
    choices: tuple[Choice, ...]

    @classmethod
    def of(cls, question: Question, team: TeamRatings | None) -> RatedQuestion:
        """The ratings with the anchors of what was chosen, the highest level first."""
        ratings = team.ratings if team else ()
        spread = team.spread if team else Spread((0,) * len(Level), 0)
        choices = [
            Choice(
                f"{level.value} – {level.label}",
                question.anchors[level.value],
                tuple(one for one in ratings if one.level == level),
            )
            for level in reversed(Level)
        ]
        choices.append(Choice(_("Not applicable"), "", tuple(one for one in ratings if one.is_not_applicable)))
        said_no_level = tuple(one for one in ratings if one.level is None and not one.is_not_applicable)
        choices.append(Choice("", "", said_no_level))
        return cls(
            spread,
            spread_text(spread),
            spread_bar(spread) if any(spread.levels) else None,
            tuple(choice for choice in choices if choice.ratings),
        )


def spread_text(spread: Spread) -> str:
    """How far apart the ratings are, in words."""
    if spread.rated == 0:
        return _("Nobody has rated this question.")
    people = ngettext("%(count)d person", "%(count)d people", spread.rated) % {"count": spread.rated}
    if spread.width is None:
        return _("All not applicable (%(people)s)") % {"people": people}
    if spread.width == 0:
        return _("All at level %(level)s (%(people)s)") % {"level": spread.low, "people": people}
    return _("Spread %(width)s: levels %(low)s to %(high)s (%(people)s)") % {
        "width": spread.width,
        "low": spread.low,
        "high": spread.high,
        "people": people,
    }
