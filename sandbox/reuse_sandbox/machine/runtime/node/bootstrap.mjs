/**
 * Starts a Node.js function the way Lambda's managed Node.js runtimes do, and serves its events.
 *
 * Usage: node bootstrap.mjs, with the variables that Lambda gives to a runtime. What AWS's pages
 * leave open was observed of AWS's own client, aws-lambda-ric 3.3 (Node.js up to 22) and 4.0.
 */
import { Connection, connectionLost, postInitError } from "./api.mjs";
import { findHandler, searchNodePath } from "./code.mjs";
import { logError, patchConsole } from "./console.mjs";
import { RuntimeError } from "./errors.mjs";
import { forgetLoop, runWithCallbacks, runWithPromise } from "./handlers.mjs";
import { Invocation } from "./invocation.mjs";
import { concurrency, promisesOnly, runAs, running } from "./rules.mjs";
import { awslambda, isStreaming, runStreaming } from "./streaming.mjs";

const { env } = process;
const REJECTION_STATUS = 128;
const EXCEPTION_STATUS = 129;

let isReady = false;

/** Tells an error that nobody caught, and ends the process. */
async function endWith(error, what, status) {
  const invocation = running();
  const isOpen = invocation && !invocation.isAnswered;
  try {
    if (invocation?.failStream) invocation.failStream(error, what);
    else if (isOpen) invocation.fail(error, what);
    else logError(what, error);
    await (isReady ? invocation?.answered : postInitError(error));
  } finally {
    process.exit(status);
  }
}

function unhandledRejection(reason, promise) {
  const error = new RuntimeError("UnhandledPromiseRejection", String(reason));
  const what = "Unhandled Promise Rejection";
  return endWith(Object.assign(error, { reason, promise }), what, REJECTION_STATUS);
}

/** Which of the ways to run a handler is this one's. */
function runnerOf(handler) {
  if (isStreaming(handler)) return runStreaming;
  if (!promisesOnly) return runWithCallbacks;
  if (handler.length < 3) return runWithPromise;
  const message = "The handler takes a callback, which this runtime does not give: return a promise.";
  throw new RuntimeError("CallbackHandlerDeprecated", message);
}

async function serve(handler, run) {
  const connection = new Connection();
  const next = () => connection.call("GET", "/invocation/next", "");
  for (;;) {
    // A connection on which an answer was refused may be closed: the second try has a new one.
    const event = await next().catch(next).catch(connectionLost);
    forgetLoop();
    await runAs(new Invocation(event, connection), (invocation) => run(handler, invocation));
  }
}

patchConsole();
process.on("uncaughtException", (error) => endWith(error, "Uncaught Exception", EXCEPTION_STATUS));
process.on("unhandledRejection", unhandledRejection);
if (!/^(1|true)$/.test(env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA ?? "")) {
  globalThis.awslambda = awslambda;
}
searchNodePath();
const handler = await findHandler(env.LAMBDA_TASK_ROOT, env._HANDLER);
const run = runnerOf(handler);
isReady = true;
await Promise.all(Array.from({ length: concurrency }, () => serve(handler, run)));
