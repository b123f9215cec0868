"""The mirror: a process of its own that keeps cached pages as files for the web server in front.

The web server serves the files by itself, whether the application runs or not. They are never stale: see
docs/decisions/0010-pages-from-files.md.

`names`     which file stands for which address
`offers`    how the application gives its pages to the mirror
`folder`    the files, and the leases without which the web server does not find them
`contents`  which file depends on what, and until when it is good
`process`   the mirror itself
"""
