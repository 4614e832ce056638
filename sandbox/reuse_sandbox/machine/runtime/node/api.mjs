/**
 * The Runtime API, as "Using the Lambda runtime API for custom runtimes" describes it.
 *
 * HTTP/1.1 is spoken right on a socket: node:http adds about a third to an invocation's time.
 */
import net from "node:net";

import { described, headerSafe } from "./errors.mjs";

const PREFIX = "/2018-06-01/runtime";
export const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
export const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";

const BUFFER_SIZE = 65536;
const NOTHING = Buffer.alloc(0);
const api = process.env.AWS_LAMBDA_RUNTIME_API;
const [host, port] = api.split(":");

/** A connection to the API, for one request at a time; it is opened where it is not open. */
export class Connection {
  #socket;
  #received = NOTHING;
  #waiting;

  /** One request with its body, text; -> the answer: its headers and its body. */
  call(method, path, body, headers = {}) {
    const length = { "Content-Length": Buffer.byteLength(body) };
    return this.#begin(method, path, { ...headers, ...(method === "GET" ? {} : length) }, body);
  }

  /** A request whose body follows by `write` and `end`; -> its answer. */
  open(path, headers) {
    return this.#begin("POST", path, { ...headers, "Transfer-Encoding": "chunked" }, "");
  }

  /** A piece of the body, which is not empty; `done` is called when it has been sent. */
  write(piece, done) {
    if (this.#waiting === undefined) { // it is answered already: too much was sent
      done?.();
      return;
    }
    this.#socket.cork();
    this.#socket.write(`${piece.length.toString(16)}\r\n`);
    this.#socket.write(piece);
    this.#socket.write("\r\n", done);
    this.#socket.uncork();
  }

  /** The end of the body, with trailers. */
  end(trailers = {}) {
    if (this.#waiting !== undefined) this.#socket.write(`0\r\n${lines(trailers)}\r\n`);
  }

  #begin(method, path, headers, body) {
    if (this.#socket === undefined) this.#connect();
    const head = `${method} ${PREFIX}${path} HTTP/1.1\r\nHost: ${api}\r\n${lines(headers)}\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.ref(); // the event loop is empty only when nothing is asked
      this.#socket.write(head + body);
    });
  }

  #connect() {
    // One buffer for all that comes, which is read before more comes.
    const callback = (size, buffer) => this.#receive(buffer.subarray(0, size));
    const onread = { buffer: Buffer.alloc(BUFFER_SIZE), callback };
    const socket = net.connect({ host, port: Number(port), noDelay: true, onread });
    socket.on("error", () => {}); // a close follows
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#waiting?.reject(new Error("The Runtime API has closed the connection."));
      this.#waiting = undefined;
    });
    this.#socket = socket;
  }

  #receive(data) {
    this.#received = this.#received.length ? Buffer.concat([this.#received, data]) : data;
    const answer = parsed(this.#received);
    if (answer === undefined) {
      if (this.#received === data) this.#received = Buffer.from(data);
      return true;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#received = NOTHING;
    this.#socket?.unref();
    waiting?.resolve(answer);
    return true; // go on reading
  }
}

const lines = (headers) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");

/** An answer, when all of it is there. */
function parsed(received) {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const headers = {};
  for (const line of received.toString("latin1", 0, end).split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = received.subarray(end + 4);
  if (headers["transfer-encoding"]?.toLowerCase() === "chunked") {
    const body = unchunked(rest);
    return body && { headers, body: body.toString() };
  }
  const length = Number(headers["content-length"] ?? 0);
  return rest.length < length ? undefined : { headers, body: rest.toString("utf8", 0, length) };
}

function unchunked(rest) {
  const pieces = [];
  for (let at = 0; ; ) {
    const end = rest.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const size = parseInt(rest.toString("latin1", at, end), 16);
    at = end + 2 + size + 2;
    if (rest.length < at) return undefined;
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(rest.subarray(end + 2, end + 2 + size));
  }
}

/** Tells an error of the init. */
export function postInitError(error) {
  const body = described(error);
  const headers = { [ERROR_TYPE]: headerSafe(body.errorType) };
  return new Connection().call("POST", "/init/error", JSON.stringify(body), headers);
}

/** Without the API there is nothing to serve: the container is ending. */
export function connectionLost() {
  process.exit(1);
}
