import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from olist_segments.project import UserError
from olist_segments.raw.files import (
    MOST_GROWTH,
    RAW_FILES,
    find_raw_folder,
    missing_files,
    unpack_files,
)

ORDERS = "olist_orders_dataset.csv"


def put(folder, names=RAW_FILES):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("a,b\n")
    return folder


def pack(path, names=RAW_FILES, inside="", method=zipfile.ZIP_STORED):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in names:
            rows = "".join(f"{number},b\n" for number in range(999))
            archive.writestr(inside + name, f"from the archive: {name}\n{rows}")
    return path


def compress(folder, names=RAW_FILES):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.gz").write_bytes(gzip.compress(b"from the archive\n"))


def pack_each(folder):
    for name in RAW_FILES:
        pack(folder / f"{name}.zip", [name])


def test_files_are_found_by_name_whatever_else_is_there(tmp_path):
    put(tmp_path, [*RAW_FILES, "olist_orders_dataset (1).csv", "notes.csv"])
    assert missing_files(tmp_path) == []


def test_a_missing_folder_lacks_all_nine(tmp_path):
    assert missing_files(tmp_path / "none") == list(RAW_FILES)


def test_another_shop_has_its_own_files_and_no_demo(tmp_path):
    raw = tmp_path / "data" / "raw"
    assert find_raw_folder(tmp_path, shop="mine") == ("dev", raw)
    other = find_raw_folder(tmp_path, shop="mine", raw_dir=str(tmp_path))
    assert other == ("dev", tmp_path)
    with pytest.raises(UserError, match="no demo data of the shop mine"):
        find_raw_folder(tmp_path, shop="mine", target="demo")


# --- Whatever looks like the files is used, or named ----------------------------------

PACKED: dict[str, Callable[[Path], object]] = {
    "the archive of Kaggle": lambda folder: pack(folder / "archive.zip"),
    "a second download": lambda folder: pack(folder / "archive (1).zip"),
    "an archive of any name": lambda folder: pack(folder / "Olist.ZIP"),
    "folders in an archive": lambda folder: pack(folder / "a.zip", inside="b/c/"),
    "folders of Windows": lambda folder: pack(folder / "a.zip", inside="b\\c\\"),
    "an archive a file": pack_each,
    "gzip": compress,
    "an archive of capitals": lambda folder: pack(
        folder / "a.zip", [name.upper() for name in RAW_FILES]
    ),
    "some files and an archive of the others": lambda folder: (
        put(folder, RAW_FILES[:4]),
        compress(folder, RAW_FILES[3:7]),
        pack(folder / "rest.zip", RAW_FILES[7:]),
    ),
    "what macOS adds": lambda folder: pack(
        folder / "a.zip", [*RAW_FILES, *(f"__MACOSX/._{name}" for name in RAW_FILES)]
    ),
}


@pytest.mark.parametrize("make", PACKED.values(), ids=PACKED)
def test_packed_files_are_unpacked_and_built(make, tmp_path):
    folder = tmp_path / "data" / "raw"
    make(folder)
    before = sorted(folder.iterdir())
    assert find_raw_folder(tmp_path) == ("dev", folder)
    assert missing_files(folder) == []
    assert set(folder.iterdir()) == {*before, *(folder / name for name in RAW_FILES)}


def test_files_that_are_there_win_over_the_archive(tmp_path):
    put(tmp_path, RAW_FILES[:1])
    pack(tmp_path / "archive.zip")
    assert unpack_files(tmp_path) == list(RAW_FILES[1:])
    assert (tmp_path / RAW_FILES[0]).read_text() == "a,b\n"
    assert "from the archive" in (tmp_path / RAW_FILES[1]).read_text()


@pytest.mark.parametrize("below", ["archive", "archive/olist"])
def test_files_in_a_folder_below_are_used_there(below, tmp_path):
    raw = tmp_path / "data" / "raw"
    folder = put(raw / below)
    pack(raw / "archive.zip")
    assert find_raw_folder(tmp_path) == ("dev", folder)
    assert find_raw_folder(tmp_path / "other", raw_dir=str(raw)) == ("dev", folder)
    assert missing_files(raw) == list(RAW_FILES)


@pytest.mark.parametrize("name", [ORDERS.upper(), "archive.rar", "orders.xlsx", "x/y"])
def test_demo_data_is_never_built_in_place_of_what_lies_there(name, tmp_path):
    path = tmp_path / "data" / "raw" / name
    path.parent.mkdir(parents=True)
    path.touch()
    assert find_raw_folder(tmp_path) == ("dev", tmp_path / "data" / "raw")


@pytest.mark.parametrize("names", [[], ["README.md", ".DS_Store"]])
def test_without_data_the_demo_is_built(names, tmp_path):
    put(tmp_path / "data" / "raw", names)
    assert find_raw_folder(tmp_path) == ("demo", tmp_path / "data" / "demo")
    shutil.rmtree(tmp_path / "data")
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


# --- Archives that are refused, with nothing written ----------------------------------


def _archive_within(folder):
    inner = pack(folder / "inner.zip").read_bytes()
    (folder / "inner.zip").unlink()
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("inner.zip", inner)


def _bomb(folder):
    # No file alone is too large for the archive.
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in RAW_FILES:
            archive.writestr(name, b"0" * 1_000_000)
    assert (folder / "archive.zip").stat().st_size * MOST_GROWTH > 1_000_000


