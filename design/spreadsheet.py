"""Text that goes into a file for a spreadsheet."""

# What a spreadsheet takes for a formula. Source: OWASP, "CSV Injection". Blanks before it do not help.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


def no_formula(text: str) -> str:
    """Return the text so that a spreadsheet shows it and does not run it.

    >>> no_formula("=1+1"), no_formula(" @SUM(A1)"), no_formula("Falls")
    ("'=1+1", "' @SUM(A1)", 'Falls')
    """
    begins = text.startswith(FORMULA_BEGINNINGS) or text.lstrip(" ").startswith(FORMULA_BEGINNINGS)
    return f"'{text}" if begins else text
