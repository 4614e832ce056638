// An SQS consumer that reports which messages of a batch failed, so that only these come again.
async function process(record) {
  const order = JSON.parse(record.body);
  if (!(order.total >= 0)) throw new RangeError("not a total");
  console.log("charged", order.id);
}

exports.handler = async (event) => {
  const outcomes = await Promise.allSettled(event.Records.map(process));
  const batchItemFailures = [];
  outcomes.forEach(({ status, reason }, n) => {
    if (status === "fulfilled") return;
    const { messageId } = event.Records[n];
    console.error("failed", messageId, reason.message);
    batchItemFailures.push({ itemIdentifier: messageId });
  });
  return { batchItemFailures };
};
