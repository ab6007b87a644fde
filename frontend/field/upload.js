// One photo to the server in pieces (tus 1.0). A connection that breaks costs what was on the way, never the whole photo;
// the address of the upload is kept, so that a phone that was switched off goes on where it stopped.

import { Upload } from "tus-js-client";
import { ApiError, uploads } from "./api.js";

const PIECE = 64 * 1024; // a piece cut off on the way counts as not sent, so small ones waste least on a bad line
const SILENCE = 60_000; // a line that neither carries nor breaks is given up, or nothing would ever be sent behind it

// photo: {id, sha256, url}; save(change) keeps what was learnt about it
export function upload(blob, photo, { record, headers, save, progress }) {
  return new Promise((done, fail) => {
    let timer = null;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => run.abort().finally(() => fail(new ApiError(0))), SILENCE);
    };
    const run = new Upload(blob, {
      endpoint: uploads,
      uploadUrl: photo.url,
      chunkSize: PIECE,
      retryDelays: [0, 500, 1500],
      storeFingerprintForResuming: false,
      metadata: { sha256: photo.sha256, filename: `${photo.id}.jpg`, envelope: record },
      headers,
      onUploadUrlAvailable: () => save({ url: run.url }),
      onProgress: (sent, whole) => (alive(), progress(sent, whole)),
      onSuccess: () => (clearTimeout(timer), done()),
      onError: (error) => (clearTimeout(timer), fail(new ApiError(error.originalResponse?.getStatus() ?? 0, toldBy(error)))),
    });
    alive();
    run.start();
  });
}

function toldBy(error) {
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "{}");
  } catch {
    return {};
  }
}
