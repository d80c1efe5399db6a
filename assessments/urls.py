"""Pages of projects and assessments."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from .views import (
    assessments,
    autosave,
    comments,
    comparison,
    evidence,
    exports,
    good_practice,
    guide,
    history,
    invitations,
    measures,
    members,
    portfolio,
    portfolio_reports,
    projects,
    publication_steps,
    publications,
    questionnaire,
    quick_check,
    ratings,
    report_check,
    reports,
    results,
    review,
    submission,
)


class DimensionConverter(StringConverter):
    """The key of a dimension, for example ``4.1``; so no other page of an assessment can be taken for one."""

    regex = r"[0-9]\.[0-9]+"


class HashConverter(StringConverter):
    """A SHA-256."""

    regex = r"[0-9a-f]{64}"


register_converter(DimensionConverter, "dimension")
register_converter(HashConverter, "sha256")

urlpatterns = [
    # Addresses are tried one after the other: what is asked for most comes first.
    path("bewertungen/<int:pk>/antworten/<str:question_key>/", autosave.answer_save, name="answer_save"),
    path("bewertungen/<int:pk>/<dimension:key>/", questionnaire.assessment_dimension, name="assessment_dimension"),
    path("bewertungen/<int:pk>/bericht.pdf", reports.report_pdf, name="report_pdf"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("handlungsleitfaden/", guide.guide, name="guide"),
    path("handlungsleitfaden.pdf", guide.guide_pdf, name="guide_pdf"),
    path("handlungsleitfaden/<dimension:key>/", guide.guide_dimension, name="guide_dimension"),
    path("fragebogen.pdf", guide.blank_questionnaire, name="blank_questionnaire"),
    path("gute-praxis/", good_practice.good_practice_queue, name="good_practice_queue"),
    path("gute-praxis/<int:pk>/", good_practice.good_practice_review, name="good_practice_review"),
    path("gute-praxis/<int:pk>/zurueckziehen/", good_practice.good_practice_withdraw, name="good_practice_withdraw"),
    path("bewertungen/<int:pk>/gute-praxis/", good_practice.good_practice_list, name="good_practice_list"),
    path(
        "bewertungen/<int:pk>/gute-praxis/<str:question_key>/",
        good_practice.good_practice_offer,
        name="good_practice_offer",
    ),
    path("kurzcheck/", quick_check.quick_check, name="quick_check"),
    path("kurzcheck/ergebnis/", quick_check.quick_check_result, name="quick_check_result"),
    path("kurzcheck/kurzcheck.json", quick_check.quick_check_data, name="quick_check_data"),
    path("kurzcheck/kurzcheck.pdf", quick_check.quick_check_pdf, name="quick_check_pdf"),
    path("kurzcheck/<dimension:key>/", quick_check.quick_check_step, name="quick_check_step"),
    path("veroeffentlicht/", publications.publication_list, name="publication_list"),
    path("veroeffentlicht/<int:pk>/", publications.publication_detail, name="publication_detail"),
    path("veroeffentlicht/<int:pk>/bericht.pdf", publications.publication_pdf, name="publication_pdf"),
    path("veroeffentlicht/<int:pk>/daten.json", publications.publication_json, name="publication_json"),
    path("veroeffentlichungen/", publication_steps.publication_queue, name="publication_queue"),
    path("veroeffentlichungen/<int:pk>/", publication_steps.publication_review, name="publication_review"),
    path(
        "veroeffentlichungen/<int:pk>/zurueckziehen/",
        publication_steps.publication_withdraw,
        name="publication_withdraw",
    ),
    path("bewertungen/<int:pk>/veroeffentlichen/", publication_steps.publication_offer, name="publication_offer"),
    path("bericht-pruefen/", report_check.report_check, name="report_check"),
    path("portfolio/auswertung/", portfolio.portfolio_evaluation, name="portfolio_evaluation"),
    path("portfolio/vergleich/", portfolio.portfolio_comparison, name="portfolio_comparison"),
    path("portfolio/portfolio.csv", portfolio.portfolio_export, {"ending": "csv"}, name="portfolio_csv"),
    path("portfolio/portfolio.xlsx", portfolio.portfolio_export, {"ending": "xlsx"}, name="portfolio_xlsx"),
    path("portfolio/portfolio.json", portfolio.portfolio_export, {"ending": "json"}, name="portfolio_json"),
    path("portfolio/portfolio.pdf", portfolio_reports.portfolio_pdf, name="portfolio_pdf"),
    path("portfolio/exporte/", exports.portfolio_exports, name="portfolio_exports"),
    path("portfolio/exporte/neu/", exports.portfolio_export_start, name="portfolio_export_start"),
    path("portfolio/exporte/<int:pk>/abbrechen/", exports.portfolio_export_cancel, name="portfolio_export_cancel"),
    path("portfolio/exporte/<int:pk>/loeschen/", exports.portfolio_export_remove, name="portfolio_export_remove"),
    path("portfolio/exporte/<int:pk>/datei/", exports.portfolio_export_file, name="portfolio_export_file"),
    path("pruefung/", review.review_queue, name="review_queue"),
    path("pruefung/<int:pk>/", review.review_detail, name="review_detail"),
    path("pruefung/<int:pk>/beginnen/", review.review_start, name="review_start"),
    path("pruefung/<int:pk>/bericht.pdf", reports.review_report, name="review_report"),
    path("pruefung/<int:pk>/entscheiden/", review.review_decide, name="review_decide"),
    path("pruefung/<int:pk>/<dimension:key>/", review.review_dimension, name="review_dimension"),
    path("projekte/", projects.project_list, name="project_list"),
    path("projekte/neu/", projects.project_create, name="project_create"),
    path("projekte/einlesen/", results.assessment_import, name="assessment_import"),
    path("projekte/<int:pk>/", projects.project_detail, name="project_detail"),
    path("projekte/<int:pk>/bearbeiten/", projects.project_edit, name="project_edit"),
    path("projekte/<int:pk>/loeschen/", projects.project_delete, name="project_delete"),
    path("projekte/<int:pk>/mitglieder/", members.member_list, name="member_list"),
    path("projekte/<int:pk>/mitglieder/neu/", members.member_add, name="member_add"),
    path("projekte/<int:pk>/mitglieder/<int:membership_pk>/rolle/", members.member_change, name="member_change"),
    path("projekte/<int:pk>/mitglieder/<int:membership_pk>/entfernen/", members.member_remove, name="member_remove"),
    path(
        "projekte/<int:pk>/mitglieder/<int:membership_pk>/uebergeben/",
        members.member_hand_over,
        name="member_hand_over",
    ),
    path(
        "projekte/<int:pk>/einladungen/<int:invitation_pk>/zurueckziehen/",
        members.member_invitation_revoke,
        name="member_invitation_revoke",
    ),
    path("einladung/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("projekte/<int:pk>/bewertung-beginnen/", assessments.assessment_start, name="assessment_start"),
    path("projekte/<int:pk>/vergleich/", comparison.project_comparison, name="project_comparison"),
    path("bewertungen/<int:pk>/", assessments.assessment_detail, name="assessment_detail"),
    path("bewertungen/<int:pk>/weiter/", assessments.assessment_resume, name="assessment_resume"),
    path("bewertungen/<int:pk>/vertiefen/", assessments.assessment_deepen, name="assessment_deepen"),
    path("bewertungen/<int:pk>/loeschen/", assessments.assessment_delete, name="assessment_delete"),
    path("bewertungen/<int:pk>/einreichen/", submission.assessment_submit, name="assessment_submit"),
    path("bewertungen/<int:pk>/zurueckziehen/", submission.assessment_withdraw, name="assessment_withdraw"),
    path("bewertungen/<int:pk>/rueckmeldung/", submission.assessment_feedback, name="assessment_feedback"),
    path("bewertungen/<int:pk>/rueckmeldung/<int:thread_pk>/", submission.feedback_reply, name="feedback_reply"),
    path("bewertungen/<int:pk>/ergebnis/", results.assessment_result, name="assessment_result"),
    path("bewertungen/<int:pk>/ziele/", results.assessment_targets, name="assessment_targets"),
    path("bewertungen/<int:pk>/verlauf/", history.answer_history, name="answer_history"),
    path("bewertungen/<int:pk>/kommentare/", comments.comment_list, name="comment_list"),
    path("bewertungen/<int:pk>/kommentare/<int:comment_thread_pk>/", comments.comment_reply, name="comment_reply"),
    path("bewertungen/<int:pk>/massnahmen/", measures.measure_list, name="measure_list"),
    path("bewertungen/<int:pk>/massnahmen/neu/", measures.measure_add, name="measure_add"),
    path("bewertungen/<int:pk>/massnahmen/<int:measure_pk>/", measures.measure_edit, name="measure_edit"),
    path("bewertungen/<int:pk>/massnahmen/<int:measure_pk>/loeschen/", measures.measure_delete, name="measure_delete"),
    path(
        "bewertungen/<int:pk>/massnahmen/uebernehmen/<str:question_key>/",
        measures.measure_take_over,
        name="measure_take_over",
    ),
    path("bewertungen/<int:pk>/zielkonflikte/", measures.conflict_list, name="conflict_list"),
    path("bewertungen/<int:pk>/zielkonflikte/neu/", measures.conflict_add, name="conflict_add"),
    path("bewertungen/<int:pk>/zielkonflikte/<int:conflict_pk>/", measures.conflict_edit, name="conflict_edit"),
    path(
        "bewertungen/<int:pk>/zielkonflikte/<int:conflict_pk>/loeschen/",
        measures.conflict_delete,
        name="conflict_delete",
    ),
    path("bewertungen/<int:pk>/export.json", results.assessment_export, name="assessment_export"),
    path("bewertungen/<int:pk>/nachweise/<str:question_key>/", evidence.evidence_list, name="evidence_list"),
    path(
        "bewertungen/<int:pk>/nachweise/<str:question_key>/<sha256:sha256>/",
        evidence.evidence_download,
        name="evidence_download",
    ),
    path(
        "bewertungen/<int:pk>/nachweise/<str:question_key>/<sha256:sha256>/entfernen/",
        evidence.evidence_remove,
        name="evidence_remove",
    ),
    path("bewertungen/<int:pk>/bericht/", reports.report_preview, name="report_preview"),
    path("bewertungen/<int:pk>/meine-einschaetzung/", ratings.rating_resume, name="rating_resume"),
    path("bewertungen/<int:pk>/meine-einschaetzung/<dimension:key>/", ratings.rating_own, name="rating_own"),
    path(
        "bewertungen/<int:pk>/meine-einschaetzung/fragen/<str:question_key>/",
        autosave.rating_save,
        name="rating_save",
    ),
    path("bewertungen/<int:pk>/teamrunde/", ratings.rating_overview, name="rating_overview"),
    path("bewertungen/<int:pk>/teamrunde/<dimension:key>/", ratings.rating_session, name="rating_session"),
    path("bewertungen/<int:pk>/teamrunde/<dimension:key>/aufdecken/", ratings.rating_reveal, name="rating_reveal"),
    path("bewertungen/<int:pk>/teamrunde/<dimension:key>/verdecken/", ratings.rating_cover, name="rating_cover"),
]
