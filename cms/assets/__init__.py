"""Style sheets and scripts: what belongs together, where it is built, and under which address it is served.

In development and in tests the sources are served as they are; otherwise what `flask assets build` has made, under
addresses that name the content, so that browsers may keep them for a year.

A bundle is its entry file. `static/src/css/admin.css` lists its sheets with `@import url("…");`, and
`static/src/js/admin.js` its modules with `import "./admin/….js";`. A browser follows these in development; the build
follows them in the same order. So a new file is added in the entry file and nowhere else. Scripts that import from
each other do so by name and without renaming (`import { a } from "./b.js"`), as their parts share one scope.
"""

from cms.assets.bundles import init_app

__all__ = ["init_app"]
