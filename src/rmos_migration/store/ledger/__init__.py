"""The ledger: what became of every document, as of now."""

from .conditions import (
    FROM_API,
    IS_FOR_ITS_ID,
    IS_NOT_LOADED,
    IS_OF_EDITED_RECORD,
    IS_SUPERSEDED,
    PLACE,
    SAYS_WRITTEN,
    SPEAKS_OF_ROW,
)
from .entries import (
    BATCH,
    by_file,
    deleted_ids,
    entries,
    lost,
    origins,
    overridden,
    places_of,
    set_aside,
    trace_of,
)
from .files import KnownDocument, KnownFile, known_documents, known_files, never_read, orphans
from .formers import Former, begin_noting, formers, note_formers
from .holders import (
    forget_places,
    holders_of,
    is_refused_as_a_whole,
    named,
    release,
    restore,
    set_aside_for,
    supersede,
    superseded,
    superseded_in,
)
from .seen import Unseen, begin_seeing, note_seen, unseen
from .sources import (
    encodings,
    is_any_path_below,
    location_of,
    locations,
    move_source,
    only_source,
    some_paths,
    source_id,
    source_ids,
    source_number,
)
from .writing import disown, forget_deleted, forget_files, give_up_lost, write_ledger
