// Rows of a report, streamed as they are made, with the HTTP head before them.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

function* rows(count) {
  for (let n = 0; n < count; n++) yield `${n};${n * n}\n`;
}

export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const headers = { "Content-Type": "text/csv", "X-Request": context.awsRequestId };
  const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  await pipeline(Readable.from(rows(event.rows)), body);
});
