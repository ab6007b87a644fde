from anju.signage.models.batches import BatchPart, SignBatch
from anju.signage.models.signs import HOME_KINDS, LIVE, Scan, Sign
from anju.signage.models.styles import Contact, SignStyle

__all__ = ["HOME_KINDS", "LIVE", "BatchPart", "Contact", "Scan", "Sign", "SignBatch", "SignStyle"]
