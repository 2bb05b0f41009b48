"""What a stranger's file is: signatures as their specifications have them, real files of encoders, and real cases."""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz.inputs import SourceError, read_upload
from cnnviz.inputs.spectrogram import read_plane
from cnnviz.tensorfile.signatures import ID3, identify
from cnnviz.tensorfile.signatures.table import ROWS

CASES = Path(__file__).parent / "cases"


def box(brand: bytes, *others: bytes) -> bytes:
    """The first box of an ISO media file (ISO/IEC 14496-12, 4.3): size, "ftyp", major brand, version, other brands."""
    return (16 + 4 * len(others)).to_bytes(4, "big") + b"ftyp" + brand + bytes(4) + b"".join(others) + bytes(32)


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, b"numbers" * 40)
    return stream.getvalue()


def id3(size: int, version: int = 3, footer: bool = False) -> bytes:
    """A tag of so many bytes behind its head (id3.org, ID3v2.4.0 structure, 3.1: 7 bits in each byte of the size)."""
    length = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, 0x10 * footer]) + length + bytes(size) + (b"3DI" + bytes(7)) * footer


MP3 = b"\xff\xfb\x90\x64" + bytes(413)  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc"  # MPEG-4 AAC LC, 44.1 kHz

HEADS = {
    "AAC": [ADTS, b"\xff\xf9\x50\x80\x02\x1f\xfc", b"ADIF", id3(300) + ADTS],
    "M4A": [box(b"M4A ", b"mp42"), box(b"M4B ")],
    "MP4": [box(b"isom", b"avc1"), box(b"mp42"), box(b"dash"), box(b"M4V ")],
    "MOV": [box(b"qt  "), b"\0\0\x0f\xffmoov" + bytes(40)],
    "3GP": [box(b"3gp4")],
    "HEIC": [box(b"heic", b"mif1"), box(b"mif1", b"heic"), box(b"hevc")],
    "AVIF": [box(b"avif", b"mif1"), box(b"mif1", b"miaf", b"avif")],
    "WebM": [b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"],
    "Matroska": [b"\x1a\x45\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska"],
    "WMA": [bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")],
    "MIDI": [b"MThd\0\0\0\x06\0\x01", b"RIFF\x40\0\0\0RMIDdata"],
    "AMR": [b"#!AMR\n", b"#!AMR-WB\n"],
    "AVI": [b"RIFF\x40\0\0\0AVI LIST"],
    "Ogg Speex": [b"OggS\0\x02" + bytes(22) + b"Speex   1.2"],
    "Ogg video": [b"OggS\0\x02" + bytes(22) + b"\x80theora"],
    "MP3": [MP3, id3(0) + MP3, id3(500) + bytes(700) + MP3, id3(20) + id3(9, 4, True) + MP3, bytes(900) + MP3, id3(9)],
    "FLAC": [b"fLaC\0\0\0\x22", id3(1000) + b"fLaC\0\0\0\x22"],
    "WAV": [b"RIFF\0\0\0\0WAVEfmt ", id3(10) + b"RIFF\0\0\0\0WAVEfmt "],
    "wrapped WAV": [b"\0\x05clip" + bytes(122) + b"RIFF\0\0\0\0WAVEfmt "],
    "PSD": [b"8BPS\0\x01" + bytes(6)],
    "SVG": [b'<svg xmlns="http://www.w3.org/2000/svg">', b'<?xml version="1.0"?>\n<!-- mine -->\n<svg>'],
    "TIFF": [b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0"],
    "PDF": [b"%PDF-1.7\n"],
    "7z": [b"7z\xbc\xaf\x27\x1c\0\x04"],
    "gzip": [b"\x1f\x8b\x08\0"],
    "HDF5": [b"\x89HDF\r\n\x1a\n"],
    "Git LFS pointer": [b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"],
    "HTML": [b"<!DOCTYPE html>\n<html>", b"\xef\xbb\xbf \n<HTML>", "<!doctype html>".encode("utf-16"), b"<head>"],
    "JSON": [b'{"error": "not found"}', b'[{"a": 1}]'],
    "notebook": [b'{\n "cells": [\n'],
    "zeros": [bytes(5000)],
    "zip or npz": [zipped("readme.txt"), zipped("clips/clip.wav")],
    "npz": [zipped("mel.npy")],
    "torch": [zipped("archive/data.pkl", "archive/data/0")],
    "Excel": [zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")],
    "text": [b"frame;mel 0;mel 1\n0;1,5;2\n", b"1 2 3", "1;2\n3;4\n".encode("utf-16"), "1\t2\n".encode("utf-16-le")],
    "something else": [b"\0\x01\x02\x03", b"\xff\xfe\xff\xff\0\0"],
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_a_file_is_told_by_its_leading_bytes(name):
    assert [identify(head).name for head in HEADS[name]] == [name] * len(HEADS[name])


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "JPEG2000", "PPM", "DDS", "PDF", "AVIF"])
def test_pictures_of_other_kinds_are_named_with_what_to_save_them_as(kind):
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(stream, kind)
    with pytest.raises(SourceError, match=r"^This file is an? .+: (save|export) .+\bPNG\b.*\.$"):
        read_upload(stream.getvalue(), "a.png", 2)


@pytest.mark.parametrize("kind", ["AAC", "M4A", "MP4", "HEIC", "AVIF", "WebM", "Matroska", "WMA", "MIDI", "PSD", "SVG"])
def test_what_is_not_read_is_named_with_a_way_out(kind):
    for read in (lambda data: read_upload(data, "a", 2), read_plane):
        with pytest.raises(SourceError, match=r"^This file is (?!an MP3).+: (save|export|play) .+\.$"):
            read(HEADS[kind][0])


def test_of_an_archive_what_could_be_uploaded_is_named():
    assert str(identify(zipped("clips/clip.wav")).words) == "a zip archive with clip.wav inside"
    assert str(identify(zipped("notes.txt")).words) == "a zip archive"
    assert str(identify(zipped("a<b\u202e.wav")).words) == "a zip archive with a<b.wav inside"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("a3_voice.aac", "This file is an AAC sound: save it as WAV or FLAC."),
        ("a3_memo.m4a", "This file is an M4A sound (AAC or ALAC in MP4): save it as WAV or FLAC."),
        ("p2_iphone.heic", "This file is a HEIC picture, as iPhones save them: save it as PNG or JPEG."),
        ("a5_lfs_pointer.wav", "This file is a Git LFS pointer, not the file itself: run git lfs pull, then upload"),
    ],
)
def test_real_cases_are_named_on_both_pages(file, said):
    data = (CASES / file).read_bytes()
    for read in (lambda: read_upload(data, file, 2), lambda: read_plane(data)):
        with pytest.raises(SourceError, match=re.escape(said)):
            read()


@pytest.mark.parametrize(
    "name", ["AU", "CAF", "W64", "RF64", "NIST", "VOC", "IRCAM", "SVX", "AVR", "PAF", "PVF", "AIFF"]
)
def test_a_file_that_libsndfile_writes_is_known(name):
    stream = io.BytesIO()
    soundfile.write(stream, np.zeros(64, np.float32), 16_000, format=name)
    assert identify(stream.getvalue()).name == name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_reads_as_one_sentence(row):
    name, words, remedy = map(str, row[:3])
    assert name
    assert not words.endswith(".")
    assert not remedy or remedy.split()[0] in {
        "save",
        "export",
        "run",
        "open",
        "play",
        "unpack",
        "upload",
        "download",
        "copy",
    }


@given(st.binary(max_size=64), st.sampled_from([b"", b"ID3\x03\0\0", b"PK\x03\x04", b"\xff\xfe", b"RIFF", b"<!--"]))
def test_any_bytes_are_of_some_kind(data, start):
    assert identify(start + data).words


def test_a_tag_is_as_long_as_it_says():
    data = id3(1_000_000) + MP3
    assert ID3.match(data)
    assert identify(data).name == "MP3"
    assert identify(data[:500]).name == "MP3"  # cut off inside
