// A handler that is a method: its object is built once, and each kind of event has a method.
class OrderHandler {
  calls = 0;

  constructor(table) {
    this.table = table;
  }

  handle = async (event, context) => {
    this.calls += 1;
    const action = this[`on_${event.action}`];
    if (!action) throw new LookupError(`no action ${event.action}`);
    return { calls: this.calls, result: action.call(this, event), function: context.functionName };
  };

  on_put({ id, value }) {
    return this.table.set(id, value).size;
  }

  on_get({ id }) {
    return this.table.get(id);
  }
}

class LookupError extends Error {
  name = "LookupError";
}

exports.handler = new OrderHandler(new Map()).handle;
