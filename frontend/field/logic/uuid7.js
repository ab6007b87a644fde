// Ids made on the phone (RFC 9562, version 7): records of one phone sort by the time they were begun, and two phones never
// make the same one.

let lastTime = 0;
let lastCount = 0;

export function uuid7(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  // Within one millisecond, or when the clock was put back, the twelve bits behind the time count on.
  const bytes = new Uint8Array(16);
  if (now > lastTime) {
    lastTime = now;
    lastCount = ((random[0] << 8) | random[1]) & 0x7ff; // half the range, so that there is room to count
  } else if (++lastCount > 0xfff) {
    lastTime += 1;
    lastCount = 0;
  }
  let time = lastTime;
  for (let place = 5; place >= 0; place--) {
    bytes[place] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (lastCount >> 8);
  bytes[7] = lastCount & 0xff;
  bytes.set(random.subarray(2, 10), 8);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
