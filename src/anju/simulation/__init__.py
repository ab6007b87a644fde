"""The simulator: devices that live, and scenes in which something happens to them, all through the real protocols from outside.

Plain Python without Django: it knows devices by id and key, never by a table, and can speak to any city whose gateway it
reaches (A4.8). `anju demo` runs it; `anju simulate` starts a scene or a whole city of devices.

    scenario.load(name or file)  -> Scenario        what happens, and how devices live; readable YAML
    Simulator(devices, ways)     .live(…) .play(…)  speaks
    desk                                            hands a scene to the simulator that already runs in a folder
"""
