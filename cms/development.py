"""What developers see beside the site: the debug toolbar (`make dev`)."""

from flask import Flask, Response

POLICY = "Content-Security-Policy"
REPORTED = "Content-Security-Policy-Report-Only"

# Not the panel of request variables: it opens the session, which public pages do not have.
PANELS = (
    "flask_debugtoolbar.panels.timer.TimerDebugPanel",
    "flask_debugtoolbar.panels.headers.HeaderDebugPanel",
    "flask_debugtoolbar.panels.template.TemplateDebugPanel",
    "flask_debugtoolbar.panels.sqlalchemy.SQLAlchemyDebugPanel",
    "flask_debugtoolbar.panels.logger.LoggingPanel",
    "flask_debugtoolbar.panels.route_list.RouteListDebugPanel",
    "flask_debugtoolbar.panels.profiler.ProfilerDebugPanel",
    "flask_debugtoolbar.panels.g.GDebugPanel",
)


def init_app(app: Flask) -> None:
    """Put the toolbar on every page, where the development requirements are installed.

    To be called before the database is set up, which then records its queries, and before other hooks are, so that
    the toolbar sees what they made of an answer.
    """
    try:
        from flask_debugtoolbar import DebugToolbarExtension  # noqa: PLC0415 -- visitors' servers do not have it
    except ImportError:
        return
    app.config.update(
        DEBUG_TB_ENABLED=True,
        DEBUG_TB_INTERCEPT_REDIRECTS=False,
        DEBUG_TB_PANELS=PANELS,
        SQLALCHEMY_RECORD_QUERIES=True,
    )
    app.after_request(report_instead_of_refusing)
    DebugToolbarExtension(app)


def report_instead_of_refusing(response: Response) -> Response:
    """Have browsers report what the security policy forbids: the toolbar is made of inline scripts and styles."""
    policy = response.headers.pop(POLICY, None)
    if policy is not None:
        response.headers[REPORTED] = policy
    return response
