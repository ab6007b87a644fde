"""The parts of a multipart body: the event's XML, and pictures."""

import re
from email.message import Message as Headers

import msgspec

MOST_PARTS = 16
LONGEST_HEAD = 4096  # bytes of one part's header


class BadBody(Exception):
    """The body is not the multipart that its header announces."""


class Part(msgspec.Struct, frozen=True):
    kind: str  # its media type in lower case, "" without one
    body: bytes


def boundary_of(content_type: str) -> bytes:
    """b"" when the body is not multipart. Raises BadBody when it is and names no usable boundary."""
    headers = Headers()
    headers["content-type"] = content_type.replace("\r", " ").replace("\n", " ")
    if headers.get_content_maintype() != "multipart":
        return b""
    boundary = str(headers.get_param("boundary", ""))
    if not re.fullmatch(r"[\x21-\x7e ]{1,200}", boundary):
        raise BadBody("the body is multipart, but its boundary is missing or not usable")
    return boundary.encode()


def parts(body: bytes, boundary: bytes) -> list[Part]:
    """In order. Cameras leave out the line end before the first boundary and sometimes the last one. Raises BadBody."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if len(pieces) < 2:
        raise BadBody("the boundary of the header is not in the body")
    if len(pieces) > MOST_PARTS + 2:
        raise BadBody(f"more than {MOST_PARTS} parts")
    found = []
    for piece in pieces[1:]:
        if piece.startswith(b"--") or not piece.strip():
            break
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap or len(head) > LONGEST_HEAD:
            raise BadBody("a part has no end of its header")
        found.append(Part(_kind(head), content))
    return found


def _kind(head: bytes) -> str:
    match = re.search(rb"^content-type:[ \t]*([\w/+.-]+)", head, re.IGNORECASE | re.MULTILINE)
    return match[1].decode("ascii").lower() if match else ""
