/** The page's end of the worker. */

import program from "./worker.js?worker";

const REASON =
  "It learns in a worker, a program beside the page, and the browser does not start one.";

/**
 * @returns {Promise<Worker>} a worker that runs
 * @throws {Error} if the browser or the page forbids workers
 */
export async function startWorker() {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  try {
    const worker = new Worker(address);
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
      setTimeout(reject, 20000);
    });
    return worker;
  } catch {
    throw new Error(REASON);
  } finally {
    URL.revokeObjectURL(address);
  }
}
