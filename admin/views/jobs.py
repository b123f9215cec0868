"""What goes on in the background: one's own jobs, everybody's for administrators, with how far they are."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect
from flask_admin import expose
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from admin.bulk_work import screen_named
from admin.cells import moment_cell
from admin.views.everything import Told
from admin.views.secure import SecureView
from cms.content.errors import Conflict, NotFound
from cms.content.jobs import orders
from cms.content.jobs.kinds import ListChanged
from cms.models.base import model_by_table
from cms.models.column_types import utc_now
from cms.models.job import Job, JobState, Outcome
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import is_administrator, may

OUTCOMES: dict[str, Any] = {
    Outcome.ASKED: _l("It was stopped. What is done stays done."),
    Outcome.FORBIDDEN: _l("It stopped because whoever began it may no longer do this."),
    Outcome.LIST_CHANGED: _l("It stopped because the list that it was begun from is no longer the same."),
    Outcome.BROKEN: _l("It stopped because the database did not answer. The log says more."),
    Outcome.FAULT: _l("Something went wrong. The log says what."),
}
# How a state is shown: what it is called, and the colour of its chip.
STATES: dict[str, tuple[Any, str]] = {
    JobState.WAITING: (_l("Waiting"), "info"),
    JobState.RUNNING: (_l("Running"), "accent"),
    JobState.DONE: (_l("Done"), "good"),
    JobState.STOPPED: (_l("Stopped"), "warning"),
    JobState.FAILED: (_l("Failed"), "danger"),
}


@dataclass(frozen=True)
class Shown:
    """A job as its screens show it."""

    job: Job
    told: Told | None
    title: str
    state: str
    color: str
    percent: int | None
    message: str
    elapsed: str
    when: Any
    is_moving: bool
    may_continue: bool
    row_endpoint: str | None


class JobsView(SecureView):
    """The screens of background jobs; the service decides whose one may see."""

    endpoint_permissions = dict.fromkeys(
        ("index", "job_view", "progress_view", "stop_view", "continue_view"), BACKOFFICE_ENTER
    )
    purpose = "system"
    icon = "clock"

    def __init__(self) -> None:
        super().__init__(name=_l("Background work"), endpoint="admin_jobs", url="/admin/jobs")

    @expose("/")
    def index(self) -> Any:
        """The newest jobs."""
        shown = [describe(job) for job in orders.newest(current_user)]
        return self.render("admin/jobs/list.html", jobs=shown, with_names=is_administrator(current_user))

    @expose("/<int:job_id>/")
    def job_view(self, job_id: int) -> Any:
        """One job, with what became of its rows."""
        return self.render("admin/jobs/job.html", shown=describe(self._find(job_id)))

    @expose("/<int:job_id>/progress/")
    def progress_view(self, job_id: int) -> Any:
        """The part of that screen which changes, for the script that asks for it."""
        return self.render("admin/jobs/progress.html", shown=describe(self._find(job_id)))

    @expose("/<int:job_id>/stop/", methods=("POST",))
    def stop_view(self, job_id: int) -> Any:
        """Have it stop."""
        orders.stop(self._find(job_id), current_user)
        return redirect(self.get_url(".job_view", job_id=job_id))

    @expose("/<int:job_id>/continue/", methods=("POST",))
    def continue_view(self, job_id: int) -> Any:
        """Go on where it ended."""
        try:
            orders.resume(self._find(job_id), current_user)
        except Conflict as error:
            flash(str(error), "error")
        return redirect(self.get_url(".job_view", job_id=job_id))

    @staticmethod
    def _find(job_id: int) -> Job:
        try:
            job = orders.find(job_id, current_user)
        except NotFound:
            abort(HTTPStatus.NOT_FOUND)
        orders.remind(job)
        return job


def describe(job: Job) -> Shown:
    """A job in the words of whoever looks at it."""
    interrupted = orders.is_interrupted(job)
    name, color = (_("Interrupted"), "danger") if interrupted else STATES[job.state]
    if job.stop_requested and not job.is_over and not interrupted:
        name, color = _("Stopping"), "warning"
    told = _told(job)
    model = model_by_table(job.model)
    may_read = model is not None and may(current_user, "read", model)
    return Shown(
        job=job,
        told=told,
        title=_("%(action)s: %(things)s", action=told.label, things=told.things) if told is not None else job.action,
        state=str(name),
        color=color,
        percent=_percent(job),
        message=_message(job, interrupted),
        elapsed=_elapsed(job),
        when=moment_cell(job.created_at),
        is_moving=not job.is_over and not interrupted,
        may_continue=interrupted or job.state in (JobState.STOPPED, JobState.FAILED),
        row_endpoint=f"admin_{job.model}.details_view" if may_read else None,
    )


def _told(job: Job) -> Told | None:
    """What is done to which rows; None where there is no such screen any more."""
    try:
        told: Told = screen_named(job.model).told_of(job.action, job.selection)
    except ListChanged:
        return None
    return told


def _percent(job: Job) -> int | None:
    if job.state == JobState.DONE:
        return 100
    if job.total is None:
        return None
    return min(99, (job.done + job.failed) * 100 // job.total) if job.total else 0


def _message(job: Job, interrupted: bool) -> str:
    if interrupted:
        return _("The worker has not been heard of for a while. What is done stays done; you can go on from there.")
    if job.state == JobState.WAITING and job.started_at is None:
        if utc_now() - job.created_at > orders.OVERDUE:
            return _("No worker has taken it yet. If this lasts, tell whoever runs the site.")
        return _("It begins in a moment.")
    if job.state == JobState.DONE and job.failed:
        return _("Done, except for what is listed below.")
    return str(OUTCOMES.get(job.outcome, ""))


def _elapsed(job: Job) -> str:
    if job.started_at is None:
        return ""
    until = job.finished_at or job.heartbeat_at or utc_now()
    return format_timedelta(until - job.started_at, granularity="second", threshold=0.99)
