"""The one table of signatures: for pictures, sounds and arrays, and for what is none of them.

A row is the short name by which the readers know the kind, words to follow "This file is", what to do instead of
uploading it (empty where it is read somewhere), and a pattern that is matched from the first byte on.
"""

from typing import Literal

from cnnviz.text import Message

PICTURE, SOUND = Message("save it as PNG or JPEG"), Message("save it as WAV or FLAC")
MOVIE = Message("save its sound as WAV, or one of its pictures as PNG")
ARRAY, TABLE, UNPACK = (
    Message("save one array as .npy"),
    Message("save the sheet as CSV"),
    Message("unpack it and upload what is inside"),
)
POINTED = Message("run git lfs pull, then upload the file that it stands for")

Row = tuple[str, Message, Message | Literal[""], bytes]

PICTURES: list[Row] = [
    ("PNG", Message("a PNG picture"), "", rb"\x89PNG\r\n\x1a\n"),
    ("JPEG", Message("a JPEG picture"), "", rb"\xff\xd8\xff"),
    ("WEBP", Message("a WebP picture"), "", rb"RIFF....WEBP"),
    ("GIF", Message("a GIF picture"), PICTURE, rb"GIF8[79]a"),
    ("BMP", Message("a BMP picture"), PICTURE, rb"BM.{4}\x00\x00\x00\x00.{4}[\x0c-\x7c]\x00\x00\x00"),
    ("CR2", Message("a camera's raw picture (CR2)"), PICTURE, rb"II\*\x00.{4}CR"),
    ("TIFF", Message("a TIFF picture"), PICTURE, rb"II[*+]\x00|MM\x00[*+]"),
    ("HEIC", Message("a HEIC picture, as iPhones save them"), PICTURE, rb".{4}ftyp(hei[cxms]|hev[cxms])"),
    ("AVIF", Message("an AVIF picture"), PICTURE, rb".{4}ftyp(avi[fs]|m(if|sf)1.{4,40}avi[fs])"),
    ("HEIC", Message("a HEIF picture, as phones save them"), PICTURE, rb".{4}ftypm(if|sf)1"),
    ("CR3", Message("a camera's raw picture (CR3)"), PICTURE, rb".{4}ftypcrx "),
    ("JPEG XL", Message("a JPEG XL picture"), PICTURE, rb"\xff\x0a|\x00\x00\x00\x0cJXL \r\n\x87\n"),
    ("JPEG 2000", Message("a JPEG 2000 picture"), PICTURE, rb"\x00\x00\x00\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    ("PSD", Message("a Photoshop document (PSD)"), Message("export it as PNG"), rb"8BPS\x00[\x01\x02]"),
    ("XCF", Message("a GIMP document (XCF)"), Message("export it as PNG"), rb"gimp xcf"),
    (
        "SVG",
        Message("an SVG drawing"),
        Message("export it as PNG"),
        rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,900}?-->\s*)?(<!DOCTYPE svg|<svg[\s>])",
    ),
    ("EXR", Message("an OpenEXR picture"), PICTURE, rb"\x76\x2f\x31\x01"),
    ("HDR", Message("a Radiance HDR picture"), PICTURE, rb"#\?R(ADIANCE|GBE)"),
    ("QOI", Message("a QOI picture"), PICTURE, rb"qoif"),
    ("DDS", Message("a DDS picture"), PICTURE, rb"DDS \x7c"),
    ("PNM", Message("a PNM picture (PGM or PPM)"), PICTURE, rb"P[1-6]\s+(#[^\n]{0,200}\n\s*)?\d+\s+\d+\s"),
    ("ICO", Message("an icon (ICO)"), PICTURE, rb"\x00\x00[\x01\x02]\x00[\x01-\x40]\x00"),
    ("DICOM", Message("a DICOM image"), PICTURE, rb".{128}DICM"),
]
SOUNDS: list[Row] = [
    ("WAV", Message("a WAV sound"), "", rb"RIFF....WAVE"),
    ("RIFX", Message("a RIFX sound"), "", rb"RIFX....WAVE"),
    ("RF64", Message("an RF64 sound"), "", rb"(RF64|BW64)....WAVE"),
    ("W64", Message("a W64 sound"), "", rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"),
    ("AIFF", Message("an AIFF sound"), "", rb"FORM....AIF[FC]"),
    ("SVX", Message("an Amiga sound (8SVX)"), "", rb"FORM....(8SVX|16SV)"),
    ("AU", Message("an AU sound"), "", rb"\.snd|dns\."),
    ("CAF", Message("a CAF sound"), "", rb"caff\x00[\x01\x02]"),
    ("NIST", Message("a NIST SPHERE sound"), "", rb"NIST_1A\n"),
    ("VOC", Message("a VOC sound"), "", rb"Creative Voice File\x1a"),
    ("IRCAM", Message("an IRCAM sound"), "", rb"(\x64\xa3[\x01-\x04]\x00|\x00[\x01-\x04]\xa3\x64)"),
    ("AVR", Message("an AVR sound"), "", rb"2BIT"),
    ("PAF", Message("a PARIS sound (PAF)"), "", rb" paf|fap "),
    ("PVF", Message("a PVF sound"), "", rb"PVF1\n"),
    ("FLAC", Message("a FLAC sound"), "", rb"fLaC"),
    ("Ogg Opus", Message("an Opus sound"), "", rb"OggS.{24}OpusHead"),
    ("Ogg Speex", Message("a Speex sound in Ogg"), SOUND, rb"OggS.{24}Speex   "),
    ("Ogg video", Message("an Ogg video"), MOVIE, rb"OggS.{24}(\x80theora|fishead|\x01video)"),
    ("Ogg", Message("an Ogg sound"), "", rb"OggS"),
    (
        "MIDI",
        Message("a MIDI file, notes without a sound"),
        Message("play it in a synthesizer and save that as WAV"),
        rb"MThd\x00|RIFF....RMID",
    ),
    ("M4A", Message("an M4A sound (AAC or ALAC in MP4)"), SOUND, rb".{4}ftyp(M4A|M4B|M4P|F4A)"),
    ("AAC", Message("an AAC sound"), SOUND, rb"\xff[\xf0\xf1\xf8\xf9][\x00-\xff].[\x00-\xff]{2}|ADIF"),
    ("AMR", Message("an AMR sound, as phones record speech"), SOUND, rb"#!AMR"),
    ("WMA", Message("a Windows Media file (WMA or WMV)"), SOUND, rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("AC-3", Message("an AC-3 sound"), SOUND, rb"\x0b\x77.{2}[\x00-\xa5]"),
    ("DTS", Message("a DTS sound"), SOUND, rb"\x7f\xfe\x80\x01"),
    ("WavPack", Message("a WavPack sound"), SOUND, rb"wvpk"),
    ("Monkey's Audio", Message("a Monkey's Audio sound (APE)"), SOUND, rb"MAC .[\x0e-\x10]"),
    ("TTA", Message("a True Audio sound (TTA)"), SOUND, rb"TTA[12]"),
    ("Musepack", Message("a Musepack sound"), SOUND, rb"MPCK|MP\+"),
    ("DSD", Message("a DSD sound"), SOUND, rb"DSD \x1c|FRM8.{8}DSD "),
    ("RealMedia", Message("a RealMedia file"), SOUND, rb"\.RMF|\.ra\xfd"),
    ("SoundFont", Message("a SoundFont"), Message("play a note of it and save that as WAV"), rb"RIFF....sfbk"),
    (
        "playlist",
        Message("a playlist, which names sounds and holds none"),
        Message("upload one of the sounds"),
        rb"#EXTM3U|\[playlist\]",
    ),
]
MOVIES: list[Row] = [
    ("MOV", Message("a QuickTime movie"), MOVIE, rb".{4}(ftypqt  |moov|mdat|wide)"),
    ("3GP", Message("a 3GP recording"), MOVIE, rb".{4}ftyp3g"),
    ("MP4", Message("an MP4 file"), MOVIE, rb".{4}ftyp"),
    ("WebM", Message("a WebM file"), MOVIE, rb"\x1a\x45\xdf\xa3.{0,60}?webm"),
    ("Matroska", Message("a Matroska file (MKV or MKA)"), MOVIE, rb"\x1a\x45\xdf\xa3"),
    ("AVI", Message("an AVI movie"), MOVIE, rb"RIFF....AVI "),
    ("FLV", Message("a Flash movie"), MOVIE, rb"FLV\x01"),
    ("MPEG", Message("an MPEG movie"), MOVIE, rb"\x00\x00\x01[\xb3\xba]|\x47.{187}\x47.{187}\x47"),
    ("RIFF", Message("a RIFF file of a kind that is not known here"), SOUND, rb"RIF[FX]"),
]
ARRAYS: list[Row] = [
    ("npy", Message("a .npy array"), "", rb"\x93NUMPY"),
    ("safetensors", Message("a safetensors file"), "", rb".{5}\x00\x00\x00\{"),
    ("HDF5", Message("an HDF5 file (.h5, .hdf5 or .mat)"), ARRAY, rb"\x89HDF\r\n\x1a\n"),
    ("MATLAB", Message("a MATLAB file"), ARRAY, rb"MATLAB \d\.\d MAT-file"),
    ("NetCDF", Message("a NetCDF file"), ARRAY, rb"CDF[\x01\x02\x05]"),
    ("Parquet", Message("a Parquet table"), Message("save it as CSV or .npy"), rb"PAR1"),
    ("Arrow", Message("an Arrow table"), Message("save it as CSV or .npy"), rb"ARROW1"),
    ("R data", Message("an R data file"), Message("save the matrix as CSV"), rb"RD[AX][23]\n"),
    ("GGUF", Message("a GGUF file of a language model"), ARRAY, rb"GGUF"),
    (
        "SQLite",
        Message("an SQLite database, in which Audacity keeps projects"),
        Message("export the sound as WAV"),
        rb"SQLite format 3\x00",
    ),
    ("pickle", Message("a pickle, which could run a program"), ARRAY, rb"\x80[\x02-\x05]"),
]
PACKED: list[Row] = [
    (
        "Excel",
        Message("an Excel workbook"),
        TABLE,
        rb"PK\x03\x04.{26,60}(\[Content_Types\]\.xml|_rels/|xl/|docProps/).{0,4000}?xl/",
    ),
    ("OpenDocument", Message("an OpenDocument file"), TABLE, rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis"),
    (
        "Office",
        Message("an Office document"),
        TABLE,
        rb"PK\x03\x04.{26,60}\[Content_Types\]\.xml|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ),
    (
        "torch",
        Message("a file of tensors as torch.save writes it"),
        "",
        rb"PK\x03\x04.{26}[^/]{1,100}/(data\.pkl|\.?(data|version|format|byteorder|storage))",
    ),
    ("npz", Message("a .npz archive of arrays"), "", rb"PK\x03\x04.{26}[^\x00]{1,200}?\.npy"),
    ("zip or npz", Message("a zip archive"), UNPACK, rb"PK(\x03\x04|\x05\x06|\x07\x08)"),
    ("7z", Message("a 7z archive"), UNPACK, rb"7z\xbc\xaf\x27\x1c"),
    ("RAR", Message("a RAR archive"), UNPACK, rb"Rar!\x1a\x07"),
    ("gzip", Message("a gzip archive"), UNPACK, rb"\x1f\x8b\x08"),
    ("bzip2", Message("a bzip2 archive"), UNPACK, rb"BZh[1-9]"),
    ("xz", Message("an xz archive"), UNPACK, rb"\xfd7zXZ\x00"),
    ("zstd", Message("a Zstandard archive"), UNPACK, rb"\x28\xb5\x2f\xfd"),
    ("tar", Message("a tar archive"), UNPACK, rb".{257}ustar"),
    ("PDF", Message("a PDF"), Message("save the picture in it as PNG"), rb"\s{0,20}%PDF-"),
    ("PostScript", Message("a PostScript file"), Message("export it as PNG"), rb"%!PS|\xc5\xd0\xd3\xc6"),
    ("program", Message("a program"), "", rb"MZ.{58}|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe"),
]
MISHAPS: list[Row] = [  # what stands under the name of a file that somebody wanted
    (
        "Git LFS pointer",
        Message("a Git LFS pointer, not the file itself"),
        POINTED,
        rb"version https://(git-lfs|hawser)\.github\.com/spec/",
    ),
    (
        "git-annex pointer",
        Message("a git-annex pointer, not the file itself"),
        Message("run git annex get, then upload the file"),
        rb"/annex/objects/|(\.\./){0,9}\.git/annex/objects/",
    ),
    (
        "HTML",
        Message("a web page (HTML), as a failed download leaves it"),
        Message("open the address in a browser, sign in if it asks, and download the file itself"),
        rb"(?i)(\xef\xbb\xbf)?\s*(<!--.{0,900}?-->\s*)?<(!DOCTYPE\s+html|html|head|body|script|meta)[\s>]",
    ),
    (
        "XML",
        Message("an XML text, as a refused download leaves it"),
        Message("download the file again"),
        rb"(\xef\xbb\xbf)?\s*<(\?xml|Error>)",
    ),
    (
        "notebook",
        Message("a Jupyter notebook"),
        Message("save the array in it with numpy.save"),
        rb'\s*\{\s*"(cells|nbformat|metadata)"',
    ),
    (
        "data URL",
        Message("a data URL, a file written out as text"),
        Message("save what it encodes as a file"),
        rb"data:[a-z]+/[\w.+-]+;base64,",
    ),
    ("JSON", Message("JSON"), Message("save the numbers as CSV or .npy"), rb'(\xef\xbb\xbf)?\s*(\{\s*("|\})|\[\s*\{)'),
    ("RTF", Message("an RTF document"), Message("save it as plain text"), rb"\{\\rtf"),
    (
        "TextGrid",
        Message("a Praat TextGrid, labels without a sound"),
        Message("upload the sound that it labels"),
        rb'(\xef\xbb\xbf)?File type = "ooTextFile',
    ),
    (
        "AppleDouble",
        Message("what macOS writes beside a file (its name begins with ._)"),
        Message("upload the file without ._"),
        rb"\x00\x05\x16[\x00\x07]\x00\x02\x00\x00",
    ),
    (
        "shortcut",
        Message("a shortcut, not the file itself"),
        Message("upload the file that it points to"),
        rb"L\x00\x00\x00\x01\x14\x02\x00|\[InternetShortcut\]|book\x00\x00\x00\x00mark",
    ),
    (
        "zeros",
        Message("nothing but zeros at its start, as a broken copy leaves it"),
        Message("copy or download it again"),
        rb"\x00{512}",
    ),
]


ROWS = (*PICTURES, *SOUNDS, *MOVIES, *ARRAYS, *PACKED, *MISHAPS)  # the first that matches is taken
