/**
 * Responses that are streamed, and what functions make them with: the global `awslambda`.
 *
 * Source: "Response streaming for Lambda functions", "Writing response streaming-enabled functions".
 */
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";

import { ERROR_BODY, ERROR_TYPE } from "./api.mjs";
import { logError } from "./console.mjs";
import { RuntimeError, described, headerSafe } from "./errors.mjs";
import { contextOf, isPromise, loopIsEmpty } from "./handlers.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const HTTP_INTEGRATION = "application/vnd.awslambda.http-integration-response";
const MAX_TRAILER = 8000;

export const awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = "response";
    const mark = options?.highWaterMark;
    if (typeof mark === "number") handler[HIGH_WATER_MARK] = Math.trunc(mark);
    return handler;
  },
  HttpResponseStream: {
    /** Gives an HTTP response its status and headers: JSON before the body, eight zero bytes after. */
    from(stream, prelude) {
      stream.setContentType(HTTP_INTEGRATION);
      const head = Buffer.from(JSON.stringify(prelude) + "\0".repeat(8));
      stream._onBeforeFirstWrite = (write) => write(head);
      return stream;
    },
  },
};

/** Whether this handler streams; raises an error where it is marked in a way that Lambda lacks. */
export function isStreaming(handler) {
  const kind = handler[STREAMING];
  if (kind && kind !== "response") {
    throw new RuntimeError("MalformedStreamingHandler", "Only response streaming is supported.");
  }
  return Boolean(kind);
}

class ResponseStream extends Writable {
  #answer;
  #contentType = "application/octet-stream";
  #invocation;

  constructor(invocation, highWaterMark) {
    super({ highWaterMark });
    this.#invocation = invocation;
  }

  /** Whether anything of the response is on its way. */
  get hasBegun() {
    return this.#answer !== undefined;
  }

  setContentType(contentType) {
    if (this.hasBegun) {
      const message = "Cannot set content-type, too late.";
      throw new RuntimeError("InvalidStreamingOperation", message);
    }
    this.#contentType = contentType;
  }

  write(chunk, ...more) {
    const isRaw = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(isRaw ? chunk : JSON.stringify(chunk), ...more);
  }

  _write(chunk, _, done) {
    this.#begin();
    const { connection } = this.#invocation;
    this._onBeforeFirstWrite?.((head) => connection.write(Buffer.from(head)));
    this._onBeforeFirstWrite = undefined;
    if (chunk.length) connection.write(chunk, done);
    else done();
  }

  _final(done) {
    this.#begin();
    this.#invocation.connection.end();
    this.#answer.then(() => done(), done);
  }

  /** Ends what has begun with an error, which trailers tell. */
  fail(error) {
    const { errorType, errorMessage, trace } = described(error);
    const encoded = (frames) => {
      const body = { errorType, errorMessage, trace: trace.slice(0, frames) };
      return Buffer.from(JSON.stringify(body)).toString("base64");
    };
    let frames = trace.length; // a header has room for so much only
    while (frames > 1 && encoded(frames).length > MAX_TRAILER) frames = Math.ceil(frames / 2);
    const trailers = { [ERROR_TYPE]: headerSafe(errorType), [ERROR_BODY]: encoded(frames) };
    this.#invocation.connection.end(trailers);
  }

  #begin() {
    if (this.hasBegun) return;
    this.#answer = this.#invocation.connection.open(this.#invocation.path + "/response", {
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      "Content-Type": headerSafe(this.#contentType),
      Trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
    });
    this.#invocation.settle(this.#answer);
  }
}

/** Runs a handler that streams; the next event may come when the event loop is empty. */
export async function runStreaming(handler, invocation) {
  const stream = new ResponseStream(invocation, handler[HIGH_WATER_MARK]);
  const ended = finished(stream);
  ended.catch(() => {}); // it is awaited below, unless the handler fails first
  invocation.failStream = (error, what) => fail(invocation, stream, error, what);
  try {
    const result = handler(JSON.parse(invocation.body), stream, contextOf(invocation));
    if (!isPromise(result)) throw new Error("Streaming does not support non-async handlers.");
    if ((await result) !== undefined) console.warn("Streaming handlers ignore return values.");
    await ended;
  } catch (error) {
    invocation.failStream(error);
  }
  await invocation.answered;
  if (invocation.waitsForEmptyLoop) await loopIsEmpty();
}

function fail(invocation, stream, error, what = "Invoke Error") {
  if (!stream.hasBegun) {
    invocation.fail(error, what); // nothing was sent: the error is the whole answer
  } else if (!stream.writableFinished) {
    logError(what, error);
    stream.fail(error);
  }
}
