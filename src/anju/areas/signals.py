"""What apps above hear of areas, beside the `post_save` of a single one."""

from django.dispatch import Signal

leaders_named = Signal()  # many grids got their first leader at once; sent in the transaction that wrote it
