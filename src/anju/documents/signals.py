"""What upper apps hear of a document: it reached its addressee, or it was declared void."""

from django.dispatch import Signal

document_served = Signal()  # document: Document, service: Service; inside the transaction that records it
document_voided = Signal()  # document: Document, by: User; inside the transaction that voids it
