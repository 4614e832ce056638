/**
 * The console of a function: each message is one log event with its time, its request and its level.
 *
 * Sources: "Log and monitor Node.js Lambda functions", "Configuring JSON and plain text log formats".
 */
import fs from "node:fs";
import util from "node:util";

import { errorAsText } from "./errors.mjs";
import { running } from "./rules.mjs";

const { env } = process;
const LEVELS = ["", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const METHODS = {
  trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO",
  warn: "WARN", error: "ERROR", fatal: "FATAL",
};
const logsJson = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";

const errorFields = (error) => ({
  errorType: error.constructor?.name ?? "UnknownError",
  errorMessage: error.message,
  stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
});

function jsonMessage(timestamp, level, values) {
  const { id: requestId, tenant: tenantId } = running() ?? {};
  const line = { timestamp, level, requestId, tenantId };
  if (values.length === 1) {
    const withErrors = (_, value) =>
      value instanceof Error ? { ...errorFields(value), ...value } : value;
    try {
      return JSON.stringify({ ...line, message: values[0] }, withErrors);
    } catch {
      return JSON.stringify({ ...line, message: util.format(values[0]) }); // it has a cycle
    }
  }
  const error = values.find((value) => value instanceof Error);
  const fields = error === undefined ? {} : errorFields(error);
  return JSON.stringify({ ...line, message: util.format(...values), ...fields });
}

const textMessage = (timestamp, level, values) =>
  `${timestamp}\t${running()?.id}\t${level}\t${util.format(...values)}\n`;

function logWriter() {
  const fd = Number(env._LAMBDA_TELEMETRY_LOG_FD ?? NaN);
  delete env._LAMBDA_TELEMETRY_LOG_FD; // children would write to it too
  if (Number.isNaN(fd)) {
    return (text) => process.stdout.write(text.trimEnd().replaceAll("\n", "\r") + "\n");
  }
  // A frame: its type with level and format, its length, microseconds since the epoch, the text.
  const kind = logsJson ? 0xa55a0002 : 0xa55a0003;
  return (text, level, time) => {
    const message = Buffer.from(text);
    const head = Buffer.alloc(16);
    head.writeUInt32BE((kind | (level << 2)) >>> 0, 0);
    head.writeUInt32BE(message.length, 4);
    head.writeBigUInt64BE(BigInt(time) * 1000n, 8);
    let rest = Buffer.concat([head, message]);
    while (rest.length) rest = rest.subarray(fs.writeSync(fd, rest)); // a stop cuts a write short
  };
}

export function patchConsole() {
  const write = logWriter();
  const form = logsJson ? jsonMessage : textMessage;
  const lowest = Math.max(LEVELS.indexOf(env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()), 1);
  for (const [method, name] of Object.entries(METHODS)) {
    const level = LEVELS.indexOf(name);
    console[method] = (...values) => {
      if (level < lowest && method !== "fatal") return;
      const time = Date.now();
      write(form(new Date(time).toISOString(), name, values), level, time);
    };
  }
}

export function logError(what, error) {
  const shown = error instanceof Error ? error : new Error(error);
  if (logsJson) console.error(shown);
  else console.error(what, errorAsText(shown));
}
