"""Everything the app knows about one person, for that person (DSGVO, Art. 15 and 20); the keys: ``docs/own-data.md``.

A new table that points at people gets an entry in ``TRACES``; a test finds the ones that are missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model

from .models import (
    Answer,
    AnswerChange,
    Assessment,
    Comment,
    EvidenceFile,
    ExportJob,
    GoodPractice,
    IndividualRating,
    Invitation,
    Membership,
    OutgoingMail,
    Publication,
    RevealedDimension,
    ReviewerRating,
    Snapshot,
    StateChange,
    Thread,
    User,
)

FORMAT = "smartcity-own-data/1"

_PROJECT = {"project": "assessment__project__name", "assessment": "assessment__number"}


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows that belong to a person: under which key they are told, which column names the person, what is told."""

    key: str
    model: type[Model]
    person: str
    columns: Mapping[str, str]

    def rows(self, user: User) -> list[dict[str, Any]]:
        """What the table knows of this person, the oldest first."""
        # A name of one's own must not hide a column.
        told = {f"told_{name}": F(column) for name, column in self.columns.items()}
        rows = self.model._default_manager.filter(**{self.person: user.pk}).order_by("pk").values(**told)
        return [{name.removeprefix("told_"): value for name, value in row.items()} for row in rows]


TRACES: tuple[Trace, ...] = (
    Trace("addresses", EmailAddress, "user", {"address": "email", "verified": "verified", "primary": "primary"}),
    Trace(
        "memberships", Membership, "user", {"project": "project__name", "role": "role", "member_since": "created_at"}
    ),
    Trace(
        "assessments_started",
        Assessment,
        "created_by",
        {"project": "project__name", "number": "number", "at": "created_at"},
    ),
    Trace(
        "answers_last_changed",
        Answer,
        "changed_by",
        {**_PROJECT, "question": "question_key", "changed_at": "changed_at"},
    ),
    Trace(
        "answer_changes",
        AnswerChange,
        "author",
        {
            "project": "answer__assessment__project__name",
            "assessment": "answer__assessment__number",
            "question": "answer__question_key",
            "changed_at": "changed_at",
            "before": "before",
            "after": "after",
        },
    ),
    Trace(
        "evidence_files",
        EvidenceFile,
        "uploaded_by",
        {**_PROJECT, "question": "question_key", "file": "name", "sha256": "sha256", "uploaded_at": "uploaded_at"},
    ),
    Trace(
        "threads", Thread, "created_by", {**_PROJECT, "about": "refers_to", "review": "is_review", "at": "created_at"}
    ),
    Trace(
        "comments",
        Comment,
        "author",
        {
            "project": "thread__assessment__project__name",
            "assessment": "thread__assessment__number",
            "about": "thread__refers_to",
            "text": "text",
            "written_at": "created_at",
        },
    ),
    Trace(
        "individual_ratings",
        IndividualRating,
        "user",
        {
            **_PROJECT,
            "question": "question_key",
            "level": "level",
            "not_applicable": "is_not_applicable",
            "note": "note",
            "changed_at": "changed_at",
        },
    ),
    Trace(
        "ratings_revealed",
        RevealedDimension,
        "revealed_by",
        {**_PROJECT, "dimension": "dimension_key", "at": "revealed_at"},
    ),
    Trace("submissions", Snapshot, "submitted_by", {**_PROJECT, "sha256": "sha256", "submitted_at": "submitted_at"}),
    Trace(
        "steps",
        StateChange,
        "author",
        {**_PROJECT, "from": "from_state", "to": "to_state", "reason": "reason", "at": "at"},
    ),
    Trace(
        "reviewer_ratings",
        ReviewerRating,
        "reviewer",
        {**_PROJECT, "question": "question_key", "level": "level", "note": "note", "changed_at": "changed_at"},
    ),
    Trace(
        "good_practice_offered",
        GoodPractice,
        "offered_by",
        {
            **_PROJECT,
            "question": "question_key",
            "title": "title",
            "text": "text",
            "contact": "contact",
            "at": "offered_at",
        },
    ),
    Trace(
        "good_practice_decided",
        GoodPractice,
        "decided_by",
        {**_PROJECT, "question": "question_key", "title": "title", "reason": "reason", "at": "decided_at"},
    ),
    Trace(
        "publications_offered",
        Publication,
        "offered_by",
        {"project": "name", "sha256": "sha256", "state": "state", "at": "offered_at"},
    ),
    Trace(
        "publications_decided",
        Publication,
        "decided_by",
        {"project": "name", "sha256": "sha256", "reason": "reason", "at": "decided_at"},
    ),
    Trace(
        "publications_withdrawn",
        Publication,
        "withdrawn_by",
        {"project": "name", "sha256": "sha256", "at": "withdrawn_at"},
    ),
    Trace(
        "invitations_sent",
        Invitation,
        "invited_by",
        {"project": "project__name", "address": "email", "role": "role", "sent_at": "created_at"},
    ),
    Trace(
        "invitations_accepted",
        Invitation,
        "accepted_by",
        {"project": "project__name", "role": "role", "accepted_at": "accepted_at"},
    ),
    Trace(
        "mails",
        OutgoingMail,
        "recipient",
        {"event": "event", "state": "state", "at": "created_at", "sent_at": "sent_at"},
    ),
    Trace("mails_caused", OutgoingMail, "actor", {"event": "event", "at": "created_at"}),
    Trace(
        "exports",
        ExportJob,
        "owner",
        {"kind": "kind", "language": "language", "projects": "projects", "state": "state", "asked_at": "created_at"},
    ),
    Trace(
        "sign_ins",
        UserSession,
        "user",
        {"since": "created_at", "last_seen_at": "last_seen_at", "ip_address": "ip", "browser": "user_agent"},
    ),
    # Secrets stay where they are: told to the outside they would be none.
    Trace(
        "second_factors",
        Authenticator,
        "user",
        {"kind": "type", "set_up_at": "created_at", "last_used_at": "last_used_at"},
    ),
    Trace("admin_actions", LogEntry, "user", {"about": "object_repr", "what": "change_message", "at": "action_time"}),
)


def own_data(user: User, now: datetime) -> dict[str, Any]:
    """The whole document."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "made_at": now,
        "profile": {
            "number": user.pk,
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "mails": user.mail_choice,
            "role_in_the_senatskanzlei": user.staff_role,
            "may_use_the_admin_site": user.is_staff,
            "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
            "joined_at": user.date_joined,
            "last_signed_in_at": user.last_login,
        },
    }
    return document | {trace.key: trace.rows(user) for trace in TRACES}


def own_data_file(user: User, now: datetime) -> bytes:
    """The document as a file for people and programs."""
    return json.dumps(own_data(user, now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
