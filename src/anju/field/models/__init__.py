from anju.field.models.copies import GridCopy, TakenHome
from anju.field.models.envelopes import Envelope, Receipt
from anju.field.models.phones import Phone
from anju.field.models.photos import EnvelopePhoto, KeptPhoto, PhotoUpload

__all__ = ["Envelope", "EnvelopePhoto", "GridCopy", "KeptPhoto", "Phone", "PhotoUpload", "Receipt", "TakenHome"]
