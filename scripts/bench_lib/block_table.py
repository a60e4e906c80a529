"""block_table.py - a GeoTIFF of any size whose block table points at the compressed blocks of a few small ones, again and again.

A program reads and decodes it like any tiled GeoTIFF of that size; the disk holds the blocks once. The sources are tiled GeoTIFFs
of one layout (block size, codec, bands), whole blocks in size; tags are copied from the first. TIFF 6.0; BigTIFF as libtiff has it.
"""
import struct

WIDTH, HEIGHT, OFFSETS, COUNTS, SIDE = 256, 257, 324, 325, 322
BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
LETTER = {3: "H", 4: "I", 16: "Q"}


def read_tags(data):
    """{tag: (type, count, raw bytes)} of the first directory of a little-endian TIFF or BigTIFF."""
    is_big = data[2:4] == b"\x2b\x00"
    if data[:2] != b"II":
        raise ValueError("not a little-endian TIFF")
    at = struct.unpack_from("<Q", data, 8)[0] if is_big else struct.unpack_from("<I", data, 4)[0]
    n, entry, head = (struct.unpack_from("<Q", data, at)[0], 20, 8) if is_big else (struct.unpack_from("<H", data, at)[0], 12, 2)
    tags = {}
    for i in range(n):
        here = at + head + i * entry
        tag, kind = struct.unpack_from("<HH", data, here)
        count = struct.unpack_from("<Q" if is_big else "<I", data, here + 4)[0]
        value, room = here + (12 if is_big else 8), 8 if is_big else 4
        size = count * BYTES[kind]
        if size > room:
            value = struct.unpack_from("<Q" if is_big else "<I", data, value)[0]
        tags[tag] = (kind, count, data[value:value + size])
    return tags


def numbers(tag):
    kind, count, raw = tag
    return struct.unpack(f"<{count}{LETTER[kind]}", raw)


def write(files, side_px, path):
    """side_px x side_px pixels; source (c & 1) + 2 * (r & 1) of `files` stands at column c, row r; the last ones are cut."""
    datas = [file.read_bytes() for file in files]
    tags = [read_tags(data) for data in datas]
    width, block = numbers(tags[0][WIDTH])[0], numbers(tags[0][SIDE])[0]
    across, source_across = -(-side_px // block), width // block
    with open(path, "wb") as out:
        out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0))
        places = []
        for data, t in zip(datas, tags):
            places.append([])
            for offset, count in zip(numbers(t[OFFSETS]), numbers(t[COUNTS])):
                places[-1].append((out.tell(), count))
                out.write(data[offset:offset + count])
        table = []
        for r in range(across):
            for c in range(across):
                source = (c // source_across & 1) + 2 * (r // source_across & 1)
                table.append(places[source][r % source_across * source_across + c % source_across])
        made = {tag: value for tag, value in tags[0].items() if tag not in (OFFSETS, COUNTS)}
        made[WIDTH] = made[HEIGHT] = (4, 1, struct.pack("<I", side_px))
        for tag, part in ((OFFSETS, 0), (COUNTS, 1)):
            made[tag] = (16, len(table), struct.pack(f"<{len(table)}Q", *(place[part] for place in table)))
        write_directory(out, made)
    return path


def write_directory(out, tags):
    entries = []
    for tag, (kind, count, raw) in sorted(tags.items()):
        if len(raw) > 8:
            out.write(b"\0" * (-out.tell() % 8))
            at = out.tell()
            out.write(raw)
            raw = struct.pack("<Q", at)
        entries.append(struct.pack("<HHQ", tag, kind, count) + raw.ljust(8, b"\0"))
    out.write(b"\0" * (-out.tell() % 8))
    at = out.tell()
    out.write(struct.pack("<Q", len(entries)) + b"".join(entries) + struct.pack("<Q", 0))
    out.seek(8)
    out.write(struct.pack("<Q", at))
