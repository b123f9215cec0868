"""Who may do what: one line for each address of the site, the expectation that the program is held to.

A line is: methods, address, and a mark for each of ROLES. Braces stand for alternatives, `*` for any text. A method
with a name in brackets is a request of that kind (`POST[publish]`: the form sent by its button "publish").

+  may, whoever the object belongs to          -  refused: 403
o  may with objects of their own only           >  led to the sign-in
l  may with objects in their languages only
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

ROLES = ("anonymous", "member", "translator", "author", "editor", "administrator")

TABLE = """
# Public pages, and what they are made of
GET        /                                                              + + + + + +
GET        /<language:locale>/                                            + + + + + +
GET        /<language:locale>/{posts,tags,categories}/<text:slug>         + + + + + +
GET        /<language:locale>/authors/<text:username>                     + + + + + +
GET        /<language:locale>/archive/<int:year>/<int:month>              + + + + + +
GET        /<language:locale>/feed.xml                                    + + + + + +
GET        /<language:locale>/<path:path>                                 + + + + + +
GET        /language/<language:locale>                                    + + + + + +
GET        /search/<language:locale>                                      + + + + + +
GET        /{robots.txt,sitemap.xml,healthz}                              + + + + + +
GET        /sitemap/{homes.xml,<table>-<int:number>.xml}                  + + + + + +
GET        /{static,admin/static}/<path:filename>                         + + + + + +
GET        /files/<path:path>                                             + + + + + +
GET        /media/<name>                                                  + + + + + +

# One's own account
GET POST   /account/login                                                 + + + + + +
GET POST   /account/login/with-form                                       + + + + + +
POST       /account/logout                                                > + + + + +
GET        /account/                                                      + + + + + +
GET POST   /account/{password,profile}                                    > + + + + +

# The back office as a whole
GET        /admin/                                                        > - + + + +
GET        /admin/{search,link-search}/                                   > - + + + +
POST       /admin/language/                                               > - + + + +

# Documents
GET        /admin/posts/{,export/<export_type>/,slug/,ajax/lookup/}       > - + + + +
GET        /admin/posts/{details,preview,history}/                        > - + o + +
GET POST   /admin/posts/new/                                              > - - + + +
GET[into]  /admin/posts/new/                                              > - + - + +
GET POST   /admin/posts/edit/                                             > - l o + +
POST[publish]    /admin/posts/edit/                                       > - l - + +
POST[unpublish]  /admin/posts/edit/                                       > - l - + +
POST       /admin/posts/{return,current}/                                 > - l o + +
POST       /admin/posts/{delete,restore}/                                 > - - o + +
POST[delete]     /admin/posts/action/                                     > - - o + +
POST[publish]    /admin/posts/action/                                     > - l - + +
GET[delete] POST[delete]    /admin/posts/all/                             > - - + + +
GET[publish] POST[publish]  /admin/posts/all/                             > - + - + +
POST       /admin/posts/ajax/update/                                      > - + + + +

GET        /admin/pages/{,export/<export_type>/,slug/,ajax/lookup/}       > - + - + +
GET        /admin/pages/{details,preview,history}/                        > - + - + +
GET POST   /admin/pages/new/                                              > - - - + +
GET[into]  /admin/pages/new/                                              > - + - + +
GET POST   /admin/pages/edit/                                             > - l - + +
POST[publish]    /admin/pages/edit/                                       > - l - + +
POST[unpublish]  /admin/pages/edit/                                       > - l - + +
POST       /admin/pages/{return,current}/                                 > - l - + +
POST       /admin/pages/{delete,restore}/                                 > - - - + +
POST[delete]     /admin/pages/action/                                     > - - - + +
POST[publish]    /admin/pages/action/                                     > - l - + +
GET[delete] POST[delete]    /admin/pages/all/                             > - - - + +
GET[publish] POST[publish]  /admin/pages/all/                             > - + - + +
POST       /admin/pages/ajax/update/                                      > - + - + +

