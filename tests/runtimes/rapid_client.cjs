/**
 * What is C++ in AWS's Node.js runtime client, in JavaScript: three requests to the Runtime API.
 *
 * As there, `done` and `error` return when the API has answered, and `next` does not stop the event
 * loop but keeps it alive. All else of the client is AWS's own.
 */
const http = require("node:http");
const Module = require("node:module");
const { MessageChannel, Worker, isMainThread, workerData } = require("node:worker_threads");

const PREFIX = "/2018-06-01/runtime/invocation/";

function request(agent, method, path, headers, body, done) {
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
  const sent = http.request({ agent, host, port, method, path: PREFIX + path, headers }, (answer) => {
    const pieces = [];
    answer.on("data", (piece) => pieces.push(piece));
    answer.on("end", () => done(undefined, answer.headers, Buffer.concat(pieces).toString()));
  });
  sent.on("error", done);
  sent.end(body);
}

if (!isMainThread && workerData?.requests !== undefined) {
  const { requests, answered } = workerData;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  requests.on("message", ([path, headers, body]) => {
    request(agent, "POST", path, { ...headers, "Content-Length": Buffer.byteLength(body) }, body, () => {
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    });
  });
} else {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const workerSettings = { workerData: { requests: port2, answered }, transferList: [port2], execArgv: [] };
  new Worker(__filename, workerSettings).unref();
  port1.unref();

  function post(path, headers, body) {
    Atomics.store(answered, 0, 0);
    port1.postMessage([path, { "Content-Type": "application/json", ...headers }, body]);
    Atomics.wait(answered, 0, 0);
  }

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const client = {
    next: () =>
      new Promise((resolve, reject) => {
        request(agent, "GET", "next", {}, undefined, (error, headers, bodyJson) => {
          if (error) return reject(error);
          const deadline = Number(headers["lambda-runtime-deadline-ms"]);
          resolve({ bodyJson, headers: { ...headers, "lambda-runtime-deadline-ms": deadline } });
        });
      }),
    done: (id, body) => post(`${id}/response`, {}, body),
    error: (id, body, cause) =>
      post(`${id}/error`, { "Lambda-Runtime-Function-XRay-Error-Cause": cause }, body),
  };

  const load = Module._load;
  Module._load = function (name, ...rest) {
    if (!name.endsWith("/rapid-client.node")) return load.call(this, name, ...rest);
    Module._load = load;
    return client;
  };
}
