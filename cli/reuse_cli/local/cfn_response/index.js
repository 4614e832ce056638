// Answers CloudFormation for a custom resource, and ends the invocation.
const http = require("node:http");
const https = require("node:https");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = function (event, context, responseStatus, responseData, physicalResourceId, noEcho) {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  const url = new URL(event.ResponseURL);
  const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
  const client = url.protocol === "http:" ? http : https;
  const request = client.request(url, { method: "PUT", headers }, (response) => {
    console.log(`CloudFormation has the answer: status ${response.statusCode}`);
    response.resume();
    context.done();
  });
  request.on("error", (error) => {
    console.log(`CloudFormation did not take the answer: ${error}`);
    context.done();
  });
  request.end(body);
};
