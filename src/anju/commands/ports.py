"""Where devices are listened to: options of `gateway`, and of `demo` and `serve`, which start one."""

import argparse

MQTT, GB26875 = 1884, 26875


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mqtt-port", type=_port, default=MQTT, help=f"devices over MQTT (default {MQTT})")
    parser.add_argument(
        "--gb26875-port", type=_port, default=GB26875, help=f"fire transmission units, GB/T 26875.3 (default {GB26875})"
    )


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number up to 65535; 0 takes any free one")
    return int(text)
