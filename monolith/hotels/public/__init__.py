"""The door of hotels."""

from monolith.hotels.public.errors import HotelsSoldOut, RoomGivenUp, RoomUnknown
from monolith.hotels.public.events import NightStock, RoomOpened, RoomsChanged
from monolith.hotels.public.facade import Hotels
from monolith.hotels.public.values import RoomDetails, RoomHeld

__all__ = [
    "Hotels",
    "HotelsSoldOut",
    "NightStock",
    "RoomDetails",
    "RoomGivenUp",
    "RoomHeld",
    "RoomOpened",
    "RoomUnknown",
    "RoomsChanged",
]
