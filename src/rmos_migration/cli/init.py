"""rmos init: make or upgrade a database."""

from ..store import schema, structure
from ..store.database import database_at
from ..store.port import FileCondition
from . import console
from .options import DatabaseOption, load_settings
from .structure import structure_noted


def init(database: DatabaseOption = None) -> None:
    """Bring the database to the current schema; rmos migrate does it too when it has to."""
    place = database_at(load_settings(database=database).database)
    before = place.inspect()
    with place.write("rmos init"):
        pass
    if before.condition is FileCondition.CURRENT:
        console.say(f"{place.place} has schema {schema.CURRENT_VERSION} already; nothing was changed.")
        with place.read() as snapshot:
            noted, hint = structure_noted(structure.found(snapshot.connection))
        if noted:
            console.say(f"But it is not as it was made: {noted}.")
            console.say(f"  → {hint}")
    elif before.condition is FileCondition.OLDER:
        console.say(f"{place.place} was upgraded from schema {before.version} to {schema.CURRENT_VERSION}.")
        console.say(f"The backup is {place.last_backup(before.version)}.")
    else:
        console.say(f"{place.place} was made with schema {schema.CURRENT_VERSION}. Next: rmos migrate")
