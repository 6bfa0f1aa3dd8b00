# SPDX-License-Identifier: MIT
"""`wasmlet:msg`: messages between apps, by topics as in MQTT."""

from micropython import const

from ..broker import BROKER, Subscription
from ..topics import fault, matches

_DENIED = const(-1)
_INVALID = const(-4)
_TOO_LONG = const(-6)
_MESSAGE = const(4)


def drivers(app) -> dict:
    """Make the module's functions for an app. All its subscriptions share its queue's length."""
    grant, gate, broker = app.grant["msg"], app.gate, BROKER
    mine = []

    def has_room() -> bool:
        return sum(len(it.waiting) for it in mine) < grant["queue"]

    def close():
        for it in mine:
            broker.remove(it)
        mine.clear()

    app.cleanup.append(close)

    def publish(_, topic: str, data) -> int:
        if fault(topic) or "+" in topic or "#" in topic:
            return _INVALID
        if not matches(grant["publish"], topic):
            return _DENIED
        return broker.publish(topic, bytes(data))

    def subscribe(_, pattern: str) -> int:
        if fault(pattern):
            return _INVALID
        if not matches(grant["subscribe"], pattern):
            return _DENIED
        it = Subscription(pattern, has_room, lambda: gate.post(_MESSAGE, handle, 0))
        handle = gate.add("subscription", it)
        if handle > 0:
            mine.append(it)
            broker.add(it)
        return handle

    def receive(it, message) -> int:
        if not it.waiting:
            return 0
        topic, data = it.waiting[0]
        topic = topic.encode()
        at = 1 + len(topic)
        size = at + len(data)
        if size > len(message):
            return _TOO_LONG
        message[0] = len(topic)
        message[1:at] = topic
        message[at:size] = data
        it.waiting.pop(0)
        return size

    def unsubscribe(it):
        broker.remove(it)
        mine.remove(it)
        gate.remove(gate.handle)

    return {
        "publish": publish,
        "subscribe": subscribe,
        "receive": receive,
        "unsubscribe": unsubscribe,
    }
