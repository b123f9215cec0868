"""The site itself, as its server loads it."""

from app import create_app

application = create_app()
