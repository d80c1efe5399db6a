"""The admin site shows every table and every row, and each row by a name."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from assessments.models import User
from tests.browser.world import World


@pytest.fixture
def world(files: object, db: None) -> World:
    """Something in every table."""
    world = World("de")
    assert world.subjects
    return world


def test_every_list_and_every_row_opens(world: World, administrator: User, client: Client):
    client.force_login(administrator)
    opened: set[type[Model]] = set()
    for model in admin.site._registry:
        meta = model._meta
        response = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        assert response.status_code == 200, meta.label
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            page = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]))
            assert page.status_code == 200, meta.label
            opened.add(model)
    assert len(opened) > 10


def test_every_row_has_a_name(world: World):
    models = [model for label in ("assessments", "principles") for model in apps.get_app_config(label).get_models()]
    rows = [row for model in models if (row := model._default_manager.order_by("pk").first()) is not None]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"\w", str(row)), row._meta.label
        assert not re.search(r"\bNone\b| object \(", str(row)), row._meta.label
