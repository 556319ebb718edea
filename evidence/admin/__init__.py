"""Evidence in the librarians' admin: records with their appraisals and files, and the import of files of references."""

from evidence.admin.appraisals import AppraisalAdmin
from evidence.admin.importing import ImportBatchAdmin
from evidence.admin.records import EvidenceAdmin

__all__ = ["AppraisalAdmin", "EvidenceAdmin", "ImportBatchAdmin"]
