/** The Runtime API, as "Using the Lambda runtime API for custom runtimes" describes it. */
import http from "node:http";

import { described, headerSafe } from "./errors.mjs";
import { concurrency } from "./rules.mjs";

const PREFIX = "/2018-06-01/runtime";
export const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
export const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });

/** A request whose body the caller writes; `more` are further options of http.request. */
export function open(method, path, more) {
  return http.request({ hostname, port, method, path: PREFIX + path, agent, ...more });
}

/** The answer to a request: its headers and its body. */
export function answerTo(request) {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        resolve({ headers: response.headers, body: Buffer.concat(parts).toString() });
      });
    });
  });
}

/** One request and its answer. */
export function call(method, path, body, more) {
  const request = open(method, path, more);
  const answer = answerTo(request);
  request.end(body);
  return answer;
}

/** Tells an error of the init, on a connection of its own: another one may be in the way. */
export function postInitError(error) {
  const body = described(error);
  const headers = { [ERROR_TYPE]: headerSafe(body.errorType) };
  return call("POST", "/init/error", JSON.stringify(body), { headers, agent: false });
}

/** Without the API there is nothing to serve: the container is ending. */
export function connectionLost() {
  process.exit(1);
}
