"""How a simulated device reaches its city: MQTT, signed HTTP push, or GB/T 26875.3 as a unit or as a part behind one.

Each keeps what is not confirmed and says it again after every break, as a device has to.
"""

from anju.simulation.links.keeping import Link, Said, Ways
from anju.simulation.links.mqtt import MqttLink
from anju.simulation.links.push import PushLink
from anju.simulation.links.unit import PartLink, UnitLink

__all__ = ["Link", "MqttLink", "PartLink", "PushLink", "Said", "UnitLink", "Ways"]
