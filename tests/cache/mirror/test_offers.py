"""How pages get to the mirror: sent and forgotten."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.cache.addresses import Address
from cms.cache.entries import Entry
from cms.cache.mirror.offers import AGAIN, LARGEST, SOCKET, Offers, decode_offer, encode_offer, release_of
from tests.cache.conftest import Clock

SECRET = b"s" * 32
ADDRESS = Address("https", "example.org", "", "/en/", "", known=True)


def page(address: Address = ADDRESS, body: bytes = b"page", sequence: int = 7, kind: str = "text/html") -> Entry:
    headers = [("Content-Type", f"{kind}; charset=utf-8")]
    return Entry(
        key=address.text, status="200 OK", headers=headers, body=body, tags=["a"], sequence=sequence, expires=9e9
    )


class Mailbox:
    """A socket as the mirror has it, and somebody who offers to it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / SOCKET))
        self.socket.setblocking(False)
        self.offers = Offers(folder, "release", SECRET, clock)

    def received(self) -> int:
        count = 0
        while True:
            try:
                self.last = self.socket.recv(LARGEST + 1)
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self.socket.close()
        self.offers.close()
        self.offers.close()


@pytest.fixture
def mailbox(tmp_path: Path, clock: Clock) -> Iterator[Mailbox]:
    found = Mailbox(tmp_path, clock)
    yield found
    found.close()


def test_a_page_arrives_as_it_is(mailbox: Mailbox) -> None:
    mailbox.offers.make(ADDRESS, page(body=b"x" * 300_000))
    assert mailbox.received() == 1
    assert release_of(mailbox.last) == "release"
    offer = decode_offer(mailbox.last, SECRET)
    assert offer is not None
    assert (offer.address, offer.entry.identity.body, offer.entry.tags) == (ADDRESS, b"x" * 300_000, ["a"])


def test_it_is_sent_once_in_a_while(mailbox: Mailbox, clock: Clock) -> None:
    for _ in range(5):
        mailbox.offers.make(ADDRESS, page())
    assert mailbox.received() == 1
    mailbox.offers.make(ADDRESS, page(sequence=8))
    assert mailbox.received() == 1
    clock.now += AGAIN
    mailbox.offers.make(ADDRESS, page(sequence=8))
    assert mailbox.received() == 1


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        (ADDRESS._replace(path="/en/../x"), page()),
        (ADDRESS, page(kind="text/plain")),
        (ADDRESS, page(body=b"x" * LARGEST)),
    ],
)
def test_what_can_be_no_file_is_not_sent(mailbox: Mailbox, address: Address, entry: Entry) -> None:
    mailbox.offers.make(address, entry)
    assert mailbox.received() == 0


def test_a_busy_mirror_holds_nobody_up(mailbox: Mailbox) -> None:
    for number in range(2000):
        mailbox.offers.make(ADDRESS._replace(path=f"/en/{number}"), page(body=b"x" * 1000))
    assert 0 < mailbox.received() < 2000


def test_no_mirror_is_no_error(tmp_path: Path) -> None:
    offers = Offers(tmp_path / "none", "release", SECRET)
    offers.make(ADDRESS, page())
    offers.close()


def test_what_is_remembered_has_an_end(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.cache.mirror.offers._MOST_REMEMBERED", 3)
    for number in range(10):
        mailbox.offers.make(ADDRESS._replace(path=f"/en/{number}"), page())
    assert len(mailbox.offers._offered) <= 3


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"release",
        b"release\n\n",
        b"release\n\xff\xfe\ngarbage",
        encode_offer("release", page(), b"another secret"),
        encode_offer("release", page(), SECRET)[:-1],
        encode_offer("release", page(), SECRET).replace(b"example.org", b"example.net", 1),
    ],
)
def test_what_was_not_made_by_us_is_no_offer(message: bytes) -> None:
    assert decode_offer(message, SECRET) is None
