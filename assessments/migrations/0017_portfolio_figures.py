"""A place in each entry of the portfolio for what the matrix shows of it and what it is sorted by; filled next."""

from django.db import migrations, models
from django.db.models.functions import Lower

DIMENSIONS = [*(f"4_{number}" for number in range(1, 9)), *(f"2_{number}" for number in range(1, 5))]
SORTED_SCORES = ["principles", "guiding_ideas", *(f"score_{dimension}" for dimension in DIMENSIONS)]


def index_downwards(apps, schema_editor):
    """PostgreSQL reads an index backwards with what is missing first; the matrix shows that last."""
    if schema_editor.connection.vendor == "postgresql":
        for column in ["submitted_at", *SORTED_SCORES]:
            schema_editor.execute(
                f"CREATE INDEX portfolioentry_{column}_down"
                f" ON assessments_portfolioentry ({column} DESC NULLS LAST, project_id)"
            )


def unindex(apps, schema_editor):
    """Take these indexes away."""
    if schema_editor.connection.vendor == "postgresql":
        for column in ["submitted_at", *SORTED_SCORES]:
            schema_editor.execute(f"DROP INDEX portfolioentry_{column}_down")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0016_mails_of_idleness")]

    operations = [
        migrations.AddField(
            "portfolioentry",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Submitted"),
                    ("returned", "Returned"),
                    ("approved", "Approved"),
                ],
                default="",
                max_length=10,
                verbose_name="state",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "portfolioentry",
            "figures",
            models.CharField(
                default="", help_text="What the matrix shows, cell by cell", max_length=250, verbose_name="figures"
            ),
            preserve_default=False,
        ),
        *(
            migrations.AddField(
                "portfolioentry",
                column,
                models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name=column),
            )
            for column in SORTED_SCORES
        ),
        *(
            migrations.AddIndex(
                "portfolioentry", models.Index(fields=[column, "project"], name=f"portfolioentry_{column}")
            )
            for column in ["submitted_at", *SORTED_SCORES]
        ),
        migrations.AddIndex("project", models.Index(Lower("name"), name="project_name_lower")),
        migrations.RunPython(index_downwards, unindex),
    ]
