from anju.areas.models.places import Area, EstateKind, PilotDesignation, Place
from anju.areas.models.postings import Department, Grant, Posting

__all__ = ["Area", "Department", "EstateKind", "Grant", "PilotDesignation", "Place", "Posting"]
