"""The report of a team and where the app keeps it, for runs that disturb its making."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .client import Client
from .instance import Instance
from .world import Team

PATIENCE = 600
"""Seconds; a report may wait for everything else on the machine."""


@dataclass
class Report:
    """A report as it must be, and the folder that may hold this file and no other."""

    instance: Instance
    team: Team
    content: bytes = b""

    @property
    def path(self) -> str:
        """Its address."""
        return f"/bewertungen/{self.team.assessment.pk}/bericht.pdf?language=de"

    @property
    def folder(self) -> Path:
        """Where finished reports of this assessment lie."""
        return self.instance.files / "reports" / str(self.team.assessment.pk)

    def ask(self) -> tuple[int, bytes]:
        """Ask for it over a connection of its own."""
        client = Client(self.instance.port, self.team.owner, patience=PATIENCE)
        status, content, _headers = client.get(self.path)
        client.close()
        return status, content

    def learn(self) -> None:
        """Have it made undisturbed: so it must always be."""
        status, self.content = self.ask()
        assert status == 200
        assert self.content.startswith(b"%PDF")

    def forget(self) -> None:
        """Remove the stored file, so that it has to be made again."""
        for path in self.stored():
            path.unlink()

    def stored(self) -> list[Path]:
        """Files under a final name."""
        return [path for path in self.folder.glob("*") if not path.name.startswith(".unfinished-")]

    def unfinished(self) -> list[Path]:
        """What was begun and never got its final name."""
        return list(self.folder.glob(".unfinished-*"))

    def wrong(self) -> list[str]:
        """Files under a final name that are not exactly the report."""
        return [
            f"{path.name} has {path.stat().st_size} bytes instead of {len(self.content)}"
            for path in self.stored()
            if path.read_bytes() != self.content
        ]
