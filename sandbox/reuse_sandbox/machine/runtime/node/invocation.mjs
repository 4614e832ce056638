/** One invocation: what it was sent, and its one answer. */
import { connectionLost } from "./api.mjs";
import { logError } from "./console.mjs";
import { RuntimeError, described } from "./errors.mjs";
import { promisesOnly } from "./rules.mjs";

const JSON_BODY = { "Content-Type": "application/json" };

export class Invocation {
  #answer;
  #settled;

  /** It is what `invocation/next` has answered on a connection, and is answered on the same. */
  constructor({ headers, body }, connection) {
    this.connection = connection;
    this.header = (name) => headers[`lambda-runtime-${name}`];
    this.body = body;
    this.id = this.header("aws-request-id");
    this.tenant = this.header("aws-tenant-id");
    this.traceId = this.header("trace-id");
    this.waitsForEmptyLoop = !promisesOnly;
    /** Resolved when the platform has the answer. */
    this.answered = new Promise((resolve) => (this.#settled = resolve));
  }

  get path() {
    return `/invocation/${encodeURIComponent(this.id)}`;
  }

  get isAnswered() {
    return this.#answer !== undefined;
  }

  succeed(result) {
    if (this.isAnswered) return;
    let body;
    try {
      body = serialised(result);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.settle(this.connection.call("POST", this.path + "/response", body, JSON_BODY));
  }

  /** `what` is the word for it in the log. */
  fail(error, what = "Invoke Error") {
    if (this.isAnswered) return;
    logError(what, error);
    const body = JSON.stringify(described(error));
    this.settle(this.connection.call("POST", this.path + "/error", body, JSON_BODY));
  }

  /** The answer is on its way; the platform has it when `sending` is done. */
  settle(sending) {
    this.#answer = sending;
    sending.then(this.#settled, connectionLost);
  }
}

function serialised(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    const message = "Unable to stringify response body";
    throw promisesOnly ? new RuntimeError("JSONStringifyError", message) : new Error(message);
  }
}
