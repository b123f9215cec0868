"""The index of words: which rows of any model contain them, at a cost that hardly grows with the number of rows.

`words` turns text into words, the same for what is written and what is asked for: small letters, no accents, pairs of
characters where a script has no spaces. `entries` says what of a row is searched, `sqlite_index` and
`postgresql_index` keep it, `upkeep` follows every commit, `filling` makes it anew, `finding` asks.
"""
