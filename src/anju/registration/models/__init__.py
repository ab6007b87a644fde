from anju.registration.models.declarations import Consent, Declaration, TextEdition
from anju.registration.models.papers import GroupRentalEntry, Guarantee, Lease, guarantee_code, lease_code, of

__all__ = [
    "Consent",
    "Declaration",
    "GroupRentalEntry",
    "Guarantee",
    "Lease",
    "TextEdition",
    "guarantee_code",
    "lease_code",
    "of",
]
