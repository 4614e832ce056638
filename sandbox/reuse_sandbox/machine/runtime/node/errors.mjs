/** Errors, in the form in which Lambda gives them to callers and writes them to the log. */
import util from "node:util";

/** An error of the runtime's own, `Runtime.<kind>`. */
export class RuntimeError extends Error {
  constructor(kind, message, stack) {
    super(message);
    this.name = `Runtime.${kind}`;
    this.stack = stack ?? this.stack.replace(/^Error/, this.name);
    Object.defineProperty(this, "name", { enumerable: false });
  }
}

const looksLikeError = (value) =>
  ["name", "message", "stack"].every((key) => typeof value?.[key] === "string" && value[key]);

/** What the caller is given: errorType, errorMessage and trace. */
export function described(error) {
  try {
    if (util.types.isNativeError(error) || looksLikeError(error)) {
      const trace = error.stack?.split("\n") ?? [];
      return { errorType: error.name, errorMessage: error.message, trace };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "The error cannot be read.", trace: [] };
  }
}

/** What the log has: the error's own fields beside those of every error, as JSON after a tab. */
export function errorAsText(error) {
  const withFields = (_, value) => {
    if (!(value instanceof Error)) return value;
    const { name, message, code, stack } = value;
    const fields = { errorType: name, errorMessage: message, code, ...value };
    return typeof stack === "string" ? { ...fields, stack: stack.split("\n") } : fields;
  };
  try {
    return "\t" + JSON.stringify(error, withFields);
  } catch {
    return "\t" + JSON.stringify(described(error));
  }
}

/** Text without what a header must not have. */
export const headerSafe = (text) => String(text).replace(/[^\x20-\x7e]/g, "?");
