"""What upper apps hear. Sent inside the transaction of the change, so that a receiver's rows are part of it. Only the nightly
run sends `judged` in a transaction just before that of the answer: what a receiver writes twice it must find again.

judged(dwelling, judgement, inspected_by): a dwelling was judged anew. `judgement` is `anju.standard`'s; `inspected_by` is
    the person whose visit led to it, else None.
would_move(homes): asked outside a transaction before the judgements of many are written. `homes` is [(dwelling, judgement)];
    a receiver of `judged` answers with the ids of those it would write something about, so that the others need not be
    announced one by one.
unit_judged(place, results, inspected_by): the same for a unit's shared part.
homes_moved(ids, area): these homes pass to another grid now; rows that carry their `area_path` must follow.
places_moved(path, area): an estate or building with all below it passes to another grid; rows that hang there without a home
    must follow.
dwelling_changed(dwelling): a column that counts or lists read has changed. homes_changed(homes): the same of many at once.
"""

from django.dispatch import Signal

judged = Signal()
would_move = Signal()
unit_judged = Signal()
dwelling_changed = Signal()
homes_changed = Signal()
homes_moved = Signal()
places_moved = Signal()
