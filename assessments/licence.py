"""The licence under which everything is published here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its name and address."""

    name: str
    url: str


LICENCE = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
