"""The addresses under `/account`: thin adapters over `cms.content.user_accounts`."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import TooManyRequests

from cms.accounts.carrying import send_again_page, sign_in_page
from cms.accounts.destinations import destination, home_of
from cms.accounts.forms import PasswordForm, ProfileForm, SignInForm
from cms.accounts.interface_language import speak_to_whoever_signed_in
from cms.content.errors import InvalidInput
from cms.content.user_accounts import account_id, authenticate, change_own_password, update_profile
from cms.extensions import db
from cms.models import User
from cms.security import carried_forms
from cms.security.rate_limits import count_wrong_password, limit_password_attempts, name_key, seconds_to_wait
from cms.security.sessions import keep_signed_in, sign_in, sign_out

accounts = Blueprint("accounts", __name__, url_prefix="/account")

# Longer names belong to nobody; the database is not asked.
LONGEST_IDENTIFIER = 254


def _tried_account() -> str:
    """What attempts are counted under: one key for an account, whichever of its names is typed."""
    if current_user.is_authenticated and request.endpoint == "accounts.password":
        return f"account:{current_user.id}"
    typed = request.form.get("username", "")[:LONGEST_IDENTIFIER]
    known = account_id(typed)
    return f"account:{known}" if known is not None else f"name:{name_key(typed)}"


@accounts.get("/")
def index() -> ResponseReturnValue:
    """The account itself is its profile."""
    return redirect(url_for("accounts.profile"))


@accounts.get("/login/with-form")
@accounts.get("/login")
def login() -> ResponseReturnValue:
    """The form to sign in; whoever has already goes where they belong."""
    if current_user.is_authenticated:
        return redirect(destination(current_user, request.args.get("next")))
    form = SignInForm(next=request.args.get("next", ""))
    return render_template("accounts/login.html", form=form, asked=bool(form.next.data), problem=None)


@accounts.post("/login/with-form")
@accounts.post("/login")
@limit_password_attempts(_tried_account)
def sign_in_with_password() -> ResponseReturnValue:
    """Sign in. Says the same whether the account is unknown, disabled, or the password is wrong.

    A form that is carried along is offered to be sent again; what it may do is decided when it is.
    """
    form = SignInForm()
    if not form.validate():
        return _sign_in_again(form, None, 422)
    typed = form.username.data[:LONGEST_IDENTIFIER]
    user = authenticate(typed, form.password.data)
    if user is None:
        count_wrong_password()
        return _sign_in_again(form, _("This user name and password do not fit."), 422)
    sign_in(user, remember=form.remember.data)
    carried = carried_forms.brought_along()
    if carried is not None:
        speak_to_whoever_signed_in()
        return send_again_page(carried, 200)
    return redirect(destination(user, form.next.data))


@accounts.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out of this device."""
    sign_out()
    flash(_("You are signed out."), "good")
    return redirect(url_for("accounts.login"))


@accounts.route("/password", methods=["GET", "POST"])
@limit_password_attempts(_tried_account)
@login_required
def password() -> ResponseReturnValue:
    """Change one's own password; this session goes on, all others end."""
    form = PasswordForm()
    if request.method == "GET":
        return render_template("accounts/password.html", form=form)
    if form.validate():
        try:
            change_own_password(
                _me(),
                current=form.current_password.data,
                new=form.new_password.data,
                repeated=form.repeat_password.data,
            )
        except InvalidInput as error:
            _show_errors(form, error.errors)
            if "current_password" in error.errors:
                count_wrong_password()
        else:
            keep_signed_in(_me())
            flash(_("Your password is changed. Other devices were signed out."), "good")
            return redirect(url_for("accounts.profile"))
    return render_template("accounts/password.html", form=form), 422


@accounts.route("/profile", methods=["GET", "POST"])
@login_required
def profile() -> ResponseReturnValue:
    """Change name, e-mail address, description, language and time zone."""
    form = ProfileForm(obj=_me())
    if request.method == "GET":
        return render_template("accounts/profile.html", form=form, home=home_of(current_user))
    if form.validate():
        try:
            update_profile(_me(), form.data)
        except InvalidInput as error:
            _show_errors(form, error.errors)
        else:
            flash(_("Your profile is saved."), "good")
            return redirect(url_for("accounts.profile"))
    return render_template("accounts/profile.html", form=form, home=home_of(current_user)), 422


@accounts.errorhandler(TooManyRequests)
def too_many_attempts(_error: TooManyRequests) -> ResponseReturnValue:
    """The same form with what was typed, and the time to wait."""
    seconds = seconds_to_wait()
    minutes = -(-seconds // 60)
    problem = ngettext(
        "Too many attempts. Please try again in %(num)d minute.",
        "Too many attempts. Please try again in %(num)d minutes.",
        minutes,
    )
    response = _form_again(problem, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


@accounts.errorhandler(CSRFError)
def form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """The form was open while its session ended, or comes from elsewhere: show it anew with what was typed."""
    carried = carried_forms.brought_along()
    if carried is not None and current_user.is_authenticated:
        # Signed in meanwhile, in another tab or by this very form, which was reloaded.
        return send_again_page(carried, 400)
    if not current_user.is_authenticated and (carrying := carried_forms.offer()):
        return carrying
    return _form_again(_("This form was open for too long. Please send it again."), 400)


def _form_again(problem: str, status: int) -> Response:
    """The form of the page that was posted to, with a sentence above it."""
    if request.endpoint == "accounts.sign_in_with_password" or not current_user.is_authenticated:
        return _sign_in_again(SignInForm(), problem, status)
    if request.endpoint == "accounts.profile":
        # What another site typed is not shown as one's own, one click from being saved.
        typed = request.form if carried_forms.from_own_origin(request) else None
        form = ProfileForm(typed, obj=_me())
        page = render_template("accounts/profile.html", form=form, home=home_of(current_user), problem=problem)
    else:
        page = render_template("accounts/password.html", form=PasswordForm(), problem=problem)
    return make_response(page, status)


def _sign_in_again(form: SignInForm, problem: str | None, status: int) -> Response:
    return sign_in_page(form, problem=problem, status=status, carried=carried_forms.brought_along())


def _show_errors(form: FlaskForm, errors: Mapping[str, Any]) -> None:
    for name, message in errors.items():
        form[name].errors = [message]


def _me() -> User:
    """The account itself rather than Flask-Login's stand-in for it, which a database session would not take."""
    return db.session.get_one(User, current_user.id)
