from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.files import RefusedFileError, find_files, open_file, read_bounded, read_lines


def refusal(path: Path, root: Path | None = None, limit: int = 1000) -> tuple[str, str]:
    with pytest.raises(RefusedFileError) as caught, open_file(path, root or path) as opened:
        read_bounded(opened.stream, limit)
    return caught.value.reason, str(caught.value)


class TestFindFiles:
    def test_names_are_sorted(self, tmp_path):
        """Files come in the order of their names, a folder's files in the place of the folder."""
        for name in ("c.txt", "a.txt", "b/z.txt", "b/y.txt", "B.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
        assert found == ["B.txt", "a.txt", "b/y.txt", "b/z.txt", "c.txt"]

    def test_hidden_files_and_folders_are_left_out(self, tmp_path):
        """What begins with a dot is not found below a folder."""
        for name in (".hidden.txt", ".git/config.txt", "seen.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        assert list(find_files(tmp_path)) == [tmp_path / "seen.txt"]

    def test_a_hidden_file_is_found_by_its_name(self, tmp_path):
        """A file that is named itself is found, whatever its name."""
        hidden = tmp_path / ".hidden.txt"
        hidden.touch()
        assert list(find_files(hidden)) == [hidden]

    def test_a_linked_folder_is_not_entered(self, tmp_path):
        """A link to a folder is one entry, so that a circle of links ends."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "up").symlink_to(tmp_path)
        assert list(find_files(tmp_path)) == [tmp_path / "folder" / "up"]

    def test_a_missing_file_is_given_as_it_is(self, tmp_path):
        """A path where nothing is comes back, for the opening to say so."""
        assert list(find_files(tmp_path / "gone")) == [tmp_path / "gone"]

    def test_a_very_deep_folder_is_read_to_its_end(self, tmp_path):
        """More nested folders than Python's stack is deep are walked like any others."""
        deep = "/".join(["d"] * 1100)
        subprocess.run(["mkdir", "-p", deep], cwd=tmp_path, check=True)
        try:
            (tmp_path / deep / "a.txt").touch()
            assert [path.name for path in find_files(tmp_path)] == ["a.txt"]
        finally:
            subprocess.run(["rm", "-rf", "d"], cwd=tmp_path, check=True)


class TestOpenFile:
    def test_a_file_comes_with_its_time_of_writing(self, tmp_path):
        """The time is that of the file, in UTC."""
        path = tmp_path / "a.txt"
        path.write_bytes(b"bread")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        with open_file(path, tmp_path) as opened:
            assert opened.stream.read() == b"bread"
            assert opened.modified_at == datetime.fromtimestamp(1_700_000_000, UTC)

    def test_gzip_is_opened(self, tmp_path):
        """A file whose name ends in .gz is read as what it holds, all of its members."""
        path = tmp_path / "a.txt.gz"
        path.write_bytes(gzip.compress(b"bread ") + gzip.compress(b"and salt"))
        with open_file(path, tmp_path) as opened:
            assert opened.stream.read() == b"bread and salt"

    def test_the_ending_of_gzip_may_be_in_capitals(self, tmp_path):
        """Capitals in an ending make no difference."""
        path = tmp_path / "A.TXT.GZ"
        path.write_bytes(gzip.compress(b"bread"))
        with open_file(path, tmp_path) as opened:
            assert opened.stream.read() == b"bread"

    def test_a_missing_file_is_missing(self, tmp_path):
        """Nothing at a path is refused as missing."""
        assert refusal(tmp_path / "gone.txt") == ("missing", "there is no such file")

    def test_a_broken_link_is_missing(self, tmp_path):
        """A link to nothing is refused as missing."""
        (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
        assert refusal(tmp_path / "link.txt", tmp_path)[0] == "missing"

    def test_a_circle_of_links_is_unreadable(self, tmp_path):
        """Links that lead to each other are refused, with the error's name."""
        (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
        (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
        assert refusal(tmp_path / "a.txt", tmp_path)[0] == "unreadable"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
    def test_a_file_without_permission_is_unreadable(self, tmp_path):
        """A file that may not be read is refused, with the error's name."""
        path = tmp_path / "a.txt"
        path.write_bytes(b"bread")
        path.chmod(0)
        reason, detail = refusal(path)
        assert reason == "unreadable"
        assert detail.startswith("PermissionError")

    def test_a_folder_is_refused(self, tmp_path):
        """A folder is no file."""
        assert refusal(tmp_path) == ("refused", "this is a folder, not a file")

    def test_a_pipe_is_refused_without_waiting(self, tmp_path):
        """A named pipe is refused, though nobody writes to it."""
        os.mkfifo(tmp_path / "pipe.txt")
        assert refusal(tmp_path / "pipe.txt") == ("refused", "this is a device, pipe or socket, not a file")

    def test_a_device_is_refused(self):
        """A device that never ends is refused before it is read."""
        assert refusal(Path("/dev/zero"))[0] == "refused"

    def test_a_link_out_of_the_folder_is_refused(self, tmp_path):
        """A link below a folder may not lead out of it; the refusal says where it leads."""
        (tmp_path / "secret.txt").write_bytes(b"secret")
        root = tmp_path / "root"
        root.mkdir()
        (root / "link.txt").symlink_to(tmp_path / "secret.txt")
        reason, detail = refusal(root / "link.txt", root)
        assert reason == "refused"
        assert str(tmp_path / "secret.txt") in detail

    def test_a_link_inside_the_folder_is_followed(self, tmp_path):
        """A link to another file of the folder is read."""
        (tmp_path / "a.txt").write_bytes(b"bread")
        (tmp_path / "b.txt").symlink_to("a.txt")
        with open_file(tmp_path / "b.txt", tmp_path) as opened:
            assert opened.stream.read() == b"bread"

    def test_a_link_that_is_named_itself_is_followed(self, tmp_path):
        """Who names a link means what it leads to."""
        (tmp_path / "a.txt").write_bytes(b"bread")
        (tmp_path / "root").mkdir()
        link = tmp_path / "root" / "b.txt"
        link.symlink_to(tmp_path / "a.txt")
        with open_file(link, link) as opened:
            assert opened.stream.read() == b"bread"


class TestReadBounded:
    def test_the_limit_itself_is_read(self):
        """A document of exactly the limit is read whole."""
        assert read_bounded(io.BytesIO(b"x" * 10), 10) == b"x" * 10

    def test_a_byte_more_is_oversized(self):
        """A document of one byte more is refused, and the limit named."""
        with pytest.raises(RefusedFileError, match="the 10 bytes") as caught:
            read_bounded(io.BytesIO(b"x" * 11), 10)
        assert caught.value.reason == "oversized"

    def test_a_gzip_bomb_is_oversized(self, tmp_path):
        """A small file that would unpack to very much is refused once the limit is reached."""
        path = tmp_path / "bomb.txt.gz"
        path.write_bytes(gzip.compress(bytes(50_000_000), 9))
        assert path.stat().st_size < 60_000
        assert refusal(path, limit=10_000)[0] == "oversized"

    @pytest.mark.parametrize("cut", [1, 5, 9, 15, 40, -9, -8, -1])
    def test_gzip_that_is_cut_is_malformed(self, tmp_path, cut):
        """Gzip without its end is refused wherever the cut is; what could be unpacked is not taken for the whole."""
        path = tmp_path / "a.txt.gz"
        path.write_bytes(gzip.compress(random.Random(1).randbytes(200))[:cut])
        reason, detail = refusal(path)
        assert reason == "malformed"
        assert detail.startswith("damaged or incomplete gzip")

    def test_gzip_with_a_flipped_bit_is_malformed(self, tmp_path):
        """Gzip whose checksum does not hold is refused."""
        content = bytearray(gzip.compress(random.Random(1).randbytes(200)))
        content[100] ^= 4
        path = tmp_path / "a.txt.gz"
        path.write_bytes(content)
        assert refusal(path)[0] == "malformed"

    def test_plain_text_called_gzip_is_malformed(self, tmp_path):
        """A name that ends in .gz promises gzip."""
        path = tmp_path / "a.txt.gz"
        path.write_bytes(b"plain")
        assert refusal(path)[0] == "malformed"


class TestReadLines:
    def test_lines_are_numbered_and_without_their_ends(self):
        """Lines count from 1, also empty ones, and lose line feeds and carriage returns."""
        lines = list(read_lines(io.BytesIO(b"a\r\n\nb"), 100))
        assert lines == [(1, b"a"), (2, b""), (3, b"b")]

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
    def test_a_line_of_the_limit_is_read(self, end):
        """A line of exactly the limit is given, however it ends."""
        assert list(read_lines(io.BytesIO(b"x" * 10 + end), 10)) == [(1, b"x" * 10)]

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
    @pytest.mark.parametrize("length", [11, 12, 13, 35])
    def test_a_longer_line_is_none(self, length, end):
        """A line over the limit is None, and the line after it is read as ever."""
        content = b"x" * length + end
        after = [(2, b"next")] if end else []
        assert list(read_lines(io.BytesIO(content + (b"next" if end else b"")), 10)) == [(1, None), *after]

    def test_a_damaged_end_of_gzip_is_malformed_after_the_lines_before_it(self, tmp_path):
        """Lines of a cut gzip file are given until the damage is met."""
        noise = [random.Random(number).randbytes(3000).replace(b"\n", b"") for number in range(20)]
        content = gzip.compress(b"\n".join(noise))
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(content[:-20])
        seen = []

        def collect() -> None:
            with open_file(path, path) as opened:
                for _, line in read_lines(opened.stream, 10_000):
                    seen.append(line)

        with pytest.raises(RefusedFileError) as caught:
            collect()
        assert caught.value.reason == "malformed"
        assert seen == noise[: len(seen)]
        assert len(seen) >= 15
