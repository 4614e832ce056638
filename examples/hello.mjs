// The smallest Node.js function that shows reuse: `started` is made once in a container.
const started = Date.now();
let invocations = 0;

export const handler = async (event, context) => {
  invocations += 1;
  console.log("served by", context.logStreamName.slice(-8));
  return { event, invocations, age_ms: Date.now() - started };
};
