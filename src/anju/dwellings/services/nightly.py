"""Verdicts that run out by themselves: a fact that grew stale, a term that passed, a rule that came into force."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.audit.services import entry_of
from anju.core import bulk, time
from anju.dwellings.models import Dwelling
from anju.dwellings.services.judging import Answer, answers_of, prepared_of, still_stand, to_announce
from anju.dwellings.signals import homes_changed, judged
from anju.jobs.models import Job
from anju.jobs.pacing import Pace
from anju.jobs.services import enqueue, every, job_kind, save_step

READ = 50  # homes that are read and judged at once; they are written in as many transactions as it takes
pace = Pace(first=10, most=READ)


@job_kind("rejudge")
def rejudge(job: Job) -> bool:
    """Judge what has run out by the job's day. What is judged runs out on a later day: a killed run goes on with the rest.

    What follows from a judgement (a hazard) is written before the judgement, each home's by itself. Killed in between, the
    home is still due, and what is there is found again.
    """
    on = datetime.fromisoformat(job.state["on"]).date()
    rows = Dwelling.objects.unscoped(reason="every verdict that ran out is judged anew, whoever may see it")
    due = rows.filter(hidden=False, verdict_until__lte=on).order_by("verdict_until", "id")
    homes = [(dwelling, dwelling.current) for dwelling in due.select_related("area", "current")[:READ]]
    before = {dwelling.pk: dwelling.verdict for dwelling, _current in homes}
    answers = answers_of(homes, on)
    heard = to_announce(answers)
    for answer in answers:
        if answer.dwelling.pk in heard:
            _announce(answer)
    while answers:
        now, answers = answers[: pace.size], answers[pace.size :]
        _write(job, now, before)
    return not homes


def _announce(answer: Answer) -> None:
    with pace.transaction(0):
        if still_stand([answer]):
            judged.send(Dwelling, dwelling=answer.dwelling, judgement=answer.judgement, inspected_by=None)


def _write(job: Job, answers: Sequence[Answer], before: dict[int, str]) -> None:
    """One transaction. Where somebody changed or judged one of the homes meanwhile, nothing is written: who did it judged
    that one, and the next step reads the others again."""
    prepared = [*prepared_of(answers), bulk.insert(_entries(answers, before))]
    with pace.transaction(len(answers)):
        if not still_stand(answers):
            return
        for one in prepared:
            one.write()
        homes_changed.send(Dwelling, homes=[answer.dwelling for answer in answers])  # being a group rental counts too
        job.done += len(answers)
        save_step(job)


def _entries(answers: Sequence[Answer], before: dict[int, str]) -> list[Entry]:
    by = system_actor()
    return [
        entry_of(by=by, verb="dwelling.judge", subject=answer.dwelling, before={"verdict": before[answer.dwelling.pk]},
                 after={"verdict": answer.dwelling.verdict})
        for answer in answers
        if answer.dwelling.verdict != before[answer.dwelling.pk]
    ]  # fmt: skip


@every("rejudge what ran out", timedelta(minutes=10))
def start(moment: datetime) -> None:
    on = time.day_of(moment)
    if Dwelling.objects.unscoped(reason="is any verdict due").filter(hidden=False, verdict_until__lte=on).exists():
        enqueue(kind="rejudge", by=system_actor(), key=on.isoformat(), state={"on": on.isoformat()})
