/**
 * Which runtime is played, and which invocation is running.
 *
 * The rules are those of the runtime that AWS_EXECUTION_ENV names, whichever Node.js runs it. Up to
 * nodejs22.x a handler may call back, and its answer may wait until the event loop is empty; from
 * nodejs24.x on, and on managed instances, it returns its answer or a promise of it.
 */
import { AsyncLocalStorage } from "node:async_hooks";

const { env } = process;
const version = Number(/nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 22);

export const concurrency = Number(env.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);
export const promisesOnly = version >= 24 || concurrency > 1;

const storage = new AsyncLocalStorage();
let only;

/** The invocation that runs; on managed instances, the one whose code asks. */
export const running = () => (concurrency > 1 ? storage.getStore() : only);

/** Has `run` called with the invocation, which is the running one meanwhile. */
export function runAs(invocation, run) {
  if (concurrency > 1) return storage.run(invocation, run, invocation);
  only = invocation;
  globalThis[Symbol.for("aws.lambda.runtime.requestId")] = invocation.id; // loggers read it there
  if (invocation.traceId) env._X_AMZN_TRACE_ID = invocation.traceId;
  else delete env._X_AMZN_TRACE_ID;
  return run(invocation);
}
