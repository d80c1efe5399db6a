"""Let PostgreSQL itself refuse to change what was submitted.

SQLite has no such guard here: its ``INSERT OR REPLACE`` steps around triggers. There, and against whoever may switch
triggers off, ``manage.py verify --all`` finds what was changed.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION guard_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A submitted snapshot never changes.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER snapshot_never_changes BEFORE UPDATE ON assessments_snapshot FOR EACH ROW
    WHEN ((OLD.id, OLD.assessment_id, OLD.number, OLD.canonical, OLD.sha256, OLD.previous_sha256, OLD.submitted_at)
          IS DISTINCT FROM
          (NEW.id, NEW.assessment_id, NEW.number, NEW.canonical, NEW.sha256, NEW.previous_sha256, NEW.submitted_at))
    EXECUTE FUNCTION guard_snapshot();
CREATE TRIGGER snapshot_never_goes BEFORE DELETE ON assessments_snapshot FOR EACH ROW
    EXECUTE FUNCTION guard_snapshot();
CREATE TRIGGER snapshots_never_go BEFORE TRUNCATE ON assessments_snapshot FOR EACH STATEMENT
    EXECUTE FUNCTION guard_snapshot();
"""

UNGUARD = """
DROP TRIGGER snapshots_never_go ON assessments_snapshot;
DROP TRIGGER snapshot_never_goes ON assessments_snapshot;
DROP TRIGGER snapshot_never_changes ON assessments_snapshot;
DROP FUNCTION guard_snapshot();
"""


def guard(apps, schema_editor):
    """Put the triggers in place."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GUARD)


def unguard(apps, schema_editor):
    """Take the triggers away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNGUARD)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_snapshots_and_state_changes")]

    operations = [migrations.RunPython(guard, unguard)]
