// Encryption on the phone: one AES-GCM key that cannot be exported, kept in IndexedDB and thrown away at sign-out. What
// lies in the browser's files is unreadable from then on, even if the browser is slow to delete it.

const utf8 = new TextEncoder();
const text = new TextDecoder();

export const makeKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

// `place` binds a row to where it stands: a row put in another's place does not open.
export async function sealBytes(key, place, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(place) }, key, bytes);
  return { iv, data };
}

export async function openBytes(key, place, sealed) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: utf8.encode(place) }, key, sealed.data);
}

export const seal = (key, place, value) => sealBytes(key, place, utf8.encode(JSON.stringify(value)));

export const unseal = async (key, place, sealed) => JSON.parse(text.decode(await openBytes(key, place, sealed)));

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
