import zipfile

import pytest
from olist_segments.project import UserError
from olist_segments.raw.files import (
    RAW_FILES,
    find_raw_folder,
    missing_files,
    unpack_archive,
)


def put(folder, names=RAW_FILES):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("a,b\n")
    return folder


def pack(path, names=RAW_FILES, inside=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(inside + name, f"from the archive: {name}\n")
    return path


def test_files_are_found_by_name_whatever_else_is_there(tmp_path):
    put(tmp_path, [*RAW_FILES, "olist_orders_dataset (1).csv", "notes.csv"])
    assert missing_files(tmp_path) == []


def test_a_missing_folder_lacks_all_nine(tmp_path):
    assert missing_files(tmp_path / "none") == list(RAW_FILES)


@pytest.mark.parametrize("name", ["archive.zip", "brazilian-ecommerce.zip"])
@pytest.mark.parametrize("inside", ["", "brazilian-ecommerce/data/"])
def test_an_archive_is_unpacked_wherever_its_files_lie(tmp_path, name, inside):
    archive = pack(tmp_path / name, inside=inside)
    assert unpack_archive(tmp_path) == archive
    assert missing_files(tmp_path) == []
    assert not list(tmp_path.glob("*.part"))


def test_files_that_are_there_win_over_the_archive(tmp_path):
    put(tmp_path, RAW_FILES[:1])
    pack(tmp_path / "archive.zip")
    unpack_archive(tmp_path)
    assert (tmp_path / RAW_FILES[0]).read_text() == "a,b\n"
    assert "from the archive" in (tmp_path / RAW_FILES[1]).read_text()


def test_nothing_is_written_outside_the_folder(tmp_path):
    folder = tmp_path / "raw"
    pack(folder / "archive.zip", [*RAW_FILES[1:], "evil.csv"], inside="../")
    with zipfile.ZipFile(folder / "archive.zip", "a") as archive:
        archive.writestr(RAW_FILES[0], "x")
    unpack_archive(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
    assert not (folder / "evil.csv").exists()


def test_a_damaged_archive_is_named(tmp_path):
    archive = pack(tmp_path / "archive.zip")
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(UserError, match=r"archive\.zip is not a complete zip"):
        unpack_archive(tmp_path)


@pytest.mark.parametrize(
    ("place", "bytes_there", "sentence"),
    [
        (0, b"XXXX", "is not a complete zip file"),  # where the first file begins
        (80, b"\xff" * 9, "is not a complete zip file"),  # its compressed text
        (6, b"\x01", "cannot be unpacked"),  # a password is needed
    ],
)
def test_a_defect_inside_an_archive_leaves_no_half_file(
    tmp_path, place, bytes_there, sentence
):
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in RAW_FILES:
            packed.writestr(name, "".join(f"{number},b\n" for number in range(999)))
    content = bytearray(archive.read_bytes())
    content[place : place + len(bytes_there)] = bytes_there
    if sentence == "cannot be unpacked":
        content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        unpack_archive(tmp_path)
    assert list(tmp_path.iterdir()) == [archive]


def test_a_folder_in_an_archive_is_not_taken_for_a_file(tmp_path):
    archive = pack(tmp_path / "archive.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(f"{RAW_FILES[0]}/", "")
    unpack_archive(tmp_path)
    assert "from the archive" in (tmp_path / RAW_FILES[0]).read_text()


def test_an_archive_that_lacks_files_names_them(tmp_path):
    pack(tmp_path / "archive.zip", RAW_FILES[1:])
    with pytest.raises(UserError, match=f"does not contain {RAW_FILES[0]}"):
        unpack_archive(tmp_path)


def test_without_data_the_demo_is_built(tmp_path):
    assert find_raw_folder(tmp_path) == ("demo", tmp_path / "data" / "demo")


def test_real_files_come_before_the_demo(tmp_path):
    folder = put(tmp_path / "data" / "raw")
    assert find_raw_folder(tmp_path) == ("dev", folder)


def test_a_folder_named_in_the_environment_is_real_data(tmp_path):
    folder = put(tmp_path / "else where")
    assert find_raw_folder(tmp_path, raw_dir=str(folder)) == ("dev", folder)
    assert find_raw_folder(tmp_path, raw_dir="")[0] == "demo"


def test_some_files_are_never_taken_for_none(tmp_path):
    folder = put(tmp_path / "data" / "raw", RAW_FILES[2:])
    assert find_raw_folder(tmp_path) == ("dev", folder)


def test_what_is_asked_for_is_built_even_if_nothing_is_there(tmp_path):
    raw, other = tmp_path / "data" / "raw", tmp_path / "none"
    assert find_raw_folder(tmp_path, target="dev") == ("dev", raw)
    assert find_raw_folder(tmp_path, raw_dir=str(other)) == ("dev", other)
    assert find_raw_folder(tmp_path, target="demo", raw_dir=str(other))[1] == other
