// An HTTP API behind API Gateway's proxy integration: routes, path parameters, JSON bodies.
const orders = new Map([["1", { id: "1", total: 12 }]]);

const respond = (statusCode, body) => ({
  statusCode,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

function getOrder({ pathParameters }) {
  const order = orders.get(pathParameters.id);
  return order ? respond(200, order) : respond(404, { message: "no such order" });
}

function createOrder({ body, isBase64Encoded }) {
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  try {
    const order = JSON.parse(text);
    orders.set(order.id, order);
    return respond(201, order);
  } catch {
    return respond(400, { message: "the body is not JSON" });
  }
}

const routes = { "GET /orders/{id}": getOrder, "POST /orders": createOrder };

export const handler = async (event) => {
  const route = routes[`${event.httpMethod} ${event.resource}`];
  return route ? route(event) : respond(405, { message: "not allowed" });
};
