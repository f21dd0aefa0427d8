from __future__ import annotations

import os
import signal
import time
import uuid

from boundaries.facades.deadline import earliest
from boundaries.facades.principal import current_principal
from tests.facades.wire.parcels.public import Parcel, TooHeavy


class LocalParcels:
    def find(self, *, parcel_id, kilograms):
        if kilograms > 30:
            raise TooHeavy(kilograms=kilograms)
        return Parcel(id=parcel_id, kilograms=kilograms)

    def who_asks(self):
        principal = current_principal()
        return principal.subject if principal else None

    def seconds_left(self):
        now = time.monotonic()
        return earliest(now + 3600) - now

    def stamp(self, *, label):
        if label == "anvil":
            raise TooHeavy(kilograms=100)
        return uuid.uuid4()

    def drop(self):
        raise RuntimeError("the secret of the parcels")

    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)
