"""Every address of the site, every method, every role, own objects and others': held to `permission_table`."""

from collections.abc import Iterator

import pytest

from tests import factories as make
from tests.security.permission_table import ROLES, expectations
from tests.security.requests_table import KINDS, OWN, PORTUGUESE, filled, kinds_of_requests, requests_to
from tests.sign_in import form_token
from tests.site_client import SiteClient, signed_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EXPECTED = expectations()
# Whose objects a mark lets somebody at.
LETS = {"+": {"", *KINDS}, "o": {OWN}, "l": {PORTUGUESE}, "-": set(), ">": set()}


def addresses(app) -> Iterator[tuple[str, set[str]]]:
    """Every address of the site with its methods; several rules of one address are one."""
    methods = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(str(rule), set()).update(rule.methods & set(METHODS))
    # Signing out comes last: one visitor sends all the requests.
    yield from sorted(methods.items(), key=lambda item: (item[0] == "/account/logout", item))


def expectation(address, kind):
    """The line of the table that speaks of this kind of request, or None."""
    return next((entry for entry in EXPECTED if entry.covers(address, kind)), None)


@pytest.fixture
def site(app, db_session):
    """A site with something at each public address, which answers 500 where it fails."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    author = make.make_user("author", username="known")
    make.make_post(slug="known", author_id=author.id)
    make.make_page(slug="known")
    make.make_tag(slug="known")
    make.make_category(slug="known")
    return app


def test_every_address_is_in_the_table(app):
    """An address that nobody thought about fails here, and so does a line about an address that is gone."""
    asked = [
        (address, kind) for address, methods in addresses(app) for method in methods
        for kind in kinds_of_requests(address, method)
    ]  # fmt: skip
    assert [request for request in asked if expectation(*request) is None] == []
    used = {expectation(*request) for request in asked}
    assert [entry for entry in EXPECTED if entry not in used] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_what_happens(site, role):
    """Each request is refused, led to the sign-in, or let in, as the table says."""
    wrong = []
    actor = make.make_user(role if role != "anonymous" else "member")
    client = SiteClient.of(site) if role == "anonymous" else signed_in(site, actor)
    token = client.csrf_token or form_token(client, "/account/login")
    for address, methods in addresses(site):
        for method in sorted(methods):
            for kind in kinds_of_requests(address, method):
                found = expectation(address, kind)
                for sent in requests_to(site, address, kind, actor) if found is not None else ():
                    data = {"csrf_token": token} | sent.data if method == "POST" else None
                    answer = client.open(sent.path, method=method, query_string=sent.query, data=data)
                    got, wanted = outcome(answer, role), wished(found.mark(role), sent.kind)
                    if got != wanted:
                        wrong.append(f"{kind} {address} {sent.kind}: {got} ({answer.status}) instead of {wanted}")
    assert not wrong, "\n".join(wrong)


def outcome(answer, role):
    """What became of a request: "in", "refused" or "sign in"."""
    if answer.status_code >= 500:
        return "broken"
    if answer.status_code == 403:
        return "refused"
    if (answer.status_code in (301, 302) and answer.location.startswith("/account/login?next=")) or (
        role == "anonymous" and answer.location == "/account/login"
    ):
        return "sign in"
    return "in"


def wished(mark, kind):
    """What the table wants: the mark of the role, for somebody's object."""
    if mark == ">":
        return "sign in"
    return "in" if kind in LETS[mark] else "refused"


def test_nothing_is_done_without_a_token(site):
    """No address that takes a post takes one from another site's page, whoever sends it."""
    administrator = make.make_user("administrator")
    client = signed_in(site, administrator)
    wrong = []
    for address, methods in addresses(site):
        for kind in kinds_of_requests(address, "POST") if "POST" in methods else ():
            for sent in requests_to(site, address, kind, administrator):
                answer = client.post(sent.path, query_string=sent.query, data=sent.data)
                if answer.status_code != 400:
                    wrong.append(f"{kind} {address}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["anonymous", "administrator"])
def test_no_address_takes_another_method(site, role):
    """What is not declared is answered with 405 and the methods there are."""
    client = SiteClient.of(site) if role == "anonymous" else signed_in(site, make.make_user(role))
    wrong = []
    for address, methods in addresses(site):
        for method in set(METHODS) - methods:
            answer = client.open(filled(address), method=method)
            if answer.status_code != 405 or set(answer.allow) & set(METHODS) != methods:
                wrong.append(f"{method} {address}: {answer.status} {answer.allow}")
    assert not wrong, "\n".join(wrong)
