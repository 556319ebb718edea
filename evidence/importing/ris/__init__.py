"""RIS: the format most reference managers and databases export.

Source of the tags: "RIS Format Specifications" (Research Information Systems, 2001; revised by
Thomson Reuters, 2011). What databases really write differs from it and from each other, so the
reading is tolerant where the meaning is clear and never guesses where a record begins: at a `TY`
line, and nowhere else.
"""

from evidence.importing.ris.parsing import parse
from evidence.importing.ris.splitting import TAGS, is_start, split, tagged

__all__ = ["TAGS", "is_start", "parse", "split", "tagged"]
