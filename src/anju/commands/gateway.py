"""`anju gateway`: listens to devices. `anju demo` and `anju serve` start one too."""

import argparse
import errno
import os
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from anju.commands import ports
from anju.commands.failures import Failure
from anju.monitoring.gateway import running
from anju.monitoring.gateway.process import CannotListen, Gateway


def gateway(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju gateway", description="Listens to devices and stores what they say.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default 127.0.0.1)")
    ports.add(parser)
    parser.add_argument("--name", default=f"{socket.gethostname()}-{os.getpid()}", help="its name among several")
    parser.add_argument("--quiet", action="store_true", help="do not say where it listens")
    parser.add_argument("--tls-certificate", type=Path, help="PEM file; with it MQTT is spoken over TLS only")
    parser.add_argument("--tls-key", type=Path, help="PEM file of the certificate's key")
    _add_stream(parser)
    chosen = parser.parse_args(arguments)
    if chosen.source:
        return _from_nats(chosen)
    made = Gateway(
        name=chosen.name, host=chosen.host, mqtt_port=chosen.mqtt_port, gb26875_port=chosen.gb26875_port,
        tls=_tls(chosen.tls_certificate, chosen.tls_key), ready=_say_nothing if chosen.quiet else _say,
    )  # fmt: skip
    try:
        running.run(made.run())
    except CannotListen as error:
        raise Failure(_refused(chosen.host, error)) from error
    return 0


def _refused(host: str, error: CannotListen) -> str:
    other = error.port + (8000 if error.port < 1024 else 1)
    if error.error.errno == errno.EADDRINUSE:
        return f"port {error.port} on {host} is taken by another program. Stop it, or choose another: {error.option} {other}"
    if error.error.errno == errno.EACCES:
        return f"this user may not listen at port {error.port}. Choose one above 1023, e.g. {error.option} {other}"
    return (
        f"the gateway cannot listen at {host}:{error.port} ({error.error.strerror}). Check --host and {error.option}."
    )


def _add_stream(parser: argparse.ArgumentParser) -> None:
    stream = parser.add_argument_group("a log in front (docs/deployment.md says what it promises)")
    stream.add_argument(
        "--from", dest="source", metavar="nats://HOST:PORT", help="read a NATS stream and open no ports"
    )
    stream.add_argument("--stream", default="ANJU", help="its name (default ANJU); made if it is not there")
    stream.add_argument(
        "--replicas", type=int, default=1, help="servers that keep the stream, when it is made (default 1)"
    )
    stream.add_argument(
        "--partitions", type=int, default=1, help="shares of the devices, the same at every gateway (default 1)"
    )
    stream.add_argument(
        "--own", default="", help="the shares that this one may read, e.g. 0,2 (default: every free one)"
    )


def _from_nats(chosen: argparse.Namespace) -> int:
    from anju.monitoring.gateway import jetstream

    if urlsplit(chosen.source).scheme not in ("nats", "tls"):
        raise Failure(f"--from {chosen.source}: cannot be read. Expected nats://HOST:PORT or tls://HOST:PORT.")
    source = jetstream.NatsSource(
        chosen.source, name=chosen.name, stream=chosen.stream, partitions=chosen.partitions, own=_shares(chosen),
        replicas=chosen.replicas, password=settings.ANJU_NATS_PASSWORD,
        ready=_Once(
            f"gateway: reads the stream {chosen.stream} of {jetstream.shown(chosen.source)},"
            f" {chosen.partitions} partitions.\n"
            "gateway: NATS tells a device \"received\" before its message is stored here: what NATS loses, is lost"
            " (docs/deployment.md)."
        ),
    )  # fmt: skip
    try:
        running.run(source.run())
    except jetstream.Unfit as error:
        raise Failure(f"--from {jetstream.shown(chosen.source)}: {error}") from error
    return 0


def _shares(chosen: argparse.Namespace) -> frozenset[int]:
    if not 1 <= chosen.partitions <= 1024:
        raise Failure(f"--partitions {chosen.partitions}: expected 1 to 1024.")
    words = [word.strip() for word in chosen.own.split(",") if word.strip()]
    if not all(word.isdigit() and int(word) < chosen.partitions for word in words):
        raise Failure(f"--own {chosen.own}: expected numbers from 0 to {chosen.partitions - 1}, with commas.")
    return frozenset(map(int, words))


class _Once:
    """Says its words the first time it is called: after a break the stream is found again."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self) -> None:
        if self.words:
            sys.stdout.write(f"{self.words}\n")
            sys.stdout.flush()
        self.words = ""


def _say(mqtt_port: int, gb26875_port: int) -> None:
    sys.stdout.write(f"gateway: MQTT at {mqtt_port}, GB/T 26875.3 at {gb26875_port}\n")
    sys.stdout.flush()


def _say_nothing(mqtt_port: int, gb26875_port: int) -> None:
    """Under `anju demo`, whose own last line is what a script waits for."""


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Failure(f"--tls-certificate {certificate}: cannot be used ({error}). Expected a PEM file.") from error
    return context
