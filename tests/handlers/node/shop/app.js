// A shop: the handler is in a package whose modules import each other relatively.
import { total } from "./pricing/index.js";
import { Store } from "./store.mjs";

const store = new Store();

export const handler = async ({ items }) => {
  const price = total(items);
  return { order: store.add(price), total: price };
};
