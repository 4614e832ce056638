// What orders cost.
export const total = (items) => items.reduce((sum, { price, count = 1 }) => sum + price * count, 0);
