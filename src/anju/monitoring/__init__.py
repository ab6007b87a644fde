"""Devices, what they say, and the alarms that follow (A4): an alarm is never lost, never doubled.

Devices speak to `gateway` (MQTT, GB/T 26875.3, HTTP push). Whatever the protocol, it becomes a `Message`; a batch of messages
is judged and stored in one transaction, and only then acknowledged. Fire, fault, silence, battery and test stay apart.
"""
