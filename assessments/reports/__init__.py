"""Documents made from an assessment: a dataclass of what each one shows, rendered to HTML, then to PDF."""
