# SPDX-License-Identifier: MIT
"""Messages between apps: a broker per board, subscriptions in it. Pure."""

from .topics import covers


class Subscription:
    """Messages that wait for an app. `has_room` asks its limit, `wake` tells of a message."""

    def __init__(self, pattern: str, has_room, wake):
        self.pattern = pattern
        self.has_room = has_room
        self.wake = wake
        self.waiting = []  # (topic, data), oldest first


class Broker:
    """Who subscribes to what."""

    def __init__(self):
        self._subscriptions = []

    def add(self, subscription: Subscription):
        """Begin to deliver."""
        self._subscriptions.append(subscription)

    def remove(self, subscription: Subscription):
        """Deliver no more; what waits is left."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def publish(self, topic: str, data: bytes) -> int:
        """Give a message to all who subscribe to its topic; return how many had room for it."""
        taken = 0
        for subscription in self._subscriptions:
            if covers(subscription.pattern, topic) and subscription.has_room():
                subscription.waiting.append((topic, data))
                subscription.wake()
                taken += 1
        return taken


BROKER = Broker()  # the board's
