from __future__ import annotations

from email.message import EmailMessage

import pytest

from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import Capture, SourceClaims

STORY = "The ferries sail again on Monday, the harbour office said.\nThe storm has passed, and the piers are whole."


def message(text: str = STORY, html: str | None = None, **fields: str) -> bytes:
    made = EmailMessage()
    told = {"From": "Ann Lee <ann@paper.example>", "Subject": "Ferries sail", "Date": "Fri, 01 Mar 2024 12:00:00 +0100"}
    for name, value in (told | {name.replace("_", "-"): value for name, value in fields.items()}).items():
        made[name] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made.as_bytes()


def box(*messages: bytes) -> bytes:
    return b"".join(
        b"From ann@paper.example Fri Mar  1 12:00:00 2024\n" + one.rstrip(b"\n") + b"\n\n" for one in messages
    )


class TestMessages:
    def test_a_message_makes_claims(self, read):
        """Subject, sender and date are what the source says of the text, in its own words."""
        (found,) = read(message(), "a.eml")
        assert found.claims == SourceClaims(
            title="Ferries sail", published="Fri, 01 Mar 2024 12:00:00 +0100", authors=("Ann Lee",)
        )
        assert (found.locator, found.media_type) == ("/seeds/a.eml", "text/plain; charset=utf-8")
        article = to_article(found, shipped_rules())
        assert (article.title, str(article.published_local)) == ("Ferries sail", "2024-03-01 12:00:00")

    def test_the_page_is_taken_before_the_text(self, read):
        """A newsletter with both has its links and headings in the page."""
        (found,) = read(message(html="<p>The ferries sail again.</p>"), "a.eml")
        assert (found.media_type, found.payload.strip()) == (
            "text/html; charset=utf-8",
            b"<p>The ferries sail again.</p>",
        )

    def test_encoded_words_and_bodies_are_read(self, read):
        """Fields and bodies in other charsets come out as what they say."""
        content = (
            b"From: =?iso-8859-1?q?J=F6rg?= <j@paper.example>\nSubject: =?utf-8?b?RsOkaHJlbg==?=\n"
            b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nF=E4hren fahren.\n"
        )
        (found,) = read(content, "a.eml")
        assert (found.claims.title, found.claims.authors) == ("Fähren", ("Jörg",))
        assert (found.payload, found.media_type) == (b"F\xe4hren fahren.\n", "text/plain; charset=iso-8859-1")

    @pytest.mark.parametrize(
        "content",
        [
            b"no head at all",
            b"Subject: x\nContent-Type: image/png\n\n123",
            b"X: " + b"y" * 400_000,
            b"Content-Type: multipart/mixed; boundary=x\n\n"
            + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 3000,
        ],
    )
    def test_what_is_no_message_is_malformed(self, read, content):
        """Text without a head, a message of pictures, a flood of fields and parts without end are refused."""
        (found,) = read(content, "a.eml")
        assert (found.reason, found.payload) == ("malformed", content)

    def test_a_subject_that_is_a_flood_is_left_unread(self, read):
        """A field of a length that nobody writes makes no claim, and the text is read."""
        (found,) = read(b"Subject: " + b"=?utf-8?q?x?= " * 5000 + b"\n\nThe ferries sail.\n", "a.eml")
        assert found.claims.title is None


class TestMailboxes:
    def test_messages_are_named_by_their_ids(self, read):
        """A locator ends with the Message-ID; without one, and for one that stands twice, with the number."""
        made = [message(Message_ID="<a@x>"), message(), message(Message_ID="<a@x>")]
        assert [item.locator for item in read(box(*made), "a.mbox")] == [
            "/seeds/a.mbox#a@x",
            "/seeds/a.mbox#M2",
            "/seeds/a.mbox#M3",
        ]

    def test_a_quoted_from_is_unquoted(self, read):
        """A line of the text that begins with From was quoted when it was stored, and only such a line."""
        made = box(message("First line.\n\n>From the harbour.\n\n> From afar.\n"))
        (found,) = read(made, "a.mbox")
        assert b"\nFrom the harbour." in found.payload
        assert b"\n> From afar." in found.payload

    def test_an_oversized_message_costs_itself(self, read):
        """A message over the limit is refused, the ones around it are read."""
        found = read(box(message(), message("word " * 50_000), message()), "a.mbox", 10_000)
        assert [getattr(item, "reason", "capture") for item in found] == ["capture", "oversized", "capture"]
        assert found[1].locator == "/seeds/a.mbox#M2"

    def test_carriage_returns_are_line_ends(self, read):
        """A mailbox from Windows is split as well."""
        found = read(box(message(), message()).replace(b"\n", b"\r\n"), "a.mbox")
        assert [type(item) for item in found] == [Capture, Capture]