def _gzip_bomb(folder):
    compress(folder)
    (folder / f"{ORDERS}.gz").write_bytes(gzip.compress(b"0" * 10_000_000))


def _damage(method=zipfile.ZIP_DEFLATED, place=80, by=b"\xff" * 9):
    def damage(folder):
        archive = pack(folder / "archive.zip", method=method)
        content = bytearray(archive.read_bytes())
        content[place : place + len(by)] = by
        archive.write_bytes(content)

    return damage


def _encrypt(folder):
    _damage(place=6, by=b"\x01")(folder)
    content = bytearray((folder / "archive.zip").read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (folder / "archive.zip").write_bytes(content)


def _cut(folder):
    archive = pack(folder / "archive.zip")
    archive.write_bytes(archive.read_bytes()[:200])


def _cut_gzip(folder):
    compress(folder)
    path = folder / f"{ORDERS}.gz"
    path.write_bytes(path.read_bytes()[:15])


TWICE = f"{ORDERS} is in "
DAMAGED = r"archive\.zip is not a complete zip file"
REFUSED = {
    "two files of one name in an archive": (
        lambda folder: pack(folder / "a.zip", [*RAW_FILES, f"backup/{ORDERS}"]),
        rf"{TWICE}.* twice, as {ORDERS} in a\.zip and as backup/{ORDERS} in a\.zip: ",
    ),
    "one of them in capitals": (
        lambda folder: pack(folder / "a.zip", [*RAW_FILES, ORDERS.upper()]),
        rf"{TWICE}.* twice, as {ORDERS} in a\.zip and as {ORDERS.upper()} in a\.zip: ",
    ),
    "two archives": (
        lambda folder: (pack(folder / "a.zip"), pack(folder / "b.zip", [ORDERS])),
        rf"{TWICE}.* twice, as {ORDERS} in a\.zip and as {ORDERS} in b\.zip: ",
    ),
    "an archive and a compressed file": (
        lambda folder: (pack(folder / "a.zip"), compress(folder, [ORDERS])),
        rf"{TWICE}.* twice, as {ORDERS} in a\.zip and as {ORDERS}\.gz: ",
    ),
    "two folders": (
        lambda folder: (put(folder / "a"), put(folder / "b")),
        r"the files are in .* twice, .*/a and .*/b: ",
    ),
    "a folder below and one of its files": (
        lambda folder: (put(folder / "a"), put(folder, [ORDERS])),
        rf"the files are in .* twice, .*/a and .*/{ORDERS}: ",
    ),
    "an archive that lacks files": (
        lambda folder: pack(folder / "archive.zip", RAW_FILES[1:]),
        f"does not contain {RAW_FILES[0]}: download",
    ),
    "a folder with the name of a file": (
        lambda folder: pack(folder / "a.zip", [*RAW_FILES[1:], f"{RAW_FILES[0]}/x"]),
        f"does not contain {RAW_FILES[0]}: download",
    ),
    "an archive in an archive": (_archive_within, r"^inner\.zip in .* is an archive"),
    "a bomb": (_bomb, f"unpacks to more than {MOST_GROWTH} times its size"),
    "a bomb in gzip": (_gzip_bomb, f"more than {MOST_GROWTH} times its size"),
    "damaged, deflate": (_damage(), DAMAGED),
    "damaged, bzip2": (_damage(zipfile.ZIP_BZIP2), DAMAGED),
    "damaged, LZMA": (_damage(zipfile.ZIP_LZMA), DAMAGED),
    "damaged, name": (_damage(place=0, by=b"XXXX"), DAMAGED),
    "cut off": (_cut, DAMAGED),
    "gzip, cut off": (_cut_gzip, rf"{ORDERS}\.gz is not a complete gzip file"),
    "with a password": (_encrypt, "cannot be unpacked .* unpack it by hand"),
    "an archive that is none": (
        lambda folder: put(folder, ["archive.zip"]),
        DAMAGED,
    ),
    "a folder that cannot be written": (
        lambda folder: (pack(folder / "archive.zip"), put(folder, [".unpacking"])),
        r"cannot unpack .*archive\.zip into .*: File exists",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_unpacked_is_refused_and_leaves_nothing(
    make, sentence, tmp_path
):
    folder = tmp_path / "data" / "raw"
    make(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(UserError, match=sentence):
        find_raw_folder(tmp_path)
    assert sorted(folder.rglob("*")) == before


def test_a_full_disk_leaves_no_file(tmp_path):
    resource = pytest.importorskip("resource", reason="only POSIX limits files")
    pack(tmp_path / "archive.zip", method=zipfile.ZIP_DEFLATED)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(UserError, match=r"cannot unpack .*: File too large"):
            unpack_files(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == [tmp_path / "archive.zip"]


def test_what_a_killed_build_has_left_is_removed(tmp_path):
    folder = tmp_path / "data" / "raw"
    put(folder / ".unpacking", RAW_FILES)
    pack(folder / "archive.zip")
    assert find_raw_folder(tmp_path) == ("dev", folder)
    assert "from the archive" in (folder / ORDERS).read_text()
    assert not (folder / ".unpacking").exists()


def test_nothing_is_written_outside_the_folder(tmp_path):
    folder = tmp_path / "raw"
    pack(folder / "archive.zip", [*RAW_FILES, "evil.csv"], inside="../")
    unpack_files(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
    assert not (folder / "evil.csv").exists()
