"""Languages of the site and of its interface.

``locales`` and ``negotiation`` decide which language is meant; ``po_*`` read and edit catalogue files without
touching a byte that is not theirs; ``checks`` judges a translation; ``live_catalogs``, ``domain`` and ``watch``
bring an edited file to every running process; ``catalogs`` is the service that screens and commands share.
"""
