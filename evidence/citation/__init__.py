"""How a record is cited: two written styles, RIS for reference managers, meta tags for programs that read the page.

Sources of the rules: "Samples of Formatted References" (NLM, after the ICMJE recommendations) for Vancouver, the usage
of "Cite Them Right" (Pears and Shields) for Harvard, and the RIS specification of 2011.
"""

from evidence.citation.highwire import meta_tags
from evidence.citation.ris import to_ris
from evidence.citation.structured import scholarly_work
from evidence.citation.styles import Citation, harvard, vancouver

__all__ = ["Citation", "harvard", "meta_tags", "scholarly_work", "to_ris", "vancouver"]
