// Where the phone is, as it says so itself. Watched only while the app is looked at.

import { known } from "./logic/geo.js";

const STALE = 120_000;

export class Position {
  constructor(onMove, clock) {
    this.onMove = onMove;
    this.clock = clock;
    this.last = null;
    this.marks = []; // the last record's position, to see a jump
    this.watch = null;
    this.denied = false;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
  }

  start() {
    if (this.watch !== null || !navigator.geolocation || document.hidden) return;
    this.watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const first = this.last === null;
        this.denied = false;
        this.last = { lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy), at: new Date(timestamp + this.clock() * 1000).toISOString(), got: Date.now() };
        if (first) this.onMove();
      },
      (error) => {
        this.denied = error.code === error.PERMISSION_DENIED;
      },
      { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 },
    );
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  // The last one, if it is of the last two minutes: an older one says where the phone was, not where it is.
  now() {
    if (!known(this.last) || Date.now() - this.last.got > STALE) return null;
    const { lat, lon, accuracy, at } = this.last;
    return { lat, lon, accuracy, at };
  }
}
