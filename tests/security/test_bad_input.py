"""Hostile values at every address, in every place where a value can stand: never a failure of the program."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from tests import factories as make
from tests.security.permission_table import ROLES
from tests.security.requests_table import ABOUT_ONE, NEW, OWN, QUERIES, VALUES, filled
from tests.sign_in import form_token
from tests.site_client import SiteClient, signed_in

HOSTILE = {
    "nothing": "",
    "NUL": "a\x00b",
    "control characters": "\x01\x1b[31m\x7f\u2028",
    "huge number": "99999999999999999999",
    "number beyond 64 bits in a list": "1,99999999999999999999",
    "thousands of digits": "9" * 5_000,
    "negative": "-1",
    "not a number": "NaN",
    "exponent": "1e999",
    "digits of another script": "٣٤",
    "array": "[]",
    "object": '{"a": [1]}',
    "quotes": "' OR 1=1 -- \"",
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}%(name)s%n${7*7}",
    "path upwards": "../../../../etc/passwd",
    "absolute path": "/etc/passwd",
    "other host": "//evil.example/\\",
    "script address": "javascript:alert(1)",
    "line breaks": "a\r\nSet-Cookie: b=c",
    "percent": "%",
    "replacement": "\ufffd",
    "right to left override": "\u202eabc",
    "beyond the basic plane": "😀" * 50,
    "long": "x" * 5_000,
}
# Sent as they are: no text gives these bytes.
RAW = {
    "invalid UTF-8": "%ff%fe",
    "half a surrogate pair": "%ed%a0%80",
    "cut-off percent sign": "%",
    "no percent code": "%zz",
    "overlong slash": "%c0%af",
    "encoded slash": "%2f..%2f",
    "semicolons": ";;a;b=c",
}
# Names of parameters that any page reads.
PARAMETERS = (
    "page id url next locale q search sort desc page_size path show source since to title parent name query "
    "offset limit rowid action kind status_equals locale_equals created_at_after flt0_0 flt1_2 folder"
).split()
# For those who are refused nearly everywhere.
FEW = ("huge number",)


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


@pytest.fixture
def visitor(site):
    """A visitor of a role, who notes each answer that is none."""
    return lambda role: Visitor(site, role)


class Visitor:
    """Sends requests and keeps those that the program failed at."""

    def __init__(self, app, role):
        self.app, self.role = app, role
        self.user = make.make_user(role if role != "anonymous" else "member")
        self.client = SiteClient.of(app) if role == "anonymous" else signed_in(app, self.user)
        self.token = self.client.csrf_token or form_token(self.client, "/account/login")
        self.failed = []

    def addresses(self, method):
        """Every address that takes this method; signing out would end the tour."""
        rules = {str(rule) for rule in self.app.url_map.iter_rules() if method in rule.methods}
        return sorted(rules - {"/account/logout"})

    def send(self, what, method, path, **sent):
        """Send one request and look at the answer."""
        answer = self.client.open(path, method=method, **sent)
        if answer.status_code >= 500:
            self.failed.append(f"{what}: {method} {path[:100]} {answer.status}")
        elif answer.status_code >= 400 and "json" not in answer.content_type:
            self.look_at(what, method, path, answer.get_data(as_text=True))
        return answer

    def look_at(self, what, method, path, page):
        """An error page shows nothing of the program's inside."""
        for inside in ("Traceback", "sqlalchemy", "SELECT ", "site-packages", str(self.app.config["INSTANCE_PATH"])):
            if inside in page:
                self.failed.append(f"{what}: {method} {path[:100]} shows {inside!r}")

    def finish(self):
        """Say what failed; the tour counts only if the visitor was who they are until its end."""
        assert not self.failed, "\n".join(self.failed)
        assert self.client.get("/account/profile").status_code == (302 if self.role == "anonymous" else 200)


def values_for(role, address, values=HOSTILE):
    """The values for an address: all for administrators, who get deepest, and some for the others.

    Screens derived from models are one class: what is not tried at one of them is tried at the next.
    """
    if role != "administrator":
        return {name: value for name, value in values.items() if name in FEW}
    parts = address.split("/")
    if len(parts) < 4 or parts[2] not in NEW or parts[2] == "posts":
        return values
    shift = sorted(NEW).index(parts[2])
    return {name: value for number, (name, value) in enumerate(values.items()) if (number + shift) % 6 == 0}


@pytest.mark.parametrize("role", ROLES)
def test_in_addresses(visitor, role):
    """Where a rule has a variable, and after every path."""
    guest = visitor(role)
    for address in guest.addresses("GET"):
        if "<" not in address:
            continue
        values = {name: quote(value, safe="") for name, value in HOSTILE.items()} | RAW
        for name, value in values_for(role, address, values).items():
            guest.send(name, "GET", hostile_path(address, value))
    guest.finish()


def hostile_path(address, value):
    """An address with its last variable replaced by a hostile value."""
    head, _bracket, tail = address.rpartition("<")
    return filled_partly(head) + value + tail.partition(">")[2]


def filled_partly(head):
    """What stands before the last variable, with its own variables filled in."""
    for variable, value in VALUES.items():
        head = head.replace(variable, value)
    return head


