// Where orders are kept.
export class Store {
  #orders = [];

  add(total) {
    return this.#orders.push(total);
  }
}
