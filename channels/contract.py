"""What every channel kind implements, and the frozen values that pass between the newsroom, the engine and adapters.

A story's way through this module: ``Piece`` (what the newsroom says) → ``check`` → ``Finding``; ``render`` →
``Rendition`` (frozen, hashed, what preview shows and sending sends) → for push kinds ``publish`` → ``Receipt``, for
pull kinds ``documents`` → ``Document`` (the bytes that readers and boards fetch).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from channels.failing import ChannelError as ChannelError
from channels.failing import ErrorKind as ErrorKind
from channels.failing import Json as Json
from channels.words import Words


class StoryKind(StrEnum):
    """What a story is: article, infographic, notice (service name, address, hotline) or slogan."""

    ARTICLE = "article"
    INFOGRAPHIC = "infographic"
    NOTICE = "notice"
    SLOGAN = "slogan"


class Transport(StrEnum):
    """How a channel gets its content: we call the provider (push) or readers fetch a document (pull)."""

    PUSH = "push"
    PULL = "pull"


class Evidence(StrEnum):
    """What proves that an item reached people: a provider's receipt, a broadcast log entry, a proof of play.

    ``MANUAL`` is a person's record of what no channel proves (a printed paper, a talk at a school); no kind has it.
    """

    RECEIPT = "receipt"
    BROADCAST = "broadcast"
    PLAY = "play"
    MANUAL = "manual"


class Severity(StrEnum):
    """An error blocks submission and scheduling for the channel; a warning only informs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters ``start`` to ``end`` (half-open, of the field's text as the piece has it) become ``new``.

    ``old`` is what stands there; where it stands there no more, the edit must not be made.
    """

    start: int
    end: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What one click does about a finding. ``label`` is the button's; ``edits`` of one field, in order, never overlap.

    ``field`` is a text of ``Piece``: "title", "summary", "body", "service.name" and so on. With ``own`` the channel
    kind's own text of that field (its variant) is changed or started, and the text that all channels share stays.
    """

    label: Words
    field: str
    edits: tuple[Edit, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an adapter says about a piece: where, what is wrong and what to do.

    ``field`` is one of ``Piece``, or ``settings`` where the channel's own words are meant. ``fixes`` are the ways out
    that need no more than a click, the best first.
    """

    severity: Severity
    field: str
    message: Words
    remedy: Words
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture as a piece carries it. ``url`` is public, absolute, percent-encoded; sizes: pixels, bytes."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str
    caption: str
    url: str
    read: Callable[[], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Service:
    """The public service that a notice introduces: name, web address, support phone and place."""

    name: str = ""
    address: str = ""
    hotline: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One revision of a story as one channel kind sees it: the editor's variant applied, text in NFC.

    ``body`` is Markdown. ``url`` is the story's public address. ``revision`` counts from 1 within the story.
    """

    story_id: int
    revision: int
    kind: StoryKind
    title: str
    summary: str
    body: str
    byline: str = ""
    column: str = ""
    unit: str = ""
    language: str = "vi"
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    service: Service = Service()
    cover: Picture | None = None
    pictures: tuple[Picture, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """A file that belongs to a rendition, named by its SHA-256. ``data`` is empty once the store holds the bytes."""

    name: str
    mime: str
    sha256: str
    size: int
    data: bytes = field(default=b"", repr=False, compare=False)

    @classmethod
    def of(cls, name: str, mime: str, data: bytes) -> "RenditionFile":
        """Wrap ``data`` with its hash and size in bytes."""
        return cls(name, mime, hashlib.sha256(data).hexdigest(), len(data), data)


@dataclass(frozen=True, slots=True)
class Rendition:
    """What the channel will carry: a JSON document and its files. Equal content has an equal ``sha256``."""

    kind: str
    document: Mapping[str, Json]
    files: tuple[RenditionFile, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON of kind, document and file hashes."""
        body = {"kind": self.kind, "document": self.document, "files": [[f.name, f.mime, f.sha256] for f in self.files]}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the provider holds the item: its id there, a public link if any, and what else it said."""

    provider_id: str
    link: str = ""
    evidence: Mapping[str, Json] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Continue:
    """A push that needs another step ``after`` seconds from now. The engine commits ``progress`` before that step.

    ``repeatable`` tells whether the next step may simply be made again if its outcome is lost (a status query may,
    a creation may not).
    """

    progress: Mapping[str, Json]
    after: float
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to bring about at a provider.

    ``key`` is stable over retries (idempotency key or marker); ``live`` is the receipt of what is there now, if this
    is a correction or a retraction; ``progress`` is what the last ``Continue`` said, empty at the first step;
    ``called_at`` is when an unclear first call was made (UTC), for ``find``. ``replaced`` is what the last ``Continue``
    of an earlier correction said that was not yet confirmed when this one took its place; ``lost_at`` (UTC) is when a
    call for the live item last had no known end: what it asked for may still come true, after what is asked for now.
    """

    key: str
    rendition: Rendition
    live: Receipt | None = None
    progress: Mapping[str, Json] = field(default_factory=dict, hash=False)
    called_at: datetime | None = None
    replaced: Mapping[str, Json] = field(default_factory=dict, hash=False)
    lost_at: datetime | None = None


class Vault(Protocol):
    """A channel's secrets, encrypted at rest. No method ever logs a value."""

    def read(self) -> Mapping[str, str]:
        """Return the secrets as stored now."""
        ...

    def renew(
        self, seen: Mapping[str, str], call: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """Replace the secrets under the channel's lock and return those now in force.

        After taking the lock the secrets are read again; if they differ from ``seen``, another worker renewed them
        and they are returned without a call. Otherwise ``call(current)`` is made once and its result committed
        before anybody uses it. If ``call`` raises, nothing is changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """The configured destination as an adapter uses it: validated settings, the vault and a clock (aware UTC)."""

    channel_id: int
    name: str
    settings: BaseModel
    vault: Vault
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class LiveItem:
    """One item that a pull channel carries now. ``since`` and ``until`` are UTC, half-open; ``until`` None is open."""

    delivery_id: int
    story_id: int
    revision: int
    rendition: Rendition
    since: datetime
    until: datetime | None = None
    corrected: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An item that was live and was withdrawn at ``at`` (UTC); ``files`` are the SHA-256 to delete."""

    delivery_id: int
    story_id: int
    revision: int
    title: str
    at: datetime
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """All that a pull channel's documents are made from. ``items`` newest first; ``base_url`` has no trailing slash.

    ``changed`` (UTC) is when something last left the channel or came, also what left no trace in ``items`` and
    ``tombstones``: a time that a document tells of its content is never earlier.
    """

    slug: str
    name: str
    unit: str
    settings: BaseModel
    base_url: str
    now: datetime
    items: Sequence[LiveItem] = ()
    tombstones: Sequence[Tombstone] = ()
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that readers fetch. ``etag`` identifies the content apart from when it was made.

    ``stale_at`` (UTC) is when the document must be made again although nothing was published, e.g. because a lease
    inside it ends; ``modified`` (UTC) is when its content last changed.
    """

    name: str
    mime: str
    body: bytes
    etag: str
    modified: datetime
    stale_at: datetime | None = None


@runtime_checkable
class Adapter(Protocol):
    """What every channel kind has. Instances hold no state; everything is passed in."""

    kind: ClassVar[str]
    label: ClassVar[Words]
    short_label: ClassVar[Words]
    """Where there is little room: on tabs and buttons."""
    icon: ClassVar[str]
    """A symbol of the site's icon sheet."""
    transport: ClassVar[Transport]
    evidence: ClassVar[Evidence]
    story_kinds: ClassVar[frozenset[StoryKind]]
    texts: ClassVar[frozenset[str]]
    """Which of a piece's "title", "summary" and "body" the channel shows; no other can be written anew for it."""
    Settings: ClassVar[type[BaseModel]]
    secrets: ClassVar[Mapping[str, Words]]
    """Names of the secrets the channel needs, with the label of each for the admin."""
    stopping: ClassVar[Words]
    """What becomes of promised and live items while a channel, ``%(name)s``, is stopped; asked before it is."""
    public_paths: ClassVar[Mapping[str, str]]
    """Where the site serves each document to anybody, name to path; empty for what is not fetched.

    ``{slug}`` in a path is the channel's. A path with ``{sha256}`` serves a file of the channel's renditions by its
    hash, or else the document that the name, with the hash in it, tells.
    """
    public_pages: ClassVar[Mapping[str, str]]
    """Pages for people's browsers beside the documents, name to path."""
    page_template: ClassVar[str]
    """Template of the kind's folder that shows one item as a public page of its own; empty if there is none."""
    priorities: ClassVar[Mapping[str, Words]]
    """How urgent an item can be, the usual first; empty where everything is equal."""

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Say what would stop (error) or hurt (warning) this piece on the channel; no I/O."""
        ...

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """Return what the channel would carry. Deterministic: same piece and settings, same bytes; no network."""
        ...


@runtime_checkable
class PullAdapter(Adapter, Protocol):
    """A kind whose content is fetched: publishing is a change of its documents."""

    def documents(self, feed: Feed) -> Sequence[Document]:
        """Return the documents of the channel. Deterministic for equal ``feed``."""
        ...


@runtime_checkable
class PushAdapter(Adapter, Protocol):
    """A kind whose provider is called. Every method may raise ``ChannelError`` and nothing else on provider trouble."""

    calls_per_minute: ClassVar[int]

    def publish(self, order: Order, account: Account) -> Receipt | Continue:
        """Make one step towards the rendition being live.

        With ``order.live`` set the provider's item is brought to the rendition (a correction); that call is
        repeatable, and the receipt is given once the provider shows the rendition. Only the first step of a new item
        (no ``progress``, no ``live``) is not.
        """
        ...

    def find(self, order: Order, account: Account) -> Receipt | None:
        """Look up whether the item of an unclear call exists: its receipt, or None if it surely does not.

        Raise ``ChannelError(UNCERTAIN)`` when the provider cannot tell; a person decides then.
        """
        ...

    def retract(self, order: Order, account: Account) -> None:
        """Take ``order.live`` down and return once the provider says that readers do not see it any more.

        Idempotent: an item that is already gone is a success. Where that takes several steps, raise a TRANSIENT
        ``ChannelError`` with the ``progress`` for the next.
        """
        ...
