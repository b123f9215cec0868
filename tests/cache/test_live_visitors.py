"""Everybody gets the page of his own address, over the wire, from real processes, whatever he sends along.

Nothing changes meanwhile, so an address has one page: what any visitor gets is compared, byte for byte, with what
somebody without any header got first; and each page names its language, its host and itself.
"""

import gzip
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field

import brotli
import pytest
import redis

from cms.cache.addresses import SHARED_PLACES
from tests.cache.changing_site import cookie_of
from tests.factories import make_post, make_user
from tests.live_site import HOST, OTHER_HOST, LiveSite
from tests.raw_http import RawConnection, RawReply
from tests.site_client import signed_in
from tests.stress import amount

REQUESTS = amount(3000, 100_000)
VISITORS = 4
LANGUAGES = ("en", "pt", "ar", "de", "zh-Hans")
POSTS = 3
ROLES = ("member", "translator", "author", "editor", "administrator")
# In the names of people who have written nothing: no page shows them to anybody but themselves.
SECRET = "Nobody knows"
MARK = re.compile(r"\(mix ([\w-]+) (\d+)\)")
HOSTS_NAMED = re.compile(r"https?://([\w.:-]*example[\w.:-]*)")

GOOD_HOSTS = [HOST, OTHER_HOST, HOST.upper(), "Other.Example", f"{HOST}:8080"]
BAD_HOSTS = ["evil.example", f"{HOST}.evil.example", "127.0.0.1", "a b", f"{HOST}:99999999", "[::1", f"{HOST}/x", ""]
QUERIES = ["", "", "", "page=1", "page=1&page=7", "page=", "%70age=1", "utm={n}", "&&=&", "a[]={n}&a[]=2", "q=%00%ff"]
# Of these a page knows nothing.
VISITS: list[list[tuple[str, str]]] = [
    [],
    [("Accept-Language", "pt"), ("Accept", "application/json")],
    [("Cookie", "session=forged; language=ar; remember_token=1|x")],
    [("Cookie", "x=" + "y" * 6000)],
    [("Cookie", "a=1"), ("Cookie", "session=\xff\xfe")],
    [("Authorization", "Basic YTpi")],
    [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.example")],
    [("X-Original-URL", "/admin/"), ("X-Rewrite-URL", "/admin/"), ("X-HTTP-Method-Override", "DELETE")],
    [("If-Modified-Since", "Fri, 20 Nov 2037 00:00:00 GMT"), ("If-Unmodified-Since", "yesterday")],
    [("Cache-Control", "no-cache"), ("Pragma", "no-cache")],
    [("Range", "lines=1-2")],
    [("Range", "bytes=0-1,3-4")],
    [("If-None-Match", '"other", W/"another"')],
]
ENCODINGS = ["", "", "gzip", "br", "gzip, br;q=0.5", "identity", "br;q=0, *", "zstd", "gzip;q=nonsense", "*;q=0"]


@dataclass(frozen=True)
class Wish:
    """A request, and what must come of it: the canonical address of the page, and its status."""

    host: str
    target: str
    key: str
    status: int
    language: str = ""
    own: str = ""


@dataclass
class Mix:
    """What visitors saw, over all of them."""

    live: LiveSite
    cookies: list[str]
    first: dict[str, RawReply] = field(default_factory=dict)
    marks: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def visit(self, number: int) -> None:
        """One visitor's share of the requests, half of the visitors at each set of processes."""
        chance = random.Random(number)
        connection = RawConnection(self.live.ports[number % 2])
        for _ in range(REQUESTS // VISITORS):
            if self.wrong:
                break
            wish = wanted(chance)
            try:
                self.ask(connection, wish, chance)
            except (OSError, AssertionError) as error:
                self.wrong.append(f"{wish}: {error!r}")
        connection.close()

    def ask(self, connection: RawConnection, wish: Wish, chance: random.Random) -> None:
        """Ask as somebody does, and compare."""
        plain = self.first.get(wish.key)
        if plain is None:
            plain = connection.ask("GET", wish.target, [("Host", wish.host)])
            self.check_first(wish, plain)
            self.first[wish.key] = plain
        sent = [("Host", wish.host), *chance.choice(VISITS)]
        if chance.randrange(3) == 0:
            sent.append(("Cookie", chance.choice(self.cookies)))
        encoding = chance.choice(ENCODINGS)
        if encoding:
            sent.append(("Accept-Encoding", encoding))
        special = chance.choice(["", "", "", "HEAD", "same", "any", "match", "range", "tail", "beyond"])
        etag = plain.headers.get("etag", "")
        if wish.status == 200 and not any(name == "Range" for name, _ in sent):
            sent += conditions(special, etag, chance)
        reply = connection.ask("HEAD" if special == "HEAD" else "GET", wish.target, sent)
        with self.lock:
            self.marks[reply.headers.get("x-cache", "")] += 1
            self.statuses[reply.status] += 1
        self.check(wish, plain, reply, special)

    def check_first(self, wish: Wish, reply: RawReply) -> None:
        """The page is the one of its address."""
        assert reply.status == wish.status, f"{reply.status} {reply.body[:200]!r}"
        check_public(reply)
        text = reply.body.decode()
        if wish.language:
            assert f'<html lang="{wish.language}"' in text
            assert {language for language, _ in MARK.findall(text)} <= {wish.language}
        if wish.own:
            assert wish.own in text
        if wish.status == 200:
            assert set(HOSTS_NAMED.findall(text)) <= {wish.host.lower()}, HOSTS_NAMED.findall(text)

    def check(self, wish: Wish, plain: RawReply, reply: RawReply, special: str) -> None:
        """A reply is what the plain one was, or the part or the saying that was asked for."""
        check_public(reply)
        if reply.status == 304:
            assert special in ("same", "any"), special
            assert not reply.body
        elif reply.status == 206:
            assert special in ("range", "tail"), special
            self.check_part(plain, reply)
        elif reply.status == 416:
            assert special == "beyond", special
        elif reply.status == 412:
            assert special == "match", special
        else:
            assert reply.status == plain.status, reply.status
            assert reply.headers.get("location") == plain.headers.get("location")
            if special != "HEAD":
                assert decoded(reply) == plain.body

    def check_part(self, plain: RawReply, reply: RawReply) -> None:
        """A part is that part of the page, in the encoding that the reply names."""
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", reply.headers["content-range"])
        assert found is not None
        start, end, whole = map(int, found.groups())
        assert end - start + 1 == len(reply.body)
        if "content-encoding" not in reply.headers:
            assert whole == len(plain.body)
            assert plain.body[start : end + 1] == reply.body


def conditions(special: str, etag: str, chance: random.Random) -> list[tuple[str, str]]:
    """The headers of a request that wants something other than the whole page."""
    start = chance.randrange(100)
    return {
        "same": [("If-None-Match", f'W/"x", {etag}')],
        "any": [("If-None-Match", "*")],
        "match": [("If-Match", '"other"')],
        "range": [("Range", f"bytes={start}-{start + chance.randrange(400)}")],
        "tail": [("Range", f"bytes=-{1 + chance.randrange(400)}")],
        "beyond": [("Range", "bytes=99999999-")],
    }.get(special, [])


def wanted(chance: random.Random) -> Wish:
    """Some address in some spelling."""
    number, language = chance.randrange(10**9), chance.choice(LANGUAGES)
    if chance.randrange(12) == 0:
        return Wish(chance.choice(BAD_HOSTS), f"/{language}/", "bad host", 400)
    host = f"{HOST}:{1 + number % 65535}" if chance.randrange(40) == 0 else chance.choice(GOOD_HOSTS)
    post = 1 + chance.randrange(POSTS)
    own = f"(mix {language} {post})"
    path, spelled, status, shown = chance.choice(
        [
            (f"/{language}/", f"/{language}/", 200, ""),
            (f"/{language}/posts/mix-{post}", f"/{language}/posts/mix-{post}", 200, own),
            (f"/{language}/posts/mix-{post}", f"/{language}/%70osts/m%69x-{post}", 200, own),
            (f"/{language}/posts/mix-{post}", f"/{language}/posts/mix-{post}?page={number}", 200, own),
            (f"/{language}/posts/MIX-{post}", f"/{language}/posts/MIX-{post}", 404, ""),
            (f"/{language.upper()}/posts/mix-{post}", f"/{language.upper()}/posts/mix-{post}", 301, ""),
            (f"/{language}/none", f"/{language}/none", 404, ""),
            (f"/{language}/none", f"/{language}/%6e%6fne", 404, ""),
            (f"/{language}/n\xfc", f"/{language}/n%c3%bc", 404, ""),
            (f"/{language}/none-{number}", f"/{language}/none-{number}", 404, ""),
            (f"/{language}/feed.xml", f"/{language}/feed.xml", 200, own),
            ("/sitemap.xml", "/sitemap.xml", 200, f"/{language}/posts/mix-{post}"),
        ]
    )
    query = chance.choice(QUERIES).format(n=number)
    html = status != 301 and not path.endswith(".xml")
    if status == 301 or "?" in spelled:
        # The query goes along, as far as pages know it.
        query = ""
    target = f"{spelled}?{query}" if query else spelled
    # A number of a page that says nothing is an address of its own, with the same page.
    return Wish(host, target, f"{host.lower()} {path}", status, language if html else "", shown)


def check_public(reply: RawReply) -> None:
    """Nothing of anybody: no cookie is set, nobody is named, nothing varies by who asks."""
    assert reply.status < 500, reply.status
    assert "set-cookie" not in reply.headers
    assert "cookie" not in reply.headers.get("vary", "").lower()
    assert SECRET.encode() not in reply.body


def decoded(reply: RawReply) -> bytes:
    """The page itself."""
    encoding = reply.headers.get("content-encoding")
    return {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding](reply.body)


def kept(live: LiveSite, kind: str) -> int:
    """How many places of a kind the cache server holds."""
    with redis.Redis.from_url(live.redis.url) as client:
        return sum(1 for _ in client.scan_iter(f"*:{kind}:*", count=1000))


@pytest.mark.stress
def test_everybody_gets_his_own_page(live: LiveSite) -> None:
    with live.app.app_context():
        for language in LANGUAGES:
            for number in range(1, POSTS + 1):
                mark = f"(mix {language} {number})"
                make_post(locale=language, slug=f"mix-{number}", title=f"M {mark}", body=f"<p>{mark}</p>")
        people = [make_user(role, display_name=f"{SECRET} {role}") for role in ROLES]
        cookies = [cookie_of(signed_in(live.app, person)) for person in people]
    mix, before = Mix(live, cookies), kept(live, "page")
    visitors = [threading.Thread(target=mix.visit, args=(number,)) for number in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    pages, shared = kept(live, "page"), kept(live, "shared")
    asked = sum(mix.marks.values())
    print(f"\n{asked} requests, {dict(mix.marks)}, {dict(mix.statuses)}, kept: {pages} pages, {shared} shared places")
    assert mix.wrong == []
    assert asked >= REQUESTS - VISITORS
    # Most made-up queries are no addresses; what is left of them, of hosts and of paths shares some places. Each page
    # has one of its own under each of our two names.
    assert shared <= SHARED_PLACES
    assert pages - before <= 2 * len(LANGUAGES) * (POSTS + 2) + 2
    assert set(mix.marks) == {"hit", "miss", "bypass"}
    assert mix.marks["hit"] > 0.5 * asked
