"""Headers that tell browsers what a page may do. Nothing is loaded from anywhere but this site, save YouTube's player.

Public pages are cached and shown to everybody, so their policy is always the same and has no nonce. Personal pages get
a fresh nonce where a template asks for one.
"""

import secrets

from flask import Flask, Response, current_app, g, request

from cms.security.sessions import is_personal

VIDEO_PLAYER = "https://www.youtube-nocookie.com"
HSTS = "max-age=31536000"

# YouTube's player refuses to play where it does not learn which site shows it, so no stricter referrer than this.
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": (
        "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}

PUBLIC_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": VIDEO_PLAYER,
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


class NonceNotAllowed(RuntimeError):
    """A nonce was asked for on a public page, which is cached: everybody would get the same one."""


def init_app(app: Flask) -> None:
    """Send the headers with every answer, and offer `csp_nonce()` to templates.

    `SESSION_COOKIE_SECURE` also says whether browsers are told to use HTTPS from now on.
    """
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """Return the nonce of the page that is being rendered, for the inline scripts and styles of the back office.

    Raises NonceNotAllowed at public addresses.
    """
    if not is_personal(request.path):
        raise NonceNotAllowed(f"There is no nonce at {request.path}: public pages are cached.")
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def allow_framing() -> None:
    """Let pages of this site show the present answer in a frame: for the preview beside the editor."""
    g.may_be_framed = True


def add_headers(response: Response) -> Response:
    """Add what the view did not set itself. A view may be stricter: files are served with a policy of their own."""
    headers = response.headers
    personal = is_personal(request.path)
    framed = bool(g.get("may_be_framed"))
    for name, value in FIXED_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", policy(personal=personal, framed=framed, nonce=g.get("csp_nonce")))
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if framed else "DENY")
    # Nobody heeds it over plain HTTP, where it must not be sent (RFC 6797, section 7.2).
    if current_app.config["SESSION_COOKIE_SECURE"] and request.is_secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
    if personal and response.cache_control.max_age is None:
        # Kept by nobody but the browser's own history, so that going back to a form finds what was typed.
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def public_headers() -> dict[str, str]:
    """Return what every public page bears, for whoever serves its bytes without asking the application."""
    return {
        **FIXED_HEADERS,
        "Content-Security-Policy": policy(personal=False, framed=False, nonce=None),
        "X-Frame-Options": "DENY",
    }


def policy(*, personal: bool, framed: bool, nonce: str | None) -> str:
    """Return the content security policy of a page.

    `personal`: a page of the back office or the account. `framed`: this site may show it in a frame.
    """
    rules = dict(PUBLIC_POLICY)
    if personal:
        # The editor shows pictures before they are uploaded, and works inside a frame of this site.
        rules["img-src"] += " blob:"
        rules["frame-src"] = f"'self' {VIDEO_PLAYER}"
    if nonce:
        rules["script-src"] += f" 'nonce-{nonce}'"
        rules["style-src"] += f" 'nonce-{nonce}'"
    if framed:
        rules["frame-ancestors"] = "'self'"
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())
