"""pages"""

from fastapi import APIRouter


def page_routers() -> list[APIRouter]:
    """The routes of the pages."""
    return []
