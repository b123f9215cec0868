"""What the topics of files are called in each language."""

from pathlib import Path

import pytest

from cms.content import editing
from cms.content.importing.report import Outcome
from cms.extensions import db
from cms.models import Tag
from cms.security.policy import SYSTEM
from tests.content.importing.imported_folder import Write, bring_in, post, reasons

pytestmark = pytest.mark.usefixtures("db_session")


def names(locale: str, slug: str) -> list[str]:
    return [tag.name for tag in post(locale, slug).tags]


def test_a_topic_is_called_as_its_article_in_every_other_language(write: Write, folder: Path) -> None:
    write("en/legal.md", title="The Legal Side", **{"class": "legal-matters"}, related="[coc]")
    write("en/conduct.md", title="Your Code of Conduct", **{"class": "coc"})
    write("pt/legal.md", title="O Lado Legal", **{"class": "legal-matters"}, related="[coc]")
    write("pt/conduct.md", title="Seu C&oacute;digo de Conduta.", **{"class": "COC"})
    report = bring_in(folder)
    assert not report.problems
    assert names("en", "legal") == ["Coc", "Legal matters"]
    assert names("pt", "legal") == ["O Lado Legal", "Seu Código de Conduta"]
    assert names("pt", "conduct") == ["Seu Código de Conduta"]
    english, portuguese = (
        db.session.query(Tag).filter(Tag.name.in_(pair)).all() for pair in (["Coc"], ["Seu Código de Conduta"])
    )
    assert [tag.translation_key for tag in english] == [tag.translation_key for tag in portuguese]
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 4


def test_what_a_file_calls_it_goes_before_the_title(write: Write, folder: Path) -> None:
    write("pt/legal.md", title="O Lado Legal", **{"class": "legal"}, tags="{legal: Direito}")
    write("pt/other.md", title="Outro", related="[legal]")
    bring_in(folder)
    assert names("pt", "legal") == names("pt", "other") == ["Direito"]


@pytest.mark.parametrize("title", ["Comunidade", "x" * 121])
def test_a_topic_without_a_name_is_left_out_and_reported(write: Write, folder: Path, title: str) -> None:
    """Nothing in the language is about it, or several articles are, or what is has too long a title."""
    write("pt/one.md", title=title, **{"class": "building"})
    if title == "Comunidade":
        write("pt/two.md", title="Outra comunidade", **{"class": "building"})
    write("pt/other.md", title="Outro", related="[building]")
    report = bring_in(folder)
    assert "has no name in the language" in reasons(report)["building"]
    assert names("pt", "other") == []
    assert db.session.query(Tag).count() == 0
    write("pt/other.md", title="Outro", related="[building]", tags="{building: Comunidades}")
    assert not bring_in(folder).problems
    assert names("pt", "other") == names("pt", "one") == ["Comunidades"]


def test_a_tag_that_is_there_keeps_the_name_that_it_got_here(write: Write, folder: Path) -> None:
    write("pt/legal.md", title="O Lado Legal", **{"class": "legal"})
    bring_in(folder)
    editing.update(db.session.query(Tag).one(), {"name": "Direito"}, SYSTEM)
    (folder / "pt" / "legal.md").unlink()
    write("pt/other.md", title="Outro", related="[legal]")
    assert not bring_in(folder).problems
    assert names("pt", "other") == ["Direito"]


def test_a_topic_that_is_named_twice_is_one_tag(write: Write, folder: Path) -> None:
    write("en/legal.md", title="The Legal Side", tags="[Legal]", **{"class": "legal"}, related="[LEGAL]")
    bring_in(folder)
    assert names("en", "legal") == ["Legal"]
