"""Whether a PDF is PDF/UA-1 and PDF/A-3a."""

import page


def failures(content: bytes) -> list[tuple[str, str]]:
    """The rules a file breaks, each with what is wrong."""
    return [
        (failure.rule_id, failure.message)
        for profile in ("ua1", "3a")
        for failure in page.validate_pdf_bytes(content, profile=profile).failures
    ]
