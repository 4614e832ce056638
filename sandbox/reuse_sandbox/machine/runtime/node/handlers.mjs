/**
 * The ways to run a handler that returns or calls back its answer.
 *
 * Sources: "Define Lambda function handler in Node.js", "Using the Lambda context object to retrieve
 * Node.js function information".
 */
import { RuntimeError } from "./errors.mjs";
import { promisesOnly } from "./rules.mjs";

const { env } = process;
const nothing = () => {};

// What to do when nothing is left in the event loop; whoever serves has it set back.
let whenEmpty = nothing;
process.on("beforeExit", () => whenEmpty());

/** Resolved when the event loop is empty: Lambda gives no event to a function before that. */
export const loopIsEmpty = () => new Promise((resolve) => (whenEmpty = () => setImmediate(resolve)));

/** Forgets what an earlier invocation waited for. */
export const forgetLoop = () => (whenEmpty = nothing);

export const isPromise = (value) => typeof value?.then === "function";
const isAsync = (handler) => handler.constructor?.name === "AsyncFunction";
const isError = (error) => error !== undefined && error !== null;

function jsonHeader(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(text, "latin1").toString()); // Node reads headers as Latin-1
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

/** The second argument of a handler; the third one of a handler that streams. */
export function contextOf(invocation) {
  const { header } = invocation;
  const deadline = Number(header("deadline-ms"));
  const context = {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: jsonHeader(header("client-context"), "ClientContext"),
    identity: jsonHeader(header("cognito-identity"), "CognitoIdentity"),
    invokedFunctionArn: header("invoked-function-arn"),
    awsRequestId: invocation.id,
    tenantId: invocation.tenant,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  if (promisesOnly) return { ...context, xRayTraceId: invocation.traceId };
  return Object.defineProperty(context, "callbackWaitsForEmptyEventLoop", {
    get: () => invocation.waitsForEmptyLoop,
    set: (value) => (invocation.waitsForEmptyLoop = value),
    enumerable: true,
  });
}

/** Adds done, succeed and fail to the context; -> the callback. Of all four the first call counts. */
function callbacksOf(invocation, context) {
  let isCalled = false;
  const once = (answer) => (...values) => {
    if (isCalled) return;
    isCalled = true;
    forgetLoop();
    answer(...values);
  };
  const done = (error, result) =>
    isError(error) ? invocation.fail(error) : invocation.succeed(result);
  context.done = once(done);
  context.succeed = once((result) => invocation.succeed(result));
  context.fail = once((error) => invocation.fail(error ?? "handled"));
  return once((error, result) => {
    if (isError(error) || !invocation.waitsForEmptyLoop) done(error, result);
    else whenEmpty = () => setImmediate(() => invocation.succeed(result));
  });
}

/** From nodejs24.x on: what the handler returns is the answer, or what its promise becomes. */
export async function runWithPromise(handler, invocation) {
  try {
    const result = await handler(JSON.parse(invocation.body), contextOf(invocation));
    await new Promise(setImmediate); // a rejection that nobody handles is reported first
    invocation.succeed(result);
  } catch (error) {
    invocation.fail(error);
  }
  await invocation.answered;
}

/** Up to nodejs22.x: a promise is the answer; what else is returned is not, a callback gives it. */
export async function runWithCallbacks(handler, invocation) {
  // Nothing is left that could answer: an async handler has failed, another had nothing to say.
  whenEmpty = () => {
    if (!isAsync(handler)) invocation.succeed(null);
    else invocation.fail(new RuntimeError("NodeJsExit", "The handler's promise never settled."));
  };
  try {
    const context = contextOf(invocation);
    const callback = callbacksOf(invocation, context);
    const result = handler(JSON.parse(invocation.body), context, callback);
    if (isPromise(result)) result.then(context.succeed, context.fail);
  } catch (error) {
    forgetLoop();
    invocation.fail(error);
  }
  await invocation.answered;
}
