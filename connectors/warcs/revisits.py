"""Revisits: records that say `the same as before`, and the records before that they mean."""

from __future__ import annotations

from contextlib import suppress

from connectors.files import RefusedFileError
from connectors.reading import Found
from connectors.warcs.originals import Place
from connectors.warcs.records import WarcReader, WarcRecord


def find_original(found: Found, warc: WarcReader, revisit: WarcRecord) -> WarcRecord | None:
    """Read the record again that a revisit means, wherever in this run it was; None where it was in none of its files.

    That is the record with the digest of its payload, at whatever address. A revisit that tells no digest means what was
    last captured at the address it refers to, or at its own where it says that the server told so, and nothing that has
    another date or id than it refers to.
    """
    digest = revisit.fields.get("warc-payload-digest")
    if digest:
        place = found.originals.with_digest(digest)
        original = _read_again(found, warc, place) if place else None
        return original if original and original.fields.get("warc-payload-digest") == digest else None
    address = revisit.fields.get("warc-refers-to-target-uri")
    if address is None and "server-not-modified" in revisit.fields.get("warc-profile", ""):
        address = revisit.fields.get("warc-target-uri")
    place = found.originals.at_address(address) if address else None
    original = _read_again(found, warc, place) if place else None
    return original if original and _is_meant(revisit, original, address) else None


def _is_meant(revisit: WarcRecord, original: WarcRecord, address: str | None) -> bool:
    told = {
        "warc-target-uri": address,
        "warc-date": revisit.fields.get("warc-refers-to-date"),
        "warc-record-id": revisit.fields.get("warc-refers-to"),
    }
    return all(value in (None, original.fields.get(name)) for name, value in told.items())


def _read_again(found: Found, warc: WarcReader, place: Place) -> WarcRecord | None:
    record = None
    if place.file == found.place:
        record = warc.record_at(place.offset, place.inner)
    elif place.reopen:
        with suppress(RefusedFileError, OSError), place.reopen() as stream:
            record = WarcReader(stream, found.limit).record_at(place.offset, place.inner)
    return record if record and record.digest != "fails" else None
