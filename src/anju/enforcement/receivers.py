"""What happens to the paper of an order happens to the order."""

from typing import Any

from django.dispatch import receiver

from anju.documents.models import Document, Service
from anju.documents.signals import document_served, document_voided
from anju.enforcement.services import orders


@receiver(document_served)
def order_reached_its_party(sender: Any, document: Document, service: Service, **kwargs: Any) -> None:
    orders.served(document, service)


@receiver(document_voided)
def order_was_voided(sender: Any, document: Document, by: Any, **kwargs: Any) -> None:
    orders.voided(document, by)