@pytest.mark.parametrize("role", ROLES)
def test_in_queries(visitor, role):
    """In every parameter at once, and as parameters of the one object that a page is about."""
    guest = visitor(role)
    for address in guest.addresses("GET"):
        path = filled(address)
        for name, value in values_for(role, address).items():
            guest.send(name, "GET", path, query_string=dict.fromkeys(PARAMETERS, value))
        for name, value in RAW.items():
            guest.send(
                name, "GET", path, query_string=f"page={value}&id={value}&q={value}&{value}={value}&page[]={value}"
            )
    guest.finish()


@pytest.mark.parametrize("role", ROLES)
def test_in_forms(visitor, role):
    """In every field that a form has, and in fields that none has; for a new object, and for one that is there."""
    guest = visitor(role)
    for address in guest.addresses("POST"):
        path, query, names = form_at(guest, address)
        for name, value in values_for(role, address).items():
            data = dict.fromkeys({*names, *PARAMETERS}, value) | {"csrf_token": guest.token}
            guest.send(name, "POST", path, query_string=query, data=data)
        fields = {name: ["a", "b", ""] for name in {*names, *PARAMETERS}}
        guest.send("several values", "POST", path, query_string=query, data=fields | {"csrf_token": guest.token})
    guest.finish()


def form_at(guest, address):
    """The path and query of a form, and the names of its fields."""
    parts = address.strip("/").split("/")
    query = dict(QUERIES.get(parts[-1], {}))
    if parts[0] == "admin" and len(parts) > 2 and parts[1] in NEW and parts[-1] in ABOUT_ONE:
        query["id"] = NEW[parts[1]](OWN, guest.user).id
    path = filled(address)
    page = guest.client.get(path, query_string=query)
    fields = Fields()
    if page.status_code == 200 and page.mimetype == "text/html":
        fields.feed(page.get_data(as_text=True))
    return path, query, fields.names - {"csrf_token"}


class Fields(HTMLParser):
    """The names of the fields of a page's forms."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def handle_starttag(self, tag, attrs):
        """Keep the name of a field."""
        name = dict(attrs).get("name")
        if tag in ("input", "textarea", "select", "button") and name:
            self.names.add(name)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b'{"csrf_token": "\\ud800"}'),
        ("application/json", b"[" * 50_000),
        ("multipart/form-data", b"--"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="upload"; filename="x"'),
        ("application/x-www-form-urlencoded", b"%ff=%fe&&=&%00"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"+ADw-=1"),
        ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
        ("nonsense", b"\x00\xff"),
    ],
)
def test_bodies_of_other_kinds(visitor, content_type, body):
    """Wrong, broken and cut-off bodies at every address that takes one, with a good token beside them."""
    guest = visitor("administrator")
    headers = {"X-CSRFToken": guest.token, "Content-Type": content_type}
    for address in guest.addresses("POST"):
        guest.send(content_type, "POST", filled(address), data=body, headers=headers)
    guest.finish()


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "babelpress_session=\xff\xfe; babelpress_remember=1|\xe9; locale=\x00; ="},
        {"Cookie": "babelpress_session=.eJx; babelpress_remember=1:1|abc; locale=../../x"},
        {"Accept-Language": "\xff;q=x,,;;=," + "a-" * 3_000},
        {"Accept": "\xff;q=x,,;;="},
        {"Accept-Encoding": "gzip;q=x, br;;, \xff"},
        {"If-None-Match": '"unclosed', "If-Modified-Since": "yesterday"},
        {"Range": "bytes=9-1,-,a"},
        {"Referer": "http://[::1", "Origin": "null"},
        {"X-Forwarded-For": "' OR 1=1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Content-Length": "-1"},
        {"Content-Length": "99999999999999999999"},
    ],
    ids=str,
)
def test_in_headers(site, headers):
    """What a browser would never send."""
    wrong = []
    for address in sorted({str(rule) for rule in site.url_map.iter_rules() if "GET" in rule.methods}):
        client = site.test_client(use_cookies=False)
        answer = client.get(filled(address), headers=headers, buffered=True)
        if answer.status_code >= 500:
            wrong.append(f"{address}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("host", ["evil.example", "a b", "<script>", "localhost:99999", "[::1", "\xff", "a" * 300])
def test_hosts_that_are_not_ours(site, host):
    """With names that are trusted, every other one is refused, in words."""
    site.config["TRUSTED_HOSTS"] = ["localhost"]
    for path in ("/", "/en/", "/en/nothing-here", "/account/login", "/admin/", "/healthz"):
        answer = site.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "Traceback" not in answer.text
        assert site.test_client().get(path, headers={"Host": "localhost"}).status_code in (200, 302, 404)


def test_bodies_that_are_too_large(site, visitor):
    """Refused by their size, in words, whatever they are."""
    guest = visitor("administrator")
    site.config["MAX_CONTENT_LENGTH"] = 10_000
    for address in guest.addresses("POST"):
        data = {"csrf_token": guest.token, "title": "x" * 20_000}
        assert guest.send("large", "POST", filled(address), data=data).status_code == 413, address
    guest.finish()


def test_forms_with_too_many_fields(site, visitor):
    """A thousand fields are none of ours."""
    guest = visitor("administrator")
    site.config["MAX_FORM_PARTS"] = 100
    files = {f"field{number}": (None, "x") for number in range(200)}
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in files) + "--b--\r\n"
    answer = guest.send(
        "many fields", "POST", "/account/profile", data=body, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 413