# Topics
GET        /admin/{categories,tags}/{,export/<export_type>/,details/,ajax/lookup/}  > - + + + +
GET POST   /admin/{categories,tags}/new/                                  > - - - + +
GET[into]  /admin/{categories,tags}/new/                                  > - + - + +
GET POST   /admin/{categories,tags}/edit/                                 > - l - + +
POST       /admin/{categories,tags}/delete/                               > - - - + +
POST       /admin/{categories,tags}/action/                               > - - - + +
GET POST   /admin/{categories,tags}/all/                                  > - - - + +
POST       /admin/{categories,tags}/ajax/update/                          > - + - + +

# Menus
GET        /admin/{menus,menu_items}/{,export/<export_type>/,details/,ajax/lookup/}  > - + - + +
GET POST   /admin/{menus,menu_items}/new/                                 > - - - + +
GET[into]  /admin/menus/new/                                              > - + - + +
GET POST   /admin/menus/edit/                                             > - l - + +
GET POST   /admin/menu_items/edit/                                        > - - - + +
POST       /admin/{menus,menu_items}/{delete,action}/                     > - - - + +
GET POST   /admin/{menus,menu_items}/all/                                 > - - - + +
POST       /admin/menus/ajax/update/                                      > - + - + +
POST       /admin/menu_items/ajax/update/                                 > - - - + +

# Pictures and files
GET        /admin/media/{,export/<export_type>/,details/,ajax/lookup/}    > - + + + +
GET        /admin/media/browse/                                           > - + + + +
POST       /admin/media/upload/                                           > - - + + +
GET POST   /admin/media/new/                                              > - - + + +
GET POST   /admin/media/edit/                                             > - - o + +
POST       /admin/media/{delete,action}/                                  > - - - + +
GET POST   /admin/media/all/                                              > - - - + +
POST       /admin/media/ajax/update/                                      > - - + + +
GET        /admin/files/{,b/<path:path>}                                  > - - - + +
GET        /admin/files/{download,thumbnail}/<path:path>                  > - - - + +
GET POST   /admin/files/{upload,mkdir}/{,<path:path>}                     > - - - + +
GET POST   /admin/files/{edit,rename,move}/                               > - - - + +
POST       /admin/files/{delete,action}/                                  > - - - + +
# Flask-Admin's own listings, which no screen of ours uses
GET        /admin/files/{old_index,old_b/<path:path>}                     > - - - - -

# The texts of the interface
GET        /admin/translations/                                           > - + - - +
GET POST   /admin/translations/<code>/{,<token>/}                         > - l - - +

# What the site is set up with
*          /admin/{redirects,settings}/*                                  > - - - + +

# People
*          /admin/{users,roles,grants}/*                                  > - - - - +

# The record, which nobody changes
GET        /admin/audit/{,export/<export_type>/,details/,ajax/lookup/}    > - - - + +
*          /admin/audit/{new,edit,delete,action,all,ajax/update}/         > - - - - -

# Background work; what is not one's own is answered as if it were not there (tests/admin/test_jobs.py)
GET        /admin/jobs/{,<int:job_id>/,<int:job_id>/progress/}            > - + + + +
POST       /admin/jobs/<int:job_id>/{stop,continue}/                      > - + + + +
"""


@dataclass(frozen=True)
class Expectation:
    """One address pattern of a line, with what each role may do there."""

    methods: tuple[str, ...]
    pattern: str
    marks: tuple[str, ...]

    def covers(self, address: str, method: str) -> bool:
        """Whether the line speaks of a request of this kind (`POST`, `POST[publish]`) to this address."""
        return (self.methods == ("*",) or method in self.methods) and fnmatchcase(address, self.pattern)

    def mark(self, role: str) -> str:
        """What the role may do."""
        return self.marks[ROLES.index(role)]


def expectations() -> list[Expectation]:
    """The table, one entry for each alternative of each line."""
    entries = []
    for line in TABLE.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        marks, rest = tuple(words[-len(ROLES) :]), words[: -len(ROLES)]
        entries += [Expectation(tuple(rest[:-1]), address, marks) for address in alternatives(rest[-1])]
    return entries


def alternatives(text: str) -> list[str]:
    """A text with every combination of what stands in its braces."""
    parts = re.split(r"\{([^}]*)\}", text)
    choices = [part.split(",") if position % 2 else [part] for position, part in enumerate(parts)]
    return ["".join(combination) for combination in product(*choices)]
