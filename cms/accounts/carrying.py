"""The pages that carry a form which was sent without a valid sign-in; see `cms.security.carried_forms`."""

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from cms.accounts.destinations import home_of
from cms.accounts.forms import SignInForm
from cms.security.bad_input import SIGN_IN_WITH_FORM
from cms.security.carried_forms import FIELD, CarriedForm


def show(carried: CarriedForm) -> Response:
    """Answer a form that was not taken: with the offer to send it again (400), after signing in where need be (401)."""
    if current_user.is_authenticated:
        return send_again_page(carried, 400)
    return sign_in_page(SignInForm(formdata=None), problem=None, status=401, carried=carried)


def sign_in_page(form: SignInForm, *, problem: str | None, status: int, carried: CarriedForm | None) -> Response:
    """The form to sign in, with what is `carried` inside."""
    page = render_template(
        "accounts/login.html",
        form=form,
        asked=False,
        problem=problem,
        carried=carried,
        carried_field=FIELD,
        sign_in_with_form=SIGN_IN_WITH_FORM,
    )
    response = make_response(page, status)
    return _kept_by_nobody(response) if carried is not None else response


def send_again_page(carried: CarriedForm, status: int) -> Response:
    """The one button that sends what is carried, with a fresh token."""
    page = render_template(
        "accounts/send_again.html",
        carried=carried,
        home=home_of(current_user),
        who=current_user.display_name or current_user.username,
        left_out=_left_out(carried),
    )
    return _kept_by_nobody(make_response(page, status))


def _left_out(carried: CarriedForm) -> list[str]:
    sentences = []
    if carried.without_files:
        sentences.append(_("The files that you chose could not be kept. Choose them again afterwards."))
    if carried.without_password:
        sentences.append(_("The password that you typed was not kept. Type it again afterwards."))
    return sentences


def _kept_by_nobody(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
