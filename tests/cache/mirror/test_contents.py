"""Which file depends on what, and until when it is good."""

from cms.cache.mirror.contents import Contents, Kept


def kept(*tags: str, sequence: int = 5, expires: float = 100.0, size: int = 10) -> Kept:
    return Kept("mark", size, frozenset(tags), sequence, expires)


def test_a_purge_finds_the_files_that_it_makes_stale() -> None:
    contents = Contents()
    contents.add("one", kept("a", "b"))
    contents.add("two", kept("b", sequence=9))
    assert sorted(contents.made_stale(["b", "x"], 10)) == ["one", "two"]
    assert contents.made_stale(["b"], 9) == ["one"]
    assert contents.made_stale(["b"], 5) == []
    contents.drop("one")
    assert contents.made_stale(["a", "b"], 10) == ["two"]
    assert (len(contents), contents.size, contents.oldest()) == (1, 10, "two")
    assert contents.drop("one") is None


def test_files_expire_in_the_order_of_their_moments() -> None:
    contents = Contents()
    for name, moment in (("late", 300.0), ("soon", 100.0), ("later", 200.0)):
        contents.add(name, kept(expires=moment))
    # The same file again, good for longer.
    contents.add("soon", kept(expires=250.0))
    found = []
    for name in contents.expired(250.0):
        contents.drop(name)
        found.append(name)
    assert found == ["later", "soon"]
    assert list(contents.expired(299.0)) == []


def test_moments_of_files_that_are_gone_do_not_pile_up() -> None:
    contents = Contents()
    for number in range(5000):
        contents.add("one", kept(expires=1000.0 + number))
    assert len(contents._by_moment) < 2000
    assert list(contents.expired(99999.0)) == ["one"]
