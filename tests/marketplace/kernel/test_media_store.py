import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from marketplace.kernel import media, media_store, media_types


@pytest.fixture
def storage(tmp_path: Path) -> media_store.FolderStorage:
    return media_store.FolderStorage(tmp_path / "media")


def photo(width: int = 800) -> media_types.CleanImage:
    out = io.BytesIO()
    Image.new("RGB", (width, width // 2), "red").save(out, "PNG")
    return media.clean_image(out.getvalue())


def files(storage: media_store.FolderStorage) -> list[str]:
    return sorted(str(path.relative_to(storage.root)) for path in storage.root.rglob("*") if path.is_file())


def test_a_photo_is_kept_under_its_hash_with_smaller_copies(storage: media_store.FolderStorage) -> None:
    clean = photo()

    stored = media_store.store(storage, clean)

    sha256 = hashlib.sha256(clean.data).hexdigest()
    assert stored.key == f"{sha256[:2]}/{sha256[2:4]}/{sha256}.webp"
    assert (stored.width, stored.height, stored.size_bytes) == (800, 400, len(clean.data))
    assert storage.read(stored.key) == clean.data
    assert files(storage) == sorted([stored.key, *(f"{stored.key[:-5]}-{width}.webp" for width in (320, 640))])
    small = Image.open(io.BytesIO(storage.read(media_store.thumbnail_key(stored.key, 320))))
    assert small.size == (320, 160)


def test_keeping_twice_changes_nothing(storage: media_store.FolderStorage) -> None:
    first = media_store.store(storage, photo())
    before = {name: (storage.root / name).stat().st_mtime_ns for name in files(storage)}

    second = media_store.store(storage, photo())

    assert first == second
    assert before == {name: (storage.root / name).stat().st_mtime_ns for name in files(storage)}


def test_a_document_is_kept_without_copies(storage: media_store.FolderStorage) -> None:
    document = media.clean_document(b"%PDF-1.7\n%%EOF")

    stored = media_store.store(storage, document)

    assert files(storage) == [stored.key]
    assert stored.key.endswith(".pdf")
    assert storage.read(stored.key) == document.data


def test_deleting_leaves_nothing(storage: media_store.FolderStorage) -> None:
    stored = media_store.store(storage, photo())

    media_store.delete(storage, stored)

    assert files(storage) == []
    with pytest.raises(media_store.MediaMissing):
        storage.read(stored.key)
    media_store.delete(storage, stored)


def test_a_failed_write_leaves_nothing(storage: media_store.FolderStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)

    with pytest.raises(OSError, match="No space"):
        media_store.store(storage, photo())

    assert files(storage) == []


@pytest.mark.parametrize(
    "key",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "",
        "aa/bb/" + "c" * 64 + ".webp",
        "aa/aa/" + "a" * 64 + ".svg",
        "aa/aa/" + "a" * 64 + ".webp\n",
        "aa/aa/" + "a" * 64 + "/../x.webp",
        "AA/AA/" + "A" * 64 + ".webp",
    ],
)
def test_foreign_keys_are_refused_everywhere(storage: media_store.FolderStorage, key: str) -> None:
    for action in (storage.read, storage.has, storage.delete, media_store.serving_headers):
        with pytest.raises(media_store.MediaMissing):
            action(key)
    with pytest.raises(media_store.MediaMissing):
        storage.put(key, b"x")
    assert not storage.root.exists()


def test_a_document_is_served_as_a_download_and_nothing_is_sniffed() -> None:
    document = media_store.serving_headers("aa/aa/" + "a" * 64 + ".pdf")
    picture = media_store.serving_headers("aa/aa/" + "a" * 64 + "-320.webp")

    assert document["Content-Disposition"] == 'attachment; filename="aaaaaaaaaaaa.pdf"'
    assert picture["Content-Type"] == "image/webp"
    assert "Content-Disposition" not in picture
    assert document["X-Content-Type-Options"] == picture["X-Content-Type-Options"] == "nosniff"


def test_media_url_names_a_folder(tmp_path: Path) -> None:
    for url in (str(tmp_path), f"file://{tmp_path}"):
        storage = media_store.storage_at(url)
        assert isinstance(storage, media_store.FolderStorage)
        assert storage.root == tmp_path
    for url in ("", "s3://bucket/x", "file://elsewhere/x"):
        with pytest.raises(ValueError, match="MEDIA_URL"):
            media_store.storage_at(url)
