"""Bringing in content that was written elsewhere: folders of Markdown files, with their pictures and languages."""
