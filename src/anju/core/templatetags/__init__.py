"""Components of pages as template tags; every template has them without {% load %}. Examples: docs/frontend.md."""
